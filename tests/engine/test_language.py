from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from zhike_engine.language import nodes as n
from zhike_engine.language.parse import ExpressionInvalid, parse
from zhike_engine.sql import values as v
from zhike_engine.sql.dialect import DIALECTS
from zhike_engine.sql.expressions import to_sql
from zhike_engine.sql.values import TypeMismatch, Value

D = DIALECTS["duckdb"]
NAMES = {
    "amount": Value("50000000000", "exact", "money", 10_000),
    "growth": Value("0.15e0", "double", "share"),
    "count": Value("3", "exact", "count"),
    "missing": Value("cast(null as bigint)", "exact", "count"),
    "industry": Value("'retail'", "text", "text"),
    "limit": v.constant(Decimal(5_000_000), "money"),
    "target": v.constant(Decimal("0.10"), "share"),
    "tolerance": v.constant(Decimal("0.05"), "share"),
}


def answer(text: str) -> object:
    row = next(
        iter(duckdb.execute(f"select {to_sql(parse(text), NAMES.__getitem__, D).sql}").fetchall()), None
    )
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount > limit", False),
        ("amount >= limit", True),
        ("amount >= 500 万", True),
        ("amount ≥ 5_000_000", True),
        ("growth within tolerance of target", True),
        ("growth > 15 %", False),
        ("growth >= 15%", True),
        ("missing > 1", None),
        ("not missing > 1", None),
        ("missing > 1 or count = 3", True),
        ("missing > 1 and count = 4", False),
        ("missing is not computable", True),
        ('count is computable 且 industry 属于 ["retail", "finance"]', True),
        ('industry not in ["retail"]', False),
        ("count between 3 and 4", True),
        ("if(count > 2, 10, 20) = 10", True),
        ("min(count, 2) + max(count, 5) = 7", True),
        ("abs(2 - count) = 1", True),
        ("round(2.5) = 3 and round(-2.5) = -3 and round(growth, 1) = 0.2", True),
        ("round_up(growth, 1) = 20 % and round_down(growth, 1) = 10 %", True),
        ("round_up(count / 2) = 2 and round_down(-count / 2) = -2 and round_up(-count / 2) = -1", True),
        ("round(missing) is computable", False),
        ("first_known(missing, count) = 3", True),
        ("amount / 3 > 1_666_666.66", True),
        ("count * 2.5 = 7.5", True),
        ("-count < 0", True),
    ],
)
def test_conditions_are_exact_and_three_valued(text: str, expected: bool | None) -> None:
    assert answer(text) == expected


def test_division_by_zero_is_not_computable() -> None:
    assert answer("count / (count - 3) is computable") is False


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a == 3", "write `=`"),
        ("a && b", "write `and`"),
        ("a <> b", "!="),
        ("a >", ""),
        ("(a", ""),
        ("abs(a, b)", ""),
        ("round(a, 5)", ""),
        ("round(a, b)", ""),
    ],
)
def test_what_is_no_expression_is_refused_with_a_way_out(text: str, hint: str) -> None:
    with pytest.raises(ExpressionInvalid) as caught:
        parse(text)
    assert hint in caught.value.hint or caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("amount > growth", "compares money with a share"),
        ("amount + count", "adds money with a count"),
        ("industry > 3", "compares a text"),
        ("amount * amount", "multiplies money by money"),
        ("count / 0", "divides by zero"),
    ],
)
def test_units_that_do_not_fit_are_refused(text: str, message: str) -> None:
    with pytest.raises(TypeMismatch, match=message):
        to_sql(parse(text), NAMES.__getitem__, D)


def test_names_are_found_in_every_part() -> None:
    text = "if(a > 1, b, c) within d of e and not f in [g, 1] or h is computable"
    assert n.names_in(parse(text)) == frozenset("abcdefgh")


@pytest.mark.parametrize(
    ("sql", "rounded"), [("5", 3), ("-5", -3), ("4", 2), ("-4", -2), ("1", 1), ("-1", -1)]
)
def test_halves_are_rounded_away_from_zero(sql: str, rounded: int) -> None:
    value = v.rounded(Value(sql, "exact", "money", 20_000), 10_000, D)
    row = next(iter(duckdb.execute(f"select {value.sql}").fetchall()), None)
    assert row == (rounded,)


@pytest.mark.parametrize(
    "text", ["(" * 50_000 + "1" + ")" * 50_000, "not " * 50_000 + "a", "1" + "+1" * 50_000]
)
def test_what_is_nested_without_end_is_refused(text: str) -> None:
    with pytest.raises(ExpressionInvalid, match="deeply"):
        parse(text)
