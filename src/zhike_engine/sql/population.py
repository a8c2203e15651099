"""Metrics that need all customers at once: totals, ranks, shares. Each is one narrow query over the stage before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from zhike_engine.messages import say
from zhike_engine.policy import metrics as kinds
from zhike_engine.sql.context import Context
from zhike_engine.sql.dialect import Dialect
from zhike_engine.sql.values import UNITS, TypeMismatch, Value
from zhike_engine.words import Text

FEW = ("count", "days", "months", "years")
"""Units whose values are shared by many customers."""


@dataclass
class Joins:
    """The narrow queries that a layer joins to the stage `base`."""

    base: str
    totals: dict[str, str] = field(default_factory=dict)
    keyed: list[str] = field(default_factory=list)
    windows: dict[str, list[str]] = field(default_factory=dict)

    def total(self, sql: str) -> str:
        """A total over the whole population; returns its column."""
        return "q." + self.totals.setdefault(sql, f"t{len(self.totals)}")

    def window(self, among: str, sql: str) -> str:
        """A window function over the customers that meet `among`; returns its column, NULL for the others.

        Functions over the same customers stand in one query.
        """
        columns = self.windows.setdefault(among, [])
        if sql not in columns:
            columns.append(sql)
        return f"n{list(self.windows).index(among)}.a{columns.index(sql)}"

    def by_key(self, select: str, key: str) -> str:
        """Join a query with one row per value of `key`; returns its alias. No joined query has a column of the stage
        other than `customer`, so that `key` needs no qualifier."""
        alias = f"w{len(self.keyed)}"
        self.keyed.append(f"left join ({select}) {alias} on {alias}.k = {key}")
        return alias

    def sql(self) -> str:
        """FROM with everything joined to `base` as `b`."""
        parts = [f"{self.base} b"]
        if self.totals:
            columns = ", ".join(f"{sql} as {alias}" for sql, alias in self.totals.items())
            parts.append(f"cross join (select {columns} from {self.base}) q")
        for number, (among, functions) in enumerate(self.windows.items()):
            columns = ", ".join(f"{sql} as a{i}" for i, sql in enumerate(functions))
            select = f"select customer, {columns} from {self.base} where {among}"
            parts.append(f"left join ({select}) n{number} on n{number}.customer = b.customer")
        return " ".join([*parts, *self.keyed])


def relative(spec: Any, c: Context, joins: Joins) -> Value:
    """Typed SQL of a population metric over the stage `joins.base`."""
    match spec:
        case kinds.Share():
            return _share(spec, c, joins)
        case kinds.Rank():
            value, within = _exact(spec.rank, c), _within(spec.within, c)
            order = "desc" if spec.first == "high" else "asc"
            ranked = f"rank() over ({within.partition}order by {value.sql} {order})"
            return Value(c.d.integer(joins.window(_among(value, within), ranked)), "exact", "count")
        case kinds.Percentile():
            return _percentile(spec, c, joins)
        case kinds.Quantile():
            return Value(_quantile(spec, c, joins), "exact", "count")
        case kinds.CumulativeShare():
            return _cumulative(spec, c, joins)
    assert isinstance(spec, kinds.Group)
    return _group(spec, c, joins)


def _exact(name: str, c: Context) -> Value:
    value = c.names(name)
    if value.storage != "exact":
        what = UNITS["text"] if not value.numeric else Text(zh="商", en="a quotient")
        raise TypeMismatch(
            say(
                "compares customers by `{name}`, which is {what}; use a total, a count or a score",
                name=name,
                what=what,
            )
        )
    return value


@dataclass(frozen=True)
class _Within:
    """The part of the population a customer is compared in: a PARTITION BY, and who is in any part at all."""

    partition: str = ""
    inside: str = ""


def _within(name: str | None, c: Context) -> _Within:
    if name is None:
        return _Within()
    key = c.names(name).sql
    return _Within(f"partition by {key} ", f" and {key} is not null")


def _among(value: Value, within: _Within = _Within()) -> str:
    """Who is compared: customers with a value, inside a part of the population."""
    return f"{value.sql} is not null{within.inside}"


def _share(spec: kinds.Share, c: Context, joins: Joins) -> Value:
    value, d = _exact(spec.share, c), c.d
    if spec.within is None:
        total = joins.total(d.total(value.sql))
    else:
        key = c.names(spec.within).sql
        select = f"select {key} as k, {d.total(value.sql)} as a from {joins.base} group by {key}"
        total = joins.by_key(select, key) + ".a"
    part = f"{d.double('b.' + value.sql)} / nullif({d.double(total)}, {d.double_literal(0.0)})"
    return Value(f"(case when {total} > 0 then {part} end)", "double", "share")


def _percentile(spec: kinds.Percentile, c: Context, joins: Joins) -> Value:
    value, within, d = _exact(spec.percentile, c), _within(spec.within, c), c.d
    order = "asc" if spec.first == "high" else "desc"
    behind = joins.window(
        _among(value, within), f"rank() over ({within.partition}order by {value.sql} {order}) - 1"
    )
    if within.partition:
        others = joins.window(_among(value, within), f"count(*) over ({within.partition.strip()}) - 1")
    else:
        others = f"({joins.total(f'count({value.sql})')} - 1)"
    quotient = f"({d.double(behind)} / nullif({d.double(others)}, {d.double_literal(0.0)}))"
    return Value(quotient, "double", "share")


def _quantile(spec: kinds.Quantile, c: Context, joins: Joins) -> str:
    """Equal parts in the order of a value and the id: parts and places count from the worst."""
    value, d = _exact(spec.quantile, c), c.d
    order = "asc" if spec.first == "high" else "desc"
    if value.unit not in FEW:
        tiles = f"ntile({spec.parts}) over (order by {value.sql} {order}, customer)"
        return d.integer(joins.window(_among(value), tiles))
    # Many customers share a value: places are counted by value, and ids are put in order only where a border falls.
    counted = (
        f"select {value.sql} as k, count(*) as n from {joins.base} where {_among(value)} group by {value.sql}"
    )
    ahead = f"{d.integer(f'sum(n) over (order by k {order})')} - n"
    placed = f"select k, n, {ahead} as ahead, {d.integer('sum(n) over ()')} as people from ({counted}) x"
    low, high = (_part(place, "people", spec.parts, d) for place in ("ahead", "(ahead + n - 1)"))
    parts = f"select k, ahead, people, {low} as low, {high} as high from ({placed}) x"
    split = f"{value.sql} in (select k from ({parts}) x where low < high)"
    place = joins.window(split, f"row_number() over (partition by {value.sql} order by customer) - 1")
    own = joins.by_key(parts, value.sql)
    inside = _part(f"({own}.ahead + {place})", f"{own}.people", spec.parts, d)
    return f"(case when {own}.low < {own}.high then {inside} else {own}.low end)"


def _part(place: str, people: str, parts: int, d: Dialect) -> str:
    """The part, from 1, that a place, from 0, falls into: the first ones have one more where it does not come out even."""
    size = d.divide_whole(people, str(parts))
    larger = f"({people} - {size} * {parts})"
    first = d.divide_whole(place, f"{size} + 1")
    rest = d.divide_whole(f"{place} - {larger}", f"nullif({size}, 0)")
    return f"(1 + case when {place} < {larger} * ({size} + 1) then {first} else {rest} end)"


def _cumulative(spec: kinds.CumulativeShare, c: Context, joins: Joins) -> Value:
    value, d = _exact(spec.cumulative_share, c), c.d
    total = joins.total(d.total(value.sql))
    # All that is not larger, less those with the same value that come first by id: one order serves every window.
    up = f"order by {value.sql} asc"
    first = f"(row_number() over ({up}, customer) - rank() over ({up}))"
    behind = joins.window(
        _among(value), f"{d.integer(f'sum({value.sql}) over ({up})')} - {value.sql} * {first}"
    )
    part = f"{d.double(f'({total} - {behind})')} / nullif({d.double(total)}, {d.double_literal(0.0)})"
    return Value(f"(case when {total} > 0 then {part} end)", "double", "share")


def _group(spec: kinds.Group, c: Context, joins: Joins) -> Value:
    value, d = _exact(spec.group, c), c.d
    group = c.attribute("group", "text")
    if group is None:
        return value
    function = {"sum": d.total(value.sql), "highest": f"max({value.sql})", "lowest": f"min({value.sql})"}[
        spec.take
    ]
    select = f"select {group.sql} as k, {function} as a from {joins.base} where {group.sql} is not null group by {group.sql}"
    alias = joins.by_key(select, group.sql)
    own = f"b.{value.sql}"
    return Value(
        f"(case when b.{group.sql} is null then {own} else {alias}.a end)",
        "exact",
        value.unit,
        value.denominator,
    )
