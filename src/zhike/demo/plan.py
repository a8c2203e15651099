"""Which orders are placed: by whom, when, for how much. What is in them is decided in `orders`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhike.demo.cast import Extra, Member
from zhike.demo.clock import Clock, as_date
from zhike.demo.crowd import Traits
from zhike.demo.customers import Customers, since_day
from zhike.demo.frames import EMPTY, UNIT, Bools, Floats, Ints, ints, stream
from zhike.demo.rates import CURRENCIES, DECIMALS, Rates

COMPLETED, RETURNED, CANCELLED = 0, 1, 2
STATUS = ("completed", "returned", "cancelled")
_HALF_YEAR = 6
_WEEKEND = 0.12
_SEASONS = np.array(
    [
        [
            0.9,
            0.6,
            1.05,
            1.05,
            1.0,
            1.05,
            1.0,
            1.0,
            1.05,
            1.0,
            1.05,
            1.1,
        ],  # even, with a dip at Spring Festival
        [0.3, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.4, 2.0, 2.6, 2.4],  # towards the end of the year
        [0.2, 0.2, 0.5, 1.2, 2.0, 2.6, 2.2, 1.2, 0.5, 0.3, 0.2, 0.2],  # summer
        [0.1, 0.1, 0.1, 0.2, 0.4, 0.8, 0.6, 1.6, 3.2, 3.0, 1.2, 0.3],  # harvest
    ]
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One position per order. `amount` in 10^-4 of `currency` is met to the last digit where `exact`.

    `margin` is profit per amount, NaN where the profit stays empty.
    """

    customer: Ints
    day: Ints
    currency: Ints
    amount: Ints
    status: Ints
    margin: Floats
    exact: Bools

    def joined(self, other: Plan) -> Plan:
        """Both plans, in order of day and customer."""
        columns = {
            name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in Plan.__slots__
        }
        order = np.lexsort((columns["amount"], columns["customer"], columns["day"]))
        return Plan(**{name: column[order] for name, column in columns.items()})


def crowd_plan(seed: int, clock: Clock, customers: Customers, traits: Traits, rates: Rates) -> Plan:
    """The orders of the random customers."""
    rng = stream(seed, "crowd orders")
    counts = _counts(rng, traits)
    who = np.repeat(np.arange(len(counts)), counts)
    day = _days(rng, clock, customers, traits, who)
    resting = (day >= traits.gap_from[who]) & (day < traits.gap_to[who])
    who, day = who[~resting], day[~resting]
    years = (day - clock.first) / 365.25
    noise = np.exp(rng.normal(-0.1, 0.45, len(who)) + traits.trend[who] * (years - 1.75))
    swings = np.exp(rng.normal(-0.18, 0.6, (len(counts), 5)))
    noise *= np.where(traits.behaviour[who] == "volatile", swings[who, years.astype(np.int64)], 1.0)
    in_cny = traits.amount[who] / traits.orders[who] * noise
    position = who + len(customers.members)
    currency = customers.currency[position]
    margin = traits.margin[who] + rng.normal(0, 0.03, len(who))
    margin[~traits.knows_profit[who] | (rng.random(len(who)) < 0.008)] = np.nan
    return Plan(
        customer=position,
        day=day,
        currency=currency,
        amount=np.maximum(np.rint(in_cny * UNIT / rates.of(currency, day)).astype(np.int64), 20 * UNIT),
        status=np.where(rng.random(len(who)) < 0.02, CANCELLED, COMPLETED),
        margin=margin,
        exact=np.zeros(len(who), dtype=bool),
    )


def _counts(rng: np.random.Generator, traits: Traits) -> Ints:
    counts = np.maximum(rng.poisson(traits.orders * (traits.last - traits.first + 1) / 365.25), 1)
    fixed: Ints = np.select([traits.behaviour == "one order", traits.behaviour == "no order"], [1, 0], counts)
    return fixed


def _days(rng: np.random.Generator, clock: Clock, customers: Customers, traits: Traits, who: Ints) -> Ints:
    """Order days inside each customer's life, following the season it buys in."""
    season = rng.integers(1, len(_SEASONS), len(traits.behaviour))
    season = np.where(customers.frame["segment"][len(customers.members) :] == "grain_store", 3, season)
    season = np.where(traits.behaviour == "seasonal", season, 0)[who]
    dates = [as_date(day) for day in range(clock.first, clock.last + 1)]
    month = np.array([day.month for day in dates]) - 1
    weekday = np.where([day.weekday() < 5 for day in dates], 1.0, _WEEKEND)
    chance = rng.random(len(who))
    days = np.empty(len(who), dtype=np.int64)
    for number, weights in enumerate(_SEASONS):
        mine = season == number
        steps = np.concatenate([[0.0], np.cumsum(weights[month] * weekday)])
        low = steps[traits.first[who[mine]] - clock.first]
        high = steps[traits.last[who[mine]] - clock.first + 1]
        days[mine] = np.searchsorted(steps, low + chance[mine] * (high - low), side="right") - 1
    return clock.first + np.minimum(days, clock.last - clock.first)


def cast_plan(seed: int, clock: Clock, customers: Customers, rates: Rates) -> Plan:
    """The orders of the scripted customers: exact in CNY, otherwise to the cent at the day's rate."""
    rng = stream(seed, "scripted orders")
    rows: list[tuple[int, int, int, int, int]] = []
    for position, member in enumerate(customers.members):
        own = CURRENCIES.index(member.currency)
        rows += [(position, on, own, cny, COMPLETED) for on, cny in _regular(rng, clock, member)]
        rows += [(position, *one) for extra in member.extras for one in _extra(clock, extra, own)]
    margins = np.array([np.nan if member.margin is None else member.margin for member in customers.members])
    customer, day, currency, in_cny, status = (ints([row[i] for row in rows]) for i in range(5))
    step = np.where(currency == 0, 1, 10 ** (4 - DECIMALS[currency]))
    amount = np.rint(in_cny * UNIT / rates.of(currency, day) / step).astype(np.int64) * step
    return Plan(
        customer=customer,
        day=day,
        currency=currency,
        amount=np.where(currency == 0, in_cny, amount),
        status=status,
        margin=margins[customer],
        exact=np.ones(len(rows), dtype=bool),
    )


def _regular(rng: np.random.Generator, clock: Clock, member: Member) -> list[tuple[int, int]]:
    """Days and CNY amounts (10^-4) of the ordinary orders; each year adds up to what the script says."""
    since = since_day(member, clock)
    found = []
    for year, total in enumerate((member.years[0] / 2, *member.years)):
        first, months = (36, _HALF_YEAR) if year == 0 else (12 * (3 - year), 12)
        open_months = [k for k in range(first, first + months) if k % 12 in member.months]
        open_months = [k for k in open_months if since == EMPTY or clock.back(k + 1) > since - 2]
        if total and open_months:
            days = [_day_in(rng, clock, k) for k in open_months for _ in range(member.per_month)]
            found += list(zip(days, _split(rng, round(total * 1e8), len(days)), strict=True))
    return found


def _day_in(rng: np.random.Generator, clock: Clock, month: int) -> int:
    """A working day well inside the month that ends `month` months before the end."""
    day = int(rng.integers(clock.back(month + 1) + 4, clock.back(month) - 4))
    return day - max(0, as_date(day).weekday() - 4)


def _split(rng: np.random.Generator, total: int, count: int) -> list[int]:
    """`total` in `count` unequal parts of whole cents; the last takes what is left."""
    weights = rng.uniform(0.7, 1.3, count)
    parts = [int(part) * 100 for part in total * weights / weights.sum() / 100]
    return [*parts[:-1], total - sum(parts[:-1])]


def _extra(clock: Clock, extra: Extra, own: int) -> list[tuple[int, int, int, int]]:
    """Day, currency, CNY amount and status of the orders placed on exact days."""
    currency = CURRENCIES.index(extra.currency) if extra.currency else own
    rest = (currency, round(extra.amount * 1e8), STATUS.index(extra.status))
    if extra.at == "leap day":
        return [(clock.leap_day(), *rest)]
    months, days = extra.at
    return [
        (clock.back(k, days), *rest) for k in range(months, months + extra.repeat * extra.step, extra.step)
    ]
