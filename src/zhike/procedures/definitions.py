"""What a procedure consists of: its steps, who decides at each, within how many days, and what follows when nobody does.

A definition comes from a policy (`from_policy`) or from the code that starts a procedure; the running procedure keeps it as
JSON, so that a later version of the policy changes nothing that runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

ORDERS = ("in_order", "together")
START = "start"
"""The code under which whoever started a procedure stands in `apart_from`."""


@dataclass(frozen=True)
class StepRule:
    """One step: exactly one of `role`, `department`, `committee`, `person` (a user name) decides.

    A role may be narrowed by a department; a department alone means its head. `apart_from` names steps, or `start`, whose
    people may not decide here; a code that is no step is looked up in `facts["people"]` of the procedure. `escalate_to` is
    the code of a role, or `committee:<code>`; empty: the superiors. `when` keeps the step for facts that match it.
    """

    code: str
    title: dict[str, str]
    role: str = ""
    department: str = ""
    committee: str = ""
    person: str = ""
    needs_all: bool = False
    apart_from: tuple[str, ...] = ()
    within_days: int | None = None
    escalate_to: str = ""
    default: str = ""
    when: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = [self.role or self.department, self.committee, self.person]
        if sum(bool(one) for one in named) != 1:
            raise ValueError(
                f"the step `{self.code}` needs exactly one of role, department, committee, person"
            )
        if self.default not in ("", "approve", "reject"):
            raise ValueError(f"the default of the step `{self.code}` is approve, reject or nothing")
        if self.default and self.within_days is None:
            raise ValueError(f"the step `{self.code}` has a default but no days after which it counts")

    def applies(self, facts: Mapping[str, Any]) -> bool:
        """Whether the step is there, given the grades and the amount that a procedure is about.

        >>> rule = StepRule("board", {"en": "Board"}, role="management", when={"grades": ["A"], "amount_from": "500000"})
        >>> rule.applies({"grades": ["A", "B"], "amount": "500000"}), rule.applies({"grades": ["A"], "amount": "499999.99"})
        (True, False)
        >>> rule.applies({"grades": ["A"]})
        True
        """
        wanted, grades = self.when.get("grades"), facts.get("grades")
        if wanted and grades is not None and not set(wanted) & set(grades):
            return False
        amount = facts.get("amount")
        if amount is None:  # unknown amounts get the stricter way: the step is there
            return True
        low, high = self.when.get("amount_from"), self.when.get("amount_below")
        if low is not None and Decimal(str(amount)) < Decimal(str(low)):
            return False
        return high is None or Decimal(str(amount)) < Decimal(str(high))


@dataclass(frozen=True)
class Definition:
    """A procedure: its steps, one after another (`in_order`) or all at once (`together`)."""

    code: str
    title: dict[str, str]
    steps: tuple[StepRule, ...]
    order: str = "in_order"

    def __post_init__(self) -> None:
        codes = [step.code for step in self.steps]
        if self.order not in ORDERS:
            raise ValueError(f"the order of `{self.code}` is one of {ORDERS}")
        if len(set(codes)) != len(codes):
            raise ValueError(f"two steps of `{self.code}` have the same code")

    def as_json(self) -> dict[str, Any]:
        """As the running procedure keeps it."""
        return asdict(self)

    def rule(self, code: str) -> StepRule:
        """The rule of a step."""
        return next(step for step in self.steps if step.code == code)


def read(kept: Mapping[str, Any]) -> Definition:
    """The definition that a running procedure keeps."""
    steps = tuple(StepRule(**{**one, "apart_from": tuple(one["apart_from"])}) for one in kept["steps"])
    return Definition(kept["code"], dict(kept["title"]), steps, kept["order"])


def said(title: Mapping[str, str], language: str = "") -> str:
    """A title in a language, else in the reader's.

    >>> said({"zh": "审定", "en": "decide"}, "zh-hans"), said({"zh": "审定"}, "en")
    ('审定', '审定')
    """
    chinese = (language or get_language() or "").startswith("zh")
    first, second = ("zh", "en") if chinese else ("en", "zh")
    return title.get(first) or title.get(second) or ""


def from_policy(document: Any, name: str, values: Mapping[str, Any]) -> Definition | None:
    """The procedure that a policy declares under a name, or for a kind of that name: its steps that decide; None when none do.

    `document` is the policy or its document. Days and limits may name parameters, whose values are taken from `values`;
    without a value there is no limit.
    """
    known = getattr(document, "document", document).procedures
    declared = known.get(name) or next((one for one in known.values() if name in one.kinds), None)
    if declared is None:
        return None
    steps = tuple(
        _rule(one, number, values) for number, one in enumerate(declared.steps, 1) if one.decides is not None
    )
    if not steps:
        return None
    return Definition(name, _titles(declared.title), steps, declared.order)


def _rule(step: Any, number: int, values: Mapping[str, Any]) -> StepRule:
    decides = step.decides
    limit = {name: _number(value, values) for name, value in _limits(step.when).items()}
    days = _number(step.within_days, values)
    rule = StepRule(
        step.code or f"step_{number}", _titles(step.title), role=decides.role, department=decides.department,
        committee=decides.committee, person=decides.person, needs_all=step.needs == "all", apart_from=tuple(step.apart_from),
        within_days=None if days is None else int(days), escalate_to=step.escalate_to, default="",
        when={name: str(value) for name, value in limit.items() if value is not None},
    )  # fmt: skip
    if step.when is not None and step.when.grades:
        rule = replace(rule, when={**rule.when, "grades": list(step.when.grades)})
    return replace(rule, default=step.default) if rule.within_days is not None else rule


def _limits(when: Any) -> dict[str, Any]:
    return {} if when is None else {"amount_from": when.amount_from, "amount_below": when.amount_below}


def _number(value: Any, values: Mapping[str, Any]) -> Any:
    """A number, or the value of the parameter that it names."""
    return values.get(value) if isinstance(value, str) else value


def _titles(title: Any) -> dict[str, str]:
    if isinstance(title, str):
        return {"zh": title, "en": title}
    found = title if isinstance(title, Mapping) else title.model_dump()
    return {name: text for name, text in found.items() if text}
