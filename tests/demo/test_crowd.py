"""The random customers: every behaviour occurs, effort tilts to value, names are invented and of their country."""

from __future__ import annotations

from time import process_time

import pytest

from tests.demo.measures import count, measured
from zhike.demo.company import AS_OF, generate

CROWD = "m where customer like 'C%' and"


@pytest.mark.parametrize(
    ("behaviour", "condition", "least"),
    [
        ("grew by a fifth in both years", "g1 > 0.2 and g2 > 0.2", 20),
        ("fell by a fifth in both years", "g1 < -0.2 and g2 < -0.2", 10),
        ("silent for half a year", "last_order < date '2026-01-01'", 30),
        ("began in the last year", "since >= date '2025-07-01'", 20),
        ("rests most of the year", "n1 >= 5 and active <= 5", 5),
        ("swings widely", "abs(g1 - g2) > 0.6", 20),
        ("came back after nine months", "gap > 270 and last_order > date '2026-01-01'", 5),
        ("no profit known", "y1 > 0 and p1 is null", 5),
        ("a loss", "p1 < 0", 5),
        ("a return this year", "biggest_return < 0", 50),
        ("overdue", "days_over > 30", 5),
        ("pays late as a habit", "delay > 30", 10),
        ("pays in advance", "invoices is null and payments > 5", 10),
        ("belongs to a group", '"group" is not null', 8),
        ("no start on file", "since is null", 5),
        ("a major dispute", "disputes > 0", 1),
        ("judged, but no longer valid", "judged > 0 and valid = 0", 5),
        ("buys class 1 products", "class_1", 10),
    ],
)
def test_it_occurs(db, behaviour, condition, least):
    assert count(db, f"{CROWD} {condition}") >= least, behaviour


@pytest.mark.parametrize("column", ["department", "segment", "industry", "need", "region", "channel"])
def test_every_word_of_the_axes_occurs(db, column):
    words = {
        "department": {"foreign_trade", "key_account", "direct_supply", "domestic"},
        "segment": {"expressway", "class2_highway", "large_mine", "industrial", "grain_store", "general"},
        "industry": {"finance", "manufacturing", "retail", "catering", "hotel", "logistics", "other"},
        "need": {"price-sensitive", "technical-support", "customisation"},
        "region": {"east_china", "northwest_china", "europe", "north_america", "southeast_asia"},
        "channel": {"direct", "dealer", "agent", "online"},
    }
    found = {row[0] for row in db.execute(f"select distinct {column} from customers").fetchall()}
    assert words[column] <= found


def test_export_means_abroad_and_orders_come_in_five_currencies(db):
    assert count(db, "customers where (department = 'foreign_trade') <> (country <> 'CN')") == 0
    found = db.execute("select currency, count(*) from orders group by 1").fetchall()
    assert {row[0] for row in found if row[1] > 100} == {"CNY", "USD", "EUR", "JPY", "GBP"}


def test_a_few_large_customers_carry_most_of_the_amount(db):
    share = "select sum(y1) filter (value_rank >= 0.8) / sum(y1) from m where y1 > 0"
    assert 0.7 < db.execute(share).fetchone()[0] < 0.9


def test_effort_tilts_to_value_with_some_mismatches(db):
    tilt = "select sum(hours) filter (value_rank >= 0.8) / sum(hours) from m"
    assert 0.3 < db.execute(tilt).fetchone()[0] < 0.7
    assert count(db, "m where value_rank > 0.9 and hours_rank < 0.6") >= 1
    assert count(db, "m where value_rank < 0.6 and hours_rank > 0.9") >= 1


def test_names_are_unique_and_of_their_country(db):
    assert count(db, "(select name from customers group by name having count(*) > 1)") == 0
    assert (
        count(db, "customers where country = 'CN' and customer <> 'GN-COMMA-NAME' and name not like '%公司'")
        == 0
    )
    for country, form in {
        "DE": "GmbH|AG",
        "JP": "株式会社|K.K.",
        "GB": "Ltd|plc",
        "VN": "Công ty TNHH",
    }.items():
        here = f"customers where country = '{country}' and customer not in ('FT-LONG-NAME')"
        assert count(db, here) == count(db, f"{here} and regexp_matches(name, '{form}')") > 0


@pytest.mark.slow
def test_five_thousand_customers_keep_the_shares_and_take_seconds(tmp_path):
    before = process_time()
    summary = generate(tmp_path, customers=5000)
    assert process_time() - before < 20
    assert summary.rows["customers"] == 5000
    assert summary.rows["orders"] > 100_000
    db = measured(tmp_path, AS_OF)
    assert count(db, "m where customer like 'FT-A-%' and share > 0.05 and y1 > 5e6") == 5
    assert (
        db.execute("select max(p1 / y1) from m where department = 'foreign_trade' and y1 > 0").fetchone()[0]
        < 0.5
    )
