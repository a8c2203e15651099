"""The scripted customers: each shows one behaviour that a policy speaks of, at every size and seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import ConfigDict, TypeAdapter

from zhike_engine.words import Text

FILES = ("foreign_grades", "foreign_histories", "key_accounts", "direct_supply", "home")
BALANCE = "FT-A-02"
"""Takes what is left of the export profit, so that its total is a round sum and shares can be exact."""

ALL_MONTHS = tuple(range(12))
Back = tuple[int, int]
"""Months before the end, then days added: (12, 0) opens the last twelve months, (0, -1) is the as-of date."""


@dataclass(frozen=True, slots=True)
class Extra:
    """An order on one exact day, and again every `step` months before it: `repeat` in all.

    `amount` in 10,000 CNY, below zero for a return.
    """

    at: Back | Literal["leap day"]
    amount: float
    status: Literal["completed", "returned", "cancelled"] = "completed"
    currency: str | None = None
    repeat: int = 1
    step: int = 1


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint opened so many months before the end; `closed` months before the end, None while open."""

    opened: float
    closed: float | None
    kind: str = "dispute"
    severity: str = "major"


@dataclass(frozen=True, slots=True)
class Debt:
    """A receivable that stands unpaid; `amount` in 10,000 of the currency, `paid` the part that came in."""

    due: Back
    amount: float
    paid: float = 0


@dataclass(frozen=True, slots=True)
class Score:
    """A judgement given `ago` months before the end; valid for `holds` months, None without end."""

    judgement: str
    value: str
    ago: int = 3
    holds: int | None = 12


@dataclass(frozen=True, slots=True)
class Decision:
    """An override; begins and ends so many months before the end (negative: after it)."""

    rating: str
    kind: Literal["override", "floor", "ceiling", "designation", "protection"]
    grade: str
    begins: int
    ends: int
    reason: Text


@dataclass(frozen=True, slots=True)
class Member:
    """One scripted customer.

    `years`: order amounts in 10,000 CNY of the three years that end with the as-of date, oldest first;
    `months`: in which months of each year it orders (0 is the latest), `per_month` orders each;
    `share`: profit of the last year in 10^-4 of the whole department's, None where `margin` decides;
    `margin`: profit per amount, None leaves the profit empty; `since`: exact as a Back, else months before the end;
    `product`: what every order is mainly for, None where the basket decides;
    `late`: days after the due date on which it pays; `effort`: multiplies the usual service hours;
    `missed`: months without the monthly follow-up, None where follow-ups are left to chance.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    customer: str
    shows: Text
    department: str
    years: tuple[float, float, float]
    country: str = "CN"
    currency: str = "CNY"
    name: str | None = None
    months: tuple[int, ...] = ALL_MONTHS
    per_month: int = 1
    share: int | None = None
    margin: float | None = 0.12
    since: int | Back | None = 84
    industry: str | None = "manufacturing"
    segment: str | None = "general"
    need: str | None = "price-sensitive"
    channel: str | None = "direct"
    direct: bool = True
    group: str | None = None
    product: str | None = None
    late: int = 0
    credit: bool = True
    effort: float = 1.0
    missed: tuple[int, ...] | None = None
    target: float | None = None
    extras: tuple[Extra, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    debts: tuple[Debt, ...] = ()
    scores: tuple[Score, ...] = ()
    decisions: tuple[Decision, ...] = ()


@cache
def load() -> tuple[Member, ...]:
    """Every scripted customer, in the order of the files of the folder `members`."""
    folder = files("zhike.demo") / "members"
    read = TypeAdapter(Member)
    found = []
    for file in FILES:
        for section in yaml.safe_load((folder / f"{file}.yaml").read_text(encoding="utf-8")):
            for customer, body in section["customers"].items():
                fields = {**section["all"], **body, "customer": customer}
                fields["shows"] = Text(zh=fields.pop("zh"), en=fields.pop("en"))
                found.append(read.validate_python(fields))
    return tuple(found)
