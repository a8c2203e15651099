"""Numbers as the contract defines them: fractions while a value is exact, IEEE doubles after one division.

Python rounds a fraction to the nearest double just as IEEE rounds the quotient of two integers below 2^53.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, sqrt

Exact = Fraction
Number = Fraction | float
Scalar = Fraction | float | str | bool | date | None
"""A value of an expression; None means that it is not computable."""
MONEY = 10_000
"""Amounts, points and other decimals are whole numbers of 10^-4."""


def number(value: Scalar) -> Number | None:
    """A value that is a number, or None."""
    return value if isinstance(value, (Fraction, float)) else None


def exact(value: int | Decimal) -> Fraction:
    """A whole or decimal number as a fraction."""
    return Fraction(value)


def half_up(value: Fraction) -> int:
    """The nearest whole number; halves go away from zero.

    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2))
    (3, -3)
    """
    magnitude = floor(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def rounded(value: Number) -> Fraction:
    """A number in whole 10^-4, halves away from zero; a double is scaled and rounded as a double."""
    return cut(value, MONEY, "round")


def cut(value: Number, scale: int, function: str) -> Fraction:
    """A number in whole parts of 1/scale: the nearest, the one below (`round_down`) or the one above (`round_up`)."""
    if isinstance(value, Fraction):
        scaled = value * scale
        whole = (
            half_up(scaled)
            if function == "round"
            else floor(scaled)
            if function == "round_down"
            else ceil(scaled)
        )
        return Fraction(whole, scale)
    if function == "round_down":
        return Fraction(floor(value * float(scale)), scale)
    if function == "round_up":
        return Fraction(-floor(-(value * float(scale))), scale)
    if value < 0:
        return Fraction(-floor(0.5 - value * float(scale)), scale)
    return Fraction(floor(value * float(scale) + 0.5), scale)


def decimal_text(text: str | None) -> Fraction | None:
    """Text as a number with four decimals; None when it is not written like `-12.5`."""
    shown = (text or "").strip()
    digits = shown[1:] if shown[:1] in ("-", "+") else shown
    whole, point, rest = digits.partition(".")
    if not _digits(whole) or (point and not _digits(rest)):
        return None
    return Fraction(half_up(Fraction(Decimal(shown)) * MONEY), MONEY)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def quotient(top: Number, bottom: Number) -> float | None:
    """One IEEE division; None when the divisor is zero."""
    if bottom == 0:
        return None
    if isinstance(top, Fraction) and isinstance(bottom, Fraction):
        return float(top / bottom)
    return float(top) / float(bottom)


def spread(values: Sequence[float], mean: float) -> float:
    """Population standard deviation around `mean`: the squares are added from the first value to the last."""
    total = (values[0] - mean) * (values[0] - mean)
    for value in values[1:]:
        total = total + (value - mean) * (value - mean)
    return sqrt(total / float(len(values)))
