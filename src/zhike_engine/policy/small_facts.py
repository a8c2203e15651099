"""The facts of a test case, made ready for the engine: a table of given metrics, or a folder of small tables."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike_engine.facts.tables import TABLES, Column, Table
from zhike_engine.issues import Place
from zhike_engine.messages import Said, say, together
from zhike_engine.policy import amounts
from zhike_engine.policy.cases import Case, Cases, Rows
from zhike_engine.sql.given import Given
from zhike_engine.sql.values import Value

_TYPES = {
    "exact": pa.int64(),
    "double": pa.float64(),
    "text": pa.string(),
    "flag": pa.bool_(),
    "date": pa.date32(),
}
_MONEY = Value("", "exact", "money", 10_000)
_SINCE = re.compile(r"(\S+)(?: since (\S+))?")

Unreadable = dict[int, list[tuple[Place, Said]]]
"""Number of a case -> places and reasons of facts that cannot be read."""


# given metrics


def given_table(given: Given, cases: Cases, numbers: list[int]) -> tuple[pa.Table, Unreadable]:
    """Table `given` with one row per case, whose customer is the number of the case."""
    unreadable: Unreadable = {}
    rows = []
    for index in numbers:
        row: dict[str, Any] = {"customer": str(index), "name": str(index)}
        for place, text in _fill(row, given, cases, index):
            unreadable.setdefault(index, []).append((place, text))
        rows.append(row)
    schema = given_schema(given)
    columns = {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in schema}
    return pa.table(columns, schema=schema), unreadable


def given_schema(given: Given) -> pa.Schema:
    """The columns of table `given`."""
    fields = [("customer", pa.string()), ("name", pa.string())]
    fields += [(column, _TYPES[_kind_of(name)]) for name, column in given.attributes.items()]
    for column, value in given.metrics.values():
        fields += [(f"g_{column}", _TYPES[value.storage]), (f"h_{column}", pa.bool_())]
    fields += [(name, _TYPES["date" if name.endswith("_since") else "text"]) for name in given.records]
    return pa.schema(fields)


def _kind_of(attribute: str) -> str:
    try:
        column = TABLES["customers"].column(attribute)
    except KeyError:
        return "text"
    return {"date": "date", "bool": "flag"}.get(column.kind, "text")


def _fill(row: dict[str, Any], given: Given, cases: Cases, index: int) -> Iterator[tuple[Place, Said]]:
    case = cases.file.cases[index]
    for column, _ in given.metrics.values():
        row[f"h_{column}"] = False
    for name, raw in cases.facts(case).items():
        place = cases.place("cases", index, "facts", name)
        try:
            if name.startswith("customers."):
                _attribute(row, given, name.removeprefix("customers."), raw)
            else:
                column, kind = given.metrics[name]
                row[f"g_{column}"] = amounts.stored(amounts.read(raw, kind), kind)
                row[f"h_{column}"] = True
        except amounts.NotReadable as problem:
            yield place, together(problem.message, problem.hint)
    try:
        row.update(_records(given, cases, case))
    except amounts.NotReadable as problem:
        yield cases.place("cases", index), together(problem.message, problem.hint)


def _attribute(row: dict[str, Any], given: Given, name: str, raw: Any) -> None:
    if name in given.attributes:
        kind = _kind_of(name)
        row[given.attributes[name]] = amounts.read(raw, Value("", kind)).value  # type: ignore[arg-type]


def _records(given: Given, cases: Cases, case: Case) -> dict[str, Any]:
    plan = given.compiled.plan
    main = case.rating or cases.file.rating or next(iter(plan.document.ratings))
    found: dict[str, Any] = {}
    previous = case.previous_grade if isinstance(case.previous_grade, dict) else {main: case.previous_grade}
    for rating, text in previous.items():
        if text is None:
            continue
        words = _SINCE.fullmatch(text.strip())
        if words is None or rating not in plan.document.ratings:
            raise amounts.NotReadable(
                say("`{text}` is no previous grade", text=text), say("write `B`, or `B since 2026-01-01`")
            )
        prefix = plan.rating(rating).prefix
        found[f"g_{prefix}_prev"] = words[1]
        if words[2]:
            found[f"g_{prefix}_since"] = amounts.read(words[2], Value("", "date")).value
    for kind, grade in case.approved.items():
        column = f"g_{plan.rating(main).prefix}_o_{kind}"
        if column not in given.records:
            raise amounts.NotReadable(
                say("rating `{rating}` obeys no `{kind}`", rating=main, kind=kind),
                say("allow it under `manual:`"),
            )
        found[column] = grade
    return found


# small tables


@contextmanager
def write_folder(tables: Mapping[str, Rows], currency: str) -> Iterator[Path]:
    """A folder with the tables as CSV files, for as long as the block lasts.

    What goes without saying is filled in: ids, names, the policy's currency, the status of an order, a row of
    customers for everyone who is mentioned. Raises FactsInvalid only when the engine reads it.
    """
    filled = {name: _filled(TABLES[name], rows, currency) for name, rows in tables.items()}
    known = {str(row.get("customer")) for row in filled.get("customers", [])}
    mentioned = {
        str(row["customer"]) for rows in filled.values() for row in rows if row.get("customer") is not None
    }
    people = filled.setdefault("customers", [])
    people += [{"customer": name, "name": name} for name in sorted(mentioned - known)]
    filled.setdefault("orders", [])
    with tempfile.TemporaryDirectory(prefix="zhike-") as home:
        for name, rows in filled.items():
            _write(Path(home) / f"{name}.csv", TABLES[name], rows)
        yield Path(home)


def _filled(table: Table, rows: Rows, currency: str) -> Rows:
    found = []
    for number, row in enumerate(rows, start=1):
        full = {name: _plain(table, name, value) for name, value in row.items()}
        for column in table.columns:
            if column.required and full.get(column.name) is None:
                default = _default(table, column, full, number, currency)
                if default is not None:
                    full[column.name] = default
        found.append(full)
    return found


def _plain(table: Table, name: str, raw: Any) -> Any:
    """Amounts such as `500 万` as plain numbers; everything else as written."""
    if raw is None or name not in table.names or table.column(name).kind != "money":
        return raw
    try:
        return amounts.read(raw, _MONEY).value
    except amounts.NotReadable:
        return raw


def _default(table: Table, column: Column, row: Mapping[str, Any], number: int, currency: str) -> Any:
    match (table.name, column.name):
        case ("exchange_rates", _):
            return None
        case (_, "currency"):
            return currency
        case ("orders", "status"):
            return "returned" if Decimal(str(row.get("amount") or 1)) <= 0 else "completed"
        case ("customers", "name"):
            return row.get("customer")
        case ("complaints", "kind"):
            return "dispute"
        case (_, "line"):
            return number
    own_id = column.kind == "id" and column.references is None and column.name in table.key
    return number if own_id and column.name != "customer" else None


def _write(path: Path, table: Table, rows: Rows) -> None:
    names = dict.fromkeys(table.names)
    for row in rows:
        names.update(dict.fromkeys(row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(names))
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
