"""Rows that stand twice: in two files, in every cell, or with one id."""

from __future__ import annotations

from zhike.facts.formats import quote
from zhike.facts.mapping import Overlap
from zhike.facts.rows import SHIFT, Work, rows_of
from zhike.messages import say, together
from zhike_engine.errors import FactsInvalid
from zhike_engine.facts.tables import TABLES
from zhike_engine.words import listed


def weed(work: Work, name: str) -> None:
    """Drop or list twins, and settle double ids as the mapping says; raises FactsInvalid where it says nothing."""
    target = work.target(name)
    if target.overlap is not None:
        _overlapping(work, name, target.overlap)
    if target.compares_rows:
        _twins(work, name, drop=target.duplicate_rows == "drop")
    if target.group_by is None:
        _double_keys(work, name)


def drop_rows(work: Work, table: str, code: str, column: str, found: str) -> None:
    """Drop the rows that `found`, a SELECT of _ord and value, gives."""
    reason = work.ledger.reason(table, "dropped", code, column)
    work.db.execute(
        f"UPDATE {rows_of(table)} AS r SET _drop = {reason}, _value = found.value "
        f"FROM ({found}) AS found WHERE r._ord = found._ord"
    )


def _overlapping(work: Work, name: str, overlap: Overlap) -> None:
    """Where files cover the same days, the later or the earlier file counts; files stand in the mapping's order."""
    day, rows, later = quote(overlap.date), rows_of(name), overlap.take == "later"
    spans = work.db.execute(
        f"SELECT _part, min({day}), max({day}) FROM {rows} WHERE {day} IS NOT NULL GROUP BY _part ORDER BY min(_ord)"
    ).fetchall()
    tests = []
    for index, (part, _, _) in enumerate(spans):
        others = spans[index + 1 :] if later else spans[:index]
        if others:
            border = min(first for _, first, _ in others) if later else max(last for _, _, last in others)
            tests.append(f"_part = {part} AND {day} {'>=' if later else '<='} DATE '{border}'")
    if tests:
        overlapped = f"_drop IS NULL AND ({' OR '.join(tests)})"
        found = f"SELECT _ord, CAST({day} AS VARCHAR) AS value FROM {rows} WHERE {overlapped}"
        drop_rows(work, name, "overlap", overlap.date, found)


def _twins(work: Work, name: str, *, drop: bool) -> None:
    for plan in work.plans[name]:
        sheet = plan.scope.sheet
        cells = ", ".join(cell.sql for cell in sheet.cells.values())
        # Hashes of all rows first: only the few that stand twice are compared cell by cell.
        hashed = f"SELECT rowid AS id, hash({cells}) AS h FROM {sheet.table}"
        work.db.execute(f"CREATE OR REPLACE TEMP TABLE hashed AS {hashed}")
        ids = (
            "SELECT id FROM hashed SEMI JOIN (SELECT h FROM hashed GROUP BY h HAVING count(*) > 1) USING (h)"
        )
        raw = f"SELECT *, rowid + {plan.at * SHIFT} AS _ord FROM {sheet.table} WHERE rowid IN ({ids})"
        twins = f"""
            SELECT _ord, _part, _n, 'row ' || first AS value FROM (
                SELECT r._ord, r._part, r._n, first_value(r._n) OVER same AS first, row_number() OVER same AS nth
                FROM ({raw}) AS raw JOIN {rows_of(name)} AS r USING (_ord) WHERE r._drop IS NULL
                WINDOW same AS (PARTITION BY {cells} ORDER BY r._ord)
            ) WHERE nth > 1 ORDER BY _ord"""
        if drop:
            drop_rows(work, name, "duplicate_row", "", f"SELECT _ord, value FROM ({twins})")
        else:
            reason = work.ledger.reason(name, "suspicious", "duplicate_row")
            work.ledger.add(f"SELECT {reason}, _part, _n, value FROM ({twins})")


def _double_keys(work: Work, name: str) -> None:
    target, rows, key = work.target(name), rows_of(name), TABLES[name].key
    keys = ", ".join(map(quote, key))
    doubled = f"SELECT {keys} FROM {rows} WHERE _drop IS NULL GROUP BY ALL HAVING count(*) > 1"
    work.db.execute(
        f"CREATE OR REPLACE TEMP TABLE doubled AS SELECT _ord, _part, _n, concat_ws(', ', {keys}) AS value, "
        f"row_number() OVER (PARTITION BY {keys} ORDER BY _ord) AS nth, "
        f"row_number() OVER (PARTITION BY {keys} ORDER BY _ord DESC) AS from_end "
        f"FROM {rows} SEMI JOIN ({doubled}) USING ({keys}) WHERE _drop IS NULL"
    )
    if target.duplicate_keys == "refuse":
        _refuse(work, name)
        return
    place = "nth" if target.duplicate_keys == "first" else "from_end"
    found = f"SELECT _ord, value FROM doubled WHERE {place} > 1"
    drop_rows(work, name, "duplicate_key", ", ".join(key), found)


def _refuse(work: Work, name: str) -> None:
    first = work.db.execute(
        "SELECT value, list(_part ORDER BY _ord), list(_n ORDER BY _ord), "
        "(SELECT count(DISTINCT value) FROM doubled) FROM doubled GROUP BY value ORDER BY min(_ord) LIMIT 1"
    ).fetchone()
    if first is None:
        return
    value, parts, rows, ids = first
    places = [f"{work.part_names[part]}:{row}" for part, row in zip(parts, rows, strict=True)]
    shown = listed([*places[:4], "…"] if len(places) > 4 else places)
    twice = say(
        "id `{id}` of table `{table}` stands in {count} rows: {rows}",
        id=value,
        table=name,
        count=len(rows),
        rows=shown,
    )
    if ids > 1:
        twice = together(twice, say("{count} ids stand twice or more", count=ids))
    hint = say("correct the file, or say `duplicate_keys: first` or `last`")
    if len(TABLES[name].key) == 1:
        hint = together(hint, say("`group_by: {column}` makes one row of them", column=TABLES[name].key[0]))
    raise FactsInvalid(twice, place=work.loaded.place("tables", name), hint=hint)
