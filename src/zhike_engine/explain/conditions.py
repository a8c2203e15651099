"""Every condition of every grade: the value it saw, its limit, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from zhike_engine.explain.asking import Asked
from zhike_engine.explain.model import Checked, GradeChecked, Group, Outcome, Seen
from zhike_engine.explain.reasons import Reasons
from zhike_engine.formats import Shown
from zhike_engine.language import nodes as n
from zhike_engine.language.sentences import Titles, constant_value, group_words, to_text, unit_of
from zhike_engine.plan.rules import Branching, Leaf, PlannedGrade, PlannedRating, Tree
from zhike_engine.words import Text

UNSET = Text(zh="未设定，此条不适用", en="unset, so this does not apply")


@dataclass(frozen=True)
class Conditions:
    """Reads the conditions of one rating for one customer."""

    asked: Asked
    rating: PlannedRating
    titles: Titles
    reasons: Reasons
    known: dict[str, Checked] = field(default_factory=dict)

    def grades(self) -> tuple[GradeChecked, ...]:
        """Every grade, best first."""
        return tuple(self.grade(grade) for grade in self.rating.grades)

    def grade(self, grade: PlannedGrade) -> GradeChecked:
        """One grade with its conditions."""
        tree = grade.tree
        group = None
        if tree is not None:
            whole = tree if isinstance(tree, Branching) else Branching(1, (tree,), tree.article, None)
            group = self.group(whole)
        return GradeChecked(
            code=grade.code,
            title=grade.spec.title.text,
            colour=grade.spec.colour,
            article=grade.spec.article,
            outcome=group.outcome if group else "not_applicable",
            conditions=group,
        )

    def group(self, branching: Branching) -> Group:
        """Conditions that stand together."""
        items = tuple(self.tree(item) for item in branching.items)
        counting = [item for item in items if item.outcome != "not_applicable"]
        needed = min(branching.needed, len(counting))
        held = sum(counts(item) for item in counting)
        outcome: Outcome = "not_applicable" if not counting else "held" if held >= needed else "failed"
        return Group(
            words=group_words(branching.needed, len(branching.items)),
            title=branching.title.text if branching.title else None,
            article=branching.article,
            needed=branching.needed,
            outcome=outcome,
            items=items,
        )

    def tree(self, tree: Tree) -> Checked | Group:
        """A condition, or a group of them."""
        return self.leaf(tree) if isinstance(tree, Leaf) else self.group(tree)

    def leaf(self, leaf: Leaf) -> Checked:
        """One condition."""
        if leaf.column not in self.known:
            self.known[leaf.column] = self._checked(leaf)
        return self.known[leaf.column]

    def _checked(self, leaf: Leaf) -> Checked:
        outcome = self.outcome(leaf)
        value, limit = self.sides(leaf.node)
        articles = self.asked.run.plan.document.articles
        return Checked(
            id=leaf.id,
            sentence=to_text(leaf.node, self.titles),
            title=leaf.title.text if leaf.title else None,
            article=leaf.article,
            article_title=articles[leaf.article].title.text if leaf.article in articles else None,
            outcome=outcome,
            counts=outcome == "held" or (outcome == "unknown" and leaf.unknown == "holds"),
            value=None if outcome == "not_applicable" else value,
            limit=None if outcome == "not_applicable" else limit,
            seen=self.seen(leaf.node),
            why=self.why(leaf, outcome),
        )

    def outcome(self, leaf: Leaf) -> Outcome:
        """Held, failed, cannot be told, or does not apply."""
        if leaf.column in self.asked.run.compiled.dropped:
            return "not_applicable"
        held = self.asked.row[leaf.column]
        return "unknown" if held is None else "held" if held else "failed"

    def why(self, leaf: Leaf, outcome: Outcome) -> Text | None:
        """Why a condition does not apply, or cannot be told and what follows from it."""
        if outcome == "not_applicable":
            names = sorted(name for name in n.names_in(leaf.node) if name in self.asked.run.plan.parameters)
            unset = [name for name in names if self.asked.run.plan.parameters[name].value is None]
            title = self.titles.named(unset[0]).title
            frame = Text(zh="“{t}”未设定，此条不适用", en="“{t}” is unset, so this does not apply")
            return frame.format(t=title) if len(names) > 1 else UNSET
        if outcome != "unknown":
            return None
        frame = {
            "fails": Text(zh="{why}；按不符合处理", en="{why}; counts as not met"),
            "holds": Text(zh="{why}；按符合处理", en="{why}; counts as met"),
            "pending": Text(zh="{why}；等级待定", en="{why}; the grade has to wait"),
        }[leaf.unknown]
        inner = self.reasons.nested(sorted(n.names_in(leaf.node)))
        return frame.format(why=inner or Text(zh="缺少数据", en="data is missing"))

    def seen(self, node: n.Node) -> tuple[Seen, ...]:
        """Every metric, score, rating and attribute that a condition names, with its value."""
        found = []
        for name in _in_order(node):
            named = self.titles.named(name)
            if named.kind != "parameter":
                value = self.of_name(name)
                found.append(Seen(name, named.title, value, named.unit, self.shown(value, named.unit)))
        return tuple(found)

    def of_name(self, name: str) -> Shown | None:
        """The value of a name for the customer."""
        if name in self.asked.run.compiled.values:
            return self.asked.metric(name)
        if name == "previous_grade":
            previous: str | None = self.asked.step(self.rating, "prev")
            return previous
        if name in self.asked.run.plan.document.ratings:
            grade: str | None = self.asked.step(self.asked.run.plan.rating(name), "grade")
            return grade
        return self.asked.value(self.rating, n.Name(name))

    def shown(self, value: Shown | None, unit: str, beside: Shown | None = None) -> Text:
        """A value for people, told apart from the limit it is compared with."""
        if value is None:
            return self.titles.formats.value(None, unit)
        if beside is None or isinstance(value, str | bool) or isinstance(beside, str | bool):
            return self.titles.formats.value(value, unit)
        return self.titles.formats.apart(value, beside, unit)

    def sides(self, node: n.Node) -> tuple[Text | None, Text | None]:
        """What a condition saw, and its limit, where it compares one value with something."""
        match node:
            case n.Compare(_, left, right):
                return self.compared(left, right)
            case n.Between(of, low, high):
                return self.compared(of, low)[0], self.range(of, low, high)
            case n.Within(of, tolerance, target):
                low, high = n.Arithmetic("-", target, tolerance), n.Arithmetic("+", target, tolerance)
                return self.compared(of, low)[0], self.range(of, low, high)
            case n.In(of, items):
                values = [
                    self.titles.formats.value(v, "text") for i in items if (v := self.of(i)) is not None
                ]
                listed = Text(zh="、".join(v.zh for v in values), en=", ".join(v.en for v in values))
                return self.shown(self.of(of), unit_of(of, self.titles)), listed
            case n.Not(of):
                return self.sides(of)
            case n.All(items) | n.Any(items):
                return self.joined([item for item in items if not self.settled(item)])
            case n.Name():
                return self.shown(self.of(node), unit_of(node, self.titles)), None
        return None, None

    def joined(self, items: list[n.Node]) -> tuple[Text | None, Text | None]:
        """One comparison beside settings of the company, or the two ends of a band."""
        if len(items) == 1:
            return self.sides(items[0])
        ends = [item for item in items if isinstance(item, n.Compare)]
        if len(ends) != len(items) or len({end.left for end in ends}) != 1:
            return None, None
        both = [self.compared(end.left, end.right) for end in ends]
        signs = [{">=": "≥", "<=": "≤", "!=": "≠"}.get(end.op, end.op) for end in ends]
        limits = [(sign, limit) for sign, (_, limit) in zip(signs, both, strict=True)]
        return both[0][0], Text(
            zh="，".join(f"{sign} {limit.zh}" for sign, limit in limits),
            en=", ".join(f"{sign} {limit.en}" for sign, limit in limits),
        )

    def settled(self, node: n.Node) -> bool:
        """Whether a part speaks of nothing but the company's own settings, so that no customer can change it."""
        return all(name in self.asked.run.plan.parameters for name in n.names_in(node))

    def compared(self, left: n.Node, right: n.Node) -> tuple[Text, Text]:
        """Both sides of a comparison; the customer's own stands first."""
        if constant_value(left, self.titles) is not None and constant_value(right, self.titles) is None:
            left, right = right, left
        unit = self.unit(left, right)
        value, limit = self.of(left), self.of(right)
        return self.shown(value, unit, limit), self.limit(limit, unit)

    def unit(self, *sides: n.Node) -> str:
        """The unit that both sides count in."""
        units = [unit_of(side, self.titles) for side in sides]
        return next((unit for unit in units if unit not in ("any", "number")), units[0])

    def range(self, of: n.Node, low: n.Node, high: n.Node) -> Text:
        """Two ends as a range."""
        unit = self.unit(of, low, high)
        a, b = self.limit(self.of(low), unit), self.limit(self.of(high), unit)
        return Text(zh=f"{a.zh} 至 {b.zh}", en=f"{a.en} to {b.en}")

    def limit(self, value: Shown | None, unit: str) -> Text:
        """A limit for people."""
        if value is None:
            return self.titles.formats.value(None, unit)
        return self.titles.formats.limit(value, unit)

    def of(self, node: n.Node) -> Shown | None:
        """The value of a side."""
        constant = constant_value(node, self.titles)
        if constant is not None:
            return constant
        if isinstance(node, n.String):
            return node.value
        if isinstance(node, n.Name) and self.titles.named(node.name).kind != "parameter":
            return self.of_name(node.name)
        return self.asked.value(self.rating, node)


def counts(item: Checked | Group) -> bool:
    """Whether a condition or a group counts as held."""
    return item.counts if isinstance(item, Checked) else item.outcome == "held"


def _in_order(node: n.Node) -> list[str]:
    """The names of an expression, once each, in reading order."""
    if isinstance(node, n.Name):
        return [node.name]
    return list(dict.fromkeys(name for child in n.children(node) for name in _in_order(child)))
