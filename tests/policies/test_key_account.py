"""The key-account policy, clause by clause."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.policies.conftest import Grade, example, judged, order, preset
from zhike_engine.policy.check import check

SCORES = ("importance", "potential", "satisfaction")
WEIGHTS = {"weight_importance": 40, "weight_potential": 30, "weight_satisfaction": 30,
           "weight_scale": 0, "weight_contribution": 0, "weight_loyalty": 0}  # fmt: skip


def scored(customer: str, *values: object) -> list[dict[str, Any]]:
    return [judged(customer, name, value) for name, value in zip(SCORES, values, strict=True)]


def steady(customer: str, amount: float, months: int = 24) -> list[dict[str, Any]]:
    """An order in each of the last months, `amount` a year."""
    days = [f"{2026 - (n + 6) // 12}-{(5 - n) % 12 + 1:02}-15" for n in range(months)]
    return [order(customer, day, amount / 12, 1) for day in days]


@pytest.mark.clause("GRD-06")
def test_an_important_customer_sees_what_is_missing_for_core(grade: Grade) -> None:
    orders = [order("甲", "2021-01-01", 1), *steady("甲", 720, 10)]
    graded = grade("key-account", orders=orders, judgements=scored("甲", 60, 60, 60))
    assert graded.grade("甲", "development") == "important"
    miss = graded.why("甲", "development").miss
    assert miss is not None
    assert miss.grade == "core"
    points = {gap.condition: gap.missing.en for gap in miss.gaps}
    assert points == {"development.core.1": "5 points more", "development.core.2": "0.84 points more"}


@pytest.mark.clause("GRD-06")
def test_reaching_the_limits_proposes_the_upgrade(grade: Grade) -> None:
    orders = [order("甲", "2021-01-01", 1), *steady("甲", 800)]
    graded = grade("key-account", orders=orders, judgements=scored("甲", 60, 60, 60),
                   previous_grades=[{"customer": "甲", "rating": "development", "grade": "important"}])  # fmt: skip
    why = graded.why("甲", "development")
    assert (why.grade, why.previous, why.movement, why.miss) == ("core", "important", "up", None)


@pytest.mark.clause("GRD-07")
@pytest.mark.parametrize(
    ("raised", "score", "code"), [(70, 64, "B"), (79.9, "67.96", "B"), (80, 68, "A"), (100, 76, "A")]
)
def test_the_score_moves_by_exactly_the_weighted_amount(
    grade: Grade, raised: float, score: Any, code: str
) -> None:
    values = {**WEIGHTS, "a_score": 68, "b_score": 50}
    graded = grade("key-account", values, orders=[], judgements=scored("甲", raised, 60, 60))
    assert graded.metric("甲", "value_score") == Decimal(score)
    assert graded.grade("甲") == code
    [whole] = [one for one in graded.why("甲").scores if one.name == "value_score"]
    parts = {part.name: (part.points, part.contribution) for part in whole.parts if part.weight}
    assert parts["importance"] == (Decimal(str(raised)), Decimal(str(raised)) * Decimal("0.4"))
    assert (parts["potential"], parts["satisfaction"]) == ((60, 18), (60, 18))


@pytest.mark.clause("GRD-07")
def test_weights_that_do_not_add_up_are_refused() -> None:
    policy = preset("key-account")
    values = {**example(policy), **WEIGHTS, "weight_satisfaction": 20}
    errors = [issue.message for issue in check(policy, values) if issue.level == "error"]
    assert [message for message in errors if "90" in message], errors


@pytest.mark.clause("GRD-01")
def test_a_key_account_is_large_strategic_or_profitable(grade: Grade) -> None:
    orders = [order("大", "2026-03-01", 300, 1), order("利", "2026-03-01", 10, 5), order("小", "2026-03-01", 10, 0.1),
              order("战", "2026-03-01", 10, 0.1), order("余", "2026-03-01", 299, 100)]  # fmt: skip
    judgements = [judged("战", "importance", 80), judged("小", "importance", 79)]
    graded = grade("key-account", orders=orders, judgements=judgements)
    found = {one: graded.grade(one, "programme") for one in "大利小战"}
    assert found == {"大": "member", "利": "member", "小": "candidate", "战": "member"}
    held = [one.id for one in graded.why("战", "programme").tested("member").each if one.outcome == "held"]
    assert held == ["programme.member.any.2"]
