"""Every scripted customer shows what it is there for, measured from the files."""

from __future__ import annotations

import pytest

from tests.demo.measures import holds, measured
from tests.demo.script import SCRIPT
from zhike.demo.company import AS_OF


def test_every_scripted_customer_has_its_proof(summary):
    assert {member.customer for member in summary.cast} == set(SCRIPT)


@pytest.mark.parametrize("customer", SCRIPT)
def test_it_shows_what_the_script_says(db, customer):
    assert holds(db, customer, SCRIPT[customer], AS_OF), SCRIPT[customer]


def test_every_scripted_customer_shows_the_same_at_other_sizes_seeds_and_dates(other):
    folder, as_of = other
    db = measured(folder, as_of)
    assert [customer for customer in SCRIPT if not holds(db, customer, SCRIPT[customer], as_of)] == []


def test_a_condition_that_does_not_hold_is_seen(db):
    assert not holds(db, "FT-AMOUNT-500", "y1 > 5e6", AS_OF)
    assert not holds(db, "FT-NONE", "y1 > 5e6", AS_OF)


def test_margins_of_scripted_exports_stay_believable(db):
    found = db.execute(
        "select max(abs(p1 / y1)) from m where department = 'foreign_trade' and share is not null and n1 > 0"
    )
    assert found.fetchone()[0] < 0.35
