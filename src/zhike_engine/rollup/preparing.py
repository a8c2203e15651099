"""Reads the facts once and writes them, added up by customer and month, into a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike_engine.backends.base import Facts
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import RollupUnfit
from zhike_engine.facts.rates import prepare
from zhike_engine.messages import say
from zhike_engine.plan.build import build
from zhike_engine.policy.load import Policy
from zhike_engine.rollup.about import SMALL, TOUCHED, About
from zhike_engine.run import missing_tables, refuse_faults, tables_read
from zhike_engine.sql.compile import Compiled, compile_plan
from zhike_engine.sql.facts import MONEY_COLUMNS, Shape
from zhike_engine.sql.rolled import monthly_select, monthly_tables


def prepare_rollup(
    policy: Policy, backend: DuckDB, as_of: date, file: Path, given: Mapping[str, Any] | None = None
) -> None:
    """Add the facts of a backend up by month for a policy, into a file that takes the place of an earlier one.

    `as_of` is the last day of a month; the file then answers for it and for earlier ends of months. Raises
    RollupUnfit, PolicyInvalid, ParameterInvalid, ParameterUnset, FactsInvalid, OutputFailed.
    """
    month_end(as_of)
    plan = build(policy.document, as_of, given)
    facts = backend.open_facts(tables_read(policy.document), as_of)
    missing_tables(policy, facts)
    shape = opened_shape(backend, facts, as_of, policy.document.currency)
    compiled = compile_plan(plan, shape, backend.dialect)
    refuse_faults(policy, compiled)
    about = About(
        policy=policy.name,
        policy_hash=policy.hash,
        currency=policy.document.currency,
        until=as_of,
        fingerprint=facts.fingerprint,
        read=tables_read(policy.document),
        shape=shape,
        tables=tuple(monthly_tables(compiled.context.scans, backend.dialect)),
        rows=facts.rows,
        findings=tuple(facts.findings),
    )
    fresh = file.with_name(f".{file.name}.partial")
    fresh.unlink(missing_ok=True)
    try:
        _write(backend, fresh, about, compiled)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def opened_shape(backend: DuckDB, facts: Facts, as_of: date, currency: str) -> Shape:
    """The shape of opened facts, with rates loaded; every table of amounts counts as one with other currencies.

    So the months stay right when another currency arrives with a change. Raises FactsInvalid.
    """
    if not prepare(backend, facts, as_of, currency):
        names = ("currency", "rate_day", "rate", "rate_scale")
        kinds = (pa.string(), pa.date32(), pa.int64(), pa.int64())
        backend.load("rates_daily", pa.schema(zip(names, kinds, strict=True)).empty_table())
    foreign = frozenset(MONEY_COLUMNS) & facts.columns.keys()
    return Shape(facts.columns, foreign, facts.attribute_kinds, facts.rate_digits, facts.rates_fit)


def month_end(as_of: date) -> None:
    """Refuse a day that is not the last of its month; raises RollupUnfit."""
    if (as_of + timedelta(days=1)).day != 1:
        raise RollupUnfit(
            say(
                "{as_of} is not the last day of a month, and a rollup knows whole months only",
                as_of=as_of.isoformat(),
            ),
            hint=say("take the end of a month, or grade from the facts"),
        )


def _write(backend: DuckDB, file: Path, about: About, compiled: Compiled) -> None:
    backend.execute(f"attach {backend.dialect.text(str(file))} as fresh")
    try:
        for table in about.tables:
            select = monthly_select(table, compiled.context.reading(table.table), compiled.plan.windows.end)
            backend.execute(f"create table fresh.{table.name} as {select}")
            backend.execute(f"create table fresh.{TOUCHED}{table.name} as from fresh.{table.name} limit 0")
        for name in SMALL:
            if name in about.shape.tables:
                backend.execute(f"create table fresh.s_{name} as select * from f_{name} order by customer")
        backend.execute("create table fresh.touched as select customer from f_customers limit 0")
        text = backend.dialect.text(about.to_json())
        backend.execute(f"create table fresh.about as select {text} as text, cast(null as varchar) as base")
    finally:
        backend.execute("detach fresh")
