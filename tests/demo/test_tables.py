"""The files are canonical fact tables: columns, types, keys, references, and sums that are exact."""

from __future__ import annotations

import csv
from itertools import pairwise

import pytest

from tests.demo.measures import TABLES as WRITTEN
from tests.demo.measures import count
from zhike.demo.clock import Clock, as_date
from zhike.demo.company import AS_OF
from zhike.demo.previous import RATINGS
from zhike_engine.facts.tables import TABLES

REFERENCES = [
    (name, column.name, column.references)
    for name in WRITTEN
    for column in TABLES[name].columns
    if column.references and column.name != "known_on"
]
ROLES = {
    "外贸部经理", "大客户部经理", "直供业务经理", "营销主管", "销售总监", "数据分析员", "总经理", "财务经理",
    "export manager", "head of key accounts", "sales director", "data analyst", "general manager", "finance manager",
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_it_has_the_canonical_columns_and_types(db, name):
    found = [(row[0], row[1]) for row in db.execute(f"describe {name}").fetchall()]
    assert found == [(c.name, c.physical) for c in TABLES[name].columns if c.name != "known_on"]


@pytest.mark.parametrize("name", WRITTEN)
def test_its_key_is_unique_and_required_columns_are_filled(db, name):
    key = ", ".join(f'"{column}"' for column in TABLES[name].key)
    empty = " or ".join(f'"{column}" is null' for column in TABLES[name].required_names)
    assert count(db, f"(select 1 from {name} group by {key} having count(*) > 1)") == 0
    assert count(db, f"{name} where {empty}") == 0


@pytest.mark.parametrize(("name", "column", "target"), REFERENCES)
def test_its_references_are_there(db, name, column, target):
    key = TABLES[target].key[0]
    assert count(db, f'{name} where "{column}" is not null') > 0 or name == "order_lines"
    assert count(db, f'{name} where "{column}" not in (select "{key}" from {target})') == 0


@pytest.mark.parametrize("name", WRITTEN)
def test_its_choices_are_known_and_all_occur(db, name):
    for column in TABLES[name].columns:
        if column.kind == "choice":
            found = {row[0] for row in db.execute(f'select distinct "{column.name}" from {name}').fetchall()}
            assert found == set(column.choices)


def test_orders_add_up_from_their_lines_to_the_last_digit(db):
    wrong = """orders o where (select sum(amount) from order_lines l where l."order" = o."order") <> amount
        or (select sum(profit) from order_lines l where l."order" = o."order") is distinct from profit"""
    assert count(db, wrong) == 0
    assert count(db, "order_lines where quantity::decimal(18, 0) * price <> amount") == 0


def test_lines_repeat_customer_day_and_currency_of_their_order(db):
    wrong = """order_lines l join orders o using ("order")
        where (l.customer, l.ordered_on, l.currency) <> (o.customer, o.ordered_on, o.currency)"""
    assert count(db, wrong) == 0


def test_an_order_names_its_product_where_it_has_only_one(db):
    wrong = """orders o join (select "order", count(*) as n, min(product) as single from order_lines group by 1) l
        using ("order") where product is distinct from case when n = 1 then single end"""
    assert count(db, wrong) == 0


def test_only_returns_are_negative_and_some_unit_prices_have_four_decimals(db):
    assert count(db, "orders where (status = 'returned') <> (amount < 0)") == 0
    assert count(db, "order_lines where price * 100 <> floor(price * 100)") > 1000
    assert count(db, "orders where status = 'returned'") > 50


def test_history_ends_with_the_as_of_date_and_lasts_three_and_a_half_years(db, summary):
    first, last = db.execute("select min(ordered_on), max(ordered_on) from orders").fetchone()
    assert last == AS_OF == summary.as_of
    assert (first - summary.first).days < 7
    assert summary.first == as_date(Clock(AS_OF).back(42))


@pytest.mark.parametrize(
    ("table", "column"),
    [("receivables", "issued_on"), ("receivables", "paid_on"), ("payments", "paid_on"), ("complaints", "opened_on"),
     ("complaints", "closed_on"), ("activities", "done_on"), ("judgements", "judged_on"), ("exchange_rates", "rate_on")],
)  # fmt: skip
def test_nothing_is_known_before_its_time(db, table, column):
    assert count(db, f"{table} where {column} > date '{AS_OF}'") == 0


def test_every_foreign_order_finds_a_rate_and_rates_move_in_small_steps(db):
    missing = """orders o where currency <> 'CNY' and not exists
        (from exchange_rates r where r.currency = o.currency and r.rate_on <= o.ordered_on)"""
    assert count(db, missing) == 0
    rates = db.execute("select currency, rate from exchange_rates order by currency, rate_on").fetchall()
    steps = [abs(float(b[1] / a[1]) - 1) for a, b in pairwise(rates) if a[0] == b[0]]
    assert 0 < max(steps) < 0.12
    assert {row[0] for row in rates} == {"USD", "EUR", "JPY", "GBP"}


def test_converted_profits_leave_nothing_to_round(db):
    wrong = """orders o asof join exchange_rates r on o.currency = r.currency and o.ordered_on >= r.rate_on
        where (profit::decimal(30, 8) * rate) % 0.0001 <> 0"""
    assert count(db, wrong) == 0


def test_what_was_paid_equals_what_was_settled(db):
    settled = """(select customer, sum(amount) as due from receivables where paid_on is not null group by 1)
        join (select customer, sum(amount) as paid from payments group by 1) using (customer) where paid < due"""
    assert count(db, settled) == 0


def test_closed_means_after_opened_and_valid_after_judged(db):
    assert count(db, "complaints where closed_on < opened_on") == 0
    assert count(db, "judgements where valid_until < judged_on") == 0
    assert count(db, "targets where to_on <= from_on") == 0
    assert count(db, "overrides where until_on <= from_on") == 0


def test_posts_are_named_never_persons(db):
    query = "select judged_by from judgements union select reviewer from judgements union select approver from overrides"
    found = {row[0] for row in db.execute(query).fetchall()}
    assert found <= ROLES
    assert len(found) >= 8


WORDS = {
    "strategic_importance": {"core", "important", "general"},
    "credit_grade": {"AAA", "AA", "A", "BBB", "BB", "B", "C"},
}


def test_scores_lie_between_0_and_100_and_words_are_those_of_the_policy(db):
    worded = f"judgement in ({', '.join(repr(name) for name in WORDS)})"
    assert count(db, f"judgements where not {worded} and not value::double between 0 and 100") == 0
    for name, words in WORDS.items():
        rows = db.execute(f"select distinct value from judgements where judgement = '{name}'").fetchall()
        assert {row[0] for row in rows} == words


def test_finance_grades_the_credit_of_direct_supply_and_another_post_reviews_it(db):
    found = db.execute(
        "select distinct department, judged_by, reviewer from judgements join customers using (customer)"
        " where judgement = 'credit_grade'"
    )
    assert found.fetchall() == [("direct_supply", "财务经理", "总经理")]


def test_most_direct_supply_customers_have_a_credit_grade_and_some_lie_below_the_floor(db):
    [direct] = db.execute("select count(*) from m where department = 'direct_supply'").fetchone()
    rated = count(db, "m where credit_grade is not null")
    below = count(db, "m where credit_grade in ('BB', 'B', 'C')")
    assert 0.5 < rated / direct < 0.9
    assert 0.05 < below / rated < 0.4


@pytest.mark.parametrize("policy", RATINGS)
def test_last_years_grades_are_grades_of_the_policy_once_per_customer_and_rating(db, folder, policy):
    with (folder / "previous" / f"{policy}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    customers = {row[0] for row in db.execute("select customer from customers").fetchall()}
    assert {(row["rating"], row["grade"]) for row in rows} == {
        (rating, grade) for rating, grades in RATINGS[policy].items() for grade in grades
    }
    assert len({(row["customer"], row["rating"]) for row in rows}) == len(rows)
    assert {row["customer"] for row in rows} < customers
    assert max(row["since"] for row in rows) < AS_OF.isoformat()
