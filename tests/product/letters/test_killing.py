"""A whole cycle with server and worker killed anywhere: one grade each, each letter once, nothing acknowledged is lost."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.product.imports.test_killing import Installation

CYCLE = Path(__file__).with_name("killed_cycle.py")
pytestmark = [pytest.mark.slow, pytest.mark.own_database, pytest.mark.xdist_group("killed_cycles")]
GRADES = {"A": "C", "P": "A", "Q": "A", "R": "A"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def place(request, tmp_path, once):
    if request.param == "sqlite":
        once.migrated(tmp_path)
        yield Installation(tmp_path, "")
        return
    with once.migrated_postgresql(request.getfixturevalue("postgresql_url")) as url:
        yield Installation(tmp_path, url)


def test_a_cycle_killed_anywhere_ends_whole(place, post_office, settings):
    """Each customer has one result and one grade; a run is the same to the byte whatever people change while it runs."""
    place.env["ZHIKE_MAIL_URL"] = settings.GIVEN["ZHIKE_MAIL_URL"]
    told = SimpleNamespace(**json.loads(place.python(str(CYCLE)).splitlines()[-1]))
    assert (told.state, told.faults) == ("closed", [])
    assert told.differs == []
    assert told.compared >= 8
    assert told.results == told.grades == GRADES
    assert told.kills["run"] >= 3
    for request in ("start", "publication", "approval", "batch"):
        assert told.kills[request] >= 1, request
    assert {(kind, state) for kind, state, _error in told.jobs} <= {("grading_run", "cancelled")}
    gone = [mail["To"] for mail in post_office.mails if "@letters.example" in mail["To"]]
    assert len(gone) == len(set(gone))
    doubted = [state for state in told.letters if state == "failed"]
    assert sorted(set(told.letters) - {"failed"}) == ["sent"]
    assert all(error.startswith("⚠") for error in told.errors)
    assert told.filed == len(GRADES) - len(doubted)
    assert told.filed <= len(gone) <= len(GRADES)
