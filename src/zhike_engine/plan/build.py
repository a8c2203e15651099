"""From a policy document to a plan: parameters resolved, windows dated, metrics and ratings in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhike_engine.errors import ParameterInvalid
from zhike_engine.language.nodes import Node, names_in
from zhike_engine.language.parse import parse
from zhike_engine.messages import say
from zhike_engine.plan.graph import Cycle, layers
from zhike_engine.plan.named import settled
from zhike_engine.plan.parameters import ParameterValue, resolve
from zhike_engine.plan.rules import PlannedRating, plan_rating
from zhike_engine.plan.windows import Windows
from zhike_engine.policy.metrics import AnyMetric
from zhike_engine.policy.model import PolicyDocument, Scorecard

FIRST_YEAR, LAST_YEAR = 1900, 9000
"""As-of dates further away leave no room for the windows around them."""


@dataclass(frozen=True)
class Planned:
    """A metric or a scorecard with its layer and its column."""

    name: str
    spec: AnyMetric | Scorecard
    layer: int
    column: str


@dataclass(frozen=True)
class Plan:
    """A policy ready for one as-of date.

    `nodes` are metrics and scorecards by layer; `ratings` stand in an order in which each can read the earlier ones.
    """

    document: PolicyDocument
    as_of: date
    windows: Windows
    parameters: Mapping[str, ParameterValue]
    nodes: tuple[Planned, ...]
    ratings: tuple[PlannedRating, ...]

    def node(self, name: str) -> Planned:
        """The metric or scorecard of this name."""
        return next(node for node in self.nodes if node.name == name)

    def rating(self, name: str) -> PlannedRating:
        """The rating of this name."""
        return next(rating for rating in self.ratings if rating.name == name)

    @property
    def scope(self) -> Node | None:
        """The condition that a customer of the population meets."""
        text = self.document.scope.customers
        return parse(text) if text else None


def build(
    document: PolicyDocument, as_of: date, given: Mapping[str, Any] | None = None, *, letter: str = "r"
) -> Plan:
    """Plan a checked document. Raises ParameterInvalid; `zhike_engine.policy.check` finds every other fault.

    Columns of ratings start with `letter`, so that two answers can stand side by side.
    """
    if not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        raise ParameterInvalid(
            say(
                "`{text}` is too far away; a day lies in the years {first} to {last}",
                text=as_of,
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )
    windows = Windows(as_of, document.calendar.year_starts, document.windows)
    depth = layers(document)
    names = {name: f"m{index}" for index, name in enumerate([*document.metrics, *document.scorecards])}
    specs: dict[str, Any] = {**document.metrics, **document.scorecards}
    ordered = sorted(specs, key=lambda name: (depth[name], int(names[name][1:])))
    nodes = tuple(Planned(name, specs[name], depth[name], names[name]) for name in ordered)
    parameters = resolve(document, as_of, given or {})
    ratings = tuple(
        plan_rating(name, index, settled(document.ratings[name], parameters), letter)
        for index, name in enumerate(rating_order(document))
    )
    return Plan(document, as_of, windows, parameters, nodes, ratings)


def rating_order(document: PolicyDocument) -> list[str]:
    """Ratings such that each stands after those it reads; the document's order otherwise."""
    reads = {
        name: {used for node in plan_rating(name, 0, spec).expressions() for used in names_in(node)}
        & (set(document.ratings) - {name})
        for name, spec in document.ratings.items()
    }
    ordered: list[str] = []
    while len(ordered) < len(reads):
        ready = [name for name in reads if name not in ordered and reads[name] <= set(ordered)]
        if not ready:
            raise Cycle([name for name in reads if name not in ordered])
        ordered.append(ready[0])
    return ordered
