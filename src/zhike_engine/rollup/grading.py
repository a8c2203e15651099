"""Grades from prepared months, and takes in the facts of customers that changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from zhike_engine.backends.base import Facts
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import NotFound, RollupUnfit
from zhike_engine.messages import say
from zhike_engine.plan.build import Plan, build
from zhike_engine.policy.load import Policy, content_hash
from zhike_engine.rollup.about import FORMAT, SMALL, TOUCHED, About
from zhike_engine.rollup.preparing import month_end
from zhike_engine.rollup.taking_in import Changes, read_changes
from zhike_engine.run import (
    Run,
    keep,
    load_previous,
    manifest,
    refuse_contradictions,
    refuse_faults,
    tables_read,
)
from zhike_engine.sql.chain import nested
from zhike_engine.sql.compile import Compiled, Statement
from zhike_engine.sql.facts import Shape
from zhike_engine.sql.rolled import RolledCompiler


class Rollup(DuckDB):
    """An opened file of prepared months; closes with `close()` or at the end of a `with` block.

    Raises NotFound when there is no such file, RollupUnfit when another version of Zhike wrote it.
    """

    def __init__(self, file: Path, *, threads: int | None = None, memory: str = "1400MB") -> None:
        if not file.is_file():
            raise NotFound(
                say("there is no rollup `{file}`", file=file), hint=say("prepare it from the facts")
            )
        super().__init__(None, threads=threads, memory=memory)
        self.file = file
        self._views: set[str] = set()
        self.execute(f"attach {self.dialect.text(str(file))} as kept")
        self.execute("use kept")
        [(text,)] = self.rows("select text from about")
        if json.loads(text)["format"] != FORMAT:
            raise RollupUnfit(
                say("rollup `{file}` was written by another version of Zhike", file=file),
                hint=say("prepare it again from the facts"),
            )
        self.about = About.from_json(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open_facts(self, tables: frozenset[str], as_of: date) -> Facts:
        """Views `f_<table>` over the small tables that are kept."""
        for name in SMALL:
            if name in self.about.shape.tables:
                self._show(f"f_{name}", f"select * from s_{name}")
        shape = self.about.shape
        return Facts(
            columns=dict(shape.tables),
            attribute_kinds=dict(shape.attribute_kinds),
            fingerprint=self.about.fingerprint,
            place=str(self.file),
            findings=list(self.about.findings),
            rows=dict(self.about.rows),
        )

    def keep(self, name: str, select: str) -> None:
        """Keep a SELECT as a temporary table, in the place of a view of that name."""
        if name in self._views:
            self.drop(name)
        super().keep(name, select)

    def drop(self, name: str) -> None:
        """Drop a temporary table or view."""
        self.execute(f"drop {'view' if name in self._views else 'table'} temp.{name}")
        self._views.discard(name)

    def _show(self, name: str, select: str) -> None:
        if name not in self._views:
            self.execute(f"drop table if exists temp.{name}")
        self.execute(f"create or replace temp view {name} as {select}")
        self._views.add(name)

    # grading

    def grade(
        self,
        policy: Policy,
        as_of: date,
        given: Mapping[str, Any] | None = None,
        *,
        previous: pa.Table | None = None,
    ) -> Run:
        """Grade every customer in scope from the prepared months: the same columns as grading from the facts.

        The parameters are those of `run`. Raises RollupUnfit when the months cannot answer the policy on that day,
        and what `run` raises.
        """
        plan = build(policy.document, as_of, given)
        refuse_contradictions(policy, plan)
        self._refuse_others(policy, as_of)
        facts = self.open_facts(frozenset(), as_of)
        if previous is not None:
            load_previous(self, facts, previous)
        shape = replace(self.about.shape, tables=facts.columns)
        compiled = self.compile(policy, plan, shape)
        scans, base, rest = parts(compiled)
        if previous is None:
            self._keep_base(scans, base, self.compile(policy, plan, shape, prefix=TOUCHED))
        else:
            rest = (*scans, base, *rest)
        self._keep_rest(rest)
        return RolledRun(policy, plan, compiled, facts, self, manifest(policy, plan, facts, self))

    def _refuse_others(self, policy: Policy, as_of: date) -> None:
        """Refuse a day, a currency or fact tables that the months were not prepared for."""
        month_end(as_of)
        about = self.about
        hint = say("prepare the rollup again, or grade from the facts")
        if as_of > about.until:
            raise RollupUnfit(
                say(
                    "the rollup reaches to {until} only, not to {as_of}",
                    until=about.until.isoformat(),
                    as_of=as_of.isoformat(),
                ),
                hint=hint,
            )
        if policy.document.currency != about.currency:
            raise RollupUnfit(
                say(
                    "the rollup counts in {currency}, not in {wanted}",
                    currency=about.currency,
                    wanted=policy.document.currency,
                ),
                hint=hint,
            )
        unread = sorted(tables_read(policy.document) - about.read)
        if unread:
            raise RollupUnfit(
                say(
                    "policy `{policy}` reads table `{table}`, which was not prepared",
                    policy=policy.name,
                    table=unread[0],
                ),
                hint=hint,
            )

    def compile(
        self, policy: Policy, plan: Plan, shape: Shape, *, prefix: str = "", suffix: str = "", base: str = ""
    ) -> Compiled:
        """Compile a plan over the months, or those whose names have `prefix`. Raises RollupUnfit, and as `run` does."""
        compiler = RolledCompiler(plan, shape, self.dialect, self.about.tables, prefix)
        compiler.suffix, compiler.base = suffix, base
        compiled = compiler.compile()
        refuse_faults(policy, compiled)
        if compiler.unrollable:
            name, reason = next(iter(compiler.unrollable.items()))
            raise RollupUnfit(
                say(
                    "metric `{name}` cannot be told from prepared months: it {reason}",
                    name=name,
                    reason=reason,
                ),
                place=str(policy.source.place(("metrics", name))),
                hint=say("grade from the facts, or prepare the rollup with this policy"),
            )
        return compiled

    def _keep_base(self, scans: tuple[Statement, ...], base: Statement, touched: Compiled) -> None:
        """The table `base`: made anew, or renewed for the customers that were touched since."""
        made_by = content_hash([*(scan.select for scan in scans), base.select])
        if self.rows("select base from about") != [(made_by,)]:
            for scan in scans:
                keep(self, scan)
            self.execute(f"create or replace table base as {base.select}")
            self.execute(f"update about set base = {self.dialect.text(made_by)}")
        elif self.rows("select 1 from touched limit 1"):
            scans, base, _ = parts(touched)
            self._show(
                "f_customers",
                "select s.* from s_customers s where s.customer in (select t.customer from touched t)",
            )
            for scan in scans:
                keep(self, scan)
            self.execute("begin")
            self.execute("delete from base where customer in (select t.customer from touched t)")
            self.execute(f"insert into base {base.select}")
            self.execute("commit")
            self._show("f_customers", "select * from s_customers")
        else:
            scans = ()
        for name in ("touched", *(TOUCHED + table.name for table in self.about.tables)):
            self.execute(f"delete from {name}")
        for scan in scans:
            self.drop(scan.name)
        self._show(base.name, "select * from base")

    def _keep_rest(self, rest: tuple[Statement, ...]) -> None:
        """Keep the stages, the last two in one pass: writing a million customers takes as long as computing them.

        Columns of the metrics stand in the result too, and are read there; the conditions, which need nothing but
        metrics, are told from them whenever somebody asks.
        """
        last = rest[-2:]
        fused = [one.name for one in last] == ["metrics", "result"] and all(
            len(one.pieces) == 1 for one in last
        )
        chain = last[-1].chain if fused else None
        for statement in rest if chain is None else rest[:-2]:
            keep(self, statement)
        if chain is None:
            return
        metrics, result = last
        self._show(metrics.name, metrics.select)
        columns = [str(name) for name, *_ in self.rows(f"describe {metrics.name}")]
        written = [*columns, *(name for added in chain.added[1:] for name in added)]
        quoted = [self.dialect.quote(name) for name in columns]
        self.keep(
            "graded", f"select {', '.join(self.dialect.quote(n) for n in written)} from ({result.select}) r"
        )
        self._show(metrics.name, f"select {', '.join(quoted)} from graded")
        self._show(result.name, nested("select z.* from graded z", chain.steps[:1], self.dialect.fence))
        for name in metrics.spent:
            self.drop(name)

    # changes

    def update(self, changed: Path) -> int:
        """Take in customers that are new or whose facts changed; returns how many.

        `changed` is a facts folder with those customers and every row of theirs up to the rollup's last day; their
        earlier rows are forgotten. Raises FactsInvalid, and RollupUnfit when the change needs the whole prepared anew.
        """
        with read_changes(changed, self.about) as changes:
            self.execute("begin")
            try:
                self._take_in(changes)
            except BaseException:
                self.execute("rollback")
                raise
            self.execute("commit")
            self.about = changes.about
            return changes.count

    def _take_in(self, changes: Changes) -> None:
        self.load("changing", changes.customers())
        self.execute(
            "insert into touched select c.customer from changing c where c.customer not in (from touched)"
        )
        for name, arriving in changes.tables():
            self.load("arriving_rows", arriving)
            for table in (name,) if name.startswith("s_") else (name, TOUCHED + name):
                self.execute(
                    f"delete from kept.{table} where customer in (select c.customer from changing c)"
                )
                self.execute(f"insert into kept.{table} by name select * from arriving_rows")
            self.drop("arriving_rows")
        self.drop("changing")
        self.execute(f"update about set text = {self.dialect.text(changes.about.to_json())}")


@dataclass
class RolledRun(Run):
    """A run over prepared months."""

    def compile(self, plan: Plan, *, suffix: str = "", base: str = "") -> Compiled:
        """Compile another plan over the months."""
        assert isinstance(self.backend, Rollup)
        return self.backend.compile(self.policy, plan, self.compiled.shape, suffix=suffix, base=base)


def parts(compiled: Compiled) -> tuple[tuple[Statement, ...], Statement, tuple[Statement, ...]]:
    """The scans, the stage with every metric that needs no other customer, and the stages after it."""
    scanned = {scan.alias for scan in compiled.context.scans}
    scans = tuple(one for one in compiled.statements if one.name in scanned)
    base, *rest = compiled.statements[len(scans) :]
    return scans, base, tuple(rest)
