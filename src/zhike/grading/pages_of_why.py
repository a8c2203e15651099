"""An explanation as the page shows it: every text in the reader's language; `secrecy.Reader` has taken out what is not for them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from zhike.explain_page import colour, done, ink, shown_number, shown_parts
from zhike.explain_words import (
    MARKS,
    OUTCOMES,
    RIGIDITIES,
    gap_notes,
    judged_words,
    limit_words,
    looked_words,
    opened,
    rows,
    value_words,
)
from zhike.grading.marks import pick
from zhike.grading.secrecy import HIDDEN, hidden_word
from zhike.policies.chips import word_for
from zhike_engine.explain import Checked, Explanation, GradeChecked, Group, Miss
from zhike_engine.explain.model import Part

TONES = {"held": "success", "failed": "error", "unknown": "warning", "not_applicable": "quiet"}


class Why:
    """One rating of a customer, explained."""

    def __init__(self, found: Explanation) -> None:
        self.found = found
        self.provenance = found.provenance

    def _said(self, text: Any) -> str:
        return pick(text) if text is not None else ""

    def chip(self, code: str | None) -> dict[str, str]:
        """The tag of a grade: its word and its colours."""
        titles = {grade.code: grade.title for grade in self.found.grades}
        word = "—" if code is None else code if code not in titles else word_for(code, titles[code])
        own = colour(self.found, code)
        return {"word": word, "colour": own, "ink": ink(own)}

    @property
    def grade(self) -> dict[str, str]:
        """The customer's own grade."""
        return self.chip(self.found.grade)

    @property
    def headline(self) -> str:
        """The result in a sentence."""
        return self._said(self.found.headline)

    @property
    def title(self) -> str:
        """The rating's title."""
        return self._said(self.found.rating_title)

    @property
    def state(self) -> str:
        """Provisional, pending …; nothing when it is simply graded."""
        return "" if self.found.state == "graded" else self._said(self.found.state_text)

    @property
    def movement(self) -> tuple[str, str]:
        """Against the grade before, with a tone."""
        tone = {"up": "success", "down": "error"}.get(self.found.movement, "quiet")
        return self._said(self.found.movement_text), tone

    @property
    def marks(self) -> list[str]:
        """Why a person should look."""
        return [self._said(mark.text) for mark in self.found.marks]

    @property
    def best(self) -> bool:
        """Whether there is no better grade."""
        return bool(self.found.grades) and self.found.grade == self.found.grades[0].code

    @property
    def steps(self) -> list[dict[str, Any]]:
        """How it was decided."""
        return [
            {
                "chip": self.chip(one.grade),
                "title": self._said(one.title),
                "text": self._said(one.text),
                "article": one.article,
                "looked": [(self._said(looked_words(seen)), seen.held) for seen in one.looked],
            }
            for one in self.found.path
        ]

    @property
    def ways(self) -> list[dict[str, Any]]:
        """The ways to the next better grade, easiest first."""
        return [self._way(one) for one in self.found.misses]

    def _way(self, one: Miss) -> dict[str, Any]:
        gaps = [
            {"sentence": self._said(gap.sentence), "kind": self._said(RIGIDITIES[gap.rigidity]), "rigidity": gap.rigidity,
             "has": self._said(gap.has), "missing": self._said(gap.missing), "notes": [self._said(note) for note in gap_notes(gap)],
             "done": done(gap)}
            for gap in one.gaps
        ]  # fmt: skip
        held = [{"title": self._said(step.title), "text": self._said(step.text)} for step in one.held_back]
        return {
            "title": self._said(one.title),
            "way": self._said(one.way),
            "summary": self._said(one.summary),
            "gaps": gaps,
            "held": held,
        }

    @property
    def grades(self) -> list[dict[str, Any]]:
        """Every grade with every condition."""
        shown = opened(self.found)
        return [
            {"chip": self.chip(one.code), "title": self._said(one.title), "open": one.code in shown, "sign": MARKS[one.outcome],
             "outcome": self._said(OUTCOMES[one.outcome]), "tone": TONES[one.outcome], "rows": self._rows(one), "article": one.article}
            for one in self.found.grades
        ]  # fmt: skip

    def _rows(self, grade: GradeChecked) -> list[dict[str, Any]]:
        return [self._row(depth, item) for depth, item in rows(grade.conditions)] if grade.conditions else []

    def _row(self, depth: int, item: Group | Checked) -> dict[str, Any]:
        row: dict[str, Any] = {
            "depth": depth, "sign": MARKS[item.outcome], "outcome": self._said(OUTCOMES[item.outcome]), "tone": TONES[item.outcome],
            "article": item.article,
        }  # fmt: skip
        if isinstance(item, Group):
            return row | {"group": True, "title": self._said(item.title or item.words)}
        return row | {
            "title": self._said(item.title) if item.title else self._said(item.sentence),
            "under": self._said(item.sentence) if item.title else "", "why": self._said(item.why) if item.why else "",
            "value": self._said(value_words(item)), "limit": self._said(limit_words(item)),
            "article_title": self._said(item.article_title) if item.article_title else "",
        }  # fmt: skip

    @property
    def scores(self) -> list[dict[str, Any]]:
        """Scores and what they are made of."""
        return [
            {"title": self._said(score.title), "value": self._number(score.value, score.parts),
             "base": shown_number(score.base) if score.base else "",
             "parts": [
                 {"title": self._said(part.title), "shown": self._said(part.shown), "points": self._number(part.points, [part]),
                  "weight": "—" if part.weight is None else f"{shown_number(part.weight, 100)} %",
                  "adds": hidden_word() if part.shown == HIDDEN else adds, "note": self._said(part.note)}
                 for part, adds in zip(score.parts, shown_parts(score), strict=True)
             ]}
            for score in self.found.scores
        ]  # fmt: skip

    def _number(self, number: Decimal | None, parts: Sequence[Part]) -> str:
        """A number of a score, or that it is not for this reader because a line behind it is not."""
        if number is None and any(part.shown == HIDDEN for part in parts):
            return hidden_word()
        return shown_number(number)

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """The data behind it, with the months it was taken from."""
        return [
            {"title": self._said(one.title), "shown": self._said(one.shown), "period": self._said(one.period), "article": one.article,
             "note": self._said(one.note), "why": self._said(one.why), "judged": self._said(judged_words(one.judged)) if one.judged else ""}
            for one in self.found.metrics
        ]  # fmt: skip
