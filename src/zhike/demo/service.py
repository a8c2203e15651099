"""What is done for customers and what they complain of: the tables activities and complaints."""

from __future__ import annotations

import numpy as np

from zhike.demo.clock import Clock
from zhike.demo.customers import Customers
from zhike.demo.frames import EMPTY, UNIT, Floats, Frame, Ints, ints, numbered, pick, stream, words
from zhike.demo.orders import Orders
from zhike.demo.plan import COMPLETED
from zhike.demo.rates import Rates

KINDS = {
    "visit": 0.24,
    "call": 0.3,
    "follow_up": 0.16,
    "service": 0.16,
    "return_visit": 0.09,
    "meeting": 0.05,
}
_HOURS = {"visit": 5.0, "call": 0.5, "follow_up": 1.5, "service": 9.0, "return_visit": 2.0, "meeting": 3.0}
_TRAVEL = {"visit": 420, "service": 260, "return_visit": 120, "meeting": 180}
_HOUR_COST = 138
_CALLS_A_YEAR = 5.5
_MOST_A_YEAR = 90
_COMPLAINTS = {"quality": 0.36, "delivery": 0.28, "service": 0.2, "dispute": 0.06, "other": 0.1}


def activities(seed: int, clock: Clock, customers: Customers, orders: Orders, rates: Rates) -> Frame:
    """Visits, calls, meetings, service. Effort grows with the root of the amount, with exceptions."""
    rng = stream(seed, "activities")
    counts = rng.poisson(_a_year(clock, customers, orders, rates) * 3.5)
    counts[list(_monthly(customers))] = 0
    who = np.repeat(np.arange(customers.count), counts)
    begin = np.maximum(_first_contact(clock, customers), clock.first)
    day = begin[who] + (rng.random(len(who)) * (clock.last + 1 - begin[who])).astype(np.int64)
    kind = pick(rng, KINDS, len(who))
    planned = _followed_up(clock, customers)
    who = np.concatenate([who, planned[0]])
    day = np.concatenate([day, planned[1]])
    kind = np.concatenate([kind, words(["follow_up"] * len(planned[0]))])
    usual = np.array([_HOURS[one] for one in kind])
    quarters = np.maximum(np.rint(usual * np.exp(rng.normal(0, 0.35, len(who))) * 4), 1).astype(np.int64)
    travel = np.array([_TRAVEL.get(one, 0) for one in kind]) * rng.uniform(0.4, 2.2, len(who))
    by = np.lexsort((who, day))
    return {
        "activity": numbered("AC", len(who)),
        "customer": customers.frame["customer"][who[by]],
        "done_on": day[by],
        "kind": kind[by],
        "hours": (quarters * UNIT // 4)[by],
        "cost": (np.rint(quarters / 4 * _HOUR_COST + travel).astype(np.int64) * UNIT)[by],
    }


def _a_year(clock: Clock, customers: Customers, orders: Orders, rates: Rates) -> Floats:
    """Contacts a year: the root of the amount against the middle customer, times the customer's effort."""
    bought = np.bincount(
        orders.plan.customer, np.where(orders.plan.status == COMPLETED, orders.cny(rates), 0), customers.count
    )
    middle = np.median(bought[bought > 0])
    usual = np.clip(_CALLS_A_YEAR * np.sqrt(np.maximum(bought, 0) / middle), 0.8, _MOST_A_YEAR)
    return np.asarray(usual * customers.effort)


def _first_contact(clock: Clock, customers: Customers) -> Ints:
    since = customers.frame["since"]
    known = np.where(since == EMPTY, clock.back(12), since)
    earliest: Ints = np.minimum(known, clock.last - 5)
    return earliest


def _monthly(customers: Customers) -> dict[int, tuple[int, ...]]:
    """Scripted customers with a follow-up every month, and the months that were missed."""
    return {i: m.missed for i, m in enumerate(customers.members) if m.missed is not None}


def _followed_up(clock: Clock, customers: Customers) -> tuple[Ints, Ints]:
    """One follow-up in each of the last twelve months but the missed ones: who, and on what day."""
    done = [
        (position, clock.back(month + 1, 9))
        for position, missed in _monthly(customers).items()
        for month in range(12)
        if month not in missed
    ]
    return ints([position for position, _ in done]), ints([day for _, day in done])


def complaints(seed: int, clock: Clock, customers: Customers, orders: Orders) -> Frame:
    """Random customers complain of about one order in forty; scripted ones as the script says."""
    rng = stream(seed, "complaints")
    plan = orders.plan
    random_ones = (plan.customer >= len(customers.members)) & (plan.status == COMPLETED)
    source = np.flatnonzero(random_ones & (rng.random(len(plan.day)) < 0.025))
    opened = plan.day[source] + rng.integers(2, 70, len(source))
    closed = opened + np.maximum(rng.gamma(1.6, 14, len(source)), 1).astype(np.int64)
    closed = np.where((closed > clock.last) | (rng.random(len(source)) < 0.02), EMPTY, closed)
    severity = np.where(rng.random(len(source)) < 0.08, "major", "minor")
    rows = [
        *zip(
            plan.customer[source], opened, closed, pick(rng, _COMPLAINTS, len(source)), severity, strict=True
        ),
        *_scripted(clock, customers),
    ]
    rows = sorted((row for row in rows if row[1] <= clock.last), key=lambda row: (row[1], row[0]))
    return {
        "complaint": numbered("CP", len(rows), 6),
        "customer": customers.frame["customer"][ints([row[0] for row in rows])],
        "opened_on": ints([row[1] for row in rows]),
        "closed_on": ints([row[2] for row in rows]),
        "kind": words([str(row[3]) for row in rows]),
        "severity": words([str(row[4]) for row in rows]),
    }


def _scripted(clock: Clock, customers: Customers) -> list[tuple[int, int, int, str, str]]:
    return [
        (i, _day(clock, c.opened), EMPTY if c.closed is None else _day(clock, c.closed), c.kind, c.severity)
        for i, member in enumerate(customers.members)
        for c in member.complaints
    ]


def _day(clock: Clock, months: float) -> int:
    """The day `months` (halves allowed) before the end."""
    return clock.back(int(months), -15 if months % 1 else 0)
