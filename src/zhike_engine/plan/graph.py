"""What depends on what: metrics and scorecards in the order in which they can be computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from zhike_engine.language.nodes import names_in
from zhike_engine.language.parse import parse
from zhike_engine.policy import metrics as kinds
from zhike_engine.policy.model import PolicyDocument, Scorecard

POPULATION = (kinds.Share, kinds.Rank, kinds.Percentile, kinds.Quantile, kinds.CumulativeShare, kinds.Group)
"""Kinds that need all customers at once."""


def uses(spec: Any) -> frozenset[str]:
    """Names that a metric or a scorecard is computed from: metrics, scores, parameters, columns."""
    match spec:
        case kinds.Growth():
            return frozenset({spec.growth, spec.against})
        case kinds.Share():
            return frozenset({spec.share, *_some(spec.within)})
        case kinds.Rank():
            return frozenset({spec.rank, *_some(spec.within)})
        case kinds.Percentile():
            return frozenset({spec.percentile, *_some(spec.within)})
        case kinds.Quantile():
            return frozenset({spec.quantile})
        case kinds.CumulativeShare():
            return frozenset({spec.cumulative_share})
        case kinds.Group():
            return frozenset({spec.group})
        case kinds.Deviation():
            return frozenset(spec.deviation)
        case kinds.Formula():
            return names_in(parse(spec.formula))
        case kinds.Column():
            return frozenset({spec.column})
        case Scorecard():
            return frozenset(_score_names(spec))
    return frozenset()


def _some(name: str | None) -> Iterable[str]:
    return () if name is None else (name,)


def _score_names(card: Scorecard) -> Iterator[str]:
    for item in card.items.values():
        yield from _some(item.of)
        if item.when is not None:
            yield from names_in(parse(item.when))
        if isinstance(item.weight, str):
            yield from names_in(parse(item.weight))
        for step in item.steps or ():
            for end in (step.starts, step.above, step.below, step.up_to):
                if isinstance(end, str):
                    yield from names_in(parse(end))


class Cycle(Exception):
    """Metrics that are defined by each other, in order."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(" → ".join(names))
        self.names = names


def layers(document: PolicyDocument) -> dict[str, int]:
    """Layer of every metric and scorecard: 0 reads facts and attributes, each further layer reads lower ones.

    What needs other customers, a parameter or a scorecard, itself or by what it is computed from, lies above all that
    does not: so a customer's facts that change touch nobody else's lower layers, and a parameter that changes touches
    none of them. Raises Cycle. Unknown names count as nothing; the check reports them.
    """
    specs: dict[str, Any] = {**document.metrics, **document.scorecards}
    lookups = {name: _table_keys(document, spec) for name, spec in document.metrics.items()}
    found: dict[str, int] = {}
    moving: set[str] = set()

    def visit(name: str, path: list[str]) -> int:
        if name in found:
            return found[name]
        if name in path:
            raise Cycle([*path[path.index(name) :], name])
        needed = [other for other in {*uses(specs[name]), *lookups.get(name, ())} if other in specs]
        depth = 0 if not needed else 1 + max(visit(other, [*path, name]) for other in sorted(needed))
        if isinstance(specs[name], (*POPULATION, Scorecard)):
            depth = max(depth, 1)
        moves = isinstance(
            specs[name], (*POPULATION, Scorecard)
        ) or not document.parameters.keys().isdisjoint(uses(specs[name]))
        if depth and (moves or not moving.isdisjoint(needed)):
            moving.add(name)
        found[name] = depth
        return depth

    for name in specs:
        visit(name, [])
    still = max((depth for name, depth in found.items() if name not in moving), default=0)
    return {name: depth + still if name in moving else depth for name, depth in found.items()}


def _table_keys(document: PolicyDocument, spec: Any) -> tuple[str, ...]:
    if isinstance(spec, kinds.Lookup) and spec.lookup in document.tables:
        return tuple(document.tables[spec.lookup].by)
    return ()
