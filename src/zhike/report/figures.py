"""Numbers as the page shows them: short, rounded half up, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhike.report.words import say
from zhike_engine.formats import CURRENCIES, grouped, percent
from zhike_engine.policy.model import PolicyDocument
from zhike_engine.words import Text, same

_ZH = ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"), (Decimal(1), ""))
_EN = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"), (Decimal(1), ""))
DASH = same("—")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in parts, so that number and unit can look different."""

    number: Text
    unit: Text

    @property
    def text(self) -> Text:
        """Number and unit in one line."""
        return Text(zh=f"{self.number.zh} {self.unit.zh}", en=f"{self.number.en} {self.unit.en}")


@dataclass(frozen=True, slots=True)
class Figures:
    """Formats for the currency of one policy."""

    currency: str

    @staticmethod
    def of(document: PolicyDocument) -> Figures:
        """The figures of a policy."""
        return Figures(document.currency)

    def short(self, amount: Decimal) -> Amount:
        """An amount in the largest unit that fits: 1.88 亿元, 188.5 m CNY."""
        name = CURRENCIES.get(self.currency, self.currency)
        zh_number, zh_unit = _scaled(amount, _ZH)
        en_number, en_unit = _scaled(amount, _EN)
        gap = " " if zh_unit and name == self.currency else ""
        return Amount(
            Text(zh=zh_number, en=en_number),
            Text(zh=f"{zh_unit}{gap}{name}", en=f"{en_unit} {self.currency}".strip()),
        )

    def money(self, amount: Decimal | None) -> Text:
        """An amount in one short line; a dash where unknown."""
        return DASH if amount is None else self.short(amount).text


def _scaled(amount: Decimal, scales: tuple[tuple[Decimal, str], ...]) -> tuple[str, str]:
    """Three to four digits that say something, and the word of the scale."""
    for factor, word in scales:
        if abs(amount) >= factor or factor == 1:
            number = amount / factor
            places = 2 if abs(number) < 100 else 1 if abs(number) < 1000 else 0
            return grouped(number, places if word or number != number.to_integral_value() else 0), word
    raise AssertionError("the last scale takes every amount")


def count(number: int) -> Text:
    """A whole number with separators."""
    return same(f"{number:,}")


def people(number: int) -> Text:
    """A number of customers."""
    return Text(zh=f"{number:,} 家客户", en=f"{number:,} customer{'' if number == 1 else 's'}")


def part(share: float | None) -> Text:
    """A share as percent; a dash where it cannot be told."""
    return DASH if share is None else percent(Decimal(repr(share)), strip=share in (0, 1))


def growth(change: float | None) -> Text:
    """A growth with its sign; a dash where it cannot be told."""
    if change is None:
        return DASH
    shown = percent(Decimal(repr(change)))
    sign = "+" if change > 0 else ""
    return Text(zh=sign + shown.zh, en=sign + shown.en)


def hours(number: Decimal | None) -> Text:
    """Hours with at most two decimals."""
    return DASH if number is None else same(grouped(number, 2, strip=True))


def day(value: date) -> Text:
    """A day as 2026-06-30."""
    return same(value.isoformat())


def joined(parts: list[Text]) -> Text:
    """Texts in a row, with the comma of each language."""
    return Text(zh="、".join(one.zh for one in parts), en=", ".join(one.en for one in parts))


def cut(shown: int, total: int) -> Text | None:
    """How much of a list is shown; None where all of it is."""
    return say("cut", shown=f"{shown:,}", total=f"{total:,}") if shown < total else None
