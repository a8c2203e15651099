"""The policy of the weighing-equipment maker: the segment decides, and nothing else does."""

from __future__ import annotations

import pytest

from tests.policies.conftest import Grade, order


@pytest.mark.clause("GRD-08")
def test_the_segment_is_grade_and_reason(grade: Grade) -> None:
    people = [{"customer": one, "segment": one} for one in ("expressway", "large_mine", "grain_store")]
    graded = grade("weighing-equipment", customers=people)
    assert [graded.grade(one["customer"]) for one in people] == ["A", "B", "C"]
    for person, group in zip(people, ("expressway", "industry_or_mining", "other"), strict=True):
        why = graded.why(person["customer"])
        [reason] = why.tested(str(why.grade)).each
        assert (reason.outcome, [seen.value for seen in reason.seen]) == ("held", [group])
        assert {one.name: one.value for one in why.metrics}["segment"] == person["segment"]


@pytest.mark.clause("GRD-08")
def test_the_grade_follows_when_the_segment_changes(grade: Grade) -> None:
    before = grade("weighing-equipment", customers=[{"customer": "甲", "segment": "grain_store"}])
    after = grade("weighing-equipment", customers=[{"customer": "甲", "segment": "expressway"}],
                  previous_grades=[{"customer": "甲", "rating": "segment", "grade": "C"}])  # fmt: skip
    assert (before.grade("甲"), after.grade("甲"), after.why("甲").movement) == ("C", "A", "up")


def test_grade_and_class_of_demand_never_follow_from_each_other(grade: Grade) -> None:
    people = [{"customer": "粮库", "segment": "grain_store"}, {"customer": "高速", "segment": "expressway"}]
    orders = [order("粮库", "2026-03-01", 64) | {"order": 1}, order("高速", "2026-03-01", 7) | {"order": 2}]
    lines = [{"order": 1, "product": "wim_toll", "quantity": 2, "price": "32 万", "amount": "64 万"},
             {"order": 2, "product": "truck_scale", "quantity": 1, "price": "7 万", "amount": "7 万"}]  # fmt: skip
    graded = grade("weighing-equipment", customers=people, orders=orders, order_lines=lines)
    found = {one: (graded.grade(one), graded.grade(one, "demand")) for one in ("粮库", "高速")}
    assert found == {"粮库": ("C", "class_1"), "高速": ("A", "class_2")}
