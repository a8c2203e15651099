"""Figures of customers: exact, in the company's currency, and down to the orders that add up to them."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from zhike.customers.models import Customer
from zhike.facts.annual import annual
from zhike.facts.figures import recompute_figures
from zhike.facts.models import Order, Rate, Receivable

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)


def order(customer, number, day, amount, currency="CNY", **more):
    return Order.objects.create(
        number=number, customer=customer, ordered_on=day, amount=Decimal(amount), currency=currency, **more
    )


@pytest.fixture
def customer(cast):
    Order.objects.all().update(status="cancelled")
    return cast.customers.A


def test_twelve_months_end_with_the_day_itself(customer):
    for number, day in enumerate([date(2025, 6, 30), date(2025, 7, 1), date(2026, 6, 30), date(2026, 7, 1)]):
        order(customer, str(number), day, 10**number)
    recompute_figures(None, TODAY)
    customer.refresh_from_db()
    assert (customer.amount_12m, customer.last_order_on) == (Decimal(110), date(2026, 6, 30))


def test_returns_reduce_cancelled_ones_do_not_count_and_later_knowledge_waits(customer):
    order(customer, "1", TODAY, 100)
    order(customer, "2", TODAY, -30, status="returned")
    order(customer, "3", TODAY, 500, status="cancelled")
    order(customer, "4", TODAY, 700, known_on=date(2026, 7, 1))
    recompute_figures(None, TODAY)
    customer.refresh_from_db()
    assert customer.amount_12m == 70


def test_amounts_are_converted_at_the_rate_of_the_day_and_rounded_once(customer):
    Rate.objects.create(currency="USD", rate_on=date(2026, 1, 1), rate=Decimal("7.12345678"))
    Rate.objects.create(currency="USD", rate_on=date(2026, 6, 1), rate=Decimal("6.5"))
    order(customer, "1", date(2026, 5, 31), "0.0001", "USD")
    order(customer, "2", date(2026, 6, 1), "-1.2345", "USD")
    order(customer, "3", date(2025, 12, 31), "9", "USD")
    order(customer, "4", TODAY, "5", "XAF")
    recompute_figures(Customer.objects.filter(pk=customer.pk), TODAY)
    customer.refresh_from_db()
    assert customer.amount_12m == Decimal("0.0007") - Decimal("8.0243")
    found = annual(customer, TODAY)
    assert (found.total, found.number, found.unpriced) == (customer.amount_12m, 4, 2)


def test_a_conversion_is_exact_half_up_away_from_zero(customer):
    draw = random.Random(5)
    expected = Decimal(0)
    for number in range(300):
        amount = Decimal(draw.randint(-(10**14), 10**14)).scaleb(-draw.choice([0, 4, 4]))
        rate = (
            Decimal(draw.randint(1, 26_000 * 10**8)).scaleb(-8)
            if number % 3
            else Decimal(draw.randint(1, 10**6)).scaleb(-8)
        )
        if abs(amount * rate) > 10**13:
            amount = amount.scaleb(-8).quantize(Decimal("0.0001"))
        day = date(2025, 7, 1) + timedelta(days=number)
        Rate.objects.create(currency="USD", rate_on=day, rate=rate)
        order(customer, str(number), day, amount, "USD")
        expected += (abs(amount) * rate).quantize(Decimal("0.0001"), ROUND_HALF_UP).copy_sign(amount)
    found = annual(customer, TODAY)
    assert (found.number, found.total) == (300, expected)


@pytest.mark.parametrize("currency", ["USD", "CNY"])
def test_an_absurd_amount_stops_neither_the_night_nor_the_page(cast, customer, currency, client_for):
    Rate.objects.create(currency="USD", rate_on=date(2026, 1, 1), rate=Decimal("7.1"))
    for number in range(5):
        order(customer, f"absurd{number}", TODAY, "202611220001234", currency)
    order(cast.customers.B, "sane", TODAY, 12)
    assert recompute_figures(None, TODAY) == 3
    cast.customers.B.refresh_from_db()
    assert cast.customers.B.amount_12m == 12
    assert annual(customer, TODAY).number == 5
    assert client_for(cast.people.ming).get("/orders/of/A/annual/").status_code == 200


def test_receivables_are_open_and_overdue_by_their_days(customer):
    Receivable.objects.all().delete()
    for number, due, paid in (
        ("1", date(2026, 6, 29), None),
        ("2", TODAY, None),
        ("3", TODAY, TODAY),
        ("4", TODAY, date(2026, 7, 1)),
    ):
        Receivable.objects.create(
            number=number,
            customer=customer,
            due_on=due,
            paid_on=paid,
            amount=Decimal(10) ** int(number),
            currency="CNY",
        )
    recompute_figures(None, TODAY)
    customer.refresh_from_db()
    assert (customer.receivable, customer.overdue) == (Decimal(10_110), Decimal(10))
