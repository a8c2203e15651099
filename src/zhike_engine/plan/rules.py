"""Ratings as rules: bands, value lists and matrices become condition trees with one leaf per condition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhike_engine.language.nodes import All, Any, Compare, CompareOp, In, Name, Node, Not, Number, String
from zhike_engine.language.parse import parse
from zhike_engine.policy.conditions import AllOf, AnyOf, AtLeast, Condition, Single
from zhike_engine.policy.model import Grade, Rating
from zhike_engine.policy.parts import BothTexts

Unknown = Literal["fails", "holds", "pending"]


@dataclass(frozen=True)
class Leaf:
    """One condition as its author wrote it. `column` holds true, false, or NULL when it cannot be told."""

    id: str
    column: str
    node: Node
    article: str
    title: BothTexts | None
    unknown: Unknown = "fails"


@dataclass(frozen=True)
class Branching:
    """At least `needed` of the items hold; all of them when `needed` is their number."""

    needed: int
    items: tuple[Tree, ...]
    article: str
    title: BothTexts | None


Tree = Leaf | Branching


@dataclass(frozen=True)
class PlannedGrade:
    """A grade with its rank (1 is the best) and the tree that gives it; no tree: only other steps give it."""

    code: str
    rank: int
    spec: Grade
    tree: Tree | None


@dataclass(frozen=True)
class PlannedRating:
    """A rating ready to compute. `prefix` starts the names of its columns; `tested` is the order of testing."""

    name: str
    prefix: str
    spec: Rating
    grades: tuple[PlannedGrade, ...]
    tested: tuple[PlannedGrade, ...]

    def leaves(self) -> Iterator[Leaf]:
        """Every condition, grade by grade."""
        for grade in self.grades:
            if grade.tree is not None:
                yield from leaves(grade.tree)

    def grade(self, code: str) -> PlannedGrade:
        """The grade of this code."""
        return next(grade for grade in self.grades if grade.code == code)

    def expressions(self) -> Iterator[Node]:
        """Every expression the rating reads."""
        for leaf in self.leaves():
            yield leaf.node
        yield from adjuster_expressions(self.spec)


def adjuster_expressions(spec: Rating) -> Iterator[Node]:
    """Expressions outside the grades' own conditions."""
    for text in (spec.if_, spec.newcomers and spec.newcomers.when):
        if text:
            yield parse(text)
    conditions = [one.when for one in (*spec.floors, *spec.ceilings, *spec.vetoes)]
    conditions += [*(one.when for one in spec.pending), *(one.when for one in spec.review)]
    yield from (parse(condition) for condition in conditions)
    for line in spec.fallback.lines if spec.fallback else ():
        if line.when:
            yield parse(line.when)
    for name in (spec.score, spec.measure, spec.of, *(quota.by for quota in spec.quotas)):
        if name:
            yield Name(name)
    for quota in spec.quotas:
        for size in (quota.top, quota.share):
            if isinstance(size, str):
                yield parse(size)


def leaves(tree: Tree) -> Iterator[Leaf]:
    """The leaves of a tree, in reading order."""
    if isinstance(tree, Leaf):
        yield tree
    else:
        for item in tree.items:
            yield from leaves(item)


def plan_rating(name: str, index: int, spec: Rating, letter: str = "r") -> PlannedRating:
    """Read a rating of the document into rules."""
    maker = _Maker(name, f"{letter}{index}")
    grades = []
    for rank, (code, grade) in enumerate(spec.grades.items(), start=1):
        grades.append(PlannedGrade(code, rank, grade, maker.tree(code, grade, spec)))
    by_code = {grade.code: grade for grade in grades}
    order = [code for code in spec.test_order or list(by_code) if code in by_code]
    return PlannedRating(
        name, f"{letter}{index}", spec, tuple(grades), tuple(by_code[code] for code in order)
    )


class _Maker:
    """Makes trees and numbers their leaves."""

    def __init__(self, rating: str, prefix: str) -> None:
        self.rating = rating
        self.prefix = prefix
        self.count = 0

    def tree(self, code: str, grade: Grade, spec: Rating) -> Tree | None:
        parts: list[Tree] = []
        path = f"{self.rating}.{code}"
        forms = (
            band_condition(grade, spec.of),
            values_condition(grade, spec.of),
            matrix_condition(code, spec),
        )
        parts += [self.leaf(f"{path}.band", node, grade.article, None) for node in forms if node is not None]
        for number, condition in enumerate(grade.all or [], start=1):
            parts.append(self.condition(condition, f"{path}.{number}", grade.article))
        if grade.any:
            inner = [
                self.condition(c, f"{path}.any.{i}", grade.article) for i, c in enumerate(grade.any, start=1)
            ]
            parts.append(Branching(1, tuple(inner), grade.article, None))
        if not parts:
            return None
        return (
            parts[0] if len(parts) == 1 else Branching(len(parts), tuple(parts), grade.article, grade.title)
        )

    def condition(self, condition: Condition, path: str, article: str) -> Tree:
        if isinstance(condition, str):
            return self.leaf(path, parse(condition), article, None)
        article = condition.article or article
        if isinstance(condition, Single):
            return self.leaf(path, parse(condition.if_), article, condition.title, condition.unknown)
        if isinstance(condition, AllOf):
            items, needed = condition.all, len(condition.all)
        elif isinstance(condition, AnyOf):
            items, needed = condition.any, 1
        else:
            assert isinstance(condition, AtLeast)
            items, needed = condition.of, condition.at_least
        inner = tuple(self.condition(item, f"{path}.{i}", article) for i, item in enumerate(items, start=1))
        return Branching(needed, inner, article, condition.title)

    def leaf(
        self, path: str, node: Node, article: str, title: BothTexts | None, unknown: Unknown = "fails"
    ) -> Leaf:
        self.count += 1
        return Leaf(path, f"{self.prefix}_c{self.count - 1}", node, article, title, unknown)


def end_node(end: Decimal | str) -> Node:
    """An end of a band: a number or an expression over parameters."""
    return parse(end) if isinstance(end, str) else Number(end)


def band_condition(grade: Grade, of: str | None) -> Node | None:
    """`of` lies in the grade's band; None when it states no end."""
    ends: list[tuple[CompareOp, Decimal | str | None]] = [
        (">=", grade.starts), (">", grade.above), ("<", grade.below), ("<=", grade.up_to),
    ]  # fmt: skip
    tests: list[Node] = [Compare(op, Name(of), end_node(end)) for op, end in ends if of and end is not None]
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else All(tuple(tests))


def values_condition(grade: Grade, of: str | None) -> Node | None:
    """`of` is one of the texts that mean the grade."""
    if not grade.values or not of:
        return None
    return In(Name(of), tuple(String(value) for value in grade.values))


def matrix_condition(code: str, spec: Rating) -> Node | None:
    """The cells of the matrix that hold the grade."""
    if spec.matrix is None:
        return None
    found: list[Node] = []
    rows = spec.matrix.cells
    for row, columns in rows.items():
        for column, cell in columns.items():
            if cell == code:
                test = [_key(spec.matrix.rows, row, [*rows]), _key(spec.matrix.columns, column, [*columns])]
                found.append(All(tuple(test)))
    return Any(tuple(found)) if found else None


def _key(name: str, key: str, keys: list[str]) -> Node:
    if key != "*":
        return In(Name(name), (String(key),))
    others = tuple(String(other) for other in keys if other != "*")
    return Not(In(Name(name), others)) if others else In(Name(name), (Name(name),))
