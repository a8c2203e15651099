"""The nearest miss: what is missing for the next better grade, most easily changed first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from zhike_engine.explain.atoms import straight
from zhike_engine.explain.conditions import Conditions, counts
from zhike_engine.explain.gaps import Gaps
from zhike_engine.explain.levers import ORDER
from zhike_engine.explain.model import Gap, Miss, Step
from zhike_engine.explain.records import Records
from zhike_engine.formats import day
from zhike_engine.language import nodes as n
from zhike_engine.language.parse import parse
from zhike_engine.language.titles import set_off
from zhike_engine.plan.rules import Branching, Leaf, PlannedGrade, PlannedRating, Tree
from zhike_engine.policy.ratings import Branch
from zhike_engine.precedence import STEPS
from zhike_engine.words import Text

HOLDS_BACK = ("quota", "movement", "manual")
"""Steps that can keep a customer below a grade whose conditions hold, and that no number of its own undoes."""


@dataclass(frozen=True)
class Misses:
    """Finds the miss of one rating for one customer."""

    conditions: Conditions
    records: Records

    @property
    def rating(self) -> PlannedRating:
        return self.conditions.rating

    def misses(self, grade: str | None, steps: Sequence[Step]) -> tuple[Miss, ...]:
        """The ways to the next better grade, the easiest first; none at the best grade."""
        target = self.target(grade)
        if target is None:
            return ()
        back = tuple(step for step in steps if step.kind in HOLDS_BACK and self.below(step.grade, target))
        ways: list[tuple[Text, list[Gap]]] = []
        if target.tree is not None and self.applies(target.tree):
            ways.append((BY_RULE, [*self.of_tree(target.tree), *self.in_the_way(target)]))
        ways += self.by_fallback(target)
        found = [(way, tuple(sorted(_once(gaps), key=_ease))) for way, gaps in ways]
        if len(found) == 2 and _said(found[0]) == _said(found[1]):
            found.pop()
        found.sort(key=lambda one: _cost(one[1]))
        title = set_off(target.spec.title.text)
        return tuple(
            Miss(target.code, title, way, gaps, back, summary(title, gaps, back)) for way, gaps in found
        )

    def target(self, grade: str | None) -> PlannedGrade | None:
        """The next better grade that conditions or the fallback can give; the worst for a customer without one."""
        worst = len(self.rating.grades) + 1
        rank = self.rating.grade(grade).rank if grade is not None else worst
        given = {line.grade for line in self.lines()}
        better = [g for g in self.rating.grades if g.rank < rank and (g.tree is not None or g.code in given)]
        return better[-1] if better else None

    def lines(self) -> list[Branch]:
        return self.rating.spec.fallback.lines if self.rating.spec.fallback else []

    def by_fallback(self, target: PlannedGrade) -> Iterator[tuple[Text, list[Gap]]]:
        """The way through the first line of the fallback that gives the target: no rule and no earlier line wins."""
        fallback = self.rating.spec.fallback
        for number, line in enumerate(self.lines()):
            if fallback is None or line.grade != target.code:
                continue
            gaps = self.of_text(line.when, f"fallback.{number + 1}") if line.when else []
            for earlier in self.lines()[:number]:
                if earlier.when and self.holds(straight(parse(earlier.when))):
                    gaps += self.of_node(straight(n.Not(parse(earlier.when))), "fallback")
            for grade in self.worse(list(self.rating.grades), target):
                gaps += self.undone(grade)
            yield (
                Text(zh="按兜底规则（标记“{m}”）", en="by the fallback (marked “{m}”)").format(
                    m=fallback.mark.text
                ),
                [*gaps, *self.blocks(target)],
            )
            return

    def of_text(self, text: str, condition: str) -> list[Gap]:
        """The gaps of a condition outside the grades."""
        node = straight(parse(text))
        return [] if self.holds(node) else self.of_node(node, condition)

    def below(self, grade: str | None, target: PlannedGrade) -> bool:
        return grade is None or self.rating.grade(grade).rank > target.rank

    # trees

    def of_tree(self, tree: Tree) -> list[Gap]:
        """The gaps of a tree: all that must be closed, along its cheapest way."""
        if isinstance(tree, Leaf):
            return self.of_leaf(tree)
        items = [item for item in tree.items if self.applies(item)]
        needed = min(tree.needed, len(items))
        failing = [item for item in items if not counts(self.conditions.tree(item))]
        lacking = needed - (len(items) - len(failing))
        if lacking <= 0:
            return []
        ways = sorted((self.of_tree(item) for item in failing), key=_cost)
        return _with_others([gap for way in ways[:lacking] for gap in way], len(ways) - lacking)

    def applies(self, tree: Tree) -> bool:
        """Whether a tree has a condition that applies."""
        if isinstance(tree, Branching):
            return any(self.applies(item) for item in tree.items)
        return tree.column not in self.conditions.asked.run.compiled.dropped

    def of_leaf(self, leaf: Leaf) -> list[Gap]:
        """The gaps of a condition."""
        return [] if self.conditions.leaf(leaf).counts else self.of_node(straight(leaf.node), leaf.id)

    def of_node(self, node: n.Node, condition: str) -> list[Gap]:
        """The gaps of a straight condition: all of All, the cheapest of Any."""
        match node:
            case n.All(items):
                return [gap for item in items for gap in self.of_node(item, condition)]
            case n.Any(items):
                open_items = [item for item in items if not self.conditions.settled(item)]
                ways = sorted((self.of_node(item, condition) for item in open_items), key=_cost)
                return ways[0] if ways and ways[0] else []
        if self.conditions.asked.truth(self.rating, node):
            return []
        return [Gaps(self.conditions, self.records).gap(node, condition)]

    # what stands in the way

    def in_the_way(self, target: PlannedGrade) -> Iterator[Gap]:
        """Gaps of what would still keep the customer below the target once its conditions hold."""
        tested, precedence = list(self.rating.tested), self.rating.spec.precedence
        if target in tested and precedence in ("first", "worst"):
            rivals = tested[: tested.index(target)] if precedence == "first" else tested
            for grade in self.worse(rivals, target):
                yield from self.undone(grade)
        yield from self.blocks(target)

    def worse(self, grades: Sequence[PlannedGrade], target: PlannedGrade) -> list[PlannedGrade]:
        """Worse grades than the target whose conditions hold."""
        worse = [one for one in grades if one.rank > target.rank and one.tree is not None]
        return [one for one in worse if one.tree and counts(self.conditions.tree(one.tree))]

    def undone(self, grade: PlannedGrade) -> Iterator[Gap]:
        """The cheapest way out of a worse grade."""
        assert grade.tree is not None
        frame = Text(zh="否则仍符合{g}", en="otherwise it still meets the conditions of {g}")
        return _from(self.undo_tree(grade.tree), frame.format(g=set_off(grade.spec.title.text)))

    def blocks(self, target: PlannedGrade) -> Iterator[Gap]:
        """Gaps of the steps after the rules that give a worse grade than the target, or none."""
        frame = Text(zh="否则“{t}”仍起作用", en="otherwise “{t}” still counts")
        for title, text in self.blocking(target):
            node = parse(text)
            if self.holds(straight(node)):
                yield from _from(self.of_node(straight(n.Not(node)), title.en), frame.format(t=title))

    def blocking(self, target: PlannedGrade) -> Iterator[tuple[Text, str]]:
        """Conditions of the steps that give a worse grade than the target, or none: title and condition."""
        spec = self.rating.spec
        if spec.newcomers:
            yield STEPS["newcomer"].title, spec.newcomers.when
        for pending in spec.pending:
            yield pending.reason.text, pending.when
        for bound in (*spec.ceilings, *spec.vetoes):
            if self.rating.grade(bound.grade).rank > target.rank:
                yield bound.title.text, bound.when

    def holds(self, node: n.Node) -> bool:
        """Whether a straight condition holds; what cannot be told does not."""
        match node:
            case n.All(items):
                return all(self.holds(item) for item in items)
            case n.Any(items):
                return any(self.holds(item) for item in items)
        return bool(self.conditions.asked.truth(self.rating, node))

    def undo_tree(self, tree: Tree) -> list[Gap]:
        """The cheapest way to make a tree that holds fail."""
        if isinstance(tree, Leaf):
            return self.of_node(straight(n.Not(tree.node)), tree.id)
        held = [item for item in tree.items if self.applies(item) and counts(self.conditions.tree(item))]
        total = sum(self.applies(item) for item in tree.items)
        ways = sorted((self.undo_tree(item) for item in held), key=_cost)
        needed = len(held) - min(tree.needed, total) + 1
        return [gap for way in ways[:needed] for gap in way]


BY_RULE = Text(zh="按等级条件", en="by the grade's own conditions")


def _from(gaps: Iterable[Gap], source: Text) -> Iterator[Gap]:
    return (replace(gap, source=source) for gap in gaps)


def _said(way: tuple[Text, tuple[Gap, ...]]) -> set[Text]:
    return {gap.sentence for gap in way[1]}


def _once(gaps: Iterable[Gap]) -> list[Gap]:
    """Each condition once; the one of the grade itself before one that only stands in the way."""
    found: dict[Text, Gap] = {}
    for gap in gaps:
        if gap.sentence not in found or found[gap.sentence].source is not None:
            found[gap.sentence] = gap
    return list(found.values())


def _ease(gap: Gap) -> tuple[int, float]:
    return ORDER[gap.rigidity], gap.size


def _cost(way: Sequence[Gap]) -> tuple[int, int, float]:
    """How hard a way is: its most rigid gap, how many there are, their sizes."""
    return max((ORDER[gap.rigidity] for gap in way), default=0), len(way), sum(gap.size for gap in way)


def _with_others(gaps: list[Gap], others: int) -> list[Gap]:
    return [replace(gap, instead=others) for gap in gaps] if others > 0 else gaps


def summary(title: Text, gaps: Sequence[Gap], back: Sequence[Step]) -> Text:
    """One sentence about a way."""
    kept = Text(zh="；{step}另使等级不变", en="; the {step} keeps it from the customer all the same")
    tail = kept.format(step=back[-1].title) if back else Text("", "")
    if not gaps:
        return Text(zh="{g}的条件都已具备{t}", en="every condition of {g} holds{t}").format(g=title, t=tail)
    reach = sum(gap.rigidity in ("reach", "judgement") for gap in gaps)
    fixed = sum(gap.rigidity == "fixed" for gap in gaps)
    unknown = sum(gap.rigidity == "unknown" for gap in gaps)
    waiting = [gap.day for gap in gaps if gap.rigidity == "time"]
    parts = [
        (reach, Text(zh=f"{reach} 项可以争取", en=f"{reach} within reach")),
        (len(waiting), _by_time(waiting)),
        (fixed, Text(zh=f"{fixed} 项目前无法改变", en=f"{fixed} that nobody can change now")),
        (unknown, Text(zh=f"{unknown} 项缺少数据", en=f"{unknown} without data")),
    ]
    said = [text for count, text in parts if count]
    missing = "condition is missing" if len(gaps) == 1 else "conditions are missing"
    zh, en = "，".join(one.zh for one in said), ", ".join(one.en for one in said)
    frame = Text(
        zh=f"距{{g}}还差 {len(gaps)} 项条件" + (f"：{zh}" if zh else "") + "{t}",
        en=f"{len(gaps)} {missing} for {{g}}" + (f": {en}" if en else "") + "{t}",
    )
    return frame.format(g=title, t=tail)


def _by_time(days: Sequence[date | None]) -> Text:
    many, known = len(days), [one for one in days if one is not None]
    first = (
        Text(zh=f"，最早 {day(max(known))}", en=f", not before {day(max(known))}") if known else Text("", "")
    )
    return Text(zh=f"{many} 项只等时间{first.zh}", en=f"{many} by time alone{first.en}")
