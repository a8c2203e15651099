"""Typed SQL: every expression knows how it is stored, so that it stays exact as long as it can.

- exact: a 64-bit integer over a whole denominator: `stored / denominator`; counts have 1, money has 10000;
- double: one IEEE division of two integers, or a fixed tree over such;
- text, flag, date.

A constant is exact and carries its Decimal: arithmetic between constants happens in Decimal, at compile time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from math import gcd, lcm
from typing import Literal

from zhike_engine.messages import Said, say
from zhike_engine.sql.dialect import Dialect
from zhike_engine.words import Text

Storage = Literal["exact", "double", "text", "flag", "date"]
MONEY = 10_000
"""Money is stored in integers of 10^-4."""


class TypeMismatch(Exception):
    """Two values cannot be used together; the message is for the author of the policy."""

    def __init__(self, message: Said) -> None:
        super().__init__(message)
        self.message = message


ADDS = Text(zh="相加减", en="adds")
COMPARES = Text(zh="比较", en="compares")
DECLARES = Text(zh="当作同一单位", en="declares")
CHOOSES = Text(zh="一并挑选", en="chooses between")
MIXES = Text(zh="混用", en="mixes")
CUTS = Text(zh="换算成得分", en="cuts")
"""What a policy does with two values."""
UNITS = {
    "money": Text(zh="金额", en="money"),
    "share": Text(zh="比例", en="a share"),
    "count": Text(zh="个数", en="a count"),
    "number": Text(zh="数值", en="a number"),
    "any": Text(zh="数字", en="a plain number"),
    "text": Text(zh="文字", en="a text"),
    "flag": Text(zh="是非值", en="a yes/no"),
    "date": Text(zh="日期", en="a date"),
    "days": Text(zh="天数", en="an amount of days"),
    "months": Text(zh="月数", en="an amount of months"),
    "years": Text(zh="年数", en="an amount of years"),
    "points": Text(zh="得分", en="an amount of points"),
}
"""Units as people call them."""


@dataclass(frozen=True, slots=True)
class Value:
    """A typed SQL expression. `unit` is a word of `zhike_engine.policy.metrics.Unit`, or `any` for plain numbers."""

    sql: str
    storage: Storage
    unit: str = "any"
    denominator: int = 1
    constant: Decimal | None = None

    @property
    def numeric(self) -> bool:
        """Whether it can be calculated with."""
        return self.storage in ("exact", "double")


def constant(value: Decimal | int, unit: str = "any") -> Value:
    """A number known at compile time."""
    number = Decimal(value)
    top, bottom = number.as_integer_ratio()
    return Value(_whole(top), "exact", unit, bottom, number)


def _whole(number: int) -> str:
    """An integer literal; a bare minus sign before another one would start a comment."""
    return str(number) if number >= 0 else f"({number})"


def scaled(value: Value, denominator: int) -> str:
    """The stored integer of an exact value brought to a larger denominator (a multiple of its own)."""
    factor = denominator // value.denominator
    if value.constant is not None:
        return _whole(int(value.constant * denominator))
    return value.sql if factor == 1 else f"({value.sql} * {factor})"


def as_double(value: Value, d: Dialect) -> str:
    """The value as SQL double."""
    if value.storage == "double":
        return value.sql
    if value.constant is not None:
        return d.double_literal(float(value.constant))
    if value.denominator == 1:
        return d.double(value.sql)
    return f"({d.double(value.sql)} / {d.double_literal(float(value.denominator))})"


def joined_unit(left: Value, right: Value, doing: Text) -> str:
    """The common unit of two values that are compared or added."""
    if left.unit == right.unit or right.unit == "any":
        return left.unit
    if left.unit == "any":
        return right.unit
    loose = {"number", "points", "share", "count", "days", "months", "years"}
    if "number" in (left.unit, right.unit) and {left.unit, right.unit} <= loose:
        return left.unit if right.unit == "number" else right.unit
    raise _mismatch(doing, left, right)


def _mismatch(doing: Text, left: Value, right: Value) -> TypeMismatch:
    return TypeMismatch(
        say("{doing} {left} with {right}", doing=doing, left=UNITS[left.unit], right=UNITS[right.unit])
    )


def add(left: Value, right: Value, sign: Literal["+", "-"], d: Dialect) -> Value:
    """Sum or difference."""
    _need_numbers(left, right)
    unit = joined_unit(left, right, ADDS)
    if left.constant is not None and right.constant is not None:
        return constant(
            left.constant + right.constant if sign == "+" else left.constant - right.constant, unit
        )
    if left.storage == right.storage == "exact":
        common = lcm(left.denominator, right.denominator)
        return Value(f"({scaled(left, common)} {sign} {scaled(right, common)})", "exact", unit, common)
    return Value(f"({as_double(left, d)} {sign} {as_double(right, d)})", "double", unit)


def multiply(left: Value, right: Value, d: Dialect) -> Value:
    """Product; exact while both sides are."""
    _need_numbers(left, right)
    unit = _product_unit(left.unit, right.unit)
    if left.constant is not None and right.constant is not None:
        return constant(left.constant * right.constant, unit)
    if left.storage == right.storage == "exact":
        if left.constant is not None:
            left, right = right, left
        denominator = left.denominator * right.denominator
        if right.constant is not None:
            top, bottom = right.constant.as_integer_ratio()
            shared = gcd(top, left.denominator) or 1
            top, denominator = top // shared, (left.denominator // shared) * bottom
            return Value(left.sql if top == 1 else f"({left.sql} * {top})", "exact", unit, denominator)
        return Value(f"({left.sql} * {right.sql})", "exact", unit, denominator)
    return Value(f"({as_double(left, d)} * {as_double(right, d)})", "double", unit)


def divide(left: Value, right: Value, d: Dialect) -> Value:
    """Quotient: exact by a constant, otherwise one IEEE division; not computable when the divisor is zero."""
    _need_numbers(left, right)
    unit = _quotient_unit(left.unit, right.unit)
    if right.constant is not None:
        if right.constant == 0:
            raise TypeMismatch(say("divides by zero"))
        top, bottom = right.constant.as_integer_ratio()
        if left.constant is not None:
            return _exact_fraction(left.constant, right.constant, unit, d)
        if left.storage == "exact":
            sign = -1 if top < 0 else 1
            return multiply(
                Value(left.sql, "exact", unit, left.denominator * abs(top)), constant(sign * bottom, "any"), d
            )
    if left.storage == right.storage == "exact":
        common = gcd(left.denominator, right.denominator)
        upper = _times(left, right.denominator // common)
        lower = _times(right, left.denominator // common)
        return Value(
            f"({d.double(upper)} / nullif({d.double(lower)}, {d.double_literal(0.0)}))", "double", unit
        )
    return Value(
        f"({as_double(left, d)} / nullif({as_double(right, d)}, {d.double_literal(0.0)}))", "double", unit
    )


def _exact_fraction(top: Decimal, bottom: Decimal, unit: str, d: Dialect) -> Value:
    a, b = top.as_integer_ratio()
    e, f = bottom.as_integer_ratio()
    upper, lower = a * f, b * e
    if lower < 0:
        upper, lower = -upper, -lower
    shared = gcd(upper, lower) or 1
    upper, lower = upper // shared, lower // shared
    rest = lower
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        return constant(Decimal(upper) / Decimal(lower), unit)
    return Value(_whole(upper), "exact", unit, lower)


def _times(value: Value, factor: int) -> str:
    if value.constant is not None:
        return _whole(int(value.constant * value.denominator) * factor)
    return value.sql if factor == 1 else f"({value.sql} * {factor})"


def _need_numbers(*values: Value) -> None:
    for value in values:
        if not value.numeric:
            raise TypeMismatch(say("calculates with {unit}", unit=UNITS[value.unit]))


def _product_unit(left: str, right: str) -> str:
    if left == "money" and right == "money":
        raise TypeMismatch(say("multiplies money by money"))
    for unit, other in ((left, right), (right, left)):
        if other == "any":
            return unit
    for unit, other in ((left, right), (right, left)):
        if other in ("share", "number"):
            return unit
    return "money" if "money" in (left, right) else "number"


def _quotient_unit(left: str, right: str) -> str:
    if right in ("any", "number"):
        return left
    if left == right:
        return "share"
    if left == "money":
        return "money"
    return "number"


def compare(op: str, left: Value, right: Value, d: Dialect) -> str:
    """SQL condition `left op right`; NULL when a side is not computable."""
    sql_op = "<>" if op == "!=" else op
    if left.storage == "date" or right.storage == "date":
        return f"({_date_side(left, right, d)} {sql_op} {_date_side(right, left, d)})"
    if not left.numeric or not right.numeric:
        if left.storage != right.storage:
            raise _mismatch(COMPARES, left, right)
        if left.storage == "flag" and op not in ("=", "!="):
            raise TypeMismatch(say("asks which of two yes/no values is larger"))
        return f"({left.sql} {sql_op} {right.sql})"
    joined_unit(left, right, COMPARES)
    if left.storage == right.storage == "exact":
        common = lcm(left.denominator, right.denominator)
        shared = gcd(common // left.denominator, common // right.denominator) or 1
        common //= shared
        return f"({_times(left, common // left.denominator)} {sql_op} {_times(right, common // right.denominator)})"
    return f"({as_double(left, d)} {sql_op} {as_double(right, d)})"


def _date_side(side: Value, other: Value, d: Dialect) -> str:
    if side.storage == "date":
        return side.sql
    if side.storage == "text" and side.sql.startswith("'"):
        try:
            return d.day(date.fromisoformat(side.sql.strip("'")))
        except ValueError:
            raise TypeMismatch(
                say("compares a date with `{text}`; write dates like 2026-01-31", text=side.sql)
            ) from None
    raise _mismatch(COMPARES, side, other)


def unify(values: list[Value], doing: Text, d: Dialect) -> tuple[list[str], Value]:
    """Bring values to one storage; returns their SQL and a pattern with storage, unit and denominator."""
    first = values[0]
    unit = first.unit
    for value in values[1:]:
        if value.numeric != first.numeric or (not value.numeric and value.storage != first.storage):
            raise TypeMismatch(
                say(
                    "{doing} {left} and {right}", doing=doing, left=UNITS[first.unit], right=UNITS[value.unit]
                )
            )
        unit = joined_unit(Value("", "exact", unit), Value("", "exact", value.unit), doing)
    if not first.numeric:
        return [value.sql for value in values], first
    if all(value.storage == "exact" for value in values):
        common = lcm(*(value.denominator for value in values))
        return [scaled(value, common) for value in values], Value("", "exact", unit, common)
    return [as_double(value, d) for value in values], Value("", "double", unit)


def rounded(value: Value, denominator: int, d: Dialect) -> Value:
    """The value in integers of 1/denominator, rounded half up (away from zero)."""
    if value.storage == "double":
        up = f"{value.sql} * {d.double_literal(float(denominator))}"
        half = d.double_literal(0.5)
        sql = (
            f"(case when {value.sql} < {d.double_literal(0.0)} then -{d.integer(d.floor(f'{half} - {up}'))} "
            f"else {d.integer(d.floor(f'{up} + {half}'))} end)"
        )
        return Value(sql, "exact", value.unit, denominator)
    if denominator % value.denominator == 0:
        return Value(scaled(value, denominator), "exact", value.unit, denominator, value.constant)
    shared = gcd(denominator, value.denominator)
    upper, lower = _times(value, denominator // shared), value.denominator // shared
    return Value(round_fraction(upper, str(lower), d), "exact", value.unit, denominator)


def to_decimals(value: Value, decimals: int, function: str, d: Dialect) -> Value:
    """`round` (half away from zero), `round_down` (never above) or `round_up` (never below) to so many decimals."""
    _need_numbers(value)
    scale = 10**decimals
    if value.constant is not None:
        way = {"round": ROUND_HALF_UP, "round_down": ROUND_FLOOR, "round_up": ROUND_CEILING}[function]
        return constant((value.constant * scale).to_integral_value(way) / scale, value.unit)
    if function == "round" or (value.storage == "exact" and scale % value.denominator == 0):
        return rounded(value, scale, d)
    if value.storage == "double":
        moved = f"({value.sql} * {d.double_literal(float(scale))})"
        below = d.integer(d.floor(moved))
        sql = below if function == "round_down" else f"(-{d.integer(d.floor(f'-{moved}'))})"
        return Value(sql, "exact", value.unit, scale)
    shared = gcd(scale, value.denominator)
    upper, lower = _times(value, scale // shared), value.denominator // shared
    more = 0 if function == "round_down" else lower - 1
    positive = d.divide_whole(f"({upper}) + {more}", str(lower))
    negative = d.divide_whole(f"-({upper}) + {lower - 1 - more}", str(lower))
    return Value(
        f"(case when ({upper}) < 0 then -{negative} else {positive} end)", "exact", value.unit, scale
    )


def round_fraction(upper: str, lower: str, d: Dialect) -> str:
    """`upper / lower` of integers as an integer, half away from zero; `lower` must be positive."""
    positive = d.divide_whole(f"({upper}) * 2 + {lower}", f"{lower} * 2")
    negative = d.divide_whole(f"-({upper}) * 2 + {lower}", f"{lower} * 2")
    return f"(case when ({upper}) < 0 then -{negative} else {positive} end)"


def typed_null(storage: Storage, d: Dialect) -> str:
    """A NULL of a storage."""
    if d.name == "sqlite":
        return "null"
    kinds = {
        "exact": d.integer_type,
        "double": d.double_type,
        "text": d.text_type.split(" ")[0],
        "flag": "boolean",
    }
    return f"cast(null as {kinds.get(storage, 'date')})"
