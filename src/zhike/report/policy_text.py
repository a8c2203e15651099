"""The policy in sentences: what the engine carried out, printed from the same trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from zhike import presets
from zhike.report.figures import joined
from zhike.report.words import say
from zhike_engine.errors import ZhikeError
from zhike_engine.formats import percent
from zhike_engine.language.parse import parse
from zhike_engine.language.sentences import Titles, group_words, to_text
from zhike_engine.plan.rules import Branching, PlannedGrade, PlannedRating, Tree
from zhike_engine.policy.load import Policy, read_values
from zhike_engine.run import Run
from zhike_engine.words import Text, same

Source = Literal["example", "policy", "given", "unset"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A condition, or the head of a group with its conditions inside."""

    text: Text
    inside: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class GradeText:
    """A grade: what it is, what it asks for, what it is owed."""

    code: str
    title: Text
    article: str
    definition: Text | None
    conditions: Sentence | None
    owes: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule beside the grades' own conditions."""

    title: Text
    article: str
    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class ParameterText:
    """A parameter with the value of this run and where the value comes from."""

    name: str
    title: Text
    article: str
    shown: Text
    source: Source


class PolicyText:
    """Puts one policy into words."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.titles = Titles(run.plan, run.compiled.values)

    def grades(self, rating: PlannedRating) -> list[GradeText]:
        """Every grade, best first."""
        return [self.grade(grade) for grade in rating.grades]

    def grade(self, grade: PlannedGrade) -> GradeText:
        """One grade."""
        duties = self.run.plan.document.obligations
        spec = grade.spec
        owes = tuple(duties[name].title.text for name in spec.owes if name in duties)
        return GradeText(
            code=grade.code,
            title=spec.title.text,
            article=spec.article,
            definition=spec.definition.text if spec.definition else None,
            conditions=self.tree(grade.tree) if grade.tree is not None else None,
            owes=owes,
        )

    def tree(self, tree: Tree) -> Sentence:
        """A tree of conditions."""
        if isinstance(tree, Branching):
            words = group_words(tree.needed, len(tree.items))
            return Sentence(words, tuple(self.tree(item) for item in tree.items))
        return Sentence(tree.title.text if tree.title else to_text(tree.node, self.titles))

    def when(self, text: str | None) -> Text:
        """A condition of the document in words."""
        return to_text(parse(text), self.titles) if text else say("rule_otherwise")

    def rules(self, rating: PlannedRating) -> list[Rule]:
        """Every rule beside the grades' conditions, in the order in which they act."""
        return [rule for part in (self._answers, self._steps, self._lists) for rule in part(rating)]

    def _answers(self, rating: PlannedRating) -> Iterator[Rule]:
        spec = rating.spec
        if spec.if_:
            yield Rule(say("rule_rated"), spec.article, (self.when(spec.if_),))
        if spec.fallback:
            lines = tuple(
                say("rule_gives", when=self.when(line.when), grade=self.named(rating, line.grade) if line.grade
                    else line.pending.text if line.pending else say("pending"))
                for line in spec.fallback.lines
            )  # fmt: skip
            title = Text(
                zh=f"{say('rule_fallback').zh}（{spec.fallback.mark.zh}）",
                en=f"{say('rule_fallback').en} ({spec.fallback.mark.en})",
            )
            yield Rule(title, spec.fallback.article, lines)
        if spec.newcomers:
            line = say(
                "rule_gives",
                when=self.when(spec.newcomers.when),
                grade=self.named(rating, spec.newcomers.grade),
            )
            yield Rule(say("rule_newcomers"), spec.newcomers.article, (line,))

    def _steps(self, rating: PlannedRating) -> Iterator[Rule]:
        spec = rating.spec
        for quota in spec.quotas:
            places = say("rule_quota_top", top=quota.top) if quota.top is not None else say(
                "rule_quota_share", share=self._share(quota.share)
            )  # fmt: skip
            line = say("rule_quota_text", grade=self.named(rating, quota.grade), places=places)
            yield Rule(say("rule_quotas"), quota.article, (line,))
        if spec.hysteresis:
            room = self._share(spec.hysteresis.keep_within)
            yield Rule(
                say("rule_hysteresis"), spec.hysteresis.article, (say("rule_hysteresis_text", room=room),)
            )
        if spec.movement:
            limits = {k: say("unlimited") if n is None else same(str(n)) for k, n in
                      (("up", spec.movement.up), ("down", spec.movement.down))}  # fmt: skip
            yield Rule(say("rule_movement"), spec.movement.article, (say("rule_movement_text", **limits),))
        if spec.protection:
            yield Rule(say("rule_protection"), spec.protection.article, tuple(self._protected(rating)))

    def _lists(self, rating: PlannedRating) -> Iterator[Rule]:
        spec = rating.spec
        for key, bounds in (
            ("rule_floors", spec.floors),
            ("rule_ceilings", spec.ceilings),
            ("rule_vetoes", spec.vetoes),
        ):
            for bound in bounds:
                line = say("rule_gives", when=self.when(bound.when), grade=self.named(rating, bound.grade))
                yield Rule(say(key), bound.article, (line,))
        if spec.manual and spec.manual.allowed:
            kinds = joined([say(f"kind_{kind}") for kind in spec.manual.allowed])
            yield Rule(say("rule_manual"), spec.manual.article, (say("rule_manual_text", kinds=kinds),))
        for pending in spec.pending:
            line = say("rule_gives", when=self.when(pending.when), grade=pending.reason.text)
            yield Rule(say("rule_pending"), pending.article, (line,))
        for review in spec.review:
            line = say("rule_gives", when=self.when(review.when), grade=review.mark.text)
            yield Rule(say("rule_review"), review.article, (line,))

    def named(self, rating: PlannedRating, code: str) -> Text:
        """A grade by code, or by the parameter that names it."""
        parameter = self.run.plan.parameters.get(code)
        known = {grade.code: grade.spec.title.text for grade in rating.grades}
        if parameter is not None:
            return known.get(str(parameter.value), parameter.spec.title.text)
        return known.get(code, same(code))

    def _share(self, raw: Decimal | str | None) -> Text:
        """A part written as a share, a percentage or a parameter."""
        if isinstance(raw, str):
            return to_text(parse(raw), self.titles)
        number = raw or Decimal(0)
        return percent(number if number <= 1 else number / 100, strip=True)

    def _protected(self, rating: PlannedRating) -> Iterator[Text]:
        """How long a grade cannot fall: one line, or one for each grade where they differ."""
        rule = rating.spec.protection
        if rule is None:
            return
        if isinstance(rule.months, dict):
            for code, months in rule.months.items():
                yield say(
                    "rule_protection_grade", grade=self.named(rating, code), months=self._number(months)
                )
        else:
            yield say("rule_protection_text", months=self._number(rule.months))

    def _number(self, raw: Decimal | str) -> Text:
        return to_text(parse(raw), self.titles) if isinstance(raw, str) else same(f"{raw:f}")

    def parameters(self) -> list[ParameterText]:
        """Every parameter with its value and the source of it."""
        example = example_of(self.run.policy)
        found = []
        for name, parameter in self.run.plan.parameters.items():
            shown = self.titles.named(name).shown or say("parameter_unset")
            spec = parameter.spec
            written = parameter.written
            if parameter.value is None:
                source: Source = "unset"
            elif name in example and str(example[name]) == str(written):
                source = "example"
            elif spec.value is not None and str(spec.value) == str(written):
                source = "policy"
            else:
                source = "given"
            found.append(ParameterText(name, spec.title.text, spec.article, shown, source))
        return found


def example_of(policy: Policy) -> dict[str, Any]:
    """The marked example values that ship beside a policy; none where there are none."""
    try:
        return read_values(presets.example_values(policy), policy)
    except ZhikeError:
        return {}
