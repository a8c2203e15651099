"""What customers owe and pay: receivables from completed orders, payments, scripted debts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zhike.demo.clock import Clock
from zhike.demo.customers import Customers
from zhike.demo.frames import EMPTY, Frame, Ints, ints, numbered, stream, words
from zhike.demo.orders import Orders
from zhike.demo.plan import COMPLETED
from zhike.demo.rates import CURRENCIES, DECIMALS

_TERMS = np.array([30, 60, 90])
_TWO_PARTS = 100_000 * 10_000
"""Orders over 100,000 (of the currency) fall due in two parts, 30 and 70 per cent."""
_NEVER = 0.012
_NO_ORDER = -1


@dataclass(frozen=True, slots=True)
class Debts:
    """One position per receivable; `order` is a position in the plan or -1, `paid` is EMPTY while unpaid."""

    customer: Ints
    order: Ints
    issued: Ints
    due: Ints
    amount: Ints
    currency: Ints
    paid: Ints
    came_in: Ints

    def joined(self, other: Debts) -> Debts:
        """Both, in the order of issue."""
        columns = {
            name: np.concatenate([getattr(self, name), getattr(other, name)]) for name in Debts.__slots__
        }
        by = np.lexsort((columns["due"], columns["customer"], columns["issued"]))
        return Debts(**{name: column[by] for name, column in columns.items()})


def make(seed: int, clock: Clock, customers: Customers, orders: Orders) -> tuple[Frame, Frame]:
    """The fact tables receivables and payments, up to the as-of date."""
    debts = _from_orders(seed, clock, customers, orders).joined(_scripted(clock, customers))
    currency = words(CURRENCIES)[debts.currency]
    who = customers.frame["customer"][debts.customer]
    receivables = {
        "receivable": numbered("AR", len(who)),
        "customer": who,
        "order": np.where(debts.order == _NO_ORDER, words([None]), orders.ids()[debts.order]),
        "issued_on": debts.issued,
        "due_on": debts.due,
        "amount": debts.amount,
        "currency": currency,
        "paid_on": debts.paid,
    }
    return receivables, _payments_table(clock, customers, orders, debts)


def _payments_table(clock: Clock, customers: Customers, orders: Orders, debts: Debts) -> Frame:
    """What came in: for receivables in full or in part, and on the order day where paid in advance."""
    plan = orders.plan
    advance = np.flatnonzero((plan.status == COMPLETED) & ~customers.credit[plan.customer])
    paid = np.flatnonzero(debts.came_in > 0)
    in_part = clock.back(0, -20)
    customer = np.concatenate([debts.customer[paid], plan.customer[advance]])
    paid_on = np.concatenate([np.where(debts.paid == EMPTY, in_part, debts.paid)[paid], plan.day[advance]])
    amount = np.concatenate([debts.came_in[paid], plan.amount[advance]])
    currency = np.concatenate([debts.currency[paid], plan.currency[advance]])
    by = np.lexsort((amount, customer, paid_on))
    return {
        "payment": numbered("PY", len(by)),
        "customer": customers.frame["customer"][customer[by]],
        "paid_on": paid_on[by],
        "amount": amount[by],
        "currency": words(CURRENCIES)[currency[by]],
    }


def _from_orders(seed: int, clock: Clock, customers: Customers, orders: Orders) -> Debts:
    rng = stream(seed, "receivables")
    plan = orders.plan
    owed = np.flatnonzero((plan.status == COMPLETED) & customers.credit[plan.customer])
    term = _TERMS[rng.integers(0, 3, customers.count)]
    parts = np.where(plan.amount[owed] > _TWO_PARTS, 2, 1)
    order = np.repeat(owed, parts)
    second = np.append(False, order[1:] == order[:-1])
    first_of_two = np.append(second[1:], False)
    deposit = plan.amount[order] * 3 // 10 // 10_000 * 10_000
    amount = np.where(
        second, plan.amount[order] - deposit, np.where(first_of_two, deposit, plan.amount[order])
    )
    customer = plan.customer[order]
    issued = plan.day[order] + np.where(first_of_two, 0, rng.integers(3, 12, len(order)))
    due = issued + np.where(first_of_two, 15, term[customer])
    paid, came_in = _payments(rng, clock, customers, customer, due, amount)
    out = issued <= clock.last
    columns = (customer, order, issued, due, amount, plan.currency[order], paid, came_in)
    return Debts(*(column[out] for column in columns))


def _payments(
    rng: np.random.Generator, clock: Clock, customers: Customers, customer: Ints, due: Ints, amount: Ints
) -> tuple[Ints, Ints]:
    """When each receivable was paid and how much came in; a few random ones in part or never."""
    scripted = customer < len(customers.members)
    delay = customers.late[customer] + np.where(scripted, 0, rng.gamma(1.5, 4.0, len(customer)) - 4)
    paid = due + np.rint(delay).astype(np.int64)
    fate = rng.random(len(customer))
    unpaid = (paid > clock.last) | (~scripted & (fate < _NEVER))
    partly = ~scripted & (fate < _NEVER / 3) & (due < clock.last - 20)
    came_in = np.where(unpaid, np.where(partly, amount * 4 // 10 // 10_000 * 10_000, 0), amount)
    return np.where(unpaid, EMPTY, paid), came_in


def _scripted(clock: Clock, customers: Customers) -> Debts:
    rows = []
    for position, member in enumerate(customers.members):
        for debt in member.debts:
            due = clock.back(*debt.due)
            currency = CURRENCIES.index(member.currency)
            amounts = [
                round(x * 10 ** DECIMALS[currency]) * 10 ** (8 - DECIMALS[currency])
                for x in (debt.amount, debt.paid)
            ]
            rows.append((position, _NO_ORDER, due - 60, due, amounts[0], currency, EMPTY, amounts[1]))
    return Debts(*(ints([row[i] for row in rows]) for i in range(8)))
