"""What an explanation is made of: frozen values, every text in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from zhike_engine.formats import Shown
from zhike_engine.words import Text

Outcome = Literal["held", "failed", "unknown", "not_applicable"]
"""What became of a condition; `unknown`: a value in it is not computable."""
Rigidity = Literal["reach", "judgement", "time", "fixed", "unknown"]
"""What can change a value: the customer's business, a named person, time alone, nothing, or data that is missing."""
State = Literal["graded", "provisional", "pending", "not_rated"]
Movement = Literal["up", "down", "same", "first", "none"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A value that a condition looked at."""

    name: str
    title: Text
    value: Shown | None
    unit: str
    shown: Text


@dataclass(frozen=True, slots=True)
class Judged:
    """Who gave a judgement, when and why."""

    by: str
    on: date
    ground: str
    reviewer: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of the customer: its value, or why it is not computable, and the days it was taken from."""

    name: str
    kind: str
    title: Text
    article: str
    value: Shown | None
    unit: str
    shown: Text
    why: Text | None
    period: Text | None
    note: Text | None
    judged: Judged | None


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a scorecard. `weight` is a share of one, None for bonus and deduction items.

    `points` is None when they cannot be told; `contribution` is what the line adds to the score.
    """

    name: str
    title: Text
    article: str
    shown: Text
    points: Decimal | None
    weight: Decimal | None
    contribution: Decimal | None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A score and what it is made of; `base` are the points everybody starts with."""

    name: str
    title: Text
    value: Decimal | None
    base: Decimal
    at_least: Decimal
    at_most: Decimal
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """One condition with what it saw. `counts` tells whether it counted as held (it may, though unknown)."""

    id: str
    sentence: Text
    title: Text | None
    article: str
    article_title: Text | None
    outcome: Outcome
    counts: bool
    value: Text | None
    limit: Text | None
    seen: tuple[Seen, ...]
    why: Text | None


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which at least `needed` must hold."""

    words: Text
    title: Text | None
    article: str
    needed: int
    outcome: Outcome
    items: tuple[Checked | Group, ...]


@dataclass(frozen=True, slots=True)
class GradeChecked:
    """A grade with everything that was asked for it; `conditions` is None when only other steps give the grade."""

    code: str
    title: Text
    colour: str
    article: str
    outcome: Outcome
    conditions: Group | None

    @property
    def each(self) -> tuple[Checked, ...]:
        """Every condition, in reading order."""
        return tuple(_leaves(self.conditions)) if self.conditions else ()


def _leaves(group: Group) -> list[Checked]:
    found: list[Checked] = []
    for item in group.items:
        found += _leaves(item) if isinstance(item, Group) else [item]
    return found


@dataclass(frozen=True, slots=True)
class Looked:
    """A comparison that a step made: its words, the customer's value, the limit, and whether it holds."""

    sentence: Text
    value: Text | None
    limit: Text | None
    held: bool | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step that had a say in the result; `grade` is what it was after it, None when there was none.

    `looked` are the customer's values beside the limits of a step that has a condition of its own.
    """

    kind: str
    title: Text
    text: Text
    grade: str | None
    article: str
    looked: tuple[Looked, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing for one condition, in the customer's own numbers.

    `size` is the gap as a part of the limit, for ordering; `day` the first day on which time alone can close it;
    `instead` counts the other conditions of which one would do as well; `source` names what stands in the way
    where it is not a condition of the grade itself; `names` are what the condition reads of the customer.
    """

    condition: str
    sentence: Text
    rigidity: Rigidity
    has: Text
    missing: Text
    hint: Text | None
    size: float
    day: date | None = None
    instead: int = 0
    source: Text | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Miss:
    """One way to the next better grade, and what is missing on it; most easily changed first.

    `way` says by what the grade would come; `held_back` lists the steps that stand in the way all the same.
    """

    grade: str
    title: Text
    way: Text
    gaps: tuple[Gap, ...]
    held_back: tuple[Step, ...]
    summary: Text

    @property
    def near(self) -> bool:
        """Whether one condition is missing, and it is within reach."""
        return len(self.gaps) == 1 and self.gaps[0].rigidity == "reach" and not self.held_back


@dataclass(frozen=True, slots=True)
class Mark:
    """A reason for a person to look at the customer."""

    text: Text
    article: str
    because: Text | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """From what the result can be repeated."""

    policy: str
    title: Text
    version: str
    policy_hash: str
    values_hash: str
    as_of: date
    currency: str
    facts_fingerprint: str
    engine: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a customer has a result in one rating."""

    customer: str
    name: str
    rating: str
    rating_title: Text
    grade: str | None
    grade_title: Text | None
    colour: str
    state: State
    state_text: Text
    previous: str | None
    previous_title: Text | None
    movement: Movement
    movement_text: Text
    headline: Text
    path: tuple[Step, ...]
    grades: tuple[GradeChecked, ...]
    scores: tuple[Score, ...]
    metrics: tuple[Metric, ...]
    marks: tuple[Mark, ...]
    misses: tuple[Miss, ...]
    provenance: Provenance

    @property
    def miss(self) -> Miss | None:
        """The easiest way to the next better grade; None at the best grade."""
        return self.misses[0] if self.misses else None

    def tested(self, code: str) -> GradeChecked:
        """The grade of this code with its conditions; raises KeyError."""
        for grade in self.grades:
            if grade.code == code:
                return grade
        raise KeyError(code)
