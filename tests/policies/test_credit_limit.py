"""The formula of the credit limit that the direct-supply policy states, at its borders, by hand and by the oracle.

Of the clause CRD-05 this proves the formula and its inputs only. Its own scenario goes on: an approved change of terms
that reaches the next order and leaves the earlier one alone. So no test here carries its mark.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.parity.compare import differences, unpacked
from tests.parity.worlds import World, write
from tests.policies.conftest import AS_OF, example, preset
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.oracle import evaluate
from zhike_engine.run import run

FACTOR, MONTHS = Decimal("1.2"), 2
COEFFICIENTS = {"AAA": "1.5", "AA": "1.2", "A": "1", "BBB": "0.8", "BB": "0", "B": "0", "C": "0"}
SOME = [("2026-03-01", "1000000.01")]
CASES: dict[str, tuple[list[tuple[str, str]], str | None, str | None, str]] = {
    # customer: orders, credit grade, last day of the grade, purchases that count
    **{f"grade {grade}": (SOME, grade, None, "1000000.01") for grade in COEFFICIENTS},
    "first day of the window": ([("2025-07-01", "120000")], "A", None, "120000"),
    "the day before": ([("2025-06-30", "120000")], "A", None, "0"),
    "last day of the window": ([("2026-06-30", "120000")], "A", None, "120000"),
    "the day after": ([("2026-07-01", "120000")], "A", None, "0"),
    "less than the average shows": ([("2026-03-01", "0.01")], "AAA", None, "0.01"),
    "a half of the last digit": ([("2026-03-01", "0.0006")], "A", None, "0.0006"),
    "a return is taken off": ([*SOME, ("2026-04-01", "-500000.02")], "AA", None, "499999.99"),
    "more back than bought": ([("2026-04-01", "-120000")], "A", None, "-120000"),
    "no credit report": (SOME, None, None, "1000000.01"),
    "a grade that the table lacks": (SOME, "D", None, "1000000.01"),
    "a report on its last day": (SOME, "A", "2026-06-30", "1000000.01"),
    "a report that ran out": (SOME, "A", "2026-06-29", "1000000.01"),
}
UNRATED = {"no credit report", "a grade that the table lacks", "a report that ran out"}


def facts() -> dict[str, list[dict[str, Any]]]:
    """Canonical rows of every case."""
    orders, judgements = [], []
    for customer, (bought, grade, until, _) in CASES.items():
        for day, amount in bought:
            status = "returned" if amount.startswith("-") else "completed"
            orders.append({"order": f"o{len(orders)}", "customer": customer, "ordered_on": date.fromisoformat(day),
                           "amount": Decimal(amount), "currency": "CNY", "status": status})  # fmt: skip
        if grade is not None:
            judgements.append({"customer": customer, "judgement": "credit_grade", "value": grade, "judged_by": "财务部",
                               "judged_on": date(2026, 1, 5), "ground": "信用评估报告",
                               "valid_until": date.fromisoformat(until) if until else None})  # fmt: skip
    customers = [
        {"customer": one, "name": one, "department": "direct_supply", "direct": True} for one in CASES
    ]
    return {"customers": customers, "orders": orders, "judgements": judgements}


def by_hand(customer: str) -> Fraction | None:
    """Factor × average monthly purchases × payment term × coefficient; amounts are rounded to 10⁻⁴ once each."""
    if customer in UNRATED:
        return None
    _, grade, _, purchases = CASES[customer]
    average = (Decimal(purchases) / 12).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    limit = FACTOR * average * MONTHS * Decimal(COEFFICIENTS[str(grade)])
    return Fraction(limit.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def test_the_limit_is_that_of_the_formula_by_hand_and_by_the_oracle(tmp_path: Path) -> None:
    tables, policy = facts(), preset("direct-supply")
    backend = DuckDB(write(World(AS_OF, tables), tmp_path), threads=1)
    try:
        found = run(policy, backend, AS_OF, example(policy))
        rows = found.table().to_pylist()
    finally:
        backend.close()
    limit = found.compiled.values["credit_limit"]
    limits = {row["customer"]: unpacked(row[limit.sql], limit) for row in rows}
    assert limits == {customer: by_hand(customer) for customer in CASES}
    assert differences(rows, found.compiled, evaluate(found.plan, tables)) == []
