"""What a letter may tell the customer: the grounds of the grade in plain words, and the service that follows.

Told is what the customer knows or may know of itself: its own orders, payments, years and complaints, the limit of the
policy, the article. Never told: profit and anything made of it, shares, ranks and classes among other customers,
judgements and scores of our people, attributes that we gave the customer, the reasons of manual records and appeals.
A metric is told only when everything it is made of may be told, so a new kind of metric is silent until somebody
decides otherwise. The whole rule stands in docs/explanation/letters.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from zhike.grading.explaining import explanation
from zhike.grading.models import Grade
from zhike.kernel.refusals import Refused
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import document, values, word_in
from zhike_engine.errors import ZhikeError
from zhike_engine.explain import Checked, Explanation, Step
from zhike_engine.language.nodes import names_in
from zhike_engine.language.parse import parse
from zhike_engine.policy.metrics import OF_ROWS
from zhike_engine.words import Lang, Text

NOTICE = "written_notice"
"""The obligation by which a policy asks for a letter; a rating that it does not name is not told to customers."""
OWN_TABLES = frozenset({"orders", "order_lines", "receivables", "payments", "complaints"})
INSIDE = re.compile(r"profit|margin|cost|hours|score|effort")
ASIDE = re.compile(r"（即 [^）]*）| \(that is [^)]*\)")
EASTERN = re.compile(r"[\d.,]+\s*[万亿]\S*\s*\(([^)]+)\)")
SENTENCES = {
    "rule": Text(zh="", en=""),
    "fallback": Text(zh="各项指标介于不同等级之间，按制度第 {article} 条综合评定。",
                     en="The figures lie between the grades, so article {article} of the policy decides."),
    "newcomer": Text(zh="合作时间尚短，按制度第 {article} 条暂定等级。",
                     en="We have not worked together for long yet, so article {article} gives a provisional grade."),
}  # fmt: skip
OTHER = Text(
    zh="按制度第 {article} 条，由公司评定。",
    en="Decided by the company under article {article} of the policy.",
)
DECIDED = Text(zh="由公司管理层审定。", en="Decided by the company's management.")
LINE = Text(
    zh="{title}：{value}（{limit}，第 {article} 条）", en="{title}: {value} ({limit}; article {article})"
)
PLAIN = Text(zh="{title}：{value}", en="{title}: {value}")
BARE = Text(zh="{title}：{value}（{limit}）", en="{title}: {value} ({limit})")


def rating_of(grade: Grade) -> str:
    """The rating's name within its policy."""
    return grade.rating.partition(".")[2] or grade.rating


def spec_of(grade: Grade) -> Any | None:
    """The grade as its policy declares it; None where the policy or the code is not known."""
    if grade.version is None:
        return None
    rating = document(grade.version).document.ratings.get(rating_of(grade))
    return rating.grades.get(grade.grade) if rating is not None else None


def word_of(grade: Grade) -> str:
    """The word for a grade in the reader's language."""
    return word_in(grade.version, grade.rating, grade.grade)


def notice_of(version: PolicyVersion, rating: str, code: str) -> tuple[bool, int | None]:
    """Whether the policy has customers told of a grade, and in how many days if it says so."""
    found = document(version).document.obligations.get(NOTICE)
    if (
        found is None
        or (found.rating and found.rating != rating)
        or (found.grades and code not in found.grades)
    ):
        return False, None
    days: Any = found.within_days
    if isinstance(days, str):
        days = values(version).get(days)
    return True, int(days) if days is not None else None


@cache
def shipped() -> dict[str, Any]:
    """The words that ship with the product."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("wordings.yaml").read_text("utf-8"))
    return found


def measures(grade: Grade, lang: Lang) -> list[str]:
    """The service that the grade is owed, in the words meant for the customer."""
    spec = spec_of(grade)
    if spec is None or grade.version is None:
        return []
    policy = document(grade.version).document
    own = shipped()["measures"].get(grade.version.policy.preset or grade.version.policy.code, {})
    found = []
    for code in spec.owes:
        if code not in own:
            found.append(str(policy.obligations[code].title.text.pick(lang)))
        elif own[code] is not None:
            found.append(str(own[code][lang]))
    return found


def explained(grade: Grade) -> Explanation | None:
    """The explanation of a grade from its run; None for grades without one, or when its files are gone."""
    if grade.run_id is None:
        return None
    try:
        return explanation(grade)
    except (ZhikeError, Refused, OSError, LookupError):
        return None


def grounds(grade: Grade, found: Explanation | None, lang: Lang) -> list[str]:
    """The grounds in plain words, a line each."""
    if found is None or found.grade != grade.grade:
        return [DECIDED.pick(lang)]
    tellable = Tellable(grade)
    last = found.path[-1] if found.path else None
    lines = [sentence for sentence in (_step(last, lang),) if sentence]
    if last is None or last.kind in ("rule", "fallback", "newcomer"):
        for one in found.tested(grade.grade).each:
            if (
                one.outcome == "held"
                and one.counts
                and (line := _line(one, tellable, lang))
                and line not in lines
            ):
                lines.append(line)
    if last is not None and last.kind == "fallback":
        lines[1:1] = _measure(grade, found, tellable, lang)
    return lines or [DECIDED.pick(lang)]


def _measure(grade: Grade, found: Explanation, tellable: Tellable, lang: Lang) -> list[str]:
    """What the rating measures customers by, where no condition of the grade tells it."""
    assert grade.version is not None
    name = document(grade.version).document.ratings[rating_of(grade)].measure
    own = next((one for one in found.metrics if one.name == name and tellable.may(one.name)), None)
    return (
        [PLAIN.pick(lang).format(title=own.title.pick(lang), value=own.shown.pick(lang))]
        if own is not None
        else []
    )


def _step(last: Step | None, lang: Lang) -> str:
    if last is None:
        return ""
    return SENTENCES.get(last.kind, OTHER).pick(lang).format(article=last.article or "—")


def _line(one: Checked, tellable: Tellable, lang: Lang) -> str:
    """A condition about one thing the customer may know: `Order amount: 9.6 million (above 5 million; article 3)`."""
    if len(one.seen) != 1 or one.value is None or one.limit is None or not tellable.may(one.seen[0].name):
        return ""
    sentence = EASTERN.sub(r"\1", one.sentence.pick(lang)) if lang == "en" else one.sentence.pick(lang)
    title = one.seen[0].title.pick(lang)
    if not sentence.casefold().startswith(title.casefold()) or re.search(r" 或 | or “| and “", sentence):
        return ""
    limit = ASIDE.sub("", re.sub(r"^(is|are)\s+", "", sentence[len(title) :].strip())).strip()
    said = LINE if one.article else BARE
    return said.pick(lang).format(
        title=title, value=one.seen[0].shown.pick(lang), limit=limit, article=one.article
    )


class Tellable:
    """Which metrics of a policy the customer may be told."""

    def __init__(self, grade: Grade) -> None:
        assert grade.version is not None
        policy = document(grade.version).document
        self.metrics, self.limits = policy.metrics, set(policy.parameters)
        self.known: dict[str, bool] = {}

    def may(self, name: str) -> bool:
        """Whether a metric, and everything it is made of, may be told."""
        if name not in self.known:
            self.known[name] = False  # what refers to itself is not told
            self.known[name] = name in self.metrics and self._may(self.metrics[name])
        return self.known[name]

    def _may(self, metric: Any) -> bool:
        if INSIDE.search(str(getattr(metric, "where", "") or "")):
            return False
        for kind in OF_ROWS:
            column = getattr(metric, kind, None)
            if isinstance(column, str):
                table, _dot, field = column.partition(".")
                return (
                    table in OWN_TABLES
                    and not INSIDE.search(field)
                    and getattr(metric, "times", None) is None
                )
        if hasattr(metric, "tenure"):
            return True
        parts = list(self._parts(metric))
        return bool(parts) and all(self.may(part) for part in parts)

    def _parts(self, metric: Any) -> Iterator[str]:
        """The metrics that another is computed from, for the kinds that may be told."""
        if hasattr(metric, "growth"):
            yield from (metric.growth, metric.against)
        elif hasattr(metric, "deviation"):
            yield from metric.deviation
        elif hasattr(metric, "formula"):
            yield from (
                names_in(parse(metric.formula)) - self.limits
            )  # what is left must be a metric that may be told
