"""Marks of results: codes that are stored, and the words for them in the policy's own language."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhike_engine.errors import PolicyInvalid, ZhikeError
from zhike_engine.messages import Said
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.policy.load import Policy
from zhike_engine.sql.dialect import DIALECTS
from zhike_engine.sql.ratings import PENDING_CONDITION, PENDING_LINE, PENDING_NOTHING
from zhike_engine.words import Lang, Text

MIXED = "mixed"
DUCK = DIALECTS["duckdb"]


def lang() -> Lang:
    """The reader's language."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def pick(text: Text | Said) -> str:
    """A text in the reader's language."""
    return str(text.pick(lang()))


def told(both: dict[str, str]) -> str:
    """A text that is stored in both languages, in the reader's."""
    return both.get(lang(), "")


def problem_words(problem: ZhikeError, lang: Lang) -> str:
    """What a refusal of the engine says, without the place in a file."""
    issues = (
        [issue.message.pick(lang) for issue in problem.issues[:3]]
        if isinstance(problem, PolicyInvalid)
        else []
    )
    return " ".join(text for text in (problem.message.pick(lang), *issues, problem.hint.pick(lang)) if text)


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
    untold = PENDING_CONDITION <= number < PENDING_NOTHING
    return _("a condition cannot be told") if untold else _("no grade matches")


def _text(found: object) -> Text:
    if isinstance(found, Text):
        return found
    return Text(zh=str(getattr(found, "zh", found)), en=str(getattr(found, "en", found)))


def codes(mark: str) -> Iterable[str]:
    """The single codes of a mark."""
    return [code for code in mark.split(",") if code]
