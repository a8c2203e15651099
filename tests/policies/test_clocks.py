"""Clocks of policies: what the check refuses, and what they say of a grade."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from zhike.presets import policy_path
from zhike_engine import load_policy
from zhike_engine.errors import PolicyInvalid
from zhike_engine.plan.build import build
from zhike_engine.plan.clocks import Limit, limits_of
from zhike_engine.policy.check_clocks import clock_issues

HOURS = "hours: {A: a_response_hours, B: b_response_hours, C: c_response_hours, D: d_response_hours}"
B_HOURS = "en: Response to grade B within}\n    article: 六(二)2\n    type: number\n    unit:"
DAY = date(2026, 6, 30)


def said(tmp_path: Path, clock: str) -> dict[str, str]:
    """Message -> way out, of a foreign-trade policy with another clock."""
    text = policy_path("foreign-trade").joinpath("policy.yaml").read_text("utf-8")
    assert HOURS in text
    assert B_HOURS in text
    file = tmp_path / "policy.yaml"
    local = B_HOURS.replace("unit:", "local: {by: customers.region, values: {south: 30}}\n    unit:")
    file.write_text(text.replace(HOURS, clock).replace(B_HOURS, local), "utf-8")
    policy = load_policy(file)
    found = list(clock_issues(policy, build(policy.document, DAY, {"c_response_hours": 0})))
    assert {issue.level for issue in found} <= {"error"}
    assert all(issue.place.line > 700 for issue in found)
    return {issue.message: issue.hint for issue in found}


def test_a_wrong_clock_is_refused_with_a_way_out(tmp_path: Path) -> None:
    assert said(tmp_path, "hours: {A: a_respond_hours, B: a_amount, C: c_response_hours, E: 24, D: -1}") == {
        "unknown parameter `a_respond_hours`": "did you mean `a_response_hours`?",
        "parameter `a_amount` is no number of hours": "use one of `type: number` whose unit is hours",
        "the limit of `C` is 0 hours": "a limit is above 0; leave the grade out where there is none",
        "`E` is no grade of rating `value`": "known: `A`, `B`, `C`, `D`",
        "the limit of `D` is -1 hours": "a limit is above 0; leave the grade out where there is none",
    }
    assert list(said(tmp_path, "hours: {B: b_response_hours}").values()) == [
        "use a parameter without `local`"
    ]
    assert list(said(tmp_path, "rating: values\n    hours: {A: 24}").values()) == ["did you mean `value`?"]


def test_a_kind_that_no_request_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        said(tmp_path, f"kinds: [complaints]\n    {HOURS}")
    [issue] = refused.value.issues
    assert (issue.message, issue.hint[:15]) == ("`complaints` is not allowed for `kinds`", "use `enquiry`, ")


def test_a_clock_says_nothing_of_other_grades_kinds_and_ratings() -> None:
    policy = load_policy(policy_path("direct-supply"))
    values = build(policy.document, DAY, {"core_response_hours": "24"}).parameters
    article = policy.document.clocks["complaint"].article
    limits = {
        (rating, grade, kind): limits_of(policy.document, values, rating, grade, kind)
        for rating, grade, kind in (
            ("strategic", "core", "complaint"), ("strategic", "general", ""), ("strategic", "core", "enquiry"), ("scale", "core", ""),
        )
    }  # fmt: skip
    assert list(limits.values()) == [
        [Limit("complaint", "core", Decimal(24), "core_response_hours", False, article)],
        [Limit("complaint", "general", None, "general_response_hours", False, article)],
        [], [],
    ]  # fmt: skip
