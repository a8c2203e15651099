"""Expression tree to typed SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from zhike_engine.language import nodes as n
from zhike_engine.messages import say
from zhike_engine.sql import values as v
from zhike_engine.sql.dialect import Dialect
from zhike_engine.sql.values import TypeMismatch, Value

Environment = Callable[[str], Value]
"""Name -> typed SQL; raises UnknownName."""


class UnknownName(Exception):
    """An expression mentions a name that stands for nothing here."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class UnsetName(Exception):
    """An expression mentions a parameter that is unset."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def to_sql(node: n.Node, names: Environment, d: Dialect) -> Value:
    """Typed SQL of an expression. Conditions are three-valued: NULL means that a value is not computable."""
    match node:
        case n.Number(value, percent):
            return v.constant(value, "share" if percent else "any")
        case n.String(value):
            return Value(d.text(value), "text", "text")
        case n.Boolean(value):
            return Value(d.flag(value), "flag", "flag")
        case n.Name(name):
            return names(name)
        case n.Negative(of):
            return v.multiply(to_sql(of, names, d), v.constant(-1), d)
        case n.Arithmetic():
            return _arithmetic(node, names, d)
        case n.Call(function, arguments):
            return _call(function, arguments, names, d)
    return Value(condition_sql(node, names, d), "flag", "flag")


def _arithmetic(node: n.Arithmetic, names: Environment, d: Dialect) -> Value:
    left, right = to_sql(node.left, names, d), to_sql(node.right, names, d)
    match node.op:
        case "+" | "-":
            return v.add(left, right, node.op, d)
        case "*":
            return v.multiply(left, right, d)
        case "/":
            return v.divide(left, right, d)
    assert_never(node.op)


def _call(function: str, arguments: tuple[n.Node, ...], names: Environment, d: Dialect) -> Value:
    if function == "if":
        test = condition_sql(arguments[0], names, d)
        sides, kind = v.unify([to_sql(a, names, d) for a in arguments[1:]], v.CHOOSES, d)
        return _like(kind, f"(case when {test} then {sides[0]} when not {test} then {sides[1]} end)")
    if function in n.ROUNDINGS:
        kept = n.Call(function, arguments).decimals
        return v.to_decimals(to_sql(arguments[0], names, d), kept, function, d)
    values = [to_sql(a, names, d) for a in arguments]
    if function == "abs":
        only = values[0]
        if only.constant is not None:
            return v.constant(abs(only.constant), only.unit)
        return _like(only, f"(case when {only.sql} < 0 then -{only.sql} else {only.sql} end)")
    if function != "first_known" and all(value.constant is not None for value in values):
        chosen = (min if function == "min" else max)(
            value.constant for value in values if value.constant is not None
        )
        return v.constant(chosen, values[0].unit)
    sides, kind = v.unify(values, v.CHOOSES, d)
    if function == "first_known":
        return _like(kind, f"coalesce({', '.join(sides)})")
    if not kind.numeric:
        raise TypeMismatch(say("`{function}` needs numbers", function=function))
    sql, sign = sides[0], "<" if function == "min" else ">"
    for side in sides[1:]:
        sql = f"(case when {sql} is null or {side} is null then null when {sql} {sign} {side} then {sql} else {side} end)"
    return _like(kind, sql)


def _like(kind: Value, sql: str) -> Value:
    return Value(sql, kind.storage, kind.unit, kind.denominator)


def condition_sql(node: n.Node, names: Environment, d: Dialect) -> str:
    """SQL of a condition: true, false, or NULL when it cannot be told."""
    match node:
        case n.Compare(op, left, right):
            return v.compare(op, to_sql(left, names, d), to_sql(right, names, d), d)
        case n.Between(of, low, high):
            value = to_sql(of, names, d)
            ends = [v.compare(op, value, to_sql(end, names, d), d) for op, end in ((">=", low), ("<=", high))]
            return f"({ends[0]} and {ends[1]})"
        case n.Within(of, tolerance, target):
            value, room, middle = (to_sql(part, names, d) for part in (of, tolerance, target))
            at_least = v.compare(">=", value, v.add(middle, room, "-", d), d)
            at_most = v.compare("<=", value, v.add(middle, room, "+", d), d)
            return f"({at_least} and {at_most})"
        case n.In(of, items):
            value = to_sql(of, names, d)
            return "(" + " or ".join(v.compare("=", value, to_sql(item, names, d), d) for item in items) + ")"
        case n.Computable(of):
            return f"({to_sql(of, names, d).sql} is not null)"
        case n.Not(of):
            return f"(not {condition_sql(of, names, d)})"
        case n.All(items):
            return "(" + " and ".join(condition_sql(item, names, d) for item in items) + ")"
        case n.Any(items):
            return "(" + " or ".join(condition_sql(item, names, d) for item in items) + ")"
        case n.Boolean(value):
            return d.flag(value)
    value = to_sql(node, names, d)
    if value.storage != "flag":
        raise TypeMismatch(say("is not a condition; compare it with something"))
    return d.flag_column(value.sql)
