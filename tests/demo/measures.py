"""What a customer shows, measured from the files alone with SQL: one row per customer in the table `m`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

_VIEWS = """
create view {table} as from '{folder}/{table}.parquet';
"""

_MONEY = """
create table money as
select o.*, case when o.currency = 'CNY' then o.amount else round(o.amount::decimal(30, 8) * r.rate, 4) end as cny,
       case when o.currency = 'CNY' then o.profit else o.profit::decimal(30, 8) * r.rate end as earned
from orders o asof left join exchange_rates r on o.currency = r.currency and o.ordered_on >= r.rate_on
where o.status <> 'cancelled';

create table bought as
select customer,
       sum(cny) filter (ordered_on >= $end - interval 12 month) as y1,
       sum(cny) filter (ordered_on >= $end - interval 24 month and ordered_on < $end - interval 12 month) as y2,
       sum(cny) filter (ordered_on >= $end - interval 36 month and ordered_on < $end - interval 24 month) as y3,
       sum(earned) filter (ordered_on >= $end - interval 12 month) as p1,
       sum(earned) filter (ordered_on < $end - interval 12 month) as p_before,
       count(*) filter (ordered_on >= $end - interval 12 month and status = 'completed') as n1,
       count(*) filter (status = 'completed') as n,
       count(distinct date_trunc('month', ordered_on)) filter (ordered_on >= $end - interval 12 month) as active,
       count(distinct currency) as currencies, min(ordered_on) as first_order,
       max(ordered_on) filter (status = 'completed') as last_order,
       min(amount) filter (status = 'returned') as biggest_return, list(ordered_on) as days
from money group by customer;

create table gaps as
select customer, max(gap) as gap, max(gap) filter (ordered_on >= $end - interval 12 month) as gap_now,
       max(gap) filter (ordered_on < $end - interval 12 month) as gap_then
from (select customer, ordered_on,
             ordered_on - lag(ordered_on) over (partition by customer order by ordered_on) as gap
      from money where status = 'completed')
group by customer;
"""

_EVENTS = """
create table troubles as
select customer, count(*) as complaints,
       count(*) filter (kind = 'dispute' and severity = 'major') as major,
       count(*) filter (kind = 'dispute' and severity = 'major' and closed_on is null) as major_open,
       count(*) filter (kind = 'dispute' and severity = 'major' and opened_on >= $end - interval 12 month) as major_now,
       count(*) filter (kind = 'dispute' and severity = 'minor') as minor,
       count(*) filter (kind = 'quality' and severity = 'major') as quality,
       count(*) filter (kind = 'quality' and severity = 'major' and closed_on is null) as quality_open,
       count(*) filter (kind = 'service' and severity = 'minor' and closed_on is not null) as service_closed,
       count(*) filter (kind = 'service' and severity = 'major' and closed_on is null) as service_open
from complaints group by customer;

create table debts as
select customer, count(*) as invoices,
       max($end - 1 - due_on) filter (paid_on is null) as days_over,
       sum(amount) filter (paid_on is null and due_on < $end - 1) as overdue,
       count(*) filter (paid_on is null and due_on = $end - 1) as due_now,
       avg(paid_on - due_on) filter ("order" is not null) as delay
from receivables group by customer;

create table paid as select customer, sum(amount) as paid, count(*) as payments from payments group by customer;

create table effort as
select customer, sum(hours) filter (done_on >= $end - interval 12 month) as hours,
       count(distinct date_diff('month', done_on, $end))
         filter (kind = 'follow_up' and done_on >= $end - interval 12 month) as follow_ups
from activities group by customer;

create table words as
select customer, count(distinct judgement) as judged,
       {judged}
       arg_min(value, judged_on) filter (judgement = 'satisfaction') as satisfaction_before,
       arg_min(value, judged_on) filter (judgement = 'strategic_importance') as strategic_before,
       count(*) filter (valid_until >= $end - 1) as valid
from judgements group by customer;

create table hands as
select customer, string_agg(rating || ' ' || kind || ' ' || grade, ', ')
         filter (from_on < $end and until_on >= $end - 1) as decided,
       string_agg(rating || ' ' || kind || ' ' || grade, ', ') filter (until_on < $end - 1) as decided_before
from overrides group by customer;

create table aims as
select customer, value as target from targets where to_on = $end - 1;

create table wares as
select customer, bool_or(product in ('wim_toll', 'overload_detection')) as class_1
from order_lines group by customer;
"""

_ALL = """
create table m as
select c.*, b.* exclude (customer), g.* exclude (customer), coalesce(major, 0) as disputes,
       t.* exclude (customer, major), d.* exclude (customer), paid, payments, hours, follow_ups,
       w.* exclude (customer), decided, decided_before, target, class_1,
       y1 / y2 - 1 as g1, y2 / y3 - 1 as g2, percent_rank() over (order by coalesce(y1, 0)) as value_rank,
       percent_rank() over (order by coalesce(hours, 0)) as hours_rank,
       sum(y1) over (partition by "group") as group_y1,
       p1 / sum(p1) over (partition by department) as share,
       sum(p1) over (partition by department) as department_profit
from customers c left join bought b using (customer) left join gaps g using (customer)
left join troubles t using (customer) left join debts d using (customer) left join paid using (customer)
left join effort e using (customer) left join words w using (customer) left join hands h using (customer)
left join aims using (customer) left join wares using (customer);
"""

TABLES = (
    "customers", "orders", "order_lines", "receivables", "payments", "complaints", "activities", "targets",
    "judgements", "exchange_rates", "overrides",
)  # fmt: skip
_JUDGED = ("satisfaction", "loyalty", "potential", "importance", "strategic_importance", "credit_grade")


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """The fact tables of a folder as views."""
    db = duckdb.connect(config={"threads": 1})
    for table in TABLES:
        db.execute(_VIEWS.format(table=table, folder=folder))
    return db


def measured(folder: Path, as_of: date) -> duckdb.DuckDBPyConnection:
    """The fact tables and the table `m` as of a date."""
    db = opened(folder)
    judged = "".join(
        f"arg_max(value, judged_on) filter (judgement = '{name}' and valid_until >= $end - 1) as {name}, "
        for name in _JUDGED
    )
    end = f"date '{as_of + timedelta(days=1)}'"
    for script in (_MONEY, _EVENTS, _ALL):
        db.execute(script.replace("{judged}", judged).replace("$end", end))
    return db


def count(db: duckdb.DuckDBPyConnection, rows: str) -> int:
    """How many rows `from …` gives, such as `m where y1 > 0`."""
    found = db.execute(f"select count(*) from {rows}").fetchone()
    assert found is not None
    return int(found[0])


def holds(db: duckdb.DuckDBPyConnection, customer: str, condition: str, as_of: date) -> bool:
    """Whether the condition, in SQL over the columns of `m`, holds for the customer; `$end` follows the as-of date."""
    end = f"date '{as_of + timedelta(days=1)}'"
    row = db.execute(
        f"select coalesce({condition.replace('$end', end)}, false) from m where customer = ?", [customer]
    ).fetchone()
    assert row is not None, f"{customer} is not there"
    return bool(row[0])
