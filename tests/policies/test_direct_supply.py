"""The direct-supply policy, clause by clause."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.policies.conftest import WAN, Grade, judged, order
from zhike.output import grades_sql
from zhike_engine.errors import FactsInvalid

IMPORTANCE = "strategic_importance"


def person(customer: str, **more: object) -> dict[str, object]:
    return {"customer": customer, "direct": True, "department": "direct_supply", **more}


@pytest.mark.clause("GRD-01")
def test_strategic_importance_is_the_second_way_in(grade: Grade) -> None:
    graded = grade(
        "direct-supply",
        customers=[person("甲"), person("乙")],
        orders=[order("甲", "2026-03-01", 30), order("乙", "2026-03-01", 30)],
        judgements=[judged("甲", IMPORTANCE, "core"), judged("乙", IMPORTANCE, "general")],
    )
    assert [graded.grade(one, "qualification") for one in "甲乙"] == ["qualified", "not_qualified"]
    held = {one.id: one.outcome for one in graded.why("甲", "qualification").tested("qualified").each}
    assert held == {
        "qualification.qualified.1": "held",
        "qualification.qualified.2.1": "failed",
        "qualification.qualified.2.2": "held",
    }


@pytest.mark.clause("GRD-01")
def test_volume_alone_is_enough_but_not_without_buying_directly(grade: Grade) -> None:
    graded = grade(
        "direct-supply",
        customers=[person("甲"), person("乙", direct=False)],
        orders=[order("甲", "2026-03-01", 100), order("乙", "2026-03-01", 600)],
        judgements=[judged("甲", IMPORTANCE, "general"), judged("乙", IMPORTANCE, "core")],
    )
    assert [graded.grade(one, "qualification") for one in "甲乙"] == ["qualified", "not_qualified"]


@pytest.mark.clause("GRD-03")
def test_axes_stand_side_by_side_and_can_be_combined(grade: Grade) -> None:
    people = [
        person("甲", industry="hotel"),
        person("乙", industry="hotel"),
        person("丙", industry="manufacturing"),
    ]
    judgements = [
        judged("甲", IMPORTANCE, "core"),
        judged("乙", IMPORTANCE, "general"),
        judged("丙", IMPORTANCE, "core"),
    ]
    graded = grade(
        "direct-supply", customers=people, orders=[order("甲", "2026-03-01", 260)], judgements=judgements
    )
    assert [graded.grade("甲", axis) for axis in ("strategic", "scale", "qualification")] == [
        "core",
        "medium",
        "qualified",
    ]
    both = [one for one in "甲乙丙" if graded.grade(one, "strategic") == "core"
            and graded.metric(one, "industry_group") == "services"]  # fmt: skip
    assert both == ["甲"]
    duty = graded.run.policy.document.obligations["dedicated_team"]
    assert (duty.rating, duty.grades) == ("strategic", ["core", "important"])


@pytest.mark.clause("GRD-04")
def test_scale_at_the_limits_with_amount_and_period(grade: Grade) -> None:
    amounts = {"甲": Decimal(500), "乙": Decimal("499.99"), "丙": Decimal(99)}
    graded = grade(
        "direct-supply", orders=[order(one, "2026-03-01", float(amount)) for one, amount in amounts.items()]
    )
    assert [graded.grade(one, "scale") for one in amounts] == ["large", "medium", "small"]
    for customer, amount in amounts.items():
        metric = next(one for one in graded.why(customer, "scale").metrics if one.name == "annual_purchases")
        assert metric.value == amount * WAN
        assert f"{amount:.2f}" in metric.shown.zh
        assert metric.period is not None
        assert "2025-07-01" in metric.period.en


@pytest.mark.clause("GRD-05")
def test_a_judgement_without_a_reason_is_refused(grade: Grade) -> None:
    with pytest.raises(FactsInvalid, match="column `ground` of table `judgements` is empty in 1 row"):
        grade(
            "direct-supply",
            customers=[person("甲")],
            judgements=[judged("甲", IMPORTANCE, "core", ground=None)],
        )


@pytest.mark.clause("GRD-05")
@pytest.mark.parametrize("reviewer", [None, "大客户部经理"])
def test_a_judgement_that_nobody_else_reviewed_does_not_count(grade: Grade, reviewer: str | None) -> None:
    judgements = [judged("甲", IMPORTANCE, "core", reviewer=reviewer)]
    graded = grade("direct-supply", customers=[person("甲")], judgements=judgements)
    assert (graded.state("甲"), graded.metric("甲", IMPORTANCE)) == ("pending", None)
    why = next(one.why for one in graded.why("甲").metrics if one.name == IMPORTANCE)
    assert why is not None
    assert why.en.startswith("nobody else has reviewed the judgement")


@pytest.mark.clause("GRD-05")
def test_a_judgement_lapses_at_its_review_date(grade: Grade) -> None:
    judgements = [
        judged("甲", IMPORTANCE, "core", valid_until="2026-06-30"),
        judged("乙", IMPORTANCE, "core", valid_until="2026-06-29"),
    ]
    graded = grade("direct-supply", customers=[person("甲"), person("乙")], judgements=judgements)
    assert (graded.grade("甲"), graded.state("乙")) == ("core", "pending")
    assert graded.why("乙").path[-1].article == "二(二)3"
    said = next(one.judged for one in graded.why("甲").metrics if one.name == IMPORTANCE)
    assert said is not None
    assert (said.by, said.reviewer, said.ground) == ("大客户部经理", "销售总监", "框架协议")


@pytest.mark.clause("GRD-05")
def test_a_judgement_that_contradicts_the_purchases_is_reviewed(grade: Grade) -> None:
    graded = grade(
        "direct-supply",
        customers=[person("甲"), person("乙"), person("丙")],
        orders=[order("甲", "2026-03-01", 3), order("乙", "2026-03-01", 900), order("丙", "2026-03-01", 900)],
        judgements=[
            judged(one, IMPORTANCE, value)
            for one, value in zip("甲乙丙", ("core", "general", "core"), strict=True)
        ],
    )
    marks = [[mark.text.en for mark in graded.why(one).marks] for one in "甲乙丙"]
    assert marks == [["judged core but small"], ["judged general but large"], []]


def test_the_credit_limit_and_tightened_terms_follow_the_values(grade: Grade) -> None:
    graded = grade(
        "direct-supply",
        customers=[person("甲"), person("乙")],
        orders=[order("甲", "2026-03-01", 240), order("乙", "2026-03-01", 240)],
        judgements=[judged("甲", "credit_grade", "AA"), judged("乙", "credit_grade", "BB")],
    )
    assert (graded.metric("甲", "credit_limit"), graded.metric("乙", "credit_limit")) == (Decimal(576_000), 0)
    assert [graded.grade(one, "risk") for one in "甲乙"] == ["normal", "high"]
    assert [graded.grade(one, "credit") for one in "甲乙"] == ["meets", "below"]
    assert [graded.metric("乙", one) for one in ("prepayment_share", "payment_term")] == [Decimal("0.5"), 15]


def test_a_rating_that_does_not_apply_puts_nobody_on_the_review_list(grade: Grade) -> None:
    graded = grade("direct-supply", customers=[person("甲")], judgements=[judged("甲", IMPORTANCE, "core")])
    rows = graded.run.backend.rows(f"select rating, state, review from ({grades_sql(graded.run)}) g")
    assert next(row for row in rows if row[0] == "credit") == ("credit", "not_rated", None)
