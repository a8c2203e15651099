"""Profit shares that the script asks for: parts of the export profit of the last twelve months."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zhike.demo.cast import BALANCE
from zhike.demo.clock import Clock
from zhike.demo.customers import Customers
from zhike.demo.frames import EMPTY, UNIT, Ints
from zhike.demo.orders import Orders
from zhike.demo.plan import COMPLETED
from zhike.demo.rates import Rates

_ROUND_SUM = 100_000 * UNIT
_LEAST = 6_000_000 * UNIT
_WHOLE = 10_000


def settle(orders: Orders, customers: Customers, rates: Rates, clock: Clock) -> Orders:
    """Set the profits of the last year so that every scripted share holds and their total is a round sum.

    The total follows from customers without a scripted share: total = others / (1 - sum of shares). Shares
    are exact for customers who pay in CNY, within rounding for others; BALANCE takes the difference.
    """
    plan, profit = orders.plan, orders.profit.copy()
    recent = (plan.day >= clock.back(12)) & orders.counted() & customers.of("foreign_trade")[plan.customer]
    asked = {customers.scripted[m.customer]: m.share for m in customers.members if m.share is not None}
    given = recent & ~np.isin(plan.customer, list(asked))
    total = _total(int(_cny(orders, profit, rates)[given].sum()), sum(asked.values()))
    balance = customers.scripted[BALANCE]
    for position, share in asked.items():
        if position != balance:
            _spread(orders, profit, rates, recent & (plan.customer == position), total * share // _WHOLE)
    rest = recent & (plan.customer != balance)
    _spread(
        orders,
        profit,
        rates,
        recent & (plan.customer == balance),
        total - int(_cny(orders, profit, rates)[rest].sum()),
    )
    return replace(orders, profit=profit)


def _total(others: int, shares: int) -> int:
    """The department's profit in 10^-4 CNY, a multiple of 100,000 CNY."""
    wanted = max(others * _WHOLE // (_WHOLE - shares), _LEAST)
    return -(-wanted // _ROUND_SUM) * _ROUND_SUM


def _cny(orders: Orders, profit: Ints, rates: Rates) -> Ints:
    known = np.where(profit == EMPTY, 0, profit)
    return rates.to_cny(known, orders.plan.currency, orders.plan.day)


def _spread(orders: Orders, profit: Ints, rates: Rates, mine: np.typing.NDArray[np.bool_], goal: int) -> None:
    """Give completed orders of one customer profits that add up to `goal` (10^-4 CNY), by their amounts."""
    plan = orders.plan
    goal -= int(_cny(orders, profit, rates)[mine & (plan.status != COMPLETED)].sum())
    at = np.flatnonzero(mine & (plan.status == COMPLETED))
    weight = rates.to_cny(plan.amount, plan.currency, plan.day)[at].astype(np.float64)
    part = np.rint(goal * weight / weight.sum() / UNIT).astype(np.int64) * UNIT
    part[-1] += goal - int(part.sum())
    rate = rates.of(plan.currency, plan.day)[at]
    foreign = plan.currency[at] != 0
    profit[at] = np.where(foreign, np.rint(part / rate).astype(np.int64) * UNIT, part)
