"""The list of evaluations: counted by what many grades have in common, and read for the page that is shown.

Grades of one version, rating, code and first day ask for the same periods. So the database counts each such group once, and
the periods of a group stand in the list one after the other; only the fifty rows of a page become records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value

from zhike.grading.evaluations import Due, asked_of, published_since, records_of
from zhike.grading.models import Grade
from zhike.grading.records import Evaluation
from zhike.grading.schemes import Schemes
from zhike.lists.pages import MOST_PAGES, PAGE, Page

ALIKE = ("version_id", "rating", "grade", "from_on")
HOW = {"done": Q(done_on__lte=F("period_until")), "late": Q(done_on__gt=F("period_until"))}
"""State of an evaluation that is recorded -> which records have it."""


@dataclass(frozen=True)
class Stretch:
    """One period of a group of grades, in one state: `open` and `overdue` have no record, `done` and `late` have one."""

    alike: tuple[Any, ...]
    first: date
    last: date
    decides: bool
    state: str
    number: int = 0

    @property
    def recorded(self) -> bool:
        """Whether its evaluations are done."""
        return self.state in HOW

    def where(self) -> Q:
        """Its grades, among all."""
        records = Evaluation.objects.filter(grade=OuterRef("pk"), period_from=self.first)
        found = Exists(records.filter(HOW[self.state])) if self.recorded else ~Exists(records)
        return Q(found, **dict(zip(ALIKE, self.alike, strict=True)))


def stretches(rows: QuerySet[Grade], day: date) -> list[Stretch]:
    """Everything that some grades ask for up to a day, in the order of the list: what is to be done first, then by its last day."""
    plain = rows.order_by()
    groups = list(plain.values_list(*ALIKE).annotate(number=Count("pk")))
    schemes, since = Schemes(), published_since()
    schemes.fetch({version for version, *_rest in groups if version})
    done = _recorded(plain)
    found = []
    for *alike, number in groups:
        version, rating, grade, from_on = key = tuple(alike)
        decides, asked = asked_of(rating, grade, from_on, schemes.of(version, rating), since, day)
        for first, last in asked:
            some = {state: done[(*key, first, state)] for state in HOW}
            some["overdue" if day > last else "open"] = number - sum(some.values())
            one = Stretch(key, first, last, decides, "")
            found += [replace(one, state=state, number=many) for state, many in some.items() if many]
    return sorted(
        found, key=lambda one: (one.recorded, one.last, one.first, [str(part) for part in one.alike])
    )


def _recorded(rows: QuerySet[Grade]) -> Counter[tuple[Any, ...]]:
    """How many evaluations are recorded: by group, first day of the period, and state."""
    records = Evaluation.objects.filter(grade__in=rows.values("pk")).order_by()
    keys = [f"grade__{name}" for name in ALIKE]
    counts = {state: Count("pk", filter=condition) for state, condition in HOW.items()}
    return Counter({
        (*key, state): number
        for *key, done, late in records.values_list(*keys, "period_from").annotate(**counts)
        for state, number in (("done", done), ("late", late))
    })  # fmt: skip


def count_states(found: Iterable[Stretch]) -> Counter[str]:
    """How many evaluations there are in each state."""
    counted: Counter[str] = Counter()
    for one in found:
        counted[one.state] += one.number
    return counted


def page_of_dues(rows: QuerySet[Grade], found: list[Stretch], number: int) -> Page:
    """A page of the evaluations of some stretches; a constant number of queries."""
    whole = sum(one.number for one in found)
    number = max(1, min(number, MOST_PAGES, -(-whole // PAGE)))
    start = (number - 1) * PAGE
    shown = list(_dues(rows, found, start, start + PAGE))
    return Page(shown, number, whole, False, start + PAGE < whole and number < MOST_PAGES)


def _dues(rows: QuerySet[Grade], found: list[Stretch], start: int, end: int) -> Iterator[Due]:
    """The evaluations from one place of the list to another."""
    parts, place = list[tuple[Stretch, int, int]](), 0
    for one in found:
        low, high = max(start - place, 0), min(end - place, one.number)
        parts += [(one, low, high)] if low < high else []
        place += one.number
    keys = _keys(rows.order_by(), parts)
    known = Grade.objects.filter(pk__in={key for some in keys for key in some})
    grades = known.select_related("customer__manager").in_bulk()
    records = records_of(grades.values())
    for (one, _low, _high), some in zip(parts, keys, strict=True):
        for key in some:
            if key in grades:
                yield Due(grades[key], one.first, one.last, one.decides, records.get((key, one.first)))


def _keys(rows: QuerySet[Grade], parts: list[tuple[Stretch, int, int]]) -> list[list[int]]:
    """The keys of the grades of some parts: those that are whole in one query, the one at each end of the page in its own."""
    held: list[list[int]] = [[] for _part in parts]
    wholes = []
    for index, (one, low, high) in enumerate(parts):
        some = rows.filter(one.where())
        if (low, high) == (0, one.number):
            wholes.append(some.annotate(part=Value(index)).values_list("part", "pk"))
        else:
            held[index] = list(some.order_by("pk").values_list("pk", flat=True)[low:high])
    pairs: Iterable[tuple[int, int]] = wholes[0].union(*wholes[1:], all=True) if wholes else ()
    for index, key in sorted(pairs):
        held[index].append(key)
    return held
