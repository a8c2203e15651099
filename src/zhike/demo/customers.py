"""The customer table, and the hidden traits from which the rest of the history is made."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from zhike.demo.cast import Member
from zhike.demo.catalogue import ANY, CODES, basket_of
from zhike.demo.clock import HISTORY_MONTHS, Clock
from zhike.demo.frames import EMPTY, Bools, Floats, Frame, Ints, Words, ints, stream, words
from zhike.demo.names import Namer, cities, countries
from zhike.demo.rates import CURRENCIES


@dataclass(frozen=True, slots=True)
class Customers:
    """One position per customer, scripted ones first. `frame` is the fact table, the rest are traits.

    `currency` and `basket` are positions in CURRENCIES and BASKETS, `product` in PRODUCTS or ANY;
    `late`: days from due date to payment;
    `credit` is False for those who pay in advance; `effort` multiplies service hours.
    """

    frame: Frame
    members: tuple[Member, ...]
    behaviour: Words
    currency: Ints
    basket: Ints
    product: Ints
    late: Floats
    credit: Bools
    effort: Floats

    @property
    def count(self) -> int:
        """How many customers there are."""
        return len(self.behaviour)

    @property
    def scripted(self) -> dict[str, int]:
        """The position of every scripted customer by id."""
        return {member.customer: position for position, member in enumerate(self.members)}

    def of(self, department: str) -> Bools:
        """Which customers belong to a department."""
        found: Bools = self.frame["department"] == department
        return found


@dataclass(frozen=True, slots=True)
class Draft:
    """One customer before the table is made; `since` is a day number or EMPTY."""

    customer: str
    name: str
    group: str | None
    industry: str | None
    segment: str | None
    need: str | None
    region: str
    country: str
    department: str
    channel: str | None
    direct: bool
    since: int
    currency: str
    behaviour: str
    late: float
    credit: bool
    effort: float


def scripted(members: tuple[Member, ...], clock: Clock, namer: Namer, seed: int) -> list[Draft]:
    """Drafts of the scripted customers, in their order."""
    rng = stream(seed, "scripted places")
    drafts = []
    for member in members:
        city, region = cities()[int(rng.integers(len(cities())))]
        if member.country == "CN":
            name = member.name or namer.chinese(city, member.segment, member.industry)
        else:
            name, region = member.name or namer.foreign(member.country), countries()[member.country]["region"]
        drafts.append(
            Draft(
                member.customer, name, member.group, member.industry, member.segment, member.need, region,
                member.country, member.department, member.channel, member.direct, since_day(member, clock),
                member.currency, "scripted", member.late, member.credit, member.effort,
            )
        )  # fmt: skip
    return drafts


def since_day(member: Member, clock: Clock) -> int:
    """The day cooperation with a scripted customer began, EMPTY where it is unknown."""
    if member.since is None:
        return EMPTY
    if isinstance(member.since, tuple):
        return clock.back(*member.since)
    earlier = zlib.crc32(member.customer.encode()) % 600 if member.since > HISTORY_MONTHS else 0
    return clock.back(member.since) - earlier


def table(drafts: list[Draft], members: tuple[Member, ...]) -> Customers:
    """Put the drafts into columns."""
    texts = (
        "customer",
        "name",
        "group",
        "industry",
        "segment",
        "need",
        "region",
        "country",
        "department",
        "channel",
    )
    frame: dict[str, Words | Ints | Bools] = {
        text: words([getattr(draft, text) for draft in drafts]) for text in texts
    }
    wanted = [member.product for member in members] + [None] * (len(drafts) - len(members))
    frame["since"] = ints([draft.since for draft in drafts])
    frame["direct"] = np.array([draft.direct for draft in drafts], dtype=bool)
    return Customers(
        frame=frame,
        members=members,
        behaviour=words([draft.behaviour for draft in drafts]),
        currency=ints([CURRENCIES.index(draft.currency) for draft in drafts]),
        basket=ints([basket_of(draft.segment, draft.department) for draft in drafts]),
        product=ints([CODES.index(one) if one else ANY for one in wanted]),
        late=np.array([draft.late for draft in drafts]),
        credit=np.array([draft.credit for draft in drafts], dtype=bool),
        effort=np.array([draft.effort for draft in drafts]),
    )
