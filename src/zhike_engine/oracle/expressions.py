"""Expressions on plain values. Conditions are three-valued: None means that it cannot be told.

Whether a choice (`if`, `min`, `max`, `first_known`) gives a fraction or a double is settled by its sides, whichever is
taken: `sort_of` reads it off the expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, assert_never

from zhike_engine.language import nodes as n
from zhike_engine.oracle.numbers import Number, Scalar, cut, exact, number, quotient

Sort = Literal["constant", "exact", "double", "text", "flag", "date"]


class Unset(Exception):
    """An expression needs a parameter that has no value."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Names:
    """What names stand for: `value` gives the value, `sort` how it is kept (both raise Unset), `part` whether it is
    a percentage."""

    value: Callable[[str], Scalar]
    sort: Callable[[str], Sort]
    part: Callable[[str], bool] = lambda _: False


def is_part(node: n.Node, names: Names) -> bool:
    """Whether a number is a part of one: `10 %`, a percent parameter, or such times or plus something."""
    match node:
        case n.Number(_, percent):
            return percent
        case n.Name(name):
            return names.part(name)
        case n.Negative(of):
            return is_part(of, names)
        case n.Arithmetic("/", left, _):
            return is_part(left, names)
        case n.Arithmetic(_, left, right):
            return is_part(left, names) or is_part(right, names)
    return False


def sort_of(node: n.Node, names: Names) -> Sort:
    """How the value of an expression is kept, known before any customer is looked at."""
    match node:
        case n.Number():
            return "constant"
        case n.String():
            return "text"
        case n.Name(name):
            return names.sort(name)
        case n.Negative(of):
            return sort_of(of, names)
        case n.Arithmetic():
            return _arithmetic_sort(node, names)
        case n.Call():
            return _call_sort(node, names)
    return "flag"


def _arithmetic_sort(node: n.Arithmetic, names: Names) -> Sort:
    left, right = sort_of(node.left, names), sort_of(node.right, names)
    if "double" in (left, right):
        return "double"
    if node.op == "/":
        if right != "constant":
            return "double"
        return "constant" if left == "constant" and _ends(evaluate(node, names)) else "exact"
    return "constant" if left == right == "constant" else "exact"


def _ends(value: Scalar) -> bool:
    """Whether a number has finitely many decimals: only such a number is a constant."""
    if not isinstance(value, Fraction):
        return False
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _call_sort(node: n.Call, names: Names) -> Sort:
    if node.function in n.ROUNDINGS:
        return "constant" if sort_of(node.arguments[0], names) == "constant" else "exact"
    sides = node.arguments[1:] if node.function == "if" else node.arguments
    sorts = [sort_of(side, names) for side in sides]
    if "double" in sorts:
        return "double"
    if {*sorts} == {"constant"}:
        return "constant" if node.function in ("abs", "min", "max") else "exact"
    return sorts[0] if sorts[0] != "constant" else "exact"


def evaluate(node: n.Node, names: Names) -> Scalar:
    """The value of an expression; None when it is not computable."""
    match node:
        case n.Number(value, _):
            return exact(value)
        case n.String(text):
            return text
        case n.Boolean(flag):
            return flag
        case n.Name(name):
            return names.value(name)
        case n.Negative(of):
            inner = number(evaluate(of, names))
            return None if inner is None else -inner
        case n.Arithmetic():
            return _arithmetic(node, names)
        case n.Call():
            return _call(node, names)
    return holds(node, names)


def _arithmetic(node: n.Arithmetic, names: Names) -> Number | None:
    left, right = number(evaluate(node.left, names)), number(evaluate(node.right, names))
    if left is None or right is None:
        return None
    match node.op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            exactly = sort_of(node.right, names) == "constant"
            if exactly and isinstance(left, Fraction) and isinstance(right, Fraction) and right != 0:
                return left / right
            return quotient(left, right)
    assert_never(node.op)


def _call(node: n.Call, names: Names) -> Scalar:
    if node.function == "if":
        test = holds(node.arguments[0], names)
        if test is None:
            return None
        return _kept(evaluate(node.arguments[1 if test else 2], names), node, names)
    if node.function in n.ROUNDINGS:
        whole = number(evaluate(node.arguments[0], names))
        return None if whole is None else cut(whole, 10**node.decimals, node.function)
    values = [evaluate(argument, names) for argument in node.arguments]
    if node.function == "first_known":
        return _kept(next((value for value in values if value is not None), None), node, names)
    chosen: Number | None = None
    for value in values:
        side = number(_kept(value, node, names))
        if side is None:
            return None
        if chosen is None or (side < chosen if node.function == "min" else side > chosen):
            chosen = side
    if node.function == "abs" and chosen is not None:
        return -chosen if chosen < 0 else chosen
    return chosen


def _kept(value: Scalar, node: n.Node, names: Names) -> Scalar:
    """The value as its expression keeps it: a fraction becomes a double where another side is one."""
    return float(value) if isinstance(value, Fraction) and sort_of(node, names) == "double" else value


def holds(node: n.Node, names: Names) -> bool | None:
    """Whether a condition holds; None when it cannot be told."""
    match node:
        case n.Compare(op, left, right):
            return compare(op, evaluate(left, names), evaluate(right, names))
        case n.Between(of, low, high):
            value = evaluate(of, names)
            return conjunction([compare(">=", value, evaluate(low, names)),
                                compare("<=", value, evaluate(high, names))])  # fmt: skip
        case n.Within(of, tolerance, target):
            low = n.Arithmetic("-", target, tolerance)
            return holds(n.Between(of, low, n.Arithmetic("+", target, tolerance)), names)
        case n.In(of, items):
            value = evaluate(of, names)
            return disjunction(compare("=", value, evaluate(item, names)) for item in items)
        case n.Computable(of):
            return evaluate(of, names) is not None
        case n.Not(of):
            inner = holds(of, names)
            return None if inner is None else not inner
        case n.All(items):
            return conjunction(holds(item, names) for item in items)
        case n.Any(items):
            return disjunction(holds(item, names) for item in items)
    value = evaluate(node, names)
    assert value is None or isinstance(value, bool)
    return value


def conjunction(tests: Iterable[bool | None]) -> bool | None:
    """Every test holds: false as soon as one is false, unknown when one is unknown."""
    found = [*tests]
    if False in found:
        return False
    return None if None in found else True


def disjunction(tests: Iterable[bool | None]) -> bool | None:
    """Some test holds: true as soon as one is true, unknown when one is unknown."""
    found = [*tests]
    if True in found:
        return True
    return None if None in found else False


def compare(op: n.CompareOp, left: Scalar, right: Scalar) -> bool | None:
    """`left op right`; a fraction beside a double becomes a double first."""
    if left is None or right is None:
        return None
    if isinstance(left, float) or isinstance(right, float):
        return _ordered(op, _double(left), _double(right))
    if isinstance(left, date) and isinstance(right, str):
        right = date.fromisoformat(right)
    if isinstance(right, date) and isinstance(left, str):
        left = date.fromisoformat(left)
    return _ordered(op, left, right)


def _double(value: Scalar) -> float:
    assert isinstance(value, (Fraction, float))
    return float(value)


def _ordered(op: n.CompareOp, left: Scalar, right: Scalar) -> bool:
    match op:
        case "=":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right  # type: ignore[operator]
        case "<=":
            return left <= right  # type: ignore[operator]
        case ">":
            return left > right  # type: ignore[operator]
        case ">=":
            return left >= right  # type: ignore[operator]
    assert_never(op)
