"""The random customers: who they are and how they behave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from zhike.demo.clock import Clock
from zhike.demo.customers import Draft
from zhike.demo.frames import EMPTY, Bools, Floats, Ints, Words, pick, stream
from zhike.demo.names import Namer, cities, countries, draw_countries

BEHAVIOURS = {
    "steady": 0.34, "growing": 0.14, "declining": 0.12, "churned": 0.10, "newcomer": 0.08,
    "seasonal": 0.10, "volatile": 0.07, "returned": 0.03, "one order": 0.01, "no order": 0.01,
}  # fmt: skip
HOME = {"key_account": 0.16, "direct_supply": 0.24, "domestic": 0.60}


@dataclass(frozen=True, slots=True)
class Kind:
    """What the customers of one department are like.

    `amount`: median a year in 10,000 CNY, `spread` of its logarithm, `most`; `orders`: median a year.
    """

    amount: float
    spread: float
    most: float
    orders: float
    margin: float
    segments: Mapping[str, float]
    industries: Mapping[str, float]
    channels: Mapping[str, float]


KINDS = {
    "foreign_trade": Kind(
        12, 1.1, 420, 6, 0.055,
        {"general": 0.6, "industrial": 0.3, "large_mine": 0.1},
        {"manufacturing": 0.5, "retail": 0.2, "logistics": 0.15, "other": 0.15},
        {"direct": 0.4, "agent": 0.4, "online": 0.2},
    ),
    "key_account": Kind(
        150, 1.0, 4_000, 15, 0.17,
        {"industrial": 0.42, "large_mine": 0.15, "expressway": 0.13, "general": 0.3},
        {"manufacturing": 0.45, "retail": 0.18, "finance": 0.12, "logistics": 0.12, "other": 0.13},
        {"direct": 1},
    ),
    "direct_supply": Kind(
        90, 1.1, 3_000, 12, 0.15,
        {"industrial": 0.5, "general": 0.4, "grain_store": 0.1},
        {"manufacturing": 0.5, "logistics": 0.15, "catering": 0.12, "hotel": 0.1, "other": 0.13},
        {"direct": 1},
    ),
    "domestic": Kind(
        16, 1.2, 1_500, 8, 0.2,
        {"general": 0.36, "industrial": 0.24, "grain_store": 0.13, "class2_highway": 0.08, "large_mine": 0.06,
         "expressway": 0.04, "port": 0.04, "recycling": 0.05},
        {"manufacturing": 0.4, "logistics": 0.15, "retail": 0.1, "other": 0.35},
        {"dealer": 0.55, "direct": 0.3, "online": 0.15},
    ),
}  # fmt: skip
_INDUSTRY_OF = {
    "expressway": "other", "class2_highway": "other", "large_mine": "other", "grain_store": "other",
    "port": "logistics", "recycling": "other",
}  # fmt: skip
NEEDS = {"price-sensitive": 0.5, "technical-support": 0.3, "customisation": 0.2}


@dataclass(frozen=True, slots=True)
class Traits:
    """How each random customer orders. Days are day numbers; `amount` (10^-4 CNY) and `orders` per year."""

    behaviour: Words
    first: Ints
    last: Ints
    gap_from: Ints
    gap_to: Ints
    amount: Floats
    orders: Floats
    trend: Floats
    margin: Floats
    knows_profit: Bools


def departments(count: int) -> list[str]:
    """Departments of `count` random customers; export grows with the root, so that shares stay in reach."""
    export = min(count // 3, round(7 * count**0.5))
    home = count - export
    sizes = {name: round(home * share) for name, share in HOME.items()}
    sizes["domestic"] = home - sizes["key_account"] - sizes["direct_supply"]
    return ["foreign_trade"] * export + [name for name, size in sizes.items() for _ in range(size)]


def make(seed: int, clock: Clock, namer: Namer, count: int) -> tuple[list[Draft], Traits]:
    """`count` random customers and how each of them orders."""
    placed = departments(count)
    traits = _traits(stream(seed, "traits"), clock, placed)
    rng = stream(seed, "crowd")
    where = {name: [i for i, d in enumerate(placed) if d == name] for name in KINDS}
    chosen: dict[str, list[str]] = {
        column: [""] * count for column in ("segment", "industry", "channel", "need")
    }
    for name, positions in where.items():
        kind = KINDS[name]
        shares = {
            "segment": kind.segments,
            "industry": kind.industries,
            "channel": kind.channels,
            "need": NEEDS,
        }
        for column, given in shares.items():
            for position, value in zip(positions, pick(rng, given, len(positions)), strict=True):
                chosen[column][position] = value
    traits = _road_works(traits, chosen["segment"])
    groups = _groups(rng, namer, where)
    codes = iter(draw_countries(rng, len(where["foreign_trade"])))
    luck = rng.random((count, 6))
    drafts = []
    for i, department in enumerate(placed):
        country = next(codes) if department == "foreign_trade" else "CN"
        words = {column: values[i] for column, values in chosen.items()}
        words["industry"] = _INDUSTRY_OF.get(words["segment"], words["industry"])
        drafts.append(
            _draft(_Seat(i, department, country, groups.get(i), words), luck[i], traits, clock, namer)
        )
    return drafts, traits


def _road_works(traits: Traits, segments: list[str]) -> Traits:
    """Roads buy by project: few orders, large ones."""
    road = np.array([segment in ("expressway", "class2_highway") for segment in segments])
    return replace(
        traits,
        amount=np.where(road, traits.amount * 3, traits.amount),
        orders=np.where(road, np.clip(traits.orders / 4, 0.7, None), traits.orders),
    )


@dataclass(frozen=True, slots=True)
class _Seat:
    """What is already settled about a random customer; `words` are segment, industry, channel and need."""

    position: int
    department: str
    country: str
    group: str | None
    words: Mapping[str, str]


def _draft(seat: _Seat, luck: Floats, traits: Traits, clock: Clock, namer: Namer) -> Draft:
    city, region = cities()[int(luck[0] * len(cities()))]
    currency = "CNY"
    if seat.country == "CN":
        name = namer.chinese(city, seat.words["segment"], seat.words["industry"])
    else:
        name, country = namer.foreign(seat.country), countries()[seat.country]
        region, currency = country["region"], country["currencies"][int(luck[1] * len(country["currencies"]))]
    first = int(traits.first[seat.position])
    since = first - (int(luck[2] ** 2 * 3_600) if first <= clock.first else int(luck[2] * 45))
    return Draft(
        customer=f"C{seat.position + 1:05d}",
        name=name,
        group=seat.group,
        region=region,
        country=seat.country,
        department=seat.department,
        direct=seat.words["channel"] == "direct",
        since=EMPTY if luck[3] < 0.03 else since,
        currency=currency,
        behaviour=str(traits.behaviour[seat.position]),
        late=float(luck[4] ** 4 * 70 - 9),
        credit=bool(luck[5] > 0.08),
        effort=1.0,
        **seat.words,
    )


def _groups(rng: np.random.Generator, namer: Namer, where: Mapping[str, list[int]]) -> dict[int, str]:
    """Groups of three to five companies among the customers at home."""
    found: dict[int, str] = {}
    home = [i for name in HOME for i in where[name]]
    members = iter(rng.permutation(home)[: len(home) // 20])
    for size in rng.integers(3, 6, max(1, len(home) // 80)):
        name = namer.group()
        found |= {int(position): name for position, _ in zip(members, range(size), strict=False)}
    return found


def _traits(rng: np.random.Generator, clock: Clock, placed: list[str]) -> Traits:
    count = len(placed)
    behaviour = pick(rng, BEHAVIOURS, count)
    span = clock.last - clock.first
    late_start = rng.random(count) < 0.26
    first = clock.first + np.where(late_start, rng.integers(30, span - 300, count), 0)
    first = np.where(behaviour == "newcomer", clock.last - rng.integers(10, 330, count), first)
    first = np.where(behaviour == "returned", clock.first, first)
    last = np.where(
        behaviour == "churned",
        np.minimum(first + 150 + rng.integers(0, span - 350, count), clock.last - 200),
        clock.last,
    )
    gap_from = clock.first + rng.integers(250, 420, count)
    gap_to = np.where(behaviour == "returned", gap_from + rng.integers(280, 620, count), gap_from)
    amount, orders = _sizes(rng, placed)
    margin = np.array([KINDS[name].margin for name in placed]) + rng.normal(0, 0.04, count)
    return Traits(
        behaviour=behaviour,
        first=first,
        last=last,
        gap_from=gap_from,
        gap_to=gap_to,
        amount=amount,
        orders=orders,
        trend=_trends(rng, behaviour),
        margin=np.clip(margin, -0.06, 0.4),
        knows_profit=rng.random(count) > 0.03,
    )


def _sizes(rng: np.random.Generator, placed: list[str]) -> tuple[Floats, Floats]:
    """Yearly amounts (10^-4 CNY) and orders; those who buy more order somewhat more often."""
    count = len(placed)
    kinds = [KINDS[name] for name in placed]
    usual = np.array([kind.amount for kind in kinds])
    amount = usual * np.exp(rng.normal(0, 1, count) * [kind.spread for kind in kinds])
    orders = np.array([kind.orders for kind in kinds]) * np.exp(rng.normal(0, 0.6, count))
    orders *= np.clip((amount / usual) ** 0.25, 0.5, 2)
    return np.minimum(amount, [kind.most for kind in kinds]) * 1e8, np.clip(orders, 0.7, 70)


def _trends(rng: np.random.Generator, behaviour: Words) -> Floats:
    """Change of the logarithm of the amount per year."""
    drift = {"growing": (0.3, 0.1), "declining": (-0.35, 0.12), "newcomer": (0.1, 0.1)}
    middle, width = np.array([drift.get(one, (0.03, 0.06)) for one in behaviour]).T
    return np.asarray(middle + width * rng.normal(0, 1, len(behaviour)))
