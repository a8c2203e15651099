"""What counts as an order, which row counts when several claim to be one, and that no row gets lost."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.facts.conftest import Desk
from zhike_engine.errors import FactsInvalid

HEAD = "id,customer,day,amount\n"


def rows(*lines):
    return HEAD + "".join(f"{line}\n" for line in lines)


# --- customers -----------------------------------------------------------------------------------------


def test_a_row_without_customer_is_dropped(desk):
    assert desk.orders(rows("1,,2024-01-01,1")).listed() == [(2, "dropped", "no_customer", None)]


def test_rows_without_customer_may_go_to_a_collective_one(desk):
    done = desk.orders(rows("1,,2024-01-01,1", "2,X,2024-01-01,1"), "    no_customer: {customer: 散客}")
    assert done.column("orders", "customer") == ["散客"]
    assert ("散客", "散客") in done.rows("customers")
    assert done.listed() == [
        (2, "repaired", "collective", "散客"),
        (2, "suspicious", "created", "散客"),
        (3, "dropped", "unknown_customer", "X"),
    ]


def test_an_unknown_customer_is_dropped_or_created_as_the_mapping_says(desk):
    text = rows("1,X,2024-01-01,1", "2,X,2024-01-02,1", "3,C1,2024-01-01,1")
    dropped = desk.orders(text)
    assert dropped.listed() == [
        (2, "dropped", "unknown_customer", "X"),
        (3, "dropped", "unknown_customer", "X"),
    ]
    created = desk.orders(text, "    unknown_customer: create")
    assert created.counts() == (3, 3, 0, 0, 0)
    assert created.listed() == [(2, "suspicious", "created", "X")]
    assert [row[0] for row in created.rows("customers")] == ["C1", "C2", "X"]


def test_much_alike_names_are_told_and_never_merged(desk):
    names = "id,name\n1,岭南纺织有限公司\n2,岭南纺织股份有限公司\n3,滨海机电\n4,Northwind Traders Ltd.\n5,Northwind Trader Inc\n"
    done = desk.orders(rows("1,1,2024-01-01,1"), customers=names)
    assert len(done.rows("customers")) == 5
    assert done.listed("customers") == [
        (3, "suspicious", "similar_names", "岭南纺织股份有限公司 ~ 岭南纺织有限公司"),
        (6, "suspicious", "similar_names", "Northwind Trader Inc ~ Northwind Traders Ltd."),
    ]


def test_a_group_of_companies_comes_from_another_file(desk):
    desk.put("orders.csv", rows("1,C1,2024-01-01,1"))
    desk.put("customers.csv", "id,name\nC1,甲\nC2,乙\n")
    desk.put("groups.csv", "code,集团\nC1,南方集团\n")
    mapping = """
sources:
  orders: {file: orders.csv}
  customers: {file: customers.csv}
  groups: {file: groups.csv}
tables:
  customers:
    from: customers
    columns: {customer: id, name: name, group: "= lookup(groups, code = id, 集团)"}
  orders:
    from: orders
    columns: {order: id, customer: customer, ordered_on: day, amount: amount, currency: = "CNY", status: = "completed"}
"""
    assert desk.run(mapping).column("customers", "group") == ["南方集团", None]
    desk.put("groups.csv", "code,集团\nC1,南方集团\nC1,北方集团\n")
    with pytest.raises(FactsInvalid, match="`C1` stands for both `北方集团` and `南方集团`"):
        desk.run(mapping)


# --- rules ---------------------------------------------------------------------------------------------


def test_rules_drop_and_flag_in_the_mappings_own_words(desk):
    rules = """
    drop:
      - {when: customer = "C2" and amount < 5, reason: {zh: 试单, en: trial}}
    flag:
      - {when: amount > 100, reason: {zh: 过大, en: too big}}
"""
    done = desk.orders(rows("1,C1,2024-01-01,1", "2,C2,2024-01-01,1", "3,C2,2024-01-01,500"), rules)
    assert done.listed() == [
        (3, "dropped", "rule_1", "customer=C2; amount=1"),
        (4, "suspicious", "rule_1", "amount=500"),
    ]
    assert [reason["zh"] for reason in done.done.quality["tables"]["orders"]["reasons"]] == ["试单", "过大"]


def test_rows_that_are_not_asked_for_are_counted_not_listed(desk):
    done = desk.orders(rows("1,C1,2023-12-31,1", "2,C1,2024-01-01,1"), "    only: day >= 2024-01-01")
    assert (done.counts(), done.listed()) == ((2, 1, 0, 0, 1), [])


def test_a_condition_that_cannot_be_read_drops_the_row_instead_of_hiding_it(desk):
    done = desk.orders(rows("1,C1,2023-02-30,1", "2,C1,2024-01-01,1"), "    only: day >= 2024-01-01")
    assert done.listed() == [(2, "dropped", "condition_unreadable", "day=2023-02-30")]


RETURNS = """      status:
        cases: [{when: amount2 = "R", value: returned}]
        otherwise: {value: completed}
"""


@pytest.mark.parametrize(
    ("option", "amounts", "listed"),
    [
        ("", [1, -2], [(3, "dropped", "positive_return", "5.00000000")]),
        ("    positive_returns: negate\n", [1, -5, -2], [(3, "repaired", "positive_return", "5.00000000")]),
    ],
)
def test_a_positive_return_is_dropped_or_turned(desk, option, amounts, listed):
    desk.put(
        "orders.csv",
        "id,customer,day,amount,amount2\n1,C1,2024-01-01,1,\n2,C1,2024-01-01,5,R\n3,C1,2024-01-01,-2,R\n",
    )
    desk.put("customers.csv", "id,name\nC1,甲\n")
    done = desk.run(f"""
sources: {{orders: {{file: orders.csv}}, customers: {{file: customers.csv}}}}
tables:
  customers: {{from: customers, columns: {{customer: id, name: name}}}}
  orders:
    from: orders
{option}    columns:
      order: id
      customer: customer
      ordered_on: day
      amount: amount
      currency: = "CNY"
{RETURNS}""")
    assert done.column("orders", "amount") == amounts
    assert done.listed() == listed


def test_a_completed_order_without_amount_is_told(desk):
    assert desk.orders(rows("1,C1,2024-01-01,0")).listed() == [
        (2, "suspicious", "not_positive", "0.00000000")
    ]


# --- double rows ---------------------------------------------------------------------------------------

DOUBLE = rows("1,C1,2024-01-01,1", "2,C1,2024-01-01,2", "1,C1,2024-01-02,3")


def test_a_double_id_is_refused_until_the_mapping_says_which_row_counts(desk):
    with pytest.raises(FactsInvalid) as caught:
        desk.orders(DOUBLE)
    assert caught.value.message == "id `1` of table `orders` stands in 2 rows: orders.csv:2, orders.csv:4"
    assert "duplicate_keys: first" in caught.value.hint
    assert not (desk.folder / "facts").exists()


@pytest.mark.parametrize(("which", "amounts", "row"), [("first", [1, 2], 4), ("last", [3, 2], 2)])
def test_the_first_or_the_last_row_of_an_id_counts(desk, which, amounts, row):
    done = desk.orders(DOUBLE, f"    duplicate_keys: {which}")
    assert done.column("orders", "amount") == amounts
    assert done.listed() == [(row, "dropped", "duplicate_key", "1")]


TWINS = rows("1,C1,2024-01-01,1", "1,C1,2024-01-01,1", "1,C1,2024-01-01,2")


def test_rows_that_are_the_same_in_every_cell_may_be_dropped(desk):
    done = desk.orders(TWINS, "    group_by: order\n    duplicate_rows: drop")
    assert done.column("orders", "amount") == [3]
    assert (done.counts(), done.listed()) == ((3, 1, 1, 1, 0), [(3, "dropped", "duplicate_row", "row 2")])


def test_lines_of_one_order_are_added_up_and_twins_among_them_told(desk):
    done = desk.orders(TWINS, "    group_by: order")
    assert done.column("orders", "amount") == [4]
    assert (done.counts(), done.listed()) == ((3, 1, 2, 0, 0), [(3, "suspicious", "duplicate_row", "row 2")])


def test_a_sum_is_rounded_once_and_unknown_when_a_part_is(desk):
    lines = "id,customer,day,amount,profit\n1,C1,2024-01-01,0.00004,1\n1,C1,2024-01-01,0.00004,\n"
    done = desk.orders(lines, "      profit: profit\n    group_by: order")
    assert done.rows("orders", '"order", amount, profit') == [("1", Decimal("0.0001"), None)]
    assert done.listed() == [
        (2, "repaired", "rounded", "1: 0.00008000"),
        (2, "suspicious", "sum_unknown", "1"),
    ]


@pytest.mark.parametrize(("differ", "customer"), [("first", "C1"), ("last", "C2")])
def test_values_that_differ_within_an_order_are_told(desk, differ, customer):
    done = desk.orders(
        rows("1,C1,2024-01-01,1", "1,C2,2024-01-01,1"), f"    group_by: order\n    differ: {differ}"
    )
    assert done.column("orders", "customer") == [customer]
    assert done.listed() == [(2, "suspicious", "values_differ", "1")]


@pytest.mark.parametrize(
    ("take", "amounts", "listed"),
    [("later", [1, 20, 30], (3, "2024-01-02")), ("earlier", [1, 2, 30], (2, "2024-01-02"))],
)
def test_overlapping_files_count_once(desk, take, amounts, listed):
    desk.put("a.csv", rows("1,C1,2024-01-01,1", "2,C1,2024-01-02,2"))
    desk.put("b.csv", rows("2,C1,2024-01-02,20", "3,C1,2024-01-03,30"))
    desk.put("customers.csv", "id,name\nC1,甲\n")
    done = desk.run(f"""
sources: {{orders: {{file: [a.csv, b.csv]}}, customers: {{file: customers.csv}}}}
tables:
  customers: {{from: customers, columns: {{customer: id, name: name}}}}
  orders:
    from: orders
    overlap: {{date: ordered_on, take: {take}}}
    columns: {{order: id, customer: customer, ordered_on: day, amount: amount,
      currency: = "CNY", status: = "completed"}}
""")
    assert done.column("orders", "amount") == amounts
    assert done.listed() == [(listed[0], "dropped", "overlap", listed[1])]


# --- several tables ------------------------------------------------------------------------------------

HEADERS_AND_LINES = """
sources: {orders: {file: orders.csv}, lines: {file: lines.csv}, customers: {file: customers.csv}}
tables:
  customers: {from: customers, columns: {customer: id, name: name}}
  orders:
    from: orders
    columns:
      order: id
      customer: customer
      ordered_on: day
      amount: = total(order_lines, amount)
      currency: = "CNY"
      status: = "completed"
  order_lines:
    from: lines
    columns: {order: order, line: "= row()", product: item, quantity: n, price: price, amount: = n * price}
  receivables:
    from: orders
    columns: {receivable: id, customer: customer, order: id, due_on: day, amount: "= 1", currency: = "CNY"}
"""


def test_orders_add_up_their_lines_and_lines_follow_their_orders(desk):
    desk.put("customers.csv", "id,name\nC1,甲\n")
    desk.put("orders.csv", "id,customer,day\n1,C1,2024-01-01\n2,C9,2024-01-01\n3,C1,2024-01-01\n")
    desk.put("lines.csv", "order,item,n,price\n1,a,2,1.5\n1,b,1,0.25\n2,a,1,1\n1,c,x,1\n")
    done = desk.run(HEADERS_AND_LINES)
    assert done.rows("orders", '"order", amount') == [("1", Decimal("3.25"))]
    assert done.listed() == [(3, "dropped", "unknown_customer", "C9"), (4, "dropped", "empty", None)]
    assert done.listed("order_lines") == [
        (4, "dropped", "unknown_order", "2"),
        (5, "dropped", "number_unreadable", "x"),
    ]
    assert done.rows("receivables", '"receivable", "order"') == [("1", "1"), ("3", None)]
    assert done.listed("receivables") == [
        (3, "dropped", "unknown_customer", "C9"),
        (4, "repaired", "emptied", "3"),
    ]


def test_a_sum_beyond_any_ledger_is_refused(desk):
    with pytest.raises(FactsInvalid, match="an amount or a sum is too large"):
        desk.orders(rows(*["1,C1,2024-01-01,90000000000000"] * 2), "    group_by: order")


# --- the balance ---------------------------------------------------------------------------------------

CELLS = {
    "id": st.sampled_from(["1", "2", "3", "", " 2"]),
    "customer": st.sampled_from(["C1", "C2", "C9", "", "C1 "]),
    "day": st.sampled_from(["2024-01-01", "2023-02-30", "", "2023-12-31"]),
    "amount": st.sampled_from(["1", "-1", "x", "", "0.00005", "7.1"]),
}
LINE = st.fixed_dictionaries(CELLS)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(lines=st.lists(LINE, max_size=12), grouped=st.booleans())
def test_every_row_is_kept_merged_dropped_or_outside_and_every_dropped_one_is_listed(
    tmp_path_factory, lines, grouped
):
    desk = Desk(tmp_path_factory.mktemp("balance"))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(CELLS))
    writer.writeheader()
    writer.writerows(lines)
    done = desk.orders(
        stream.getvalue(),
        f"    {'group_by: order' if grouped else 'duplicate_keys: last'}\n    only: day != 2023-12-31",
    )
    read, kept, merged, dropped, outside = done.counts()
    assert read == len(lines) == kept + merged + dropped + outside
    assert len(done.rows("orders")) == kept
    assert len({row for row, action, _, _ in done.listed() if action == "dropped"}) == dropped
    assert outside == sum(line["day"] == "2023-12-31" for line in lines)
