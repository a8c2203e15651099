"""The page about the output names every file, every column and every key, in order; the engine's page is runnable."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import zhike_engine
from zhike.cli.main import cli
from zhike.docs import ROOT
from zhike.docs.examples import HOME
from zhike.output import FILES

PAGES = [ROOT / "docs" / "reference" / f"output{end}" for end in (".md", ".zh.md")]
METRICS = ["annual_amount", "amount_before", "growth", "order_count", "years"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a run of the example policy."""
    out = tmp_path_factory.mktemp("output") / "results"
    command = ["grade", str(HOME), "--facts", str(HOME / "facts"), "--as-of", "2026-06-30", "--out", str(out)]
    done = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert done.exit_code == 0
    return out


def told(page: Path, heading: str) -> list[str]:
    """The names in the first column of the table under a heading, or before the first heading."""
    parts = re.split(r"^## ", page.read_text("utf-8"), flags=re.MULTILINE)
    [section] = [part for part in parts if part.startswith(heading)]
    return re.findall(r"^\| `([\w.]+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_is_described(page, written):
    assert sorted(told(page, "# ")) == sorted(FILES) == sorted(path.name for path in written.iterdir())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_column_of_the_grades_is_described(page, written):
    with (written / "grades.csv").open(encoding="utf-8", newline="") as stream:
        head = next(csv.reader(stream))
    assert told(page, "`grades`") == [name for name in head if name not in METRICS]
    assert head[6:11] == METRICS


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_column_of_the_reasons_is_described(page, written):
    assert told(page, "`reasons.parquet`") == pq.read_schema(written / "reasons.parquet").names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_key_of_the_record_is_described(page, written):
    assert sorted(told(page, "`run.json`")) == sorted(json.loads((written / "run.json").read_text("utf-8")))


def test_the_example_of_the_engine_runs_as_shown(monkeypatch):
    page = (ROOT / "docs" / "reference" / "engine.md").read_text("utf-8")
    [shown] = re.findall(r"^```text\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(ROOT)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)[0], {})
    assert said.getvalue() == shown


def test_every_name_of_the_door_has_its_section():
    page = (ROOT / "docs" / "reference" / "engine.md").read_text("utf-8")
    assert re.findall(r"^## `(\w+)`", page, re.MULTILINE) == zhike_engine.__all__
