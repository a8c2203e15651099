"""Values as people write them in tests: `500 万`, `15 %`, `not computable`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhike_engine.formats import Shown, half_up, number_of
from zhike_engine.messages import NOTHING, Said, say
from zhike_engine.sql.values import Value

NOT_COMPUTABLE = ("not computable", "无法计算")
_NUMBER = re.compile(r"([-+]?[0-9][0-9_,]*(?:\.[0-9]+)?)\s*(%|％|万元|万|亿元|亿|元)?")
_FACTORS = {"万": 10**4, "万元": 10**4, "亿": 10**8, "亿元": 10**8, "元": 1}


class NotReadable(Exception):
    """A value is not one that the metric can have; `message` and `hint` are for the author of the test."""

    def __init__(self, message: Said, hint: Said = NOTHING) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Written:
    """A value in the engine's units, None where it is not computable; `step` is the last digit that was written."""

    value: Shown | None
    step: Decimal | None = None

    def same_as(self, actual: Shown | None) -> bool:
        """Whether a result is this value, to as many digits as were written; money to the last digit."""
        if self.step is None or actual is None or not isinstance(actual, Decimal | float):
            return self.value == actual
        assert isinstance(self.value, Decimal)
        return half_up(number_of(actual) / self.step, 0) == self.value / self.step


def read(raw: Any, kind: Value) -> Written:
    """A value as written, for a metric of this type; raises NotReadable.

    >>> read("12.5 %", Value("", "double", "share"))
    Written(value=Decimal('0.125'), step=Decimal('0.001'))
    """
    if raw is None or raw in NOT_COMPUTABLE:
        return Written(None)
    if kind.storage == "flag":
        if not isinstance(raw, bool):
            raise NotReadable(say("`{value}` is not `true` or `false`", value=raw))
        return Written(raw)
    if kind.storage == "text":
        return Written(str(raw))
    if kind.storage == "date":
        return Written(_day(str(raw)))
    return _number(str(raw), kind)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotReadable(say("`{text}` is not a date", text=text), say("write it like 2026-01-31")) from None


def _number(text: str, kind: Value) -> Written:
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise NotReadable(
            say("`{text}` is not a number", text=text),
            say("write for example `12`, `500 万`, `15 %`, `not computable`"),
        )
    number, mark = Decimal(re.sub("[_,]", "", found[1])), found[2]
    step = Decimal(1).scaleb(int(number.as_tuple().exponent))
    if mark in ("%", "％"):
        if kind.unit not in ("share", "any", "number"):
            raise NotReadable(say("`{text}` is a percentage, and the metric is none", text=text))
        return Written(number / 100, step / 100)
    if kind.unit == "share" and number != 0:
        raise NotReadable(
            say("`{text}` may mean {text} % or {larger} %", text=text, larger=number * 100),
            say("write `{text} %`", text=text),
        )
    if mark is not None:
        if kind.unit not in ("money", "any", "number"):
            raise NotReadable(say("`{text}` is an amount of money, and the metric is none", text=text))
        return Written(number * _FACTORS[mark])
    return Written(number, None if kind.unit == "money" else step)


def stored(written: Written, kind: Value) -> Any:
    """The value as the engine stores it; raises NotReadable when it has too many decimals."""
    value = written.value
    if value is None or kind.storage in ("text", "flag", "date"):
        return value
    assert isinstance(value, Decimal)
    if kind.storage == "double":
        return float(value)
    whole = value * kind.denominator
    if whole != whole.to_integral_value():
        raise NotReadable(say("`{value}` has more decimals than the metric", value=value))
    return int(whole)
