"""Why a grade was found, one click away: the explanation of the run's result, from its frozen facts, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhike.explain_words import looked_words
from zhike.grading.explaining import explanation
from zhike.grading.models import Grade, GradingResult, Proposal
from zhike.grading.secrecy import Reader
from zhike.kernel.refusals import NotThere
from zhike.people.models import Person
from zhike.policies.chips import word_for
from zhike.policies.words import lang
from zhike_engine.errors import ZhikeError
from zhike_engine.explain import Explanation

ICONS = {
    "held": ("circle-check", "success"), "failed": ("circle-x", "error"), "unknown": ("circle-help", "warning"),
    "not_applicable": ("circle", "quiet"),
}  # fmt: skip
"""Outcome of a condition -> its icon and colour."""


@dataclass(frozen=True)
class Condition:
    """One condition as people read it."""

    sentence: str
    article: str
    value: str
    limit: str
    outcome: str
    why: str

    @property
    def icon(self) -> str:
        """Its icon."""
        return ICONS[self.outcome][0]

    @property
    def tone_css(self) -> str:
        """Its colour, as a class of the icon."""
        return f"icon-small text-{ICONS[self.outcome][1]}-ink"


@dataclass(frozen=True)
class Step:
    """One step that had a say."""

    title: str
    text: str
    grade: str
    article: str
    looked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """The nearest way to the next better grade."""

    grade: str
    summary: str
    gaps: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Tested:
    """A grade with its conditions."""

    title: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Reasons:
    """An explanation in words; empty where no run stands behind the grade."""

    headline: str = ""
    steps: tuple[Step, ...] = ()
    tested: tuple[Tested, ...] = ()
    way: Way | None = None
    source: str = ""

    @property
    def lines(self) -> list[str]:
        """Everything as sentences, for the API."""
        found = [
            self.headline,
            *(line for one in self.steps for line in (f"{one.title}: {one.text}", *one.looked)),
        ]
        found += [
            f"{one.sentence} · {one.value} / {one.limit} · {one.outcome}"
            for grade in self.tested
            for one in grade.conditions
        ]
        return [one for one in [*found, self.way.summary if self.way else "", self.source] if one]


def reasons_of(one: Proposal | Grade | GradingResult | None, by: Person) -> Reasons:
    """The reasons of a proposal, a grade or a result, as a person reads them."""
    result = one if isinstance(one, GradingResult) else result_of(one)
    if result is None:
        return Reasons()
    try:
        found = explanation(result)
    except (NotThere, ZhikeError, OSError):
        found = None
    if found is None:
        return Reasons()
    return told(Reader(by, result.run.version.text).read(found))


def result_of(one: Proposal | Grade | None) -> GradingResult | None:
    """The result of a run that a grade or a proposal goes back to."""
    if one is None:
        return None
    if isinstance(one, Proposal):
        return one.result
    if one.run_id is None:
        return None
    rating = one.rating.partition(".")[2]
    return GradingResult.objects.filter(run=one.run_id, customer=one.customer_id, rating=rating).first()


def told(found: Explanation) -> Reasons:
    """An explanation of the engine in the reader's language: the grade given, and the next better one."""
    asked = [
        one
        for one in found.grades
        if one.code == found.grade or (found.miss and one.code == found.miss.grade)
    ]
    words = {one.code: word_for(one.code, one.title) for one in found.grades}
    way = found.miss
    source = f"{found.provenance.title.pick(lang())} {found.provenance.version} · {found.provenance.as_of}"
    return Reasons(
        said(found.headline),
        tuple(
            Step(said(one.title), said(one.text), words.get(one.grade or "", one.grade or ""), one.article,
                 tuple(said(looked_words(each)) for each in one.looked))
            for one in found.path
        ),
        tuple(
            Tested(
                said(grade.title),
                tuple(
                    Condition(said(one.sentence), one.article, said(one.value), said(one.limit), one.outcome, said(one.why))
                    for one in grade.each
                ),
            )
            for grade in asked
            if grade.each
        ),
        None if way is None else Way(
            said(way.title), said(way.summary),
            tuple((said(gap.sentence), said(gap.has), said(gap.hint) or said(gap.missing)) for gap in way.gaps),
        ),
        source,
    )  # fmt: skip


def said(text: Any) -> str:
    """A text of the engine in the reader's language."""
    return "" if text is None else str(text.pick(lang()))
