"""A row of a result read as reasons: which conditions held, which steps decided, and under which articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zhike_engine.formats import Shown, read
from zhike_engine.language.nodes import Node, names_in
from zhike_engine.language.parse import ExpressionInvalid, parse
from zhike_engine.language.sentences import to_text
from zhike_engine.language.titles import Titles, inline
from zhike_engine.plan.rules import Leaf, PlannedRating, Tree, leaves
from zhike_engine.policy.parts import BothTexts
from zhike_engine.sql.compile import Compiled
from zhike_engine.sql.ratings import PENDING_CONDITION, PENDING_LINE, PENDING_NOTHING
from zhike_engine.words import Text


@dataclass(frozen=True)
class Step:
    """A step of the chain that acted: its word, its number where there are several, and its article."""

    word: str
    number: int | None
    article: str

    @property
    def names(self) -> frozenset[str]:
        """How tests may call it."""
        numbered = {f"{self.word} {self.number}"} if self.number is not None else set()
        return frozenset({self.word, *numbered, self.article} - {""})


@dataclass(frozen=True)
class Verdict:
    """What one rating says about one customer. `row` is a row of table `result`; None when out of scope."""

    compiled: Compiled
    rating: PlannedRating
    row: Mapping[str, Any] | None

    def cell(self, name: str) -> Any:
        """A column of the rating."""
        return None if self.row is None else self.row.get(f"{self.rating.prefix}_{name}")

    @property
    def grade(self) -> str | None:
        """The grade; None while there is none."""
        return self.cell("grade")  # type: ignore[no-any-return]

    @property
    def state(self) -> str:
        """graded, provisional, pending, not_rated, or out_of_scope."""
        return "out_of_scope" if self.row is None else str(self.cell("state"))

    def metric(self, name: str) -> Shown | None:
        """The value of a metric or score in the engine's units."""
        kind = self.compiled.values[name]
        return None if self.row is None else read(self.row[kind.sql], kind)

    # conditions

    def applies(self, leaf: Leaf) -> bool:
        """Whether a condition counts at all: its optional parameters are set."""
        return leaf.column not in self.compiled.dropped

    def holds(self, tree: Tree) -> bool:
        """Whether a condition, or enough of a group, holds."""
        if self.row is None:
            return False
        if isinstance(tree, Leaf):
            seen = self.row.get(tree.column)
            return tree.unknown == "holds" if seen is None else bool(seen)
        items = [item for item in tree.items if any(self.applies(leaf) for leaf in leaves(item))]
        return sum(self.holds(item) for item in items) >= min(tree.needed, len(items))

    def missing(self, tree: Tree) -> Iterator[Leaf]:
        """The conditions that are in the way of a tree; of a group of choices, every choice."""
        if isinstance(tree, Leaf):
            if self.applies(tree) and not self.holds(tree):
                yield tree
        elif not self.holds(tree):
            for item in tree.items:
                yield from self.missing(item)

    def lacking(self, code: str) -> list[Leaf]:
        """What is missing for a grade."""
        tree = self.rating.grade(code).tree
        return [] if tree is None else list(self.missing(tree))

    def called(self, name: str) -> list[Leaf]:
        """Conditions that a name means: by id (with or without the rating), by their own article, or as written."""
        ids = (name, f"{self.rating.name}.{name}")
        whole = {grade.spec.article for grade in self.rating.grades}
        found = [leaf for leaf in self.rating.leaves() if leaf.id in ids]
        found = found or [leaf for leaf in self.rating.leaves() if leaf.article == name and name not in whole]
        if found:
            return found
        try:
            node = parse(name)
        except ExpressionInvalid:
            return []
        return [leaf for leaf in self.rating.leaves() if leaf.node == node]

    # steps

    def steps(self) -> Iterator[Step]:
        """The steps that made the result what it is, in their order."""
        if self.row is None or not self.cell("rated"):
            return
        if self.cell("pending"):
            yield self._pending(int(self.cell("pending")))
            return
        yield from self._rules()
        yield from self._brakes()
        yield from self._limits()

    def _brakes(self) -> Iterator[Step]:
        """Steps that slow a change down."""
        spec = self.rating.spec
        for index, quota in enumerate(spec.quotas):
            if self.cell(f"quota{index}"):
                yield Step("quota", index + 1, quota.article)
        if self.cell("keep") and spec.hysteresis:
            yield Step("hysteresis", None, spec.hysteresis.article)
        if spec.movement and self.cell("s_move") not in (None, self._before("s_move")):
            yield Step("movement", None, spec.movement.article)
        if self.cell("shielded") and spec.protection:
            yield Step("protection", None, spec.protection.article)

    def _limits(self) -> Iterator[Step]:
        """Steps that limit or set a grade."""
        spec = self.rating.spec
        for word, bounds in (("floor", spec.floors), ("ceiling", spec.ceilings), ("veto", spec.vetoes)):
            if self.cell(word) is not None:
                yield Step(word, int(self.cell(word)), bounds[int(self.cell(word)) - 1].article)
        if self.cell("manual") is not None and spec.manual:
            yield Step(str(self.cell("manual")), None, spec.manual.article)

    def _before(self, name: str) -> Any:
        """The rank before a step: the last column of an earlier step that is there."""
        earlier = [*reversed([f"s_q{i}" for i in range(len(self.rating.spec.quotas))]), "s0"]
        chain = ["s_keep", *earlier] if name == "s_move" else earlier
        assert self.row is not None
        return next(self.cell(one) for one in chain if f"{self.rating.prefix}_{one}" in self.row)

    def _rules(self) -> Iterator[Step]:
        spec = self.rating.spec
        if self.cell("newcomer") and spec.newcomers:
            yield Step("newcomers", None, spec.newcomers.article)
        elif self.cell("raw") is not None:
            grade = self.rating.grades[int(self.cell("raw")) - 1]
            yield Step("rules", None, grade.spec.article)
        elif self.cell("line") is not None and spec.fallback:
            yield Step("fallback", int(self.cell("line")), spec.fallback.article)

    def _pending(self, code: int) -> Step:
        spec = self.rating.spec
        if code == PENDING_NOTHING:
            return Step("nothing matches", None, "")
        if code > PENDING_CONDITION:
            known = [leaf for leaf in self.rating.leaves() if self.applies(leaf)]
            return Step("condition unknown", None, known[code - PENDING_CONDITION - 1].article)
        if code > PENDING_LINE:
            return Step("fallback", code - PENDING_LINE, spec.fallback.article if spec.fallback else "")
        return Step("pending", code, spec.pending[code - 1].article)

    def marks(self) -> list[BothTexts]:
        """What the review list says about the customer: marks, and the reason to wait where there is no grade."""
        spec = self.rating.spec
        found = [one.mark for index, one in enumerate(spec.review) if self.cell(f"v{index}")]
        fell_back = any(step.word == "fallback" for step in self.steps())
        if spec.fallback and fell_back and self.grade is not None:
            found.insert(0, spec.fallback.mark)
        if self.state == "pending":
            found.append(self._reason(int(self.cell("pending"))))
        return found

    def _reason(self, code: int) -> BothTexts:
        spec = self.rating.spec
        if 0 < code <= len(spec.pending):
            return spec.pending[code - 1].reason
        line = code - PENDING_LINE
        if spec.fallback and 0 < line <= len(spec.fallback.lines):
            stated = spec.fallback.lines[line - 1].pending
            if stated is not None:
                return stated
        return BothTexts(zh="待定", en="pending")


def seen(verdict: Verdict, node: Node, titles: Titles) -> Text:
    """The values that a condition saw: 订单增长率为 12 %, `order growth: 12 %`."""
    shown_zh, shown_en = [], []
    for name in sorted(names_in(node) & verdict.compiled.values.keys()):
        value = titles.formats.value(
            verdict.metric(name), verdict.compiled.values[name].unit, more=2, strip=True
        )
        title = titles.named(name).title
        shown_zh.append(f"{title.zh}为 {value.zh}")
        shown_en.append(f"{inline(title.en)}: {value.en}")
    return Text(zh="，".join(shown_zh), en=", ".join(shown_en))


def told(verdict: Verdict, leaf: Leaf, titles: Titles) -> Text:
    """A condition with its id, article, and the values it saw."""
    sentence, values = to_text(leaf.node, titles), seen(verdict, leaf.node, titles)
    if not verdict.applies(leaf):
        values = Text(zh="不适用：可选参数未设定", en="does not apply: an optional parameter is unset")
    return Text(
        zh=f"{leaf.id}（{leaf.article or '无条款'}）{sentence.zh}；{values.zh}",
        en=f"{leaf.id} ({leaf.article or 'no article'}) {sentence.en}; {values.en}",
    )
