"""Values as people read them: amounts in the policy's display unit, shares in percent, days as dates.

Every function takes a value in the engine's units (money in currency units, shares of one) and returns a Text.
Rounding is half up (away from zero) and happens here, once, for the eye only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from zhike_engine.policy.model import PolicyDocument
from zhike_engine.sql.values import Value
from zhike_engine.words import Text, same

Shown = Decimal | float | str | bool | date
"""A value at the border of the engine: exact ones are Decimal, quotients float."""

NOT_COMPUTABLE = Text(zh="无法计算", en="not computable")
NOT_STATED = Text(zh="没有数据", en="no data")
CURRENCIES = {"CNY": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "JPY": "日元", "HKD": "港元", "AUD": "澳元",
              "CAD": "加元", "CHF": "瑞士法郎", "SGD": "新加坡元", "KRW": "韩元", "RUB": "卢布"}  # fmt: skip
"""ISO code -> Chinese word for one unit of the currency."""
_SCALES: dict[str, tuple[int, str]] = {
    "万元": (10_000, "万"),
    "10,000": (10_000, "万"),
    "1,000,000": (1_000_000, "百万"),
}
"""Display unit of a policy -> factor, Chinese word of the factor. In English only millions have a word."""
_PERIODS = {
    "days": (Text(zh="天", en="day"), Text(zh="天", en="days")),
    "months": (Text(zh="个月", en="month"), Text(zh="个月", en="months")),
    "years": (Text(zh="年", en="year"), Text(zh="年", en="years")),
    "points": (Text(zh="分", en="point"), Text(zh="分", en="points")),
}


def read(raw: Any, value: Value) -> Shown | None:
    """A stored cell as a value of the border; None stays None.

    >>> read(4_200_000_0000, Value("m0", "exact", "money", 10_000))
    Decimal('4200000')
    """
    if raw is None:
        return None
    if value.storage == "exact":
        return Decimal(int(raw)) / value.denominator
    if value.storage == "double":
        return float(raw)
    if value.storage == "flag":
        return bool(raw)
    if value.storage == "date":
        return raw if isinstance(raw, date) else date.fromisoformat(str(raw)[:10])
    return str(raw)


def number_of(value: Shown) -> Decimal:
    """A numeric value as a Decimal; a float as the shortest decimal that means it."""
    assert isinstance(value, Decimal | float | int)
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def half_up(number: Decimal, decimals: int) -> Decimal:
    """Rounded half away from zero; never minus zero.

    >>> half_up(Decimal("-2.345"), 2)
    Decimal('-2.35')
    """
    rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def grouped(number: Decimal, decimals: int, *, strip: bool = False) -> str:
    """Thousands separated, with a fixed number of decimals, or with no more than needed.

    >>> grouped(Decimal("1234567.5"), 2)
    '1,234,567.50'
    """
    text = f"{half_up(number, decimals):,f}"
    return text.rstrip("0").rstrip(".") if strip and "." in text else text


def day(value: date) -> str:
    """A day, such as 2026-01-31."""
    return value.isoformat()


@dataclass(frozen=True, slots=True)
class Formats:
    """How one policy shows its values.

    `decimals` are those of amounts in the display unit; `words` are what people see for codes.
    """

    currency: str
    display_unit: str
    decimals: int = 2
    words: Mapping[str, Text] = field(default_factory=dict)

    @staticmethod
    def of(document: PolicyDocument) -> Formats:
        """The formats of a policy."""
        words = _grade_words(document) | {code: word.text for code, word in document.words.items()}
        return Formats(document.currency, document.display_unit, words=words)

    def word(self, code: str) -> Text:
        """What people see for a code: the policy's word for it; a code without one stands for itself."""
        return self.words.get(code) or same(code)

    @property
    def money_unit(self) -> Text:
        """The unit that amounts are shown in, for the head of a table: 万元, CNY."""
        scale = _SCALES.get(self.display_unit, (1, ""))[1]
        name = CURRENCIES.get(self.currency, self.currency)
        gap = " " if scale and name == self.currency else ""
        million = "million " if self.display_unit == "1,000,000" else ""
        return Text(zh=f"{scale}{gap}{name}", en=f"{million}{self.currency}")

    def money_number(self, amount: Shown, decimals: int | None = None, *, strip: bool = False) -> Text:
        """An amount without its unit; Chinese counts in the display unit, English in whole currency units."""
        number, places = number_of(amount), self.decimals if decimals is None else decimals
        factor = _SCALES.get(self.display_unit, (1, ""))[0]
        english = factor if self.display_unit == "1,000,000" else 1
        return Text(
            zh=grouped(number / factor, places, strip=strip),
            en=grouped(number / english, places, strip=strip),
        )

    def money(self, amount: Shown, decimals: int | None = None, *, strip: bool = False) -> Text:
        """An amount with its unit.

        >>> Formats("CNY", "万元").money(Decimal("4200000.5")).pick("zh")
        '420.00 万元'
        """
        number, unit = self.money_number(amount, decimals, strip=strip), self.money_unit
        return Text(zh=f"{number.zh} {unit.zh}", en=f"{number.en} {unit.en}")

    def value(self, value: Shown | None, unit: str, *, more: int = 0, strip: bool = False) -> Text:
        """A value with its unit; `more` adds decimals, `strip` takes away zeros that say nothing."""
        if value is None:
            return NOT_STATED if unit in ("text", "flag", "date") else NOT_COMPUTABLE
        if isinstance(value, bool):
            return Text(zh="是", en="yes") if value else Text(zh="否", en="no")
        if isinstance(value, date):
            return same(day(value))
        if isinstance(value, str):
            return self.word(value)
        if unit == "money":
            return self.money(value, self.decimals + more, strip=strip)
        number = number_of(value)
        if unit == "share":
            return percent(number, more=more, strip=strip)
        if unit in _PERIODS:
            return counted(number, unit, more=more)
        return same(grouped(number, 2 + more, strip=True))

    def limit(self, value: Shown, unit: str) -> Text:
        """A limit: exact, without zeros that say nothing."""
        return self.value(value, unit, more=6, strip=True)

    def apart(self, value: Shown, other: Shown, unit: str) -> Text:
        """`value`, with as many decimals as it takes to look different from `other` where it is."""
        numbers = isinstance(value, Decimal | float) and isinstance(other, Decimal | float)
        for more in (0, 2, 4):
            shown = self.value(value, unit, more=more, strip=more > 0)
            if not numbers or number_of(value) == number_of(other):
                return shown
            beside = self.value(other, unit, more=more, strip=more > 0)
            if shown.zh != beside.zh and shown.en != beside.en:
                return shown
        return self.value(value, unit, more=8, strip=True)


def spelt(code: str) -> bool:
    """Whether a grade's code is short enough to stand for itself, such as A or AAA."""
    return len(code) <= 3


def _grade_words(document: PolicyDocument) -> dict[str, Text]:
    """Long grade codes -> title, where all ratings that have the code agree on it."""
    titles: dict[str, set[Text]] = {}
    for rating in document.ratings.values():
        for code, grade in rating.grades.items():
            titles.setdefault(code, set()).add(grade.title.text)
    return {code: next(iter(found)) for code, found in titles.items() if len(found) == 1 and not spelt(code)}


def percent(share: Decimal, *, more: int = 0, strip: bool = False) -> Text:
    """A share as percent: one decimal, two below ten percent.

    >>> percent(Decimal("0.0333")).pick("zh")
    '3.33 %'
    """
    number = share * 100
    return same(f"{grouped(number, (2 if abs(number) < 10 else 1) + more, strip=strip)} %")


def percentage_points(share: Decimal) -> Text:
    """A difference of two shares.

    >>> percentage_points(Decimal("0.03")).pick("en")
    '3 percentage points'
    """
    number = grouped(share * 100, 2, strip=True)
    return Text(zh=f"{number} 个百分点", en=f"{number} percentage point{'' if number == '1' else 's'}")


def counted(number: Decimal, unit: str, *, more: int = 0) -> Text:
    """A number of days, months, years or points.

    >>> counted(Decimal(1), "years").pick("en")
    '1 year'
    """
    one, many = _PERIODS[unit]
    shown = grouped(number, 2 + more, strip=True)
    return Text(zh=f"{shown} {one.zh}", en=f"{shown} {one.en if shown == '1' else many.en}")
