"""A policy to be read: every article beside the rules that carry it out, in sentences made from the engine's own trees."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhike.messages import translated
from zhike.policies.chips import word_for
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import read_text, values
from zhike.policies.words import lang, unit_word
from zhike.report.policy_text import PolicyText
from zhike.report.policy_text import Sentence as Written
from zhike_engine.errors import ZhikeError
from zhike_engine.facts.tables import TABLES
from zhike_engine.language.parse import parse
from zhike_engine.language.sentences import to_sentence
from zhike_engine.language.titles import Titles
from zhike_engine.plan.build import Plan, build
from zhike_engine.plan.rules import Leaf, PlannedGrade, PlannedRating, Tree
from zhike_engine.policy.check import CHECKED_ON
from zhike_engine.policy.clocks import REQUEST_KINDS, Clock
from zhike_engine.policy.diff import SECTIONS
from zhike_engine.policy.metrics import kind_of
from zhike_engine.policy.model import PolicyDocument
from zhike_engine.words import Lang, listed


@dataclass(frozen=True)
class Line:
    """A sentence, and the sentences inside when it heads a group."""

    text: str
    inside: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Rule:
    """An element that carries an article out: what it is, what it is called, what it says."""

    kind: str
    name: str
    title: str
    lines: tuple[Line, ...] = ()
    grade: str = ""
    rank: int = 0
    note: str = ""
    short: bool = False


@dataclass
class Shown:
    """An article of the text with the rules that carry it out."""

    number: str
    title: str
    text: str
    kind: str
    owner: str
    rules: list[Rule] = field(default_factory=list)


@dataclass(frozen=True)
class Term:
    """A word of the glossary: a metric or a parameter, and what it means."""

    word: str
    meaning: str


@dataclass(frozen=True)
class Reader:
    """A version in one language."""

    articles: tuple[Shown, ...]
    others: tuple[Rule, ...]
    terms: tuple[Term, ...]


def planned(text: str, given: dict[str, Any]) -> Plan:
    """The plan of a text with values; unset parameters stay unset."""
    return build(read_text(text).document, CHECKED_ON, given)


def reader(version: PolicyVersion) -> Reader:
    """A version as articles with rules; kept, since putting it into words takes a moment."""
    return _reader(version.text, json.dumps(values(version), sort_keys=True), lang())


def scope_in_words(version: PolicyVersion) -> str:
    """Which customers a version grades, as a sentence; empty when it names none."""
    try:
        plan = planned(version.text, values(version))
    except ZhikeError:
        return ""
    condition = plan.document.scope.customers
    return to_sentence(parse(condition), Titles(plan), lang()) if condition else ""


@lru_cache(maxsize=32)
def _reader(text: str, given: str, language: Lang) -> Reader:
    plan = planned(text, json.loads(given))
    maker = _Maker(plan, language)
    shown = {
        number: Shown(
            number, one.title.pick(language), one.text.pick(language) if one.text else "", one.kind,
            one.owner.pick(language) if one.owner else "",
        )
        for number, one in plan.document.articles.items()
    }  # fmt: skip
    others = []
    for article, rule in maker.rules():
        if article in shown:
            shown[article].rules.append(rule)
        else:
            others.append(rule)
    return Reader(tuple(shown.values()), tuple(others), tuple(maker.terms()))


class _Maker:
    """Puts the elements of a planned policy into words of one language."""

    def __init__(self, plan: Plan, language: Lang) -> None:
        self.plan, self.language = plan, language
        self.titles = Titles(plan)
        run: Any = SimpleNamespace(plan=plan, compiled=SimpleNamespace(values=self.titles.values))
        self.words = PolicyText(run)

    def rules(self) -> Iterator[tuple[str, Rule]]:
        """Every element with its article, in the order of the document."""
        document = self.plan.document
        if document.scope.customers:
            said = to_sentence(parse(document.scope.customers), self.titles, self.language)
            yield document.scope.article, Rule(_("scope"), "scope", "", (Line(said),))
        for rating in self.plan.ratings:
            for grade in rating.grades:
                yield grade.spec.article, self.grade(rating, grade)
                yield from self.strangers(rating, grade)
            for one in self.words.rules(rating):
                lines = tuple(Line(line.pick(self.language)) for line in one.lines)
                yield (
                    one.article,
                    Rule(self.kind("ratings"), rating.name, one.title.pick(self.language), lines),
                )
        yield from self.measures(document)
        yield from self.numbers(document)
        for index, rule in enumerate(document.consistency):
            said = to_sentence(parse(rule.when), self.titles, self.language)
            title = rule.title.pick(self.language) if rule.title else ""
            yield rule.article, Rule(self.kind("consistency"), str(index + 1), title, (Line(said),))
        yield from self.duties(document)

    def kind(self, section: str) -> str:
        return SECTIONS[section].pick(self.language)

    def grade(self, rating: PlannedRating, grade: PlannedGrade) -> Rule:
        told = self.words.grade(grade)
        lines = (self.line(told.conditions),) if told.conditions else ()
        owes = ", ".join(one.pick(self.language) for one in told.owes)
        note = _("owes: %(what)s") % {"what": owes} if owes else ""
        title = grade.spec.title.pick(self.language)
        many = len(self.plan.ratings) > 1
        kind = f"{rating.spec.title.pick(self.language)}" if many else self.kind("ratings")
        word = word_for(grade.code, grade.spec.title.text)
        return Rule(kind, f"{rating.name}.{grade.code}", title, lines, word, grade.rank, note)

    def strangers(self, rating: PlannedRating, grade: PlannedGrade) -> Iterator[tuple[str, Rule]]:
        """Conditions of a grade that carry out another article than the grade itself."""
        for leaf in leaves_of(grade.tree):
            if leaf.article and leaf.article != grade.spec.article:
                said = (
                    leaf.title.pick(self.language)
                    if leaf.title
                    else to_sentence(leaf.node, self.titles, self.language)
                )
                title = grade.spec.title.pick(self.language)
                yield (
                    leaf.article,
                    Rule(
                        self.kind("ratings"),
                        leaf.id,
                        title,
                        (Line(said),),
                        word_for(grade.code, grade.spec.title.text),
                        grade.rank,
                    ),
                )

    def line(self, written: Written) -> Line:
        return Line(written.text.pick(self.language), tuple(self.line(one) for one in written.inside))

    def measures(self, document: PolicyDocument) -> Iterator[tuple[str, Rule]]:
        for name, spec in document.metrics.items():
            yield (
                spec.article,
                Rule(
                    self.kind("metrics"), name, spec.title.pick(self.language), (Line(self.measured(spec)),)
                ),
            )
        for name, card in document.scorecards.items():
            lines = tuple(
                Line(item.title.pick(self.language) if item.title else self.named(item.of or key))
                for key, item in card.items.items()
            )
            yield card.article, Rule(self.kind("scorecards"), name, card.title.pick(self.language), lines)

    def named(self, name: str) -> str:
        return self.titles.named(name).title.pick(self.language)

    def measured(self, spec: Any) -> str:
        """How a metric is measured: its own remark, else what its kind does."""
        if spec.note is not None:
            return str(spec.note.pick(self.language))
        said = translated(" ".join((type(spec).__doc__ or "").split()).rstrip("."), self.language)
        column = self.column(str(getattr(spec, kind_of(spec) or "", "")))
        parts = [re.split("[;；]", said)[0] + (f"（{column}）" if column else "")]
        over = getattr(spec, "over", None)
        where = getattr(spec, "where", None)
        if over:
            parts.append(_("window: %(over)s") % {"over": window_words(over, self.plan.document.windows)})
        if where:
            told = to_sentence(parse(where), self.titles.rows_of(table_of(spec)), self.language)
            parts.append(_("only where %(where)s") % {"where": told})
        return (" · ").join(parts)

    def column(self, source: str) -> str:
        """A column of the facts, or a metric, as people call it."""
        table, _dot, name = source.partition(".")
        if table in TABLES:
            found = next((one.title for one in TABLES[table].columns if one.name == name), None)
            own = TABLES[table].title.pick(self.language)
            return f"{own}·{found.pick(self.language)}" if found else own
        return self.named(source) if source in self.plan.document.metrics else ""

    def numbers(self, document: PolicyDocument) -> Iterator[tuple[str, Rule]]:
        for name, spec in document.parameters.items():
            lines, title = (Line(self.value(name)),), spec.title.pick(self.language)
            yield spec.article, Rule(self.kind("parameters"), name, title, lines, short=True)

    def value(self, name: str) -> str:
        """A parameter's value as it is read, or that it is unset."""
        found = self.titles.named(name).shown
        return found.pick(self.language) if found is not None else _("not set")

    def duties(self, document: PolicyDocument) -> Iterator[tuple[str, Rule]]:
        for section in (
            "obligations",
            "procedures",
            "clocks",
            "forms",
            "gates",
            "indicators",
            "subordinate_rules",
        ):
            for name, spec in getattr(document, section).items():
                lines = tuple(Line(one) for one in self.inner(section, spec))
                yield spec.article, Rule(self.kind(section), name, spec.title.pick(self.language), lines)

    def inner(self, section: str, spec: Any) -> Iterator[str]:
        if section == "procedures":
            yield from (one.title.pick(self.language) for one in spec.steps)
        elif section == "forms":
            yield from (one.title.pick(self.language) for one in spec.fields.values())
        elif section == "clocks":
            yield from self.limits(spec)
        elif section == "indicators" and spec.target is not None:
            yield _("target %(target)s %(unit)s") % {
                "target": self.number(spec.target),
                "unit": unit_word(spec.unit),
            }
        elif section == "gates":
            yield spec.needs.pick(self.language)

    def limits(self, clock: Clock) -> Iterator[str]:
        """Of what kinds of requests a clock rules, and within how many hours each grade is answered."""
        if clock.kinds:
            kinds = listed(REQUEST_KINDS[one] for one in clock.kinds).pick(self.language)
            yield _("only for: %(kinds)s") % {"kinds": kinds}
        rating = self.plan.document.ratings.get(clock.rating or next(iter(self.plan.document.ratings)))
        for code, raw in clock.hours.items():
            spec = rating.grades.get(code) if rating else None
            grade = spec.title.pick(self.language) if spec else code
            known = self.plan.parameters.get(raw) if isinstance(raw, str) else None
            hours = known.value if known is not None else raw
            if not isinstance(hours, Decimal):
                yield _("%(grade)s: no time limit set yet") % {"grade": grade}
            elif clock.calendar == "working":
                yield _("%(grade)s: answered within %(hours)s working hours") % {
                    "grade": grade,
                    "hours": f"{hours.normalize():f}",
                }
            else:
                yield _("%(grade)s: answered within %(hours)s hours") % {
                    "grade": grade,
                    "hours": f"{hours.normalize():f}",
                }

    def number(self, raw: Any) -> str:
        if isinstance(raw, str) and raw in self.plan.parameters:
            return self.value(raw)
        return f"{raw:f}" if hasattr(raw, "as_tuple") else str(raw)

    def terms(self) -> Iterator[Term]:
        """The glossary: metrics with how they are measured, parameters with their values."""
        for spec in self.plan.document.metrics.values():
            yield Term(spec.title.pick(self.language), self.measured(spec))
        for name, parameter in self.plan.document.parameters.items():
            yield Term(parameter.title.pick(self.language), self.value(name))


def table_of(spec: Any) -> str:
    """The fact table that a metric reads."""
    source = str(getattr(spec, kind_of(spec) or "", ""))
    return source.partition(".")[0] if source.partition(".")[0] in TABLES else ""


LAST = re.compile(r"last (\d+) (day|week|month|quarter|half[-_]year|year)s?")
BEFORE = re.compile(r"(\d+) (day|week|month|quarter|half[-_]year|year)s? before (.+)")
CHINESE = {
    "day": "天",
    "week": "周",
    "month": "个月",
    "quarter": "个季度",
    "half-year": "个半年",
    "half_year": "个半年",
    "year": "年",
}


def window_words(words: str, named: Mapping[str, str]) -> str:
    """A window in the reader's language; what has no words of its own stands as it is written."""
    words = " ".join(named.get(words, words).split())
    if lang() == "en":
        found = BEFORE.fullmatch(words)
        return f"{found[1]} {found[2]}s before {window_words(found[3], named)}" if found else words
    if found := LAST.fullmatch(words):
        return f"最近 {found[1]} {CHINESE[found[2]]}"
    if found := BEFORE.fullmatch(words):
        return f"{window_words(found[3], named)}之前的 {found[1]} {CHINESE[found[2]]}"
    return "全部时间" if words == "all time" else words


def leaves_of(tree: Tree | None) -> Iterator[Leaf]:
    """The conditions of a tree, in order."""
    if isinstance(tree, Leaf):
        yield tree
    elif tree is not None:
        for item in tree.items:
            yield from leaves_of(item)


def explained(sentence: str, terms: Iterable[Term]) -> SafeString:
    """A sentence in which the words of the glossary tell their meaning on hover and focus."""
    meanings = {one.word.lower(): one.meaning for one in terms if len(one.word) > 1}
    if not meanings:
        return format_html("{}", sentence)
    pattern = _pattern(tuple(sorted(meanings, key=len, reverse=True)))
    parts: list[str] = []
    last = 0
    for found in pattern.finditer(sentence):
        parts.append(escape(sentence[last : found.start()]))
        parts.append(
            format_html(
                '<span class="term" tabindex="0" data-says="{}">{}</span>',
                meanings[found[0].lower()],
                found[0],
            )
        )
        last = found.end()
    parts.append(escape(sentence[last:]))
    return mark_safe("".join(parts))  # noqa: S308 -- every part is escaped above


@lru_cache(maxsize=32)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in words), re.IGNORECASE)
