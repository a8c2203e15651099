"""A million real invoice lines through the shipped mapping, against a second computation in plain Python."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from decimal import Decimal

import duckdb
import pytest

# The lines are read once: all tests of this file run in one process.
pytestmark = [pytest.mark.real_data, pytest.mark.slow, pytest.mark.xdist_group("online_retail")]

NOT_PRODUCTS = {"AMAZONFEE", "B", "BANK CHARGES", "CRUK", "ADJUST", "ADJUST2", "TEST001", "TEST002"}
CHARGES = {"POST", "DOT", "C2", "M", "m", "D", "S", "PADS"}


@pytest.fixture(scope="module")
def lines(real_data):
    found = []
    for name, last in (("online_retail_II_2009_2010", "2010-12-01"), ("online_retail_2010_2011", "9999")):
        with gzip.open(
            real_data("online_retail") / f"{name}.csv.gz", "rt", encoding="utf-8", newline=""
        ) as stream:
            reader = csv.reader(stream)
            next(reader)
            found += [(name, row, last) for row in reader]
    return found


@pytest.fixture(scope="module")
def done(imported):
    return imported("online_retail")


def reason(row):
    invoice, code, _, _, _, price, customer, _ = row
    if invoice.startswith("A"):
        return "rule_1"
    if Decimal(price) == 0:
        return "rule_2"
    if code in NOT_PRODUCTS:
        return "rule_3"
    return "no_customer" if not customer else None


@pytest.fixture(scope="module")
def kept(lines):
    return [row for _, row, last in lines if reason(row) is None and row[4] < last]


def test_every_customers_orders_and_returns_are_right_to_the_cent(done, kept):
    expected = defaultdict(Decimal)
    for invoice, _, _, quantity, _, price, customer, _ in kept:
        status = "returned" if invoice.startswith("C") else "completed"
        expected[customer, status] += Decimal(quantity) * Decimal(price)
    found = defaultdict(Decimal)
    for customer, status, amount in done.rows("orders", "customer, status, amount"):
        found[customer, status] += amount
    assert len(expected) > 8000
    assert found == expected


def test_invoices_of_one_customer_and_day(done, kept):
    first = {}
    for invoice, _, _, _, moment, _, customer, _ in kept:
        first.setdefault(invoice, (customer, moment[:10]))
    found = {
        order: (who, day.isoformat())
        for order, who, day in done.rows("orders", '"order", customer, ordered_on')
    }
    assert found == first


def test_the_totals_of_the_second_year_are_the_known_ones(lines):
    """The well-known sums of Online Retail, so that the second author reads the same files as everybody."""
    year = [row for name, row, _ in lines if name == "online_retail_2010_2011"]
    amounts = [(Decimal(row[3]) * Decimal(row[5]), row) for row in year]
    assert sum(amount for amount, _ in amounts) == Decimal("9747747.934")
    named = [(amount, row) for amount, row in amounts if row[6]]
    assert len(named) == 406829
    assert sum(amount for amount, _ in named) == Decimal("8300065.814")
    sold = [amount for amount, row in named if int(row[3]) > 0]
    assert (len(sold), sum(sold)) == (397924, Decimal("8911407.904"))


def test_every_line_is_accounted_for(done, lines, kept):
    expected = Counter()
    for _, row, last in lines:
        if why := reason(row) or ("overlap" if row[4] >= last else None):
            expected[why] += 1
    told = done.done.quality["tables"]["orders"]
    assert {r["reason"]: r["rows"] for r in told["reasons"] if r["action"] == "dropped"} == expected
    invoices = len({row[0] for row in kept})
    assert done.counts() == (len(lines), invoices, len(kept) - invoices, expected.total(), 0)
    assert [file["read"] for file in told["files"]] == [525461, 541909]


def test_twins_and_charges_are_told_and_stay(done, lines, kept):
    told = {
        r["reason"]: r["rows"]
        for r in done.done.quality["tables"]["orders"]["reasons"]
        if r["action"] == "suspicious"
    }
    twins = Counter(tuple(row) for row in kept)
    assert told["duplicate_row"] == sum(count - 1 for count in twins.values())
    assert told["rule_1"] == sum(row[1] in CHARGES or row[1].startswith("gift") for row in kept)


def test_every_named_customer_has_its_latest_country(done, lines):
    country = {row[6]: row[7].strip() for _, row, _ in lines if row[6]}
    assert dict(done.rows("customers", "customer, country")) == country


def test_rows_of_the_report_are_rows_of_the_file(done, lines):
    listed = [
        (file, row) for row, action, why, file in _bad_debt(done) if action == "dropped" and why == "rule_1"
    ]
    second = 525461
    for file, row in listed:
        offset = 0 if "II" in file else second
        assert lines[offset + row - 2][1][0].startswith("A")
    assert len(listed) == 6


def _bad_debt(done):
    path = str(done.done.out / "quality.parquet")
    with duckdb.connect() as db:
        return db.execute(
            'SELECT "row", action, reason, file FROM read_parquet(?) WHERE "table" = \'orders\'', [path]
        ).fetchall()
