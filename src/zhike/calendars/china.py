"""Public holidays and make-up working days of China by year, as the package `holidays` ships them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Day:
    """A holiday, or a weekend day that is worked in exchange."""

    day: date
    kind: str
    name: str


@dataclass(frozen=True)
class Year:
    """A year's special days; not `confirmed` until the State Council's notice, and with it the make-up days, is in."""

    days: tuple[Day, ...]
    confirmed: bool


def china(year: int) -> Year:
    """The special days of a year. Days off on what would be a weekend anyway are there too, under their name."""
    import holidays  # here: a third of a second that only who settles a calendar should wait for

    found = holidays.country_holidays("CN", years=year, language="zh_CN")
    makeup = sorted(day for day in found.weekend_workdays if day.year == year)
    days = [Day(day, "holiday", str(name)) for day, name in sorted(found.items()) if day.year == year]
    days += [Day(day, "work", "调休上班") for day in makeup]
    return Year(tuple(sorted(days, key=lambda one: one.day)), bool(makeup))
