"""What is in the orders: lines, exact amounts, returns and profits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhike.demo.catalogue import ANY, CODES, COMMISSIONING, CUMULATIVE, PRODUCTS
from zhike.demo.clock import Clock
from zhike.demo.customers import Customers
from zhike.demo.frames import EMPTY, UNIT, Bools, Frame, Ints, Words, stream, words
from zhike.demo.plan import COMPLETED, RETURNED, STATUS, Plan
from zhike.demo.rates import CURRENCIES, DECIMALS, Rates

_PRICES = np.array([product.price for product in PRODUCTS])
_PRICE_DECIMALS = np.array([product.decimals for product in PRODUCTS])
_SERVICE = len(PRODUCTS)
_CODES = words([product.code for product in (*PRODUCTS, COMMISSIONING)])
_TRUCK_SCALE = CODES.index("truck_scale")


@dataclass(frozen=True, slots=True)
class Lines:
    """One position per line; `order` is a position in the plan, `price` and `amount` are in 10^-4."""

    order: Ints
    product: Ints
    quantity: Ints
    price: Ints

    @property
    def amount(self) -> Ints:
        """Quantity times price, exactly."""
        product: Ints = self.quantity * self.price
        return product

    def joined(self, other: Lines) -> Lines:
        """Both, by order; lines of one order keep their order."""
        columns = {
            name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in Lines.__slots__
        }
        by = np.argsort(columns["order"], kind="stable")
        return Lines(**{name: column[by] for name, column in columns.items()})

    def sums(self, values: Ints, orders: int) -> Ints:
        """Sums of `values` per order, in whole numbers; every order has a line."""
        starts = np.searchsorted(self.order, np.arange(orders))
        total: Ints = np.add.reduceat(values, starts)
        return total


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders with their lines; `profit` is EMPTY where unknown."""

    plan: Plan
    lines: Lines
    profit: Ints

    def counted(self) -> Bools:
        """Orders and returns that count in a period."""
        counted: Bools = self.plan.status <= RETURNED
        return counted

    def cny(self, rates: Rates) -> Ints:
        """Every amount in CNY."""
        return rates.to_cny(self.plan.amount, self.plan.currency, self.plan.day)

    def ids(self) -> Words:
        """Order ids, counted by day; returns are told by their first letters."""
        prefixes = ("SO", "RT", "SO")
        return words([f"{prefixes[s]}{i:07d}" for i, s in enumerate(self.plan.status, start=1)])


def build(seed: int, clock: Clock, customers: Customers, plan: Plan, rates: Rates) -> Orders:
    """Fill planned orders with lines, add the returns of random customers, and set profits by margin."""
    rng = stream(seed, "order lines")
    lines = _lines(rng, customers, plan, rates)
    amount = lines.sums(lines.amount, len(plan.day))
    plan, lines = _with_returns(rng, clock, _replaced(plan, amount), lines)
    return Orders(plan, lines, by_margin(plan))


def by_margin(plan: Plan) -> Ints:
    """Profits: whole units in foreign currency, cents in CNY, so that converting leaves nothing to round."""
    step = np.where(plan.currency == 0, 100, UNIT)
    known = np.isfinite(plan.margin)
    profit = np.rint(plan.amount * np.where(known, plan.margin, 0) / step).astype(np.int64) * step
    return np.where(known, profit, EMPTY)


def _replaced(plan: Plan, amount: Ints) -> Plan:
    return Plan(plan.customer, plan.day, plan.currency, amount, plan.status, plan.margin, plan.exact)


def _lines(rng: np.random.Generator, customers: Customers, plan: Plan, rates: Rates) -> Lines:
    returns = np.flatnonzero(plan.amount < 0)
    ordinary = np.flatnonzero(plan.amount > 0)
    fixed = customers.product[plan.customer]
    count = rng.choice([1, 2, 3, 4], len(ordinary), p=[0.42, 0.31, 0.18, 0.09])
    count = np.where(fixed[ordinary] == ANY, count, 1)
    order = np.repeat(ordinary, count)
    weight = rng.uniform(0.3, 1.0, len(order))
    share = weight / np.repeat(np.add.reduceat(weight, np.cumsum(count) - count), count)
    exact = plan.exact[order]
    target = plan.amount[order] * share * np.where(exact, 0.88, 1.0)
    rate = rates.of(plan.currency, plan.day)[order]
    product = _products(rng, customers.basket[plan.customer[order]], target * rate / UNIT / UNIT)
    product = np.where(fixed[order] == ANY, product, fixed[order])
    price = _price(rng, product, plan.currency[order], rate, exact)
    quantity = np.maximum(np.where(exact, target // price, np.rint(target / price)), 1).astype(np.int64)
    goods = Lines(order, product, quantity, price)
    rest = plan.amount - np.bincount(order, goods.amount, len(plan.amount)).astype(np.int64)
    service = np.flatnonzero(plan.exact & (plan.amount > 0))
    ones = np.ones(len(plan.amount), dtype=np.int64)
    return goods.joined(
        Lines(service, ones[service] * _SERVICE, ones[service], rest[service])
    ).joined(Lines(returns, ones[returns] * _TRUCK_SCALE, -ones[returns], -plan.amount[returns]))  # fmt: skip


def _products(rng: np.random.Generator, basket: Ints, in_cny: Ints) -> Ints:
    """A product of the basket whose price the line can bear."""
    bearable = np.maximum(np.searchsorted(_PRICES * 1.1, in_cny, side="right"), 1)
    chance = rng.random(len(basket))
    product = np.empty(len(basket), dtype=np.int64)
    for number, weights in enumerate(CUMULATIVE):
        mine = basket == number
        product[mine] = np.searchsorted(weights, chance[mine] * weights[bearable[mine] - 1], side="right")
    return product


def _price(rng: np.random.Generator, product: Ints, currency: Ints, rate: Ints, exact: Bools) -> Ints:
    """Unit prices (10^-4): list price within 8 %, at the decimals of product and currency."""
    decimals = np.where(exact, np.minimum(_PRICE_DECIMALS[product], 2), _PRICE_DECIMALS[product])
    decimals = np.where(DECIMALS[currency] == 0, 0, decimals)
    listed = _PRICES[product] * rng.uniform(0.92, 1.08, len(product)) * UNIT / rate
    price: Ints = np.maximum(np.rint(listed * 10.0**decimals), 1).astype(np.int64) * 10 ** (4 - decimals)
    return price


def _with_returns(rng: np.random.Generator, clock: Clock, plan: Plan, lines: Lines) -> tuple[Plan, Lines]:
    """Some random orders come back in part, one line of them, ten to fifty days later."""
    back = plan.day + rng.integers(10, 51, len(plan.day))
    chosen = (rng.random(len(back)) < 0.015) & (plan.status == COMPLETED) & ~plan.exact & (back <= clock.last)
    source = np.flatnonzero(chosen)
    first = np.searchsorted(lines.order, source)
    quantity = np.ceil(lines.quantity[first] * rng.uniform(0.1, 1.0, len(source))).astype(np.int64)
    extra = Lines(len(back) + np.arange(len(source)), lines.product[first], -quantity, lines.price[first])
    columns = {
        name: np.concatenate([getattr(plan, name), getattr(plan, name)[source]]) for name in Plan.__slots__
    }
    columns["day"][len(back) :] = back[source]
    columns["amount"][len(back) :] = extra.amount
    columns["status"][len(back) :] = RETURNED
    by = np.lexsort((columns["customer"], columns["day"]))
    place = np.empty(len(by), dtype=np.int64)
    place[by] = np.arange(len(by))
    both = lines.joined(extra)
    moved = Lines(place[both.order], both.product, both.quantity, both.price)
    empty = Lines(*(np.empty(0, dtype=np.int64) for _ in range(4)))
    return Plan(**{name: column[by] for name, column in columns.items()}), moved.joined(empty)


def frames(orders: Orders, customers: Customers) -> tuple[Frame, Frame]:
    """The fact tables orders and order_lines."""
    plan, lines, ids = orders.plan, orders.lines, orders.ids()
    currency = words(CURRENCIES)[plan.currency]
    starts = np.searchsorted(lines.order, np.arange(len(ids)))
    single = np.diff(np.append(starts, len(lines.order))) == 1
    head = {
        "order": ids,
        "customer": customers.frame["customer"][plan.customer],
        "ordered_on": plan.day,
        "amount": plan.amount,
        "currency": currency,
        "profit": orders.profit,
        "status": words(STATUS)[plan.status],
        "product": np.where(single, _CODES[lines.product[starts]], words([None])),
    }
    of = lines.order
    body = {
        "order": ids[of],
        "line": np.arange(len(of)) - starts[of] + 1,
        "customer": head["customer"][of],
        "ordered_on": plan.day[of],
        "product": _CODES[lines.product],
        "quantity": lines.quantity * UNIT,
        "price": lines.price,
        "amount": lines.amount,
        "currency": currency[of],
        "profit": _line_profits(orders, starts),
    }
    return head, body


def _line_profits(orders: Orders, starts: Ints) -> Ints:
    """Profits of lines in proportion to their amounts; the first line takes what rounding leaves."""
    of, known = orders.lines.order, orders.profit != EMPTY
    step = np.where(orders.plan.currency == 0, 100, UNIT)[of]
    ratio = np.where(known, orders.profit, 0)[of] / orders.plan.amount[of]
    part = np.floor(orders.lines.amount * ratio / step).astype(np.int64) * step
    part[starts] += np.where(known, orders.profit, 0) - orders.lines.sums(part, len(starts))
    return np.where(known[of], part, EMPTY)
