"""Procedures of policies: what the check refuses, and the separation of duties of the shipped ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhike.presets import names, policy_path
from zhike_engine import load_policy
from zhike_engine.policy.check_procedures import procedure_issues

WRONG = {
    "code: verifiers": "code: submitters",
    "apart_from: [start, submitters, verifiers, proposers]": "apart_from: [start, submiters]",
    "decides: {role: management}": "decides: {role: management, committee: board}",
    "within_days: decision_days\n": "within_days: decision_day\n        default: approve\n        when: {grades: [Z]}\n",
    "role: {zh: 公司管理层, en: company management}\n        decides: {role: management}": (
        "role: {zh: 公司管理层, en: company management}"
    ),
}
SAID = {
    "the code `submitters` is taken", "`apart_from` names `submitters`, which is no other step",
    "`apart_from` names `submiters`, which is no other step",
    "`decides` needs exactly one of role, department, committee, person", "unknown parameter `decision_day`",
    "unknown grade `Z`", "`apart_from` stands at a step that decides nothing",
}  # fmt: skip


def test_wrong_procedures_are_refused(tmp_path: Path) -> None:
    text = policy_path("foreign-trade").joinpath("policy.yaml").read_text("utf-8")
    said = set()
    for right, wrong in WRONG.items():
        assert right in text
        file = tmp_path / "policy.yaml"
        file.write_text(text.replace(right, wrong, 1), "utf-8")
        said |= {issue.message for issue in procedure_issues(load_policy(file))}
    assert said == SAID


@pytest.mark.parametrize("name", names())
def test_whoever_proposes_does_not_decide(name: str) -> None:
    policy = load_policy(policy_path(name))
    assert list(procedure_issues(policy)) == []
    [final] = [step for step in policy.document.procedures["grading"].steps if step.decides]
    assert {"start", "proposers"} <= set(final.apart_from)
