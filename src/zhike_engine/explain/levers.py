"""What can still change a metric before the next grading: the customer's business, a person, time alone, or nothing.

The direction counts: orders can be added and not taken back, a complaint can be closed, years only grow.
"""

from __future__ import annotations

from typing import Any

from zhike_engine.explain.model import Rigidity
from zhike_engine.explain.periods import hull, windows_of
from zhike_engine.language.nodes import names_in
from zhike_engine.language.parse import parse
from zhike_engine.plan.build import Plan
from zhike_engine.plan.graph import uses
from zhike_engine.policy import metrics as kinds
from zhike_engine.policy.model import Scorecard

ORDER: dict[Rigidity, int] = {"reach": 0, "judgement": 1, "time": 2, "fixed": 3, "unknown": 4}
"""Easiest first."""
TROUBLES = ("complaints", "receivables")
"""Tables whose rows are settled rather than added."""


def lever(name: str, *, up: bool, plan: Plan) -> Rigidity:
    """How a metric or score can move up or down.

    A name that is no metric (an attribute, another rating, the previous grade) is fixed.
    """
    spec: Any = plan.document.metrics.get(name) or plan.document.scorecards.get(name)
    match spec:
        case None:
            return "fixed"
        case kinds.Tenure():
            return "time" if up else "fixed"
        case kinds.Column() | kinds.Target():
            return "fixed"
        case kinds.Judgement():
            return "judgement"
        case (
            kinds.Forecast() | kinds.Rank() | kinds.Percentile() | kinds.Quantile() | kinds.CumulativeShare()
        ):
            return "reach"
        case kinds.Share() | kinds.Group():
            return _easiest(sorted(uses(spec) & plan.document.metrics.keys()), up, plan)
        case kinds.Growth():
            return lever(spec.growth, up=up, plan=plan)
        case kinds.Recency():
            return "fixed" if up else "reach"
        case kinds.LongestGap():
            return "fixed" if up else "time"
        case kinds.Deviation() | kinds.Volatility():
            return "reach" if _open(name, plan) else "fixed"
        case kinds.Formula():
            return _formula(sorted(names_in(parse(spec.formula)) & _measured(plan)), up, plan)
        case kinds.Lookup():
            keys = plan.document.tables[spec.lookup].by
            return _easiest([key for key in keys if key in _measured(plan)], up, plan)
        case Scorecard():
            return _easiest([item.of for item in spec.items.values() if item.of], up, plan)
    return _counted(name, spec, up, plan)


def _measured(plan: Plan) -> set[str]:
    return {*plan.document.metrics, *plan.document.scorecards}


def _easiest(names: list[str], up: bool, plan: Plan) -> Rigidity:
    return min((lever(name, up=up, plan=plan) for name in names), key=ORDER.__getitem__, default="fixed")


def _formula(names: list[str], up: bool, plan: Plan) -> Rigidity:
    """One part is enough to raise a formula; to lower it, all have to move: the hardest counts."""
    if up:
        return _easiest(names, up, plan)
    return max((lever(name, up=up, plan=plan) for name in names), key=ORDER.__getitem__, default="fixed")


def _counted(name: str, spec: Any, up: bool, plan: Plan) -> Rigidity:
    """Sums, counts and their like over a window."""
    if not _open(name, plan):
        return "fixed"
    if up:
        return "reach"
    table = next((v for k in kinds.KINDS if isinstance(v := getattr(spec, k, None), str)), "").partition(".")[
        0
    ]
    unsettled = spec.where is not None and "not open" not in spec.where and table in TROUBLES
    return "reach" if unsettled else "time"


def tables_of(name: str, plan: Plan) -> set[str]:
    """The fact tables that a metric is counted from, through whatever it is computed from."""
    spec: Any = plan.document.metrics.get(name) or plan.document.scorecards.get(name)
    if spec is None:
        return set()
    return {_table(spec)} | {table for used in uses(spec) for table in tables_of(used, plan)}


def _table(spec: Any) -> str:
    """The table that an aggregate names, such as orders of `orders.amount`."""
    named = (getattr(spec, kind, None) for kind in kinds.KINDS)
    return next((one for one in named if isinstance(one, str)), "").partition(".")[0]


def _open(name: str, plan: Plan) -> bool:
    """Whether the window of a metric still takes in new days."""
    found = windows_of(name, plan)
    if any(one.anchor is not None and one.anchor.form == "first" for one in found):
        return False
    return bool(found) and hull(found).end == plan.windows.end
