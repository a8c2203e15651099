"""Generate the demo company: canonical fact tables as Parquet, last year's grades as CSV, and a summary."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import duckdb

from zhike.demo import (
    cast,
    crowd,
    customers,
    decisions,
    money,
    orders,
    plan,
    previous,
    rates,
    service,
    shares,
)
from zhike.demo.clock import Clock, as_date
from zhike.demo.frames import Frame, stream, write
from zhike.demo.names import Namer
from zhike.demo.sizes import AS_FILES, AS_PRODUCT, SEED
from zhike.messages import say, system_says
from zhike_engine.errors import OutputFailed, ParameterInvalid
from zhike_engine.facts.tables import TABLES
from zhike_engine.words import Text

COMPANY = Text(zh="知客示例衡器制造有限公司", en="Zhike Sample Weighing Equipment Co., Ltd.")
AS_OF = date(2026, 6, 30)
EARLIEST = date(1980, 1, 1)
LEAST_RANDOM = 60
PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class CastMember:
    """One scripted customer and the behaviour it shows."""

    customer: str
    name: str
    shows: Text


@dataclass(frozen=True, slots=True)
class Summary:
    """What was generated: `rows` by fact table, customers by `departments` and by `behaviours`."""

    company: Text
    seed: int
    first: date
    as_of: date
    rows: Mapping[str, int]
    departments: Mapping[str, int]
    behaviours: Mapping[str, int]
    cast: tuple[CastMember, ...]

    def headline(self) -> Text:
        """One sentence about the whole."""
        return Text(
            zh="{company}：{customers} 个客户（其中 {cast} 个按脚本演示各种情形），{orders} 张订单，{first} 至 {as_of}",
            en="{company}: {customers} customers ({cast} scripted), {orders} orders, {first} to {as_of}",
        ).format(
            company=self.company,
            customers=self.rows["customers"],
            cast=len(self.cast),
            orders=self.rows["orders"],
            first=self.first,
            as_of=self.as_of,
        )

    def counts(self) -> tuple[tuple[Text, int], ...]:
        """Every count with its label: rows by table, customers by department and by behaviour."""
        tables = [(TABLES[name].title, count) for name, count in self.rows.items()]
        departments = [(DEPARTMENTS[name], count) for name, count in self.departments.items()]
        behaviours = [(BEHAVIOURS[name], count) for name, count in self.behaviours.items()]
        return (*tables, *departments, *behaviours)


DEPARTMENTS: Mapping[str, Text] = MappingProxyType(
    {
        "foreign_trade": Text(zh="外贸部客户", en="export customers"),
        "key_account": Text(zh="大客户部客户", en="key accounts"),
        "direct_supply": Text(zh="直供客户", en="direct-supply customers"),
        "domestic": Text(zh="内销客户", en="other customers at home"),
    }
)
BEHAVIOURS: Mapping[str, Text] = MappingProxyType(
    {
        "scripted": Text(zh="按脚本", en="scripted"),
        "steady": Text(zh="平稳", en="steady"),
        "growing": Text(zh="增长", en="growing"),
        "declining": Text(zh="下滑", en="declining"),
        "churned": Text(zh="流失", en="churned"),
        "newcomer": Text(zh="新客户", en="newcomer"),
        "seasonal": Text(zh="季节性", en="seasonal"),
        "volatile": Text(zh="大起大落", en="volatile"),
        "returned": Text(zh="中断后恢复", en="lapsed, then returned"),
        "one order": Text(zh="只下过一单", en="a single order"),
        "no order": Text(zh="从未下单", en="no order"),
    }
)


def generate(out: Path, *, seed: int = SEED, customers: int = AS_FILES, as_of: date = AS_OF) -> Summary:
    """Write the demo company into the folder `out`: `<table>.parquet` and `previous/<policy>.csv`.

    The same seed, size and date give the same bytes. `customers` counts scripted and random ones together;
    three and a half years of history end with `as_of`. Raises ParameterInvalid where one of them cannot be,
    OutputFailed where `out` cannot be written; files appear when all of them are complete.
    """
    _check(seed, customers, as_of)
    clock = Clock(as_of)
    people, traits = _people(seed, clock, customers)
    exchange = rates.make(seed, clock)
    placed = plan.cast_plan(seed, clock, people, exchange).joined(
        plan.crowd_plan(seed, clock, people, traits, exchange)
    )
    sold = shares.settle(orders.build(seed, clock, people, placed, exchange), people, exchange, clock)
    tables = _tables(seed, clock, people, sold, exchange)
    rows = _publish(out, tables, previous.files(seed, clock, people, sold, exchange))
    return _summary(seed, clock, people, rows)


def least() -> int:
    """The smallest number of customers that `generate` takes."""
    return len(cast.load()) + LEAST_RANDOM


def _check(seed: int, count: int, as_of: date) -> None:
    if count < least():
        raise ParameterInvalid(
            say(
                "the demo company needs at least `{least}` customers, not `{count}`",
                least=least(),
                count=count,
            ),
            hint=say(
                "ask for {least} or more; files have {files}, the product has {product} when nothing is said",
                least=least(),
                files=AS_FILES,
                product=AS_PRODUCT,
            ),
        )
    if seed < 0:
        raise ParameterInvalid(
            say("the seed must be zero or a positive whole number, not `{seed}`", seed=seed)
        )
    if as_of < EARLIEST:
        raise ParameterInvalid(
            say("the demo company cannot end on `{as_of}`", as_of=as_of),
            hint=say("take a date from {day} on", day=EARLIEST),
        )


def _people(seed: int, clock: Clock, count: int) -> tuple[customers.Customers, crowd.Traits]:
    members = cast.load()
    namer = Namer(stream(seed, "names"))
    drafts = customers.scripted(members, clock, namer, seed)
    more, traits = crowd.make(seed, clock, namer, count - len(members))
    return customers.table([*drafts, *more], members), traits


def _tables(
    seed: int, clock: Clock, people: customers.Customers, sold: orders.Orders, exchange: rates.Rates
) -> dict[str, Frame]:
    head, lines = orders.frames(sold, people)
    receivables, payments = money.make(seed, clock, people, sold)
    return {
        "customers": people.frame,
        "orders": head,
        "order_lines": lines,
        "receivables": receivables,
        "payments": payments,
        "complaints": service.complaints(seed, clock, people, sold),
        "activities": service.activities(seed, clock, people, sold, exchange),
        "targets": decisions.targets(seed, clock, people, sold, exchange),
        "judgements": decisions.judgements(seed, clock, people, sold, exchange),
        "exchange_rates": exchange.frame,
        "overrides": decisions.overrides(clock, people),
    }


def _publish(out: Path, tables: Mapping[str, Frame], grades: Mapping[str, str]) -> dict[str, int]:
    """Write beside the goal, then move file by file: stopped half-way, no file is left half-written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".demo-") as name:
            half = Path(name)
            (half / PREVIOUS).mkdir()
            rows = {table: write(table, frame, half / f"{table}.parquet") for table, frame in tables.items()}
            for file, text in grades.items():
                (half / PREVIOUS / file).write_text(text, encoding="utf-8", newline="")
            for path in sorted(path for path in half.rglob("*") if path.is_file()):
                goal = out / path.relative_to(half)
                goal.parent.mkdir(exist_ok=True)
                shutil.move(path, goal)
    except (OSError, duckdb.IOException) as failed:
        reason = (
            system_says(failed)
            if isinstance(failed, OSError)
            else say("the engine says `{words}`", words=str(failed).splitlines()[0])
        )
        raise OutputFailed(
            say("the demo company cannot be written to `{path}`: {reason}", path=out, reason=reason),
            hint=say("choose a folder that can be written and has room for about 20 MB"),
        ) from failed
    return rows


def _summary(seed: int, clock: Clock, people: customers.Customers, rows: Mapping[str, int]) -> Summary:
    names = people.frame["name"]
    return Summary(
        company=COMPANY,
        seed=seed,
        first=as_date(clock.first),
        as_of=clock.as_of,
        rows=MappingProxyType(dict(rows)),
        departments=MappingProxyType(_counted(people.frame["department"].tolist(), DEPARTMENTS)),
        behaviours=MappingProxyType(_counted(people.behaviour.tolist(), BEHAVIOURS)),
        cast=tuple(CastMember(m.customer, str(names[i]), m.shows) for i, m in enumerate(people.members)),
    )


def _counted(values: list[str], order: Mapping[str, Text]) -> dict[str, int]:
    counts = Counter(values)
    return {name: counts[name] for name in order}
