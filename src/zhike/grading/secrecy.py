"""Figures of the cycle for those who may read them: what an explanation, a reason or a list shows to one reader.

A figure has the classes of everything that it is computed from: a share of profit is profit, a growth of orders is price.
Whoever lacks one of them reads in its place that it is not shown; that a condition holds, and its limit, which stand in the
policy, stay. What cannot be traced is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from zhike.customers.sections import classes_of_entry
from zhike.grading.behind import WORD, behind, known_names, rules_in
from zhike.grading.marks import pick
from zhike.kernel.journal import Entry
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike.policies import reading
from zhike_engine.explain import Checked, Explanation, Gap, GradeChecked, Group, Miss
from zhike_engine.explain.model import Metric, Part, Score, Step
from zhike_engine.policy.metrics import Forecast, Target
from zhike_engine.words import Text

CLASSES = ("price", "profit", "credit", "risk")
HIDDEN = Text(zh="无权查看", en="not shown to you")
COLUMN = re.compile(r"\b(orders|order_lines|payments|targets|receivables|forecasts)(?:\.([a-z_]+))?\b")
BASIC = {"order", "line", "product", "status", "currency", "ordered_on", "known_on", "quantity", "customer"}
"""Columns of orders that everybody reads who sees orders."""
BARE = {"amount": "price", "price": "price", "profit": "profit", "cost": "profit", "margin": "profit"}
"""Columns as they stand in the condition of a metric."""
EVENTS = {"order_drop": "price", "large_order": "price", "late_payment": "credit"}
"""Cause of a proposal or a grade -> the class of the figures in its words."""


def classes_in(spec: Any) -> set[str]:
    """The classes of the facts that a metric itself reads."""
    found: set[str] = set()
    for text in rules_in(spec.model_dump()):
        for table, column in COLUMN.findall(text):
            if table in ("receivables", "payments"):
                found.add("credit")
            elif column and column not in BASIC:
                found.add("profit" if BARE.get(column) == "profit" else "price")
        found |= {BARE[word] for word in WORD.findall(getattr(spec, "where", None) or "") if word in BARE}
    if isinstance(spec, Forecast):
        found.add("risk" if re.search("churn|risk", spec.forecast) else "price")
    if isinstance(spec, Target):
        found.add("price")
    if "credit" in str(getattr(spec, "judgement", "") or getattr(spec, "column", "")):
        found.add("credit")
    return found


@lru_cache(maxsize=64)
def _classes(text: str) -> dict[str, frozenset[str]]:
    document = reading.read_text(text).document
    known = known_names(document)
    own = {name: classes_in(spec) for name, spec in document.metrics.items()}
    return {
        name: frozenset().union(*(own.get(one, set()) for one in {name, *behind(document, [spec])}))
        for name, spec in known.items()
    }


def classes_of(text: str, names: Iterable[str]) -> frozenset[str]:
    """The classes of names of a policy's text; of one that it does not know, all."""
    known = _classes(text)
    return frozenset().union(*(known.get(name, frozenset(CLASSES)) for name in names))


class Reader:
    """What one person reads of the explanations by one policy."""

    def __init__(self, person: Person, text: str) -> None:
        self.text = text
        self.lacks = {one for one in CLASSES if not sees(person, one)}

    @property
    def reads_all(self) -> bool:
        """Whether nothing that the policy measures is hidden from this reader."""
        return not self.hides(*known_names(reading.read_text(self.text).document))

    def hides(self, *names: str) -> bool:
        """Whether a figure computed from names is not for this reader."""
        return bool(self.lacks & classes_of(self.text, names))

    def read(self, found: Explanation) -> Explanation:
        """An explanation as this person reads it."""
        if not self.lacks:
            return found
        grades = tuple(self._grade(one) for one in found.grades)
        hidden = {
            one.id
            for grade in found.grades
            for one in grade.each
            if self.hides(*(seen.name for seen in one.seen))
        }
        return replace(
            found, grades=grades, path=tuple(self._step(one) for one in found.path), scores=tuple(self._score(one) for one in found.scores),
            metrics=tuple(self._metric(one) for one in found.metrics),
            misses=tuple(self._miss(one, hidden) for one in found.misses),
        )  # fmt: skip

    def _step(self, one: Step) -> Step:
        looked = tuple(
            replace(seen, value=HIDDEN) if self.hides(*seen.names) else seen for seen in one.looked
        )
        return one if looked == one.looked else replace(one, looked=looked)

    def _metric(self, one: Metric) -> Metric:
        if not self.hides(one.name):
            return one
        judged = None if one.judged is None else replace(one.judged, ground="")
        return replace(one, value=None, shown=HIDDEN, why=None, note=None, judged=judged)

    def _grade(self, one: GradeChecked) -> GradeChecked:
        return one if one.conditions is None else replace(one, conditions=self._group(one.conditions))

    def _group(self, one: Group) -> Group:
        items = tuple(
            self._group(item) if isinstance(item, Group) else self._checked(item) for item in one.items
        )
        return replace(one, items=items)

    def _checked(self, one: Checked) -> Checked:
        names = [seen.name for seen in one.seen]
        if not self.hides(*names):
            return one
        limit = one.limit if len(names) == 1 else None
        return replace(one, value=HIDDEN, limit=limit, seen=(), why=None)

    def _score(self, one: Score) -> Score:
        items: Any = known_names(reading.read_text(self.text).document)[one.name].items
        parts = tuple(self._part(part, items.get(part.name)) for part in one.parts)
        value = None if any(part.shown == HIDDEN for part in parts) else one.value
        return replace(one, parts=parts, value=value)

    def _part(self, one: Part, item: Any) -> Part:
        names = (
            ()
            if item is None
            else {word for text in rules_in(item.model_dump()) for word in WORD.findall(text)}
        )
        known = known_names(reading.read_text(self.text).document)
        if item is not None and not self.hides(*(name for name in names if name in known)):
            return one
        return replace(one, shown=HIDDEN, points=None, contribution=None, note=None)

    def _miss(self, one: Miss, hidden: set[str]) -> Miss:
        gaps = tuple(
            self._gap(gap) if gap.condition in hidden or self.hides(*gap.names) else gap for gap in one.gaps
        )
        if gaps == one.gaps:
            return one
        summary = Text(zh=f"还差 {len(gaps)} 项条件", en=f"conditions missing: {len(gaps)}")
        return replace(one, gaps=gaps, summary=summary)

    def _gap(self, one: Gap) -> Gap:
        return replace(one, has=HIDDEN, missing=HIDDEN, hint=None, size=2.0, day=None)


def reads_cause(person: Person, cause: str) -> bool:
    """Whether the words of a cause, which name figures, are for a person."""
    needed = EVENTS.get(cause)
    return needed is None or sees(person, needed)


def hide_causes(person: Person, rows: Iterable[Any]) -> None:
    """Take the words with figures out of proposals and grades that are about to be shown; they are not to be saved after."""
    for row in rows:
        if not reads_cause(person, row.cause):
            row.ground = hidden_word() if row.ground else row.ground
            if getattr(row, "detail", ""):
                row.detail = hidden_word()


def hidden_word() -> str:
    """What stands in the place of a figure, in the reader's language."""
    return pick(HIDDEN)


def _of_event(cause: Any) -> frozenset[str]:
    """The classes of the figures in the words of a cause; of one that is not known, all that events speak of."""
    if not cause:
        return frozenset(EVENTS.values())
    return frozenset({EVENTS[cause]} if cause in EVENTS else ())


def _words(entry: Entry) -> Any:
    return entry.data.get("words", {})


@classes_of_entry("gradeevent")
def event_entries(entry: Entry) -> dict[str, frozenset[str]]:
    """What happened is told in figures."""
    found = _of_event(_words(entry).get("kind"))
    return {"what": found, "detail": found}


@classes_of_entry("grade")
def grade_entries(entry: Entry) -> dict[str, frozenset[str]]:
    """The ground of a grade names the figures of its cause."""
    return {"ground": _of_event(_words(entry).get("cause"))}


@classes_of_entry("proposal")
def proposal_entries(entry: Entry) -> dict[str, frozenset[str]]:
    """What happened, and the words of whoever decided on it."""
    found = _of_event(_words(entry).get("cause"))
    return {"detail": found, "ground": found}


@classes_of_entry("judgement")
def judgement_entries(entry: Entry) -> dict[str, frozenset[str]]:
    """A judgement of a customer's credit is credit."""
    name = entry.what.rpartition(" · ")[2]
    found = frozenset({"credit"} if "credit" in name else ())
    return {"value": found, "ground": found}
