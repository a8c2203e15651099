"""Which condition of a grade keeps a customer waiting: one marked `pending` whose answer could change the grade.

A grade is open when it would hold if its unknown conditions held, and would not if they did not. Read in the order
of the rating's precedence, a grade that holds whatever they say ends the question, and so does a newcomer's grade;
the first open grade makes the customer wait, for the first condition in it that matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhike_engine.plan.rules import Leaf, PlannedGrade, Tree, leaves

if TYPE_CHECKING:
    from zhike_engine.sql.ratings import RatingAuthor


@dataclass
class WaitAuthor:
    """Writes the reasons to wait of the rating that `a` compiles; `first` is the code of its first condition."""

    a: RatingAuthor
    first: int

    def cases(self, grades: Sequence[PlannedGrade]) -> Iterator[str]:
        """Branches of a CASE, for grades in the order in which their answers count."""
        if not any(self.asks(grade.tree) for grade in grades if grade.tree is not None):
            return
        if self.a.rating.spec.newcomers:
            yield f"when {self.a.test(self.a.rating.spec.newcomers.when)} then null"
        if self.a.rating.spec.precedence == "unchanged":
            yield from self._unchanged(grades)
        for tree in _trees(grades):
            yield f"when {self.a.holds(tree)} then null"
            if self.asks(tree):
                yield f"when {self.open(tree)} then {self.reason(tree)}"

    def _unchanged(self, grades: Sequence[PlannedGrade]) -> Iterator[str]:
        """Where the customer has a grade: it stays when two hold, or when the only one that holds is its own."""
        previous = self.a.column("prev_rank")
        known = f"{previous} is not null"
        count, best = self.a.count_and_best(grades)
        yield f"when {known} and ({count} > 1 or ({count} = 1 and {best} = {previous})) then null"
        for tree in _trees(grades):
            if self.asks(tree):
                yield f"when {known} and {self.open(tree)} then {self.reason(tree)}"
        yield f"when {known} then null"

    def asks(self, tree: Tree) -> bool:
        """Whether a tree has a condition that a person must answer when it cannot be told."""
        return any(leaf.unknown == "pending" and leaf in self.a.known for leaf in leaves(tree))

    def open(self, tree: Tree) -> str:
        """SQL: the tree would hold if its unknown conditions did, and does not as it is."""
        return f"({self.a.holds(tree, hopeful=True)} and not {self.a.holds(tree)})"

    def reason(self, tree: Tree) -> str:
        """SQL of the code of the first condition of an open tree that matters."""
        if isinstance(tree, Leaf):
            return str(self.first + self.a.known.index(tree))
        asking = [item for item in tree.items if self.asks(item)]
        return f"(case {' '.join(f'when {self.open(item)} then {self.reason(item)}' for item in asking)} end)"


def _trees(grades: Sequence[PlannedGrade]) -> Iterator[Tree]:
    return (grade.tree for grade in grades if grade.tree is not None)
