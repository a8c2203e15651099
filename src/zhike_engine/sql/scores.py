"""Scorecards: points of each item in integers of 10^-4, then the weighted sum, cut to its ends."""

from __future__ import annotations

from decimal import Decimal
from math import lcm

from zhike_engine.language.parse import parse
from zhike_engine.messages import say
from zhike_engine.plan.rules import end_node
from zhike_engine.policy.model import Item, Scorecard, Step
from zhike_engine.sql import values as v
from zhike_engine.sql.context import Context
from zhike_engine.sql.expressions import condition_sql, to_sql
from zhike_engine.sql.values import MONEY, TypeMismatch, Value


def item_points(item: Item, c: Context) -> Value:
    """Points of one item, exact in 10^-4; NULL when they cannot be told."""
    if item.when is not None:
        test = condition_sql(parse(item.when), c.names, c.d)
        given = v.scaled(v.constant(item.points or Decimal(0)), MONEY)
        return Value(f"(case when {test} then {given} when not {test} then 0 end)", "exact", "points", MONEY)
    if item.of is None:
        return v.rounded(v.constant(item.points or Decimal(0), "points"), MONEY, c.d)
    value = c.names(item.of)
    if item.steps is not None:
        return _points(_steps(item.steps, value, c))
    if item.choices is not None:
        if value.storage != "text":
            raise TypeMismatch(say("reads `{name}` as a choice, but it is no text", name=item.of))
        cases = " ".join(
            f"when {value.sql} = {c.d.text(choice)} then {v.scaled(v.constant(points), MONEY)}"
            for choice, points in item.choices.items()
        )
        return _points(f"(case {cases} end)")
    if not value.numeric:
        raise TypeMismatch(say("scores `{name}`, which is no number", name=item.of))
    if item.linear is not None:
        line = item.linear
        if line.starts == line.to:
            raise TypeMismatch(say("has a line from a value to itself"))
        low, high = sorted((line.starts, line.to))
        cut = _cut(value, low, high, c)
        slope = v.divide(
            v.add(cut, v.constant(line.starts), "-", c.d), v.constant(line.to - line.starts), c.d
        )
        rise = v.multiply(Value(slope.sql, slope.storage, "any", slope.denominator, slope.constant),
                          v.constant(line.points_to - line.points_from), c.d)  # fmt: skip
        return _points(v.rounded(v.add(rise, v.constant(line.points_from), "+", c.d), MONEY, c.d).sql)
    if item.per is not None:
        return _points(_per_unit(item, value, c))
    plain = Value(value.sql, value.storage, "points", value.denominator, value.constant)
    return _points(v.rounded(plain, MONEY, c.d).sql)


def _points(sql: str) -> Value:
    return Value(sql, "exact", "points", MONEY)


def _steps(steps: list[Step], value: Value, c: Context) -> str:
    cases = []
    for step in steps:
        ends = ((">=", step.starts), (">", step.above), ("<", step.below), ("<=", step.up_to))
        tests = [
            v.compare(op, value, to_sql(end_node(end), c.names, c.d), c.d)
            for op, end in ends
            if end is not None
        ]
        cases.append(f"when {' and '.join(tests) or '1 = 1'} then {v.scaled(v.constant(step.points), MONEY)}")
    return f"(case when {value.sql} is null then null {' '.join(cases)} else 0 end)"


def _cut(value: Value, low: Decimal, high: Decimal, c: Context) -> Value:
    sides, kind = v.unify([Value(value.sql, value.storage, "any", value.denominator, value.constant),
                           v.constant(low), v.constant(high)], v.CUTS, c.d)  # fmt: skip
    x, bottom, top = sides
    sql = f"(case when {x} is null then null when {x} < {bottom} then {bottom} when {x} > {top} then {top} else {x} end)"
    return Value(sql, kind.storage, "any", kind.denominator)


def _per_unit(item: Item, value: Value, c: Context) -> str:
    assert item.per is not None
    per = item.per
    plain = Value(value.sql, value.storage, "any", value.denominator, value.constant)
    units = v.divide(plain, v.constant(per.each), c.d)
    if units.storage == "double":
        full = c.d.integer(c.d.floor(units.sql))
    else:
        full = c.d.divide_whole(units.sql, str(units.denominator))
    full = f"(case when {value.sql} is null then null when {value.sql} < 0 then 0 else {full} end)"
    each = v.scaled(v.constant(per.points), MONEY)
    sql = f"({full} * {each})"
    if per.cap is None:
        return sql
    cap = v.scaled(v.constant(abs(per.cap) * (1 if per.points >= 0 else -1)), MONEY)
    worse = ">" if per.points >= 0 else "<"
    return f"(case when {sql} {worse} {cap} then {cap} else {sql} end)"


def weights(card: Scorecard, c: Context) -> dict[str, Decimal | None]:
    """Effective weight of each item as a share of 1; None for bonus and deduction items."""
    found: dict[str, Decimal | None] = {}
    for name, item in card.items.items():
        if item.weight is None:
            found[name] = None
            continue
        weight = _weight(item.weight, c)
        if item.group:
            weight = weight * card.groups.get(item.group, Decimal(0)) / 100
        found[name] = weight
    return found


def _weight(raw: Decimal | str, c: Context) -> Decimal:
    if isinstance(raw, str):
        value = to_sql(parse(raw), c.names, c.d)
        if value.constant is None:
            if c.draft:
                return Decimal(0)
            raise TypeMismatch(say("has a weight that differs between customers"))
        return value.constant if value.unit == "share" else value.constant / 100
    return raw / 100


def total(card: Scorecard, points: dict[str, Value], c: Context) -> Value:
    """The score, exact in 10^-4; NULL when an item that must be known is not. Weight 0 puts an item out of use."""
    effective = {name: weight for name, weight in weights(card, c).items() if weight != 0}
    weighted = {name: weight for name, weight in effective.items() if weight is not None}
    scale = lcm(*(weight.as_integer_ratio()[1] for weight in weighted.values()), 1)
    upper, lower = [], []
    for name, weight in weighted.items():
        whole, sql = int(weight * scale), points[name].sql
        match card.items[name].unknown:
            case "skip":
                upper.append(f"coalesce({sql}, 0) * {whole}")
                lower.append(f"(case when {sql} is null then 0 else {whole} end)")
            case "zero":
                upper.append(f"coalesce({sql}, 0) * {whole}")
                lower.append(str(whole))
            case _:
                upper.append(f"{sql} * {whole}")
                lower.append(str(whole))
    parts = []
    if upper:
        skipping = any(card.items[name].unknown == "skip" for name in weighted)
        known = f"({' + '.join(lower)})" if skipping else str(scale)
        of = v.round_fraction(" + ".join(upper), known, c.d)
        parts.append(f"(case when {known} > 0 then {of} end)" if skipping else of)
    for name in effective:
        if name not in weighted:
            extra = points[name].sql
            parts.append(extra if card.items[name].unknown == "pending" else f"coalesce({extra}, 0)")
    base = v.scaled(v.constant(card.base), MONEY)
    sql = " + ".join([base, *parts])
    return Value(_between(f"({sql})", card), "exact", "points", MONEY)


def _between(sql: str, card: Scorecard) -> str:
    low, high = (v.scaled(v.constant(end), MONEY) for end in (card.at_least, card.at_most))
    return f"(case when {sql} < {low} then {low} when {sql} > {high} then {high} else {sql} end)"
