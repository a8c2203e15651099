"""Marks of results: codes that are stored, and the words for them in the policy's own language."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhike_engine import Policy, Text
from zhike_engine.language.sentences import Titles
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.run import Run
from zhike_engine.sql.dialect import DIALECTS
from zhike_engine.sql.ratings import PENDING_CONDITION, PENDING_LINE

MIXED = "mixed"
DUCK = DIALECTS["duckdb"]


def pick(text: Text) -> str:
    """A text in the reader's language."""
    return str(text.pick("zh" if (get_language() or "").startswith("zh") else "en"))


def mark_sql(rating: PlannedRating) -> str:
    """SQL over `result r`: the codes of a customer, joined by commas; empty without any."""
    p, spec = f"r.{rating.prefix}", rating.spec
    marks = [f"case when {p}_v{i} then 'v{i}' end" for i in range(len(spec.review))]
    if spec.fallback:
        used = f"{p}_raw is null and not {p}_newcomer and {p}_rated and {p}_rank is not null"
        marks.insert(0, f"case when {used} then '{MIXED}' end")
    marks.append(f"case when {p}_rated and {p}_rank is null then concat('p', {p}_pending) end")
    return f"concat_ws(',', {', '.join(marks)})"


def mark_words(policy: Policy, rating: str, mark: str) -> list[str]:
    """The codes of a result in words."""
    return [found for code in mark.split(",") if code and (found := _word(policy, rating, code))]


def _word(policy: Policy, rating: str, code: str) -> str:
    spec = policy.document.ratings.get(rating)
    if spec is None:
        return code
    if code == MIXED and spec.fallback:
        return pick(_text(spec.fallback.mark))
    kind, number = code[:1], code[1:]
    if kind == "v" and number.isdigit() and int(number) < len(spec.review):
        return pick(_text(spec.review[int(number)].mark))
    if kind == "p" and number.isdigit():
        return _pending(policy, rating, int(number))
    return code


def _pending(policy: Policy, rating: str, number: int) -> str:
    spec = policy.document.ratings[rating]
    if 1 <= number <= len(spec.pending):
        return pick(_text(spec.pending[number - 1].reason))
    lines = spec.fallback.lines if spec.fallback else []
    at = number - PENDING_LINE - 1
    if 0 <= at < len(lines) and lines[at].pending is not None:
        return pick(_text(lines[at].pending))
    return _("a condition cannot be told") if number >= PENDING_CONDITION else _("no grade matches")


def _text(found: object) -> Text:
    if isinstance(found, Text):
        return found
    return Text(zh=str(getattr(found, "zh", found)), en=str(getattr(found, "en", found)))


def titles_of(run: Run) -> Titles:
    """The titles of a run's names."""
    return Titles(run.plan)


def codes(mark: str) -> Iterable[str]:
    """The single codes of a mark."""
    return [code for code in mark.split(",") if code]
