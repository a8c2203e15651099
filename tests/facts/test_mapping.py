"""A mapping with mistakes: every one is told at once, with its place and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.conftest import HEAD
from zhike.facts.issues import MappingIssues
from zhike.facts.loading import load_mapping
from zhike_engine.errors import DocumentInvalid, MappingInvalid

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"

GOOD = """sources:
  orders: {file: orders.csv}
  customers: {file: customers.csv}
tables:
  customers:
    from: customers
    columns: {customer: id, name: name}
  orders:
    from: orders
    columns:
      order: id
      customer: customer
      ordered_on: day
      amount: amount
      currency: = "CNY"
      status: = "completed"
"""


def refusal(desk, text):
    with pytest.raises(MappingInvalid) as caught:
        load_mapping(desk.put("m.yaml", text))
    return caught.value


@pytest.mark.parametrize("name", sorted(path.name for path in MAPPINGS.glob("*.yaml")))
def test_the_shipped_mappings_are_right(name):
    assert load_mapping(MAPPINGS / name).mapping.title.zh


def test_a_right_mapping_is_read(desk):
    loaded = load_mapping(desk.put("m.yaml", HEAD + GOOD))
    assert loaded.mapping.tables["orders"].columns["order"].origin == "id"


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "hint"),
    [
        ("    from: orders", "    fron: orders", 11, "unknown key `fron`", "did you mean `from`?"),
        ("{file: orders.csv}", "{file: orders.csv, encodign: gbk}", 4,
         "unknown key `encodign`", "did you mean `encoding`?"),
        ("{file: orders.csv}", "{file: orders.csv, encoding: utf9}", 4,
         "unknown encoding `utf9`", "write `utf-8`"),
        ("{file: orders.csv}", "{format: csv}", 4, "say either `file` or `database`", ""),
        ("{file: orders.csv}", "{file: orders.csv, format: xml}", 4,
         "`xml` is not allowed here", "write `csv`, `excel`"),
        ("{file: orders.csv}", "{file: orders.csv, header: x}", 4, "`header` must be a number", ""),
        ("{file: orders.csv}", "{file: orders.csv, timezone: Mars}", 4,
         "unknown time zone `Mars`", "Asia/Shanghai"),
        ("  orders:\n    from", "  order:\n    from", 10, "unknown table `order`", "did you mean `orders`?"),
        ("    from: orders", "    from: order", 11, "unknown source `order`", "did you mean `orders`?"),
        ("ordered_on: day", "orderd_on: day", 15,
         "table `orders` has no column `orderd_on`", "did you mean `ordered_on`?"),
        ("      amount: amount\n", "", 12, "column `amount` of table `orders` is missing", "add `amount:`"),
        ('= "completed"', '= "done"', 18, "`done` is no `status`", ""),
        ('= "CNY"', '= "RMB"', 17, "`RMB` is no `currency`", ""),
        ("amount: amount", "amount: {from: amount, words: {a: b}}", 16,
         "`words` means nothing for `amount`", "leave it out"),
        ("amount: amount", "amount: = amount *", 16, "something is missing at the end in `= amount *`", ""),
        ("amount: amount", "amount: = amount > 3", 16,
         "`= amount > 3` is a condition, not a value", "use `cases`"),
        ("amount: amount", "amount: = total(order_lines, amount)", 16,
         "`total` cannot add up `order_lines`", "mapped table"),
        ("amount: amount", "amount: = lookup(prices, id, price)", 16, "unknown source `prices`", "known:"),
        ("amount: amount", "amount: {from: amount, empty: none}", 16, "`none` is no `amount`", ""),
        ("    from: orders", "    group_by: customer\n    from: orders", 11,
         "cannot be grouped by `customer`", "group_by: order"),
        ("    from: orders", "    only: day\n    from: orders", 11,
         "`day` is not a condition", "compare something"),
        ("    from: orders", "    from: [orders, orders]", 11, "source `orders` stands twice", "once"),
        ("    from: customers", "    no_customer: drop\n    from: customers", 8,
         "`no_customer` means nothing for table `customers`", ""),
        ("name: name}", "name: name}\n    attributes: {Region: r}", 10,
         "`Region` cannot be the name", "choose"),
        ("name: name}", "name: name, contry: c}", 9, "table `customers` has no column `contry`", "`country`"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_place_and_way_out(desk, old, new, line, message, hint):
    told = refusal(desk, (HEAD + GOOD).replace(old, new, 1))
    assert isinstance(told, MappingIssues)
    [found] = [issue for issue in told.issues if message in issue.message]
    assert hint in found.hint
    assert found.place.line == line


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(desk):
    told = refusal(desk, HEAD + GOOD.replace("file:", "fiel:").replace("from: orders", "fron: orders"))
    assert isinstance(told, MappingIssues)
    assert [issue.place.line for issue in told.issues] == sorted(issue.place.line for issue in told.issues)
    assert {"unknown key `fiel`", "unknown key `fron`"} <= {issue.message for issue in told.issues}
    assert str(told).count("\n") == len(told.issues)


def test_a_mapping_of_a_newer_program_is_refused(desk):
    told = refusal(desk, HEAD.replace("mapping: 1", "mapping: 2") + GOOD)
    assert "mapping language 2 is not known here" in told.message
    assert told.hint == "install a newer Zhike"


def test_the_tables_customers_and_orders_are_always_there(desk):
    told = refusal(desk, HEAD + GOOD[: GOOD.index("  orders:\n    from")])
    assert told.message == "table `orders` is missing"


def test_a_file_that_is_no_mapping_is_refused(desk):
    assert refusal(desk, "- a\n- b\n").message == "a mapping is a list of keys and values"
    with pytest.raises(DocumentInvalid):
        load_mapping(desk.put("m.yaml", "a: [\n"))
