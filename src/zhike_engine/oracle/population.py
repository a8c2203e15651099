"""Metrics that need all customers in scope at once. Each takes and gives one value per customer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from zhike_engine.oracle.numbers import Scalar, exact, quotient
from zhike_engine.oracle.world import World
from zhike_engine.policy import metrics as kinds

Values = list[Scalar]


def _of(world: World, name: str) -> list[Fraction | None]:
    found = [customer.values[name] for customer in world.customers]
    return [value if isinstance(value, Fraction) else None for value in found]


def _peers(
    world: World, within: str | None, values: Sequence[Fraction | None]
) -> list[list[Fraction] | None]:
    """For each customer the known values it is compared among; None when it has none, or no value of `within`."""
    keys: list[Any] = [0 if within is None else world.names(one).value(within) for one in world.customers]
    groups: dict[Any, list[Fraction]] = {}
    for key, value in zip(keys, values, strict=True):
        if value is not None:
            groups.setdefault(key, []).append(value)
    return [None if key is None else groups.get(key, []) for key in keys]


def share(spec: kinds.Share, world: World) -> Values:
    """Value over total; the total must be above zero."""
    values = _of(world, spec.share)
    found: Values = []
    for value, peers in zip(values, _peers(world, spec.within, values), strict=True):
        whole = sum(peers or [], Fraction(0))
        found.append(
            quotient(value, whole) if value is not None and peers is not None and whole > 0 else None
        )
    return found


def rank(spec: kinds.Rank, world: World) -> Values:
    """1 + the number of customers strictly ahead."""
    values = _of(world, spec.rank)
    found: Values = []
    for value, peers in zip(values, _peers(world, spec.within, values), strict=True):
        known = value is not None and peers is not None
        found.append(exact(1 + _ahead(value, peers, spec.first)) if known else None)
    return found


def _ahead(value: Fraction | None, peers: Sequence[Fraction] | None, first: str) -> int:
    assert value is not None
    assert peers is not None
    return sum(1 for peer in peers if (peer > value if first == "high" else peer < value))


def percentile(spec: kinds.Percentile, world: World) -> Values:
    """Customers strictly behind, over all others; a single customer has nobody to be compared with."""
    values = _of(world, spec.percentile)
    behind = "low" if spec.first == "high" else "high"
    found: Values = []
    for value, peers in zip(values, _peers(world, spec.within, values), strict=True):
        if value is None or peers is None:
            found.append(None)
        else:
            found.append(quotient(exact(_ahead(value, peers, behind)), exact(len(peers) - 1)))
    return found


def quantile(spec: kinds.Quantile, world: World) -> Values:
    """Classes of equal size from the worst to the best; the first ones are one larger where it does not divide."""
    values = _of(world, spec.quantile)
    known = [(value, i) for i, value in enumerate(values) if value is not None]
    sign = 1 if spec.first == "high" else -1
    known.sort(key=lambda one: (one[0] * sign, one[1]))
    found: Values = [None] * len(values)
    size, larger = divmod(len(known), spec.parts)
    for place, (_, i) in enumerate(known):
        edge = larger * (size + 1)
        tile = place // (size + 1) if place < edge else larger + (place - edge) // size
        found[i] = exact(tile + 1)
    return found


def cumulative_share(spec: kinds.CumulativeShare, world: World) -> Values:
    """Total of all customers ahead, highest first and ties by customer, over the whole total."""
    values = _of(world, spec.cumulative_share)
    known = sorted(
        ((value, i) for i, value in enumerate(values) if value is not None), key=lambda o: (-o[0], o[1])
    )
    whole = sum((value for value, _ in known), Fraction(0))
    found: Values = [None] * len(values)
    before = Fraction(0)
    for value, i in known:
        found[i] = quotient(before, whole) if whole > 0 else None
        before += value
    return found


def group(spec: kinds.Group, world: World) -> Values:
    """Sum, highest or lowest known value of the group of companies; the own value without a group."""
    values = _of(world, spec.group)
    groups: dict[str, list[Fraction]] = {}
    for customer, value in zip(world.customers, values, strict=True):
        if value is not None and customer.row.get("group") is not None:
            groups.setdefault(customer.row["group"], []).append(value)
    found: Values = []
    for customer, value in zip(world.customers, values, strict=True):
        name = customer.row.get("group")
        known = groups.get(name, []) if name is not None else []
        found.append(value if name is None else _taken(spec, known) if known else None)
    return found


def _taken(spec: kinds.Group, known: list[Fraction]) -> Fraction:
    match spec.take:
        case "highest":
            return max(known)
        case "lowest":
            return min(known)
    return sum(known, Fraction(0))


AUTHORS: dict[type, Callable[[Any, World], Values]] = {
    kinds.Share: share,
    kinds.Rank: rank,
    kinds.Percentile: percentile,
    kinds.Quantile: quantile,
    kinds.CumulativeShare: cumulative_share,
    kinds.Group: group,
}
"""Kind -> how it is computed."""
