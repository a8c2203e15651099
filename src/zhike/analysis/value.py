"""Value: what customers bring and cost, in order; segments side by side; who is treated otherwise than its value says (ANA-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from zhike.analysis.standing import Line, Standing, share, total
from zhike.customers.life import AXES
from zhike.customers.models import Customer
from zhike.lists.dressing import wearing
from zhike.lists.grades import worn
from zhike.people.models import Person
from zhike.people.rules import sees

KINDS: dict[str, tuple[Any, Any]] = {
    "graded_low": (
        _("High value, low grade"),
        _("among the first tenth by value, with a grade below the middle"),
    ),
    "served_little": (
        _("High value, little service"),
        _("among the first tenth by value, in the lower half by service"),
    ),
    "graded_high": (
        _("Low value, high grade"),
        _("in the lower half by value, with a grade above the middle"),
    ),
    "served_much": (
        _("Low value, much service"),
        _("among the first tenth by service, in the lower half by value"),
    ),
}
"""Kind of mismatch -> its name, and when it is one: as docs/algorithms/population.md defines them."""
SEGMENTS: dict[str, tuple[Any, str]] = {
    "grade": (_("grade"), "grade"), "department": (_("department"), "department__name_zh"), "region": (_("region"), "region__name_zh"),
    "industry": (_("industry"), "industry"), "scale": (_("purchase scale"), "scale"),
    "importance": (_("strategic importance"), "importance"),
}  # fmt: skip


def measure_for(person: Person) -> str:
    """What value is measured by: profit for those who see it, else the amount."""
    return "profit" if sees(person, "profit") else "amount"


@dataclass(frozen=True)
class Mismatch:
    """A customer whose treatment does not fit its value; places count from 1."""

    line: Line
    kind: str
    value_place: int
    effort_place: int
    of: int
    value_share: float | None


def mismatches(standing: Standing, measure: str, ranks: Mapping[str, int]) -> dict[str, list[Mismatch]]:
    """The mismatches of each kind, the most telling first."""
    lines = standing.graded
    count, whole = len(lines), total(lines, measure)
    tenth, half = -(-count // 10), count // 2
    by_value = {one.pk: place for place, one in enumerate(standing.ordered(measure, lines), 1)}
    by_effort = {one.pk: place for place, one in enumerate(standing.ordered(standing.effort, lines), 1)}
    worst = max(ranks.values(), default=1)
    any_effort = total(lines, standing.effort) > 0
    found: dict[str, list[Mismatch]] = {kind: [] for kind in KINDS}
    for one in lines:
        value, effort, rank = by_value[one.pk], by_effort[one.pk], ranks.get(one.grade)
        good = value <= tenth and getattr(one, measure) > 0
        kinds = []
        if rank is not None:
            kinds += ["graded_low"] if good and 2 * rank > worst + 1 else []
            kinds += ["graded_high"] if value > count - half and 2 * rank < worst + 1 else []
        if any_effort:
            kinds += ["served_little"] if good and effort > count - half else []
            kinds += (
                ["served_much"]
                if effort <= tenth and getattr(one, standing.effort) > 0 and value > count - half
                else []
            )
        for kind in kinds:
            found[kind].append(Mismatch(one, kind, value, effort, count, share(getattr(one, measure), whole)))
    for kind, rows in found.items():
        rows.sort(key=lambda row: row.effort_place if kind == "served_much" else row.value_place)
    return found


@dataclass(frozen=True)
class Segment:
    """The customers of one segment together."""

    name: str
    key: str
    customers: int
    amount: int
    profit: int
    before: int
    minutes: int
    contacts: int
    cost: int

    @property
    def change(self) -> float | None:
        """Change of the amount against the twelve months before."""
        return None if self.before <= 0 else self.amount / self.before - 1


def segments(standing: Standing, by: str, person: Person) -> list[Segment]:
    """The segments of an axis, the largest amount first; one statement tells which customer belongs where."""
    column = SEGMENTS[by][1]
    where = dict(
        Customer.objects.visible_to(person).living().order_by().annotate(part=F(column)).values_list("pk", "part")
    )  # fmt: skip
    groups: dict[str, list[Line]] = {}
    for one in standing.lines:
        groups.setdefault(str(where.get(one.pk) or ""), []).append(one)
    words = AXES.get(by, {})
    found = [
        Segment(str(words.get(key, key)), key, len(lines), *(total(lines, name) for name in FIGURES))
        for key, lines in groups.items()
    ]
    return sorted(found, key=lambda one: -one.amount)


FIGURES = ("amount", "profit", "before", "minutes", "contacts", "cost")


def keyed(lines: Sequence[Line]) -> dict[int, Customer]:
    """The customers of some lines, by key, in one query."""
    rows = Customer.objects.select_related("manager").defer("search", "channels", "tokens", "business_scope")
    found = wearing("customers", rows).in_bulk([one.pk for one in lines])
    worn(found.values())
    return found
