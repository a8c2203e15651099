"""How cells are read: numbers, dates, words, empty cells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from zhike_engine.errors import MappingInvalid

HEAD = "id,customer,day,amount\n"


def amounts(desk, *cells, source="", head=HEAD):
    rows = "".join(f'{n},C1,2024-03-05,"{cell}"\n' for n, cell in enumerate(cells, start=1))
    return desk.orders(head + rows, source=source)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12", "12"),
        ("1,234.56", "1234.56"),
        ("1,234,567.8", "1234567.8"),
        ("(12.50)", "-12.5"),
        ("12-", "-12"),
        ("¥1,200", "1200"),
        ("￥ 3.4", "3.4"),
        ("1.2万", "12000"),
        ("12元", "12"),
        ("３４，５６７．８９", "34567.89"),
        ("  7 ", "7"),
        ("\u30008\u00a0", "8"),
        ("-0.0001", "-0.0001"),
    ],
)
def test_it_reads_numbers_as_people_write_them(desk, cell, amount):
    assert amounts(desk, cell).column("orders", "amount") == [Decimal(amount)]


@pytest.mark.parametrize(
    "cell", ["abc", "12,34", "1.234,56", "-12-", "1 2", "12%", "99999999999999999999999"]
)
def test_it_guesses_no_number(desk, cell):
    done = amounts(desk, cell, "1")
    assert done.column("orders", "amount") == [Decimal(1)]
    assert done.listed() == [(2, "dropped", "number_unreadable", cell)]


def test_a_decimal_comma_is_read_where_the_mapping_says_so(desk):
    done = amounts(desk, "1.234,56", "7,5", "1.234", source=', numbers: {decimal: ","}')
    assert done.column("orders", "amount") == [Decimal("1234.56"), Decimal("7.5"), Decimal(1234)]


def test_more_than_four_decimals_are_rounded_half_up_and_listed(desk):
    done = amounts(desk, "2.00005", "2.00004", "-2.00005", "2.50")
    assert done.column("orders", "amount") == [Decimal(x) for x in ("2.0001", "2", "-2.0001", "2.5")]
    assert [row for row, _, reason, _ in done.listed() if reason == "rounded"] == [2, 3, 4]


def test_an_amount_beyond_any_ledger_is_refused_by_row(desk):
    done = amounts(desk, "123456789012345678", "1")
    assert done.listed() == [(2, "dropped", "too_large", "123456789012345678")]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-03-05", date(2024, 3, 5)),
        ("2024-3-5", date(2024, 3, 5)),
        ("2024/3/5", date(2024, 3, 5)),
        ("2024.03.05", date(2024, 3, 5)),
        ("20240305", date(2024, 3, 5)),
        ("2024年3月5日", date(2024, 3, 5)),
        ("2024-03-05 23:59:59", date(2024, 3, 5)),
        ("2024-03-05T01:00+08:00", date(2024, 3, 5)),
        ("2024年3月5日 10:20", date(2024, 3, 5)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_it_reads_dates_that_leave_no_doubt(desk, cell, day):
    assert desk.orders(f"{HEAD}1,C1,{cell},1\n").column("orders", "ordered_on") == [day]


@pytest.mark.parametrize(
    "cell",
    ["2023-02-30", "2023-02-29", "24-03-05", "5.3.2024", "3/5/2024", "2024-13-01", "45356", "1203-01-01"],
)
def test_a_date_that_does_not_exist_or_leaves_doubt_is_dropped_and_listed(desk, cell):
    done = desk.orders(f"{HEAD}1,C1,{cell},1\n2,C1,2024-01-01,1\n")
    assert done.column("orders", "order") == ["2"]
    assert done.listed() == [(2, "dropped", "date_unreadable", cell)]


@pytest.mark.parametrize(
    ("said", "cell"),
    [
        ("d.m.yyyy", "5.3.2024"),
        ("mm/dd/yyyy", "03/05/2024"),
        ("d mmm yyyy", "5 Mar 2024"),
        ("excel", "45356.75"),
    ],
)
def test_other_dates_are_read_where_the_mapping_says_so(desk, said, cell):
    done = desk.orders(f"{HEAD}1,C1,{cell},1\n", source=f', dates: ["{said}"]')
    assert done.column("orders", "ordered_on") == [date(2024, 3, 5)]


@pytest.mark.parametrize("said", ["yy-mm-dd", "dd/mm", "yyyy-mm", "hh:mm"])
def test_a_date_format_that_cannot_be_meant_is_refused(desk, said):
    with pytest.raises(MappingInvalid) as caught:
        desk.orders(HEAD, source=f', dates: ["{said}"]')
    assert said in caught.value.message
    assert caught.value.place.endswith("mapping.yaml:5:30")


WORDS = """
sources: {all: {file: all.csv, empty: ["-"]}}
tables:
  customers: {from: all, group_by: customer, columns: {customer: customer, name: customer}}
  orders:
    from: all
    columns:
      order: id
      customer: customer
      ordered_on: day
      amount: amount
      currency: {from: currency, words: {人民币: CNY}, otherwise: keep, empty: CNY}
      status: {from: status, words: {完成: completed, 取消: cancelled}%s}
"""
ALL = "id,customer,day,amount,currency,status\n"


@pytest.mark.parametrize(
    ("otherwise", "statuses", "reasons"),
    [
        ("", ["completed"], [(3, "dropped", "unknown_word", "退款")]),
        (
            ", otherwise: {value: completed}",
            ["completed", "completed"],
            [(3, "suspicious", "replaced", "退款")],
        ),
        (", otherwise: keep", ["completed"], [(3, "dropped", "unknown_word", "退款")]),
    ],
)
def test_unlisted_words_go_the_way_the_mapping_says(desk, otherwise, statuses, reasons):
    desk.put("all.csv", f"{ALL}1,C1,2024-01-01,1,USD,完成\n2,C1,2024-01-01,1,USD,退款\n")
    done = desk.run(WORDS % otherwise)
    assert (done.column("orders", "status"), done.listed()) == (statuses, reasons)


def test_currencies_are_iso_codes_and_empty_ones_are_filled(desk):
    desk.put(
        "all.csv",
        f"{ALL}1,C1,2024-01-01,1,人民币,完成\n2,C1,2024-01-01,1,-,完成\n3,C1,2024-01-01,1,RMB,完成\n",
    )
    done = desk.run(WORDS % "")
    assert done.column("orders", "currency") == ["CNY", "CNY"]
    assert done.listed() == [(3, "repaired", "filled", None), (4, "dropped", "unknown_currency", "RMB")]


def test_blanks_are_taken_off_and_listed(desk):
    done = desk.orders(f"{HEAD}1,C1 ,2024-01-01,1\n2,\u3000C2,2024-01-01,1\n")
    assert done.column("orders", "customer") == ["C1", "C2"]
    assert done.listed() == [(2, "repaired", "trimmed", "C1 "), (3, "repaired", "trimmed", "\u3000C2")]


def test_an_unreadable_optional_cell_is_left_empty_and_listed(desk):
    columns = "      profit: amount2\n"
    done = desk.orders("id,customer,day,amount,amount2\n1,C1,2024-01-01,1,x\n2,C1,2024-01-01,1,\n", columns)
    assert done.column("orders", "profit") == [None, None]
    assert done.listed() == [(2, "suspicious", "number_unreadable", "x")]


def test_products_of_columns_are_exact(desk):
    columns = "      profit: = price * quantity - 0.1 * price\n"
    done = desk.orders("id,customer,day,amount,price,quantity\n1,C1,2024-01-01,1,0.1,3\n", columns)
    assert done.column("orders", "profit") == [Decimal("0.29")]


def test_a_multiplier_turns_ten_thousands_into_units(desk):
    columns = "      profit: {from: wan, times: 10000}\n"
    done = desk.orders("id,customer,day,amount,wan\n1,C1,2024-01-01,1,12.3456789\n", columns)
    assert done.column("orders", "profit") == [Decimal("123456.789")]
