"""The monthly history: what falls into which month, and what is refused."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests.forecast.worlds import AS_OF, UNIT, history
from zhike_engine.errors import FactsInvalid
from zhike_engine.forecast import history_from_arrays, history_from_orders
from zhike_engine.forecast.months import add_months, day_number, day_of
from zhike_engine.forecast.origins import Origin


def cells(found):
    columns = (found.customer, found.month, found.orders, found.days, found.amount)
    return [tuple(int(value) for value in row) for row in zip(*columns, strict=True)]


def test_months_are_counted_back_from_the_day_after_the_as_of_date():
    rows = [("a", date(2026, 10, 31), 1), ("a", date(2026, 10, 1), 2), ("a", date(2026, 9, 30), 4)]

    found = history_from_orders(["a"], rows, AS_OF)

    assert cells(found) == [(0, 1, 1, 1, 4), (0, 0, 2, 2, 3)]
    assert found.months == 1


@pytest.mark.parametrize(
    ("end", "back", "border"),
    [
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2023, 3, 31), 1, date(2023, 2, 28)),
        (date(2024, 3, 31), 2, date(2024, 1, 31)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2024, 1, 1), 1, date(2023, 12, 1)),
    ],
)
def test_a_border_is_counted_from_the_end_itself(end, back, border):
    assert add_months(end, -back) == border


def test_a_return_reduces_its_month_and_is_no_order():
    found = history({"a": [(0, 100), (0, -30), (2, -5)]})

    assert cells(found) == [(0, 2, 0, 0, -5 * UNIT), (0, 0, 1, 1, 70 * UNIT)]


def test_two_orders_on_one_day_are_one_order_day():
    found = history_from_orders(["a"], [("a", AS_OF, 5), ("a", AS_OF, 6)], AS_OF)

    assert cells(found) == [(0, 0, 2, 1, 11)]


def test_what_comes_after_the_as_of_date_is_out():
    rows = [("a", date(2026, 11, 1), 7), ("a", AS_OF, 5)]

    assert cells(history_from_orders(["a"], rows, AS_OF)) == [(0, 0, 1, 1, 5)]


def test_the_order_of_rows_does_not_matter():
    dice = np.random.default_rng(7)
    who, day = dice.integers(0, 40, 3000), day_number(AS_OF) - dice.integers(0, 900, 3000)
    amount, mixed = dice.integers(-(10**15), 10**15, 3000), dice.permutation(3000)
    names = [str(place) for place in range(40)]

    one = history_from_arrays(names, who, day, amount, as_of=AS_OF)
    other = history_from_arrays(names, who[mixed], day[mixed], amount[mixed], as_of=AS_OF)

    for column in ("customer", "month", "orders", "days", "amount", "first_day", "last_day"):
        assert getattr(one, column).tolist() == getattr(other, column).tolist()


def test_both_builders_agree():
    dice = np.random.default_rng(8)
    who, back, amount = dice.integers(0, 5, 200), dice.integers(0, 500, 200), dice.integers(-50, 100, 200)
    day = day_number(AS_OF) - back
    names = list("abcde")
    rows = [(names[w], day_of(int(d)), int(v)) for w, d, v in zip(who, day, amount, strict=True)]

    assert cells(history_from_orders(names, rows, AS_OF)) == cells(
        history_from_arrays(names, who, day.astype("datetime64[D]"), amount, as_of=AS_OF)
    )


def test_an_earlier_origin_sees_what_an_earlier_history_would():
    orders = {"a": [(0, 9), (5, 7), (5, -2), (14, 3)], "b": [(1, 4)], "c": [(8, 1), (20, 6)]}

    back = Origin(history(orders), 4)
    then = Origin(history(orders, as_of=date(2026, 6, 30)), 0)

    assert back.as_of == then.as_of == date(2026, 6, 30)
    assert back.months == then.months == 16
    for what in ("order_days", "first_day", "last_day", "net", "season", "exposure"):
        assert getattr(back, what).tolist() == getattr(then, what).tolist()


def test_nothing_at_all_is_a_history_too():
    found = history({}, customers=["a"])

    assert (found.months, found.typical_order, cells(found)) == (0, 0.0, [])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([0], [0], [10**19 // 2]), None),
        (([0, 0], [0, 0], [5 * 10**18, 5 * 10**18]), "add up to more"),
        (([2], [0], [1]), "outside the list"),
        (([-1], [0], [1]), "outside the list"),
        (([0, 0], [0], [1]), "differ in length"),
        (([0], [0], [1.5]), "not whole numbers"),
        (([0], np.array(["NaT"], dtype="datetime64[D]"), [1]), "has no date"),
    ],
)
def test_columns_that_do_not_fit_are_refused(columns, message):
    if message is None:
        assert history_from_arrays(["a"], *columns, as_of=AS_OF).amount.tolist() == [10**19 // 2]
        return
    with pytest.raises(FactsInvalid, match=message):
        history_from_arrays(["a", "b"], *columns, as_of=AS_OF)


def test_a_customer_listed_twice_or_not_at_all_is_refused():
    with pytest.raises(FactsInvalid, match="listed twice"):
        history_from_orders(["a", "a"], [], AS_OF)
    with pytest.raises(FactsInvalid, match="unknown customer `b`"):
        history_from_orders(["a"], [("b", AS_OF, 1)], AS_OF)
