"""What a run leaves behind: grades as Parquet, CSV and Excel, reasons, the run's record, the report.

Everything is written into a folder beside the target and moved there in one step, so that a stopped run leaves
the earlier output, or nothing.
"""

from __future__ import annotations

import csv
import errno
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from zhike import beside
from zhike.messages import NOTHING, say, system_says
from zhike.workbook import write_workbook
from zhike_engine.backends.duckdb import DuckDB, stoppable
from zhike_engine.errors import OutputFailed
from zhike_engine.language.sentences import Titles, to_sentence
from zhike_engine.plan.rules import PlannedRating, leaves
from zhike_engine.run import Run
from zhike_engine.sql import values as v
from zhike_engine.sql.dialect import DIALECTS
from zhike_engine.sql.ratings import PENDING_CONDITION, PENDING_LINE, PENDING_NOTHING
from zhike_engine.sql.values import Value
from zhike_engine.whatif import Movement

DUCK = DIALECTS["duckdb"]
FILES = ("grades.parquet", "grades.csv", "grades.xlsx", "reasons.parquet", "run.json", "report.html")
"""What an output folder holds."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A fresh folder that becomes `target` when the block ends well; an earlier output is replaced then.

    Raises OutputFailed when `target` is something else than an earlier output, or cannot be written.
    """
    target = target.absolute()
    if target.exists() and (
        not target.is_dir() or (any(target.iterdir()) and not (target / "run.json").is_file())
    ):
        raise OutputFailed(
            say("`{path}` is not an output folder of Zhike", path=target),
            hint=say("name a new or an empty folder"),
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with beside.building(target) as fresh:
            yield fresh
            beside.put_in_place(fresh, target)
    except OSError as problem:
        raise OutputFailed(
            say("`{path}` cannot be written: {reason}", path=target, reason=system_says(problem)),
            hint=say("nothing was changed; free some space and try again")
            if problem.errno in NO_ROOM
            else NOTHING,
        ) from None
    except duckdb.IOException as problem:
        first = str(problem).splitlines()[0]
        raise OutputFailed(
            say(
                "`{path}` cannot be written: {reason}",
                path=target,
                reason=say("the engine says `{words}`", words=first),
            ),
            hint=say("nothing was changed; free some space"),
        ) from None


@dataclass(frozen=True)
class GradeColumn:
    """A column of the grades table: its name, its SQL over `result`, and how people should see it."""

    name: str
    sql: str
    kind: str


def grade_columns(run: Run, rating: PlannedRating) -> list[GradeColumn]:
    """The columns of the grades table for one rating, in order."""
    p, spec = rating.prefix, rating.spec
    score = _value_sql(run.compiled.values[spec.score]) if spec.score else "cast(null as decimal(18, 4))"
    found = [
        GradeColumn("customer", "cast(r.customer as varchar)", "text"),
        GradeColumn("rating", DUCK.text(rating.name), "text"),
        GradeColumn("grade", f"r.{p}_grade", "text"),
        GradeColumn("previous_grade", f"r.{p}_prev", "text"),
        GradeColumn("state", f"r.{p}_state", "text"),
        GradeColumn("score", f"cast({score} as decimal(18, 4))", "score"),
    ]
    values = {name: run.compiled.values[name] for name in run.plan.document.metrics}
    found += [GradeColumn(name, _value_sql(value), value.unit) for name, value in values.items()]
    scores = {name: run.compiled.values[name] for name in run.plan.document.scorecards}
    found += [GradeColumn(name, _value_sql(value), "score") for name, value in scores.items()]
    moved = f"case when r.{p}_rank < r.{p}_prev_rank then 'up' when r.{p}_rank > r.{p}_prev_rank then 'down'"
    moved += f" when r.{p}_rank = r.{p}_prev_rank then 'same' end"
    found += [
        GradeColumn("name", "r.name", "text"),
        GradeColumn("movement", moved, "text"),
        GradeColumn("decided_by", _decided_by(rating), "text"),
        GradeColumn("review", _review(run, rating), "text"),
        GradeColumn("next_grade_missing", f"r.{p}_next_missing", "count"),
    ]
    return found


def _value_sql(value: Value) -> str:
    """A value as people count it: money with two decimals, scores with four, shares as doubles."""
    column = Value(f"r.{value.sql}", value.storage, value.unit, value.denominator)
    if value.unit == "money" and value.numeric:
        cents = v.rounded(column, 100, DUCK).sql
        return f"cast(cast({cents} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))"
    if value.storage == "exact" and value.denominator != 1:
        units = v.rounded(column, 10_000, DUCK).sql
        return f"cast(cast({units} as decimal(18, 0)) * cast(0.0001 as decimal(5, 4)) as decimal(18, 4))"
    return column.sql


def _decided_by(rating: PlannedRating) -> str:
    """The step that had the last word, as a code."""
    p, spec = f"r.{rating.prefix}", rating.spec
    cases = [f"when {p}_state = 'not_rated' then 'not_rated'", f"when {p}_rank is null then 'pending'"]
    if spec.manual:
        cases.append(f"when {p}_manual is not null then {p}_manual")
    bounds = {"veto": spec.vetoes, "ceiling": spec.ceilings, "floor": spec.floors}
    cases += [f"when {p}_{kind} is not null then '{kind}'" for kind, there in bounds.items() if there]
    if spec.protection:
        cases.append(f"when {p}_shielded then 'protection'")
    if spec.movement:
        before = (
            f"{p}_s_keep"
            if spec.hysteresis
            else f"{p}_s_q{len(spec.quotas) - 1}"
            if spec.quotas
            else f"{p}_s0"
        )
        cases.append(f"when {p}_s_move <> {before} then 'movement'")
    if spec.hysteresis:
        cases.append(f"when {p}_keep then 'hysteresis'")
    cases += [f"when {p}_quota{i} then 'quota'" for i in range(len(spec.quotas))]
    cases += [f"when {p}_newcomer then 'newcomer'", f"when {p}_raw is not null then 'rule'"]
    return f"case {' '.join(cases)} else 'fallback' end"


def _review(run: Run, rating: PlannedRating) -> str:
    """Marks for the review list, joined by `; `."""
    p, spec = f"r.{rating.prefix}", rating.spec
    marks = []
    if spec.fallback:
        used = f"{p}_raw is null and not {p}_newcomer and {p}_rated and {p}_rank is not null"
        marks.append(f"case when {used} then {DUCK.text(spec.fallback.mark.en)} end")
    marks += [f"case when {p}_v{i} then {DUCK.text(one.mark.en)} end" for i, one in enumerate(spec.review)]
    marks.append(_pending_reason(run, rating, "en"))
    return f"nullif(concat_ws('; ', {', '.join(marks)}), '')"


def _pending_reason(run: Run, rating: PlannedRating, lang: str) -> str:
    p, spec = f"r.{rating.prefix}", rating.spec
    cases = [
        f"when {i} then {DUCK.text(_pick(one.reason, lang))}" for i, one in enumerate(spec.pending, start=1)
    ]
    for number, line in enumerate(spec.fallback.lines if spec.fallback else (), start=1):
        if line.pending is not None:
            cases.append(f"when {PENDING_LINE + number} then {DUCK.text(_pick(line.pending, lang))}")
    known = [leaf for leaf in rating.leaves() if leaf.column not in run.compiled.dropped]
    asked = ((number, leaf) for number, leaf in enumerate(known, start=1) if leaf.unknown == "pending")
    cases += [
        f"when {PENDING_CONDITION + number} then {DUCK.text(f'condition {leaf.id} cannot be told')}"
        for number, leaf in asked
    ]
    reason = f"case {p}_pending {' '.join(cases)} when {PENDING_NOTHING} then 'no grade matches' end"
    return f"case when {p}_rated then {reason} end"


def _pick(text: Any, lang: str) -> str:
    return str(text.zh if lang == "zh" else text.en)


def grades_sql(run: Run) -> str:
    """SELECT of the whole grades table over `result`: by rating in the policy's order, then by customer."""
    parts = []
    for number, name in enumerate(run.plan.document.ratings):
        columns = ", ".join(f'{c.sql} as "{c.name}"' for c in grade_columns(run, run.plan.rating(name)))
        parts.append(f"select {number} as rating_order, {columns} from result r")
    return (
        f"select * exclude (rating_order) from ({' union all '.join(parts)}) order by rating_order, customer"
    )


def reasons_sql(run: Run) -> str:
    """SELECT of every condition of every customer: holds, the value seen, the limit."""
    titles = Titles(run.plan)
    parts, number = [], 0
    for order, name in enumerate(run.plan.document.ratings):
        rating = run.plan.rating(name)
        for grade in rating.grades:
            for leaf in leaves(grade.tree) if grade.tree is not None else ():
                number += 1
                dropped = leaf.column in run.compiled.dropped
                value, limit = (None, None) if dropped else run.compiled.sides(rating, leaf)
                said = (DUCK.text(to_sentence(leaf.node, titles, lang)) for lang in ("zh", "en"))
                zh, en = said
                parts.append(
                    f"select {order} as a, {number} as b, cast(r.customer as varchar) as customer,"
                    f" {DUCK.text(name)} as rating, r.{rating.prefix}_grade as grade, {DUCK.text(grade.code)} as"
                    f" grade_tested, {DUCK.text(leaf.id)} as condition, {DUCK.text(leaf.article)} as article,"
                    f" {zh} as sentence_zh, {en} as sentence_en, {not dropped} as applies,"
                    f" {'cast(null as boolean)' if dropped else f'r.{leaf.column}'} as holds,"
                    f' {_plain(value)} as "value", {_plain(limit)} as "limit" from result r'
                )
    if not parts:
        return "select cast(null as varchar) as customer where 1 = 0"
    return f"select * exclude (a, b) from ({' union all '.join(parts)}) order by a, customer, b"


def _plain(value: Value | None) -> str:
    """A number as a double, in units people count in; texts and conditions as NULL."""
    if value is None or not value.numeric:
        return "cast(null as double)"
    if value.storage == "double":
        return value.sql
    return f"(cast({value.sql} as double) / {value.denominator})"


def connection_of(run: Run) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection in which the table `result` can be read, whatever engine made it."""
    if isinstance(run.backend, DuckDB):
        return run.backend.connection
    connection = duckdb.connect()
    connection.register("result", run.table())
    return connection


def write_tables(run: Run, folder: Path, *, workbook: bool = True) -> None:
    """Write grades and reasons into a folder."""
    with stoppable():
        _write_tables(run, connection_of(run), folder, workbook)


def _write_tables(run: Run, connection: duckdb.DuckDBPyConnection, folder: Path, workbook: bool) -> None:
    connection.execute("set preserve_insertion_order = true")
    connection.execute(f"create or replace temp table grades as {grades_sql(run)}")
    _copy(connection, "select * from grades", folder / "grades.parquet", "format parquet, compression zstd")
    _copy(connection, "select * from grades", folder / "grades.csv", "format csv, header true")
    _copy(connection, reasons_sql(run), folder / "reasons.parquet", "format parquet, compression zstd")
    if workbook:
        kinds = {
            c.name: c.kind
            for name in run.plan.document.ratings
            for c in grade_columns(run, run.plan.rating(name))
        }
        write_workbook(run, connection, kinds, folder / "grades.xlsx")
    connection.execute("drop table grades")


def _copy(connection: duckdb.DuckDBPyConnection, select: str, path: Path, how: str) -> None:
    connection.execute(f"copy ({select}) to {DUCK.text(str(path))} ({how})")


def write_record(run: Run, folder: Path) -> dict[str, Any]:
    """Write `run.json` and return what it says."""
    record = dict(run.manifest)
    record["findings"] = [
        {
            "table": f.table,
            "reason": {"zh": f.reason.zh, "en": f.reason.en},
            "rows": f.rows,
            "examples": list(f.examples),
        }
        for f in run.facts.findings
    ]
    record["grades"] = {name: summary(run, run.plan.rating(name)) for name in run.plan.document.ratings}
    text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "run.json").write_text(text + "\n", "utf-8")
    return record


def summary(run: Run, rating: PlannedRating) -> dict[str, Any]:
    """How many customers have each grade, and each state."""
    p = rating.prefix
    rows = run.backend.rows(
        f"select r.{p}_grade, r.{p}_state, count(*) from result r group by r.{p}_grade, r.{p}_state"
    )
    grades = {grade.code: sum(n for code, _, n in rows if code == grade.code) for grade in rating.grades}
    states = {state: sum(n for _, s, n in rows if s == state) for state in sorted({s for _, s, _ in rows})}
    return {"customers": sum(n for _, _, n in rows), "grades": grades, "states": states}


def write_movers(found: Mapping[str, Movement], path: Path) -> None:
    """Write every mover of a simulation into a CSV file, in one step."""
    fields = (
        "rating",
        "customer",
        "name",
        "before",
        "after",
        "state_before",
        "state_after",
        "gained",
        "lost",
    )
    fresh = path.with_name(f".{path.name}.part")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(fields)
            for rating, one in found.items():
                for m in one.movers:
                    row = (
                        rating,
                        m.customer,
                        m.name,
                        m.before or "",
                        m.after or "",
                        m.state_before,
                        m.state_after,
                    )
                    writer.writerow((*row, " ".join(m.gained), " ".join(m.lost)))
        fresh.replace(path)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        raise OutputFailed(
            say("`{path}` cannot be written: {reason}", path=path, reason=system_says(problem))
        ) from None
