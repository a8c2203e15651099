"""The months whose figures a policy reads, and how they stand: what an evaluation asks before it begins (GRD-17, GRD-18).

A month is asked for once it is over, from the month in which submissions began: the company's setting, else the month of the
department's first submission, else the month in which the policy took effect. What lies before is the opening balance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import yaml
from django.db.models import Min, QuerySet

from zhike.people.company import limits
from zhike.people.models import Department
from zhike.policies.models import PolicyVersion
from zhike.submissions.ledger import first_of, next_month
from zhike.submissions.models import Submission
from zhike_engine.plan.windows import WindowInvalid, Windows, add_months

DUE = "monthly_due_days"
"""The parameter of a policy that says until when figures are submitted."""


@dataclass(frozen=True)
class Month:
    """A month of a department: `missing` (not yet due), `late`, `submitted`, `returned` or `signed`.

    `submission` is the one that stands for the month: the signed one, else the one that waits, else the last returned one.
    """

    month: date
    department: Department
    state: str
    submission: Submission | None
    due_on: date

    @property
    def drift(self) -> int:
        """Customers whose orders have changed since the month was signed."""
        return self.submission.drift if self.submission is not None and self.state == "signed" else 0

    def days_late(self, day: date) -> int:
        """Days past the due day while nothing stands for the month."""
        return max((day - self.due_on).days, 0) if self.state in ("late", "returned", "missing") else 0


def state_of_months(version: PolicyVersion, as_of: date) -> list[Month]:
    """The months that the policy's windows read and that are over on a day, oldest first; empty where it asks for none."""
    asked = asked_of(version)
    if asked is None:
        return []
    since = reads_from(version, as_of)
    found: list[Month] = []
    for department in departments_for([version]):
        begins = max(since, began(department, version)) if since else began(department, version)
        found += months_of(department, begins, as_of, due_days(version))
    return sorted(found, key=lambda one: (one.month, one.department.path))


def months_of(
    department: Department, begins: date, as_of: date, days: int, rows: Iterable[Submission] | None = None
) -> list[Month]:
    """The months of a department that are over on a day, from one on."""
    if rows is None:
        rows = Submission.objects.filter(department=department, month__gte=begins, month__lte=as_of).exclude(
            state="replaced"
        )
    standing: dict[date, Submission] = {}
    for one in sorted(rows, key=lambda row: (row.state == "signed", row.state == "submitted", row.number)):
        standing[one.month] = one
    found = []
    for month in over(begins, as_of):
        due = due_on(month, days)
        last = standing.get(month)
        state = last.state if last is not None else "late" if as_of > due else "missing"
        found.append(Month(month, department, state, last, due))
    return found


def over(begins: date, as_of: date) -> Iterator[date]:
    """The months from one on that are over on a day."""
    month = first_of(begins)
    while next_month(month) <= as_of + timedelta(days=1):
        yield month
        month = next_month(month)


def due_on(month: date, days: int) -> date:
    """The last day on which the figures of a month are in time."""
    return next_month(month) - timedelta(days=1) + timedelta(days=days)


def began(department: Department, version: PolicyVersion | None = None) -> date:
    """The first month whose figures are asked for; the far future where nothing says so."""
    told = limits()["figures_from"]
    if told and 1 <= told % 100 <= 12 and told >= 190001:
        return date(told // 100, told % 100, 1)
    first = Submission.objects.filter(department=department).aggregate(first=Min("month"))["first"]
    if first is not None:
        return first_of(first)
    if version is not None and version.effective_on is not None:
        return first_of(version.effective_on)
    return date(9999, 1, 1)


def in_force(day: date) -> QuerySet[PolicyVersion]:
    """The versions in force that may ask for figures."""
    return PolicyVersion.objects.in_force(day).select_related("executing", "policy")


def departments_for(versions: Iterable[PolicyVersion]) -> list[Department]:
    """The departments that owe figures under policies: those that carry them out, else all that have submitted before."""
    asking = [one for one in versions if asked_of(one) is not None]
    found = {one.executing for one in asking if one.executing is not None}
    if asking and not found:
        keys = Submission.objects.order_by().values("department").distinct()
        found = set(Department.objects.filter(pk__in=keys))
    return sorted(found, key=lambda one: one.path)


def due_days(version: PolicyVersion | None) -> int:
    """Days after a month within which its figures are due: the policy's value, else the company's setting."""
    own = (version.values or {}).get(DUE) if version is not None else None
    return int(own) if own else limits()["figures_due_days"]


@dataclass(frozen=True)
class Asked:
    """What a policy says of windows over orders."""

    windows: dict[str, str]
    over: tuple[str, ...]
    year_starts: int


def asked_of(version: PolicyVersion) -> Asked | None:
    """The windows over which a policy reads orders; None for one that asks for no monthly figures."""
    return _asked(version.text)


@lru_cache(maxsize=64)
def _asked(text: str) -> Asked | None:
    try:
        data: Any = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (a safe loader)
    except yaml.YAMLError:
        return None
    if not isinstance(data, dict):
        return None
    if DUE not in (data.get("parameters") or {}) and "monthly_submission" not in (
        data.get("obligations") or {}
    ):
        return None
    metrics = (one for one in (data.get("metrics") or {}).values() if isinstance(one, dict))
    words = {str(one["over"]) for one in metrics if "over" in one and _is_of_orders(one)}
    year = (data.get("calendar") or {}).get("year_starts", 1)
    return Asked(dict(data.get("windows") or {}), tuple(sorted(words)), int(year))


def _is_of_orders(metric: dict[str, Any]) -> bool:
    return any(str(value).split(".")[0] == "orders" for value in metric.values() if isinstance(value, str))


def reads_from(version: PolicyVersion, as_of: date) -> date | None:
    """The first month that the policy's windows over orders reach back to; None when one has no beginning."""
    asked = asked_of(version)
    assert asked is not None, "the policy asks for figures"
    windows = Windows(as_of, asked.year_starts, asked.windows)
    starts: list[date] = []
    for words in asked.over:
        try:
            window = windows.read(words)
        except WindowInvalid:
            continue
        if window.anchor is None:
            if window.start is None:
                return None
            starts.append(window.start)
    return first_of(min(starts, default=add_months(as_of, -12)))
