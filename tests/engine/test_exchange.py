"""Amounts times rates in DuckDB are exact for every size of amount and every number of decimals, rounded half up once."""

from __future__ import annotations

import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import numpy as np
import pytest

from zhike_engine.backends.base import Facts
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.facts.rates import prepare, scaled
from zhike_engine.facts.summary import Stretch, Summary
from zhike_engine.policy.load import load_policy
from zhike_engine.policy.small_facts import write_folder
from zhike_engine.run import run
from zhike_engine.sql.dialect import DIALECTS
from zhike_engine.sql.facts import Reading, Shape

DAY = date(2025, 1, 1)
COLUMNS = frozenset({"order", "customer", "ordered_on", "amount", "currency", "status"})


def reading(digits: int, *, fits: bool) -> Reading:
    shape = Shape({"orders": COLUMNS}, frozenset({"orders"}), {}, digits, fits)
    return Reading("orders", shape, DAY, "CNY", DIALECTS["duckdb"])


def converted(digits: int, pairs: list[tuple[int, int]], *, fits: bool) -> list[tuple[Decimal, int]]:
    """Amounts of (10^-4, rate in 10^-8) in the policy's currency: as a money column, and as an integer."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table rates_daily (currency text, rate_day date, rate bigint, rate_scale bigint)"
        )
        connection.execute(
            "create table f_orders (i int, currency text, ordered_on date, amount decimal(18, 4))"
        )
        for number, (amount, rate) in enumerate(pairs):
            code = f"X{number}"
            [whole, scale] = (int(one[0]) for one in scaled(np.array([rate])))
            connection.execute("insert into rates_daily values (?, ?, ?, ?)", [code, DAY, whole, scale])
            connection.execute(
                "insert into f_orders values (?, ?, ?, ?)", [number, code, DAY, Decimal(amount) / 10_000]
            )
        orders = reading(digits, fits=fits)
        select = f"select {orders.measure('amount').sql}, {orders.row('amount').sql} from {orders.relation()}"
        return connection.execute(f"{select} order by t.i").fetchall()


@pytest.mark.parametrize("digits", range(9))
def test_every_amount_is_rounded_half_up_once(digits):
    chance = random.Random(digits)
    pairs = []
    while len(pairs) < 150:
        rate = chance.choice([1, 7, chance.randint(1, 10**6), chance.randint(1, 10**9)]) * 10 ** (8 - digits)
        size = 10 ** chance.randint(1, 18)
        amount = chance.choice([0, 1, -1, 5, -5, chance.randint(-size, size)])
        if abs(amount * rate) < 10**26 and abs(amount) < 10**18:
            pairs.append((amount, rate))
    exact = [(Decimal(amount) * rate / 10**8).quantize(Decimal(1), ROUND_HALF_UP) for amount, rate in pairs]
    assert converted(digits, pairs, fits=False) == [(one / 10_000, int(one)) for one in exact]
    small = [place for place, (amount, rate) in enumerate(pairs) if abs(amount * rate) < 10 ** (26 - digits)]
    found = converted(digits, [pairs[place] for place in small], fits=True)
    assert found == [(exact[place] / 10_000, int(exact[place])) for place in small]


@pytest.mark.parametrize(
    ("largest", "rate", "fits"),
    [("1408450.7042", "7.10", True), ("14084507042253.5211", "7.10", False), ("0", "9000000000", True),
     ("99999999999999.9999", "1", True), (None, "7.10", False)],
)  # fmt: skip
def test_a_sealed_folder_tells_whether_products_fit(tmp_path, largest, rate, fits):
    (tmp_path / "customers.csv").write_text("customer,name\n", encoding="utf-8")
    backend = DuckDB(tmp_path)
    backend.execute(
        f"create temp view f_exchange_rates as select 'USD' as currency, {DIALECTS['duckdb'].day(DAY)} as rate_on,"
        f" '{rate}' as rate"
    )
    backend.execute(
        "create temp table f_orders (currency text, ordered_on date, amount decimal(18, 4), status text)"
    )
    backend.execute(f"insert into f_orders values ('USD', '{DAY}', 1, 'completed')")
    facts = Facts({"orders": COLUMNS, "exchange_rates": frozenset({"rate"})}, {}, "", "here")
    if largest is not None:
        facts.summaries["orders"] = Summary(currencies={"USD": Stretch(DAY, DAY, Decimal(largest))})
    assert prepare(backend, facts, DAY, "CNY") == {"orders"}
    assert facts.rates_fit is fits
    backend.close()


POLICY = """
zhike: 1
policy: owed
version: "1"
title: owed
currency: CNY
articles: {"1": {title: one}}
metrics: {owed: {title: t, sum: receivables.amount, over: all time}}
ratings: {value: {title: t, of: owed, grades: {A: {title: A, from: 0}}}}
"""


@pytest.mark.parametrize(
    ("issued_on", "due_on", "expected"),
    [
        pytest.param("2025-01-10", "2025-03-10", "700", id="issued under the old rate"),
        pytest.param("2025-02-01", "2025-03-10", "800", id="issued on the day of the new rate"),
        pytest.param(None, "2025-03-10", "800", id="no day of issue: the due day"),
        pytest.param(None, "2025-01-31", "700", id="no day of issue, due under the old rate"),
    ],
)
def test_a_receivable_is_converted_on_the_day_of_issue(tmp_path, issued_on, due_on, expected):
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    rates = [
        {"currency": "USD", "rate_on": day, "rate": rate}
        for day, rate in (("2025-01-01", 7), ("2025-02-01", 8))
    ]
    owed = {"customer": "c", "issued_on": issued_on, "due_on": due_on, "amount": 100, "currency": "USD"}
    with write_folder(
        {"customers": [{"customer": "c"}], "receivables": [owed], "exchange_rates": rates}, "CNY"
    ) as facts:
        backend = DuckDB(facts, threads=1)
        done = run(load_policy(tmp_path), backend, date(2025, 12, 31))
        [row] = done.table().to_pylist()
        backend.close()
    assert row[done.compiled.values["owed"].sql] == Decimal(expected) * 10_000
