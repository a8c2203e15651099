"""One customer's row, and every value that its conditions looked at, in one question to the engine.

The engine itself answers: what an explanation shows are the numbers and the truths that decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhike_engine.explain.atoms import atoms, sides, straight
from zhike_engine.formats import Shown, read
from zhike_engine.language import nodes as n
from zhike_engine.language.parse import parse
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.run import Run
from zhike_engine.sql.expressions import UnknownName, UnsetName, condition_sql, to_sql
from zhike_engine.sql.ratings import RatingAuthor
from zhike_engine.sql.values import TypeMismatch, Value

Key = tuple[str, str, n.Node]
"""What is asked: `value` or `truth`, the rating's name, the node."""


@dataclass
class Asked:
    """A customer's row with the answers. Values of the row are read by metric, score or rating column."""

    run: Run
    row: dict[str, Any]
    answers: dict[Key, Shown | None] = field(default_factory=dict)

    def metric(self, name: str) -> Shown | None:
        """A metric, a score, or the points of `score.item`; None when not computable."""
        value = self.run.compiled.values[name]
        return read(self.row[value.sql], value)

    def step(self, rating: PlannedRating, column: str) -> Any:
        """A column of the rating's chain of steps; None where the chain has no such step."""
        return self.row.get(f"{rating.prefix}_{column}")

    def flag(self, rating: PlannedRating, column: str) -> bool:
        """A yes/no column of the chain."""
        return bool(self.step(rating, column))

    def value(self, rating: PlannedRating, node: n.Node) -> Shown | None:
        """The value of an expression for this customer; None when not computable."""
        return self.answers.get(("value", rating.name, node))

    def truth(self, rating: PlannedRating, node: n.Node) -> bool | None:
        """Whether a condition holds; None when it cannot be told."""
        answer = self.answers.get(("truth", rating.name, node))
        return None if answer is None else bool(answer)

    def day(self, rating: PlannedRating, column: str) -> date | None:
        """A date of the chain."""
        raw = self.step(rating, column)
        if raw is None or isinstance(raw, date):
            return raw
        return date.fromisoformat(str(raw)[:10])


def ask(run: Run, customers: Sequence[str], ratings: Sequence[PlannedRating]) -> dict[str, Asked]:
    """Ask the engine about customers, all in one question; those not in scope are absent."""
    questions: dict[Key, Value] = {}
    for rating in ratings:
        questions.update(_questions(run, rating))
    d = run.backend.dialect
    columns = "".join(f", {value.sql} as q{i}" for i, value in enumerate(questions.values()))
    listed = ", ".join(d.text(customer) for customer in customers)
    id_ = d.as_text("r.customer")
    rows = run.backend.arrow(f"select r.*{columns} from result r where {id_} in ({listed})").to_pylist()
    found = {}
    for row in rows:
        answers = {key: read(row[f"q{i}"], value) for i, (key, value) in enumerate(questions.items())}
        found[str(row["customer"])] = Asked(run, row, answers)
    return found


def _questions(run: Run, rating: PlannedRating) -> dict[Key, Value]:
    codes = {one.name: Value(f"{one.prefix}_grade", "text", "text") for one in run.plan.ratings}
    author = RatingAuthor(rating, run.compiled.context, codes)
    d = run.backend.dialect
    found: dict[Key, Value] = {}
    for node in _conditions(rating):
        for atom in (*atoms(straight(node)), *atoms(straight(n.Not(node)))):
            try:
                found["truth", rating.name, atom] = Value(
                    condition_sql(atom, author.names, d), "flag", "flag"
                )
            except (UnknownName, UnsetName, TypeMismatch):
                continue
            for side in sides(atom):
                found["value", rating.name, side] = to_sql(side, author.names, d)
    for name, parameter in run.plan.parameters.items():
        if parameter.local and parameter.value is not None:
            found["value", rating.name, n.Name(name)] = author.names(name)
    return found


def _conditions(rating: PlannedRating) -> Iterator[n.Node]:
    """Every condition whose values are shown: those of the grades, and those of the steps."""
    for leaf in rating.leaves():
        yield leaf.node
    spec = rating.spec
    lines = spec.fallback.lines if spec.fallback else []
    texts = [spec.if_, spec.newcomers.when if spec.newcomers else None, *(line.when for line in lines)]
    texts += [one.when for one in (*spec.floors, *spec.ceilings, *spec.vetoes)]
    texts += [*(one.when for one in spec.pending), *(one.when for one in spec.review)]
    for text in texts:
        if text is not None:
            yield parse(text)
