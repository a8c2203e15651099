"""Scorecards: the points of each item, then the weighted score, all in 10^-4."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from zhike_engine.language.parse import parse
from zhike_engine.oracle.expressions import Names, compare, evaluate, holds, is_part
from zhike_engine.oracle.numbers import Number, Scalar, exact, number, rounded
from zhike_engine.oracle.world import World
from zhike_engine.policy.model import Item, Linear, PerUnit, Scorecard, Step


def points(item: Item, names: Names) -> Fraction | None:
    """Points of one item; None when they cannot be told."""
    fixed = exact(item.points or Decimal(0))
    if item.when is not None:
        test = holds(parse(item.when), names)
        return None if test is None else fixed if test else Fraction(0)
    if item.of is None:
        return rounded(fixed)
    value = names.value(item.of)
    if item.steps is not None:
        return None if value is None else _steps(item.steps, value, names)
    if item.choices is not None:
        found = item.choices.get(value) if isinstance(value, str) else None
        return None if found is None else exact(found)
    measured = number(value)
    if measured is None:
        return None
    if item.linear is not None:
        return _linear(item.linear, measured)
    return rounded(measured) if item.per is None else _per_unit(item.per, measured)


def _steps(steps: list[Step], value: Scalar, names: Names) -> Fraction:
    for step in steps:
        ends = [(">=", step.starts), (">", step.above), ("<", step.below), ("<=", step.up_to)]
        if all(compare(op, value, _end(end, names)) is True for op, end in ends if end is not None):  # type: ignore[arg-type]
            return exact(step.points)
    return Fraction(0)


def _end(end: Decimal | str, names: Names) -> Scalar:
    return evaluate(parse(end), names) if isinstance(end, str) else exact(end)


def _linear(line: Linear, value: Number) -> Fraction:
    """A value is cut to the ends of the line first; a double stays a double until the points are rounded."""
    start, end = exact(line.starts), exact(line.to)
    rise, foot = exact(line.points_to - line.points_from), exact(line.points_from)
    low, high = min(start, end), max(start, end)
    if isinstance(value, Fraction):
        return rounded((min(max(value, low), high) - start) / (end - start) * rise + foot)
    cut = float(low) if value < float(low) else min(value, float(high))
    return rounded((cut - float(start)) / float(end - start) * float(rise) + float(foot))


def _per_unit(per: PerUnit, value: Number) -> Fraction:
    """Full units only; below zero there is none; the cap limits the points whatever their sign."""
    if value < 0:
        return Fraction(0)
    each = exact(per.each)
    units = floor(value / each) if isinstance(value, Fraction) else floor(value / float(each))
    found = units * exact(per.points)
    if per.cap is None:
        return found
    cap = abs(exact(per.cap))
    return min(found, cap) if per.points >= 0 else max(found, -cap)


def weight(item: Item, card: Scorecard, names: Names) -> Fraction | None:
    """The part of the score an item makes; None for bonus and deduction items."""
    if item.weight is None:
        return None
    part = part_of_one(item.weight, names)
    return part * exact(card.groups[item.group]) / 100 if item.group else part


def part_of_one(raw: Decimal | str, names: Names) -> Fraction:
    """A percentage as a part of one: a plain number counts as percent, `10 %` and percent parameters as they are."""
    if isinstance(raw, Decimal):
        return exact(raw) / 100
    node = parse(raw)
    value = evaluate(node, names)
    assert isinstance(value, Fraction)
    return value if is_part(node, names) else value / 100


def score(card: Scorecard, found: dict[str, Fraction | None], names: Names) -> Fraction | None:
    """The weighted mean, rounded once, plus base, bonus and deductions, cut to the ends of the card.

    An item with the weight 0 is out of use, known or not.
    """
    upper, lower, skips = Fraction(0), Fraction(0), False
    extra = exact(card.base)
    weighted = False
    for name, item in card.items.items():
        part, value = weight(item, card, names), found[name]
        if part == 0:
            continue
        if value is None and item.unknown == "pending":
            return None
        if part is None:
            extra += value or 0
            continue
        weighted = True
        skips = skips or item.unknown == "skip"
        upper += (value or 0) * part
        lower += 0 if value is None and item.unknown == "skip" else part
    if weighted:
        if skips and lower <= 0:
            return None
        extra += rounded(upper / lower if skips else upper)
    return min(max(extra, exact(card.at_least)), exact(card.at_most))


def score_world(name: str, card: Scorecard, world: World) -> None:
    """Keep the points of every item as `score.item` and the score under its own name."""
    for customer in world.customers:
        names = world.names(customer)
        found = {key: points(item, names) for key, item in card.items.items()}
        for key, value in found.items():
            customer.values[f"{name}.{key}"] = value
        customer.values[name] = score(card, found, names)
    world.sorts.update({f"{name}.{key}": "exact" for key in card.items})
    world.sorts[name] = "exact"
