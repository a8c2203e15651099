"""A folder of fact files opened in DuckDB: `<table>.csv` or `<table>.parquet`, typed, and checked unless sealed.

A sealed folder carries `facts.json` (made by `zhike facts`) with the hash of every file; its tables were checked when
they were written, so only the hashes are compared.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import duckdb

from zhike_engine.backends.base import Facts
from zhike_engine.errors import FactsInvalid
from zhike_engine.facts import checks
from zhike_engine.facts.checks import first
from zhike_engine.facts.manifest import file_hashes, fingerprint, read_manifest
from zhike_engine.facts.tables import TABLES, Column, Table
from zhike_engine.issues import did_you_mean
from zhike_engine.messages import say, together
from zhike_engine.sql.dialect import DATE


@dataclass(frozen=True)
class FactFile:
    """A file of a facts folder and the table it holds."""

    table: Table
    path: Path

    @property
    def is_csv(self) -> bool:
        """Whether it is text; otherwise it is Parquet."""
        return self.path.suffix == ".csv"


class FolderReader:
    """Opens the fact tables of one folder as views `f_<table>`."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.folder = folder
        self.connection = connection

    def open(self, wanted: frozenset[str], as_of: date) -> Facts:
        """Open the wanted tables that are there; raises FactsInvalid with file, line and way out."""
        facts = self.open_tables(wanted)
        if not facts.sealed:
            checks.check(self.connection, facts, as_of)
        checks.note(self.connection, facts, as_of)
        return facts

    def open_tables(self, wanted: frozenset[str]) -> Facts:
        """Open the wanted tables that are there, without a look at their rows; raises FactsInvalid."""
        files = self.files()
        hashes = file_hashes({name: file.path for name, file in sorted(files.items())})
        sealed, summaries = read_manifest(self.folder, hashes)
        facts = Facts({}, {}, fingerprint(hashes), str(self.folder), sealed=sealed, summaries=summaries)
        for name in sorted(wanted | {"customers"}):
            if name in files:
                self._open(files[name], facts)
        return facts

    # files

    def files(self) -> dict[str, FactFile]:
        """The fact files of the folder by table; raises FactsInvalid for a doubled, misspelt or missing one."""
        if not self.folder.is_dir():
            raise FactsInvalid(
                say("there is no facts folder `{folder}`", folder=self.folder),
                hint=say("make one with `zhike facts`"),
            )
        found: dict[str, FactFile] = {}
        for path in sorted(self.folder.iterdir()):
            if path.suffix not in (".csv", ".parquet"):
                continue
            if path.stem not in TABLES:
                if path.stem != "quality":
                    self._unknown(path)
                continue
            if path.stem in found:
                raise FactsInvalid(
                    say("table `{table}` stands twice: as CSV and as Parquet", table=path.stem),
                    place=str(path),
                    hint=say("remove one of them"),
                )
            found[path.stem] = FactFile(TABLES[path.stem], path)
        for name in ("customers",):
            if name not in found:
                raise FactsInvalid(
                    say("the facts folder has no table `{table}`", table=name),
                    place=str(self.folder),
                    hint=say(
                        "add `{table}.csv` or `{table}.parquet`; see `docs/reference/facts.md`", table=name
                    ),
                )
        return found

    def _unknown(self, path: Path) -> None:
        near = did_you_mean(path.stem, TABLES)
        if near.startswith("did you mean"):
            raise FactsInvalid(say("`{name}` is no fact table", name=path.name), place=str(path), hint=near)

    # tables

    def _open(self, file: FactFile, facts: Facts) -> None:
        types = self._types(file)
        self._columns_there(file, types)
        table = file.table
        known = {column.name: column for column in table.columns}
        picked = []
        for name, stored in types.items():
            if name in known:
                picked.append(f"{self._typed(known[name], stored, file)} as {_q(name)}")
            elif table.open:
                picked.append(_q(name))
        view = f"create or replace temp view f_{table.name} as select {', '.join(picked)} from {self._scan(file)}"
        if file.is_csv:
            self._check_values(file, types)
            view = view.replace("temp view", "temp table", 1)
        self._execute(view, file)
        facts.columns[table.name] = frozenset(n for n in types if n in known or table.open)
        if table.name == "customers":
            facts.attribute_kinds.update(_attribute_kinds(self.connection))
        count = first(self.connection.execute(f"select count(*) from f_{table.name}"))
        facts.rows[table.name] = int(count[0]) if count else 0

    def _scan(self, file: FactFile) -> str:
        path = str(file.path).replace("'", "''")
        if not file.is_csv:
            return f"read_parquet('{path}')"
        columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in self._header(file))
        return (
            f"read_csv('{path}', header = true, auto_detect = false, columns = {{{columns}}}, delim = ',',"
            " quote = '\"', escape = '\"', null_padding = false)"
        )

    def _header(self, file: FactFile) -> list[str]:
        with file.path.open(encoding="utf-8-sig", newline="") as stream:
            names = [name.strip() for name in next(csv.reader(stream), [])]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise FactsInvalid(
                say("column `{column}` stands twice", column=doubled[0]),
                place=f"{file.path}:1",
                hint=say("rename one of them"),
            )
        if "" in names:
            raise FactsInvalid(
                say("column {number} has no name", number=names.index("") + 1),
                place=f"{file.path}:1",
                hint=say("name every column"),
            )
        return names

    def _types(self, file: FactFile) -> dict[str, str]:
        if file.path.stat().st_size == 0:
            raise FactsInvalid(
                say("the file is empty"), place=str(file.path), hint=say("write at least the header row")
            )
        if file.is_csv:
            _check_utf8(file.path)
        rows = self._execute(f"describe select * from {self._scan(file)}", file).fetchall()
        return {str(name): str(kind) for name, kind, *_ in rows}

    def _columns_there(self, file: FactFile, types: dict[str, str]) -> None:
        missing = [c.name for c in file.table.columns if c.required and c.name not in types]
        if missing:
            near = did_you_mean(missing[0], types)
            raise FactsInvalid(
                say("table `{table}` lacks the column `{column}`", table=file.table.name, column=missing[0]),
                place=str(file.path),
                hint=together(near, say("or bring the file in with a mapping and `zhike facts`")),
            )

    def _typed(self, column: Column, stored: str, file: FactFile) -> str:
        name = _q(column.name)
        if file.is_csv:
            return _cast(f"nullif(trim({name}), '')", column)
        match column.kind:
            case "id":
                whole = stored in (
                    "BIGINT",
                    "INTEGER",
                    "SMALLINT",
                    "UBIGINT",
                    "UINTEGER",
                    "HUGEINT",
                    "TINYINT",
                )
                return name if stored == "VARCHAR" or whole else f"cast({name} as varchar)"
            case "date":
                return name if stored == "DATE" else f"cast({name} as date)"
            case "money" | "decimal":
                exactly = f"DECIMAL(18,{_decimals(column)})"
                return name if stored == exactly else _number(name, stored, _decimals(column))
            case "integer":
                return name if stored == "BIGINT" else f"cast({name} as bigint)"
            case "bool":
                return name if stored == "BOOLEAN" else _flag(f"cast({name} as varchar)")
        return name if stored == "VARCHAR" else f"cast({name} as varchar)"

    def _check_values(self, file: FactFile, types: dict[str, str]) -> None:
        """Refuse the first value of a CSV file that is not of its column's kind."""
        for column in file.table.columns:
            if column.name not in types or column.kind in ("id", "text", "choice"):
                continue
            text = f"nullif(trim({_q(column.name)}), '')"
            bad = f"{text} is not null and {_cast(text, column)} is null"
            if column.kind in ("money", "decimal"):
                digits = "4" if column.kind == "money" else "8"
                bad = f"{text} is not null and not regexp_full_match({text}, '[-+]?[0-9]{{1,14}}([.][0-9]{{1,{digits}}})?')"
            rows = f"select row_number() over () + 1 as line, {text} as text, {bad} as bad from {self._scan(file)}"
            found = first(
                self._execute(f"select line, text from ({rows}) where bad order by line limit 1", file)
            )
            if found:
                raise FactsInvalid(
                    say(
                        "`{value}` in column `{column}` is not {kind}",
                        value=found[1],
                        column=column.name,
                        kind=_KIND_WORDS[column.kind],
                    ),
                    place=f"{file.path}:{found[0]}",
                    hint=_KIND_HINTS[column.kind],
                )

    def _execute(self, sql: str, file: FactFile) -> duckdb.DuckDBPyConnection:
        try:
            return self.connection.execute(sql)
        except duckdb.Error as problem:
            _explain_row(file.path, str(problem))
            shown = str(problem).splitlines()[0].rstrip(".")
            raise FactsInvalid(
                say("the file cannot be read: {reason}", reason=shown), place=str(file.path),
                hint=say("canonical files are UTF-8 CSV with commas, or Parquet; bring others in with `zhike facts`"),
            ) from None  # fmt: skip


_KIND_WORDS = {
    "date": say("a date that exists"),
    "money": say("an amount with at most four decimals"),
    "decimal": say("a number with at most eight decimals"),
    "integer": say("a whole number"),
    "bool": say("`true` or `false`"),
}
_KIND_HINTS = {
    "date": say("write dates like 2026-01-31, or state the format in a mapping and use `zhike facts`"),
    "money": say("write amounts like 1234.5, without separators and units"),
    "decimal": say("write numbers like 0.25"),
    "integer": say("write numbers like 12"),
    "bool": say("write `true` or `false`"),
}


def _explain_row(path: Path, problem: str) -> None:
    """Say which row of a CSV file is broken, when the engine tells."""
    line = re.search(r"CSV Error on Line: (\d+)", problem)
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", problem)
    if line and cells:
        raise FactsInvalid(
            say(
                "the row has {cells} cells, the header has {wanted}",
                cells=_cells(path, int(line[1])),
                wanted=cells[1],
            ),
            place=f"{path}:{line[1]}",
            hint=say("put texts and amounts that contain a comma in quotes; amounts need no separators"),
        )
    if line:
        raise FactsInvalid(
            say("the row cannot be read"), place=f"{path}:{line[1]}", hint=say("check its quotes and commas")
        )


def _cells(path: Path, number: int) -> int:
    """How many cells a line of a CSV file has."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        line = next(islice(stream, number - 1, None), "")
    return len(next(csv.reader([line]), []))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cast(text: str, column: Column) -> str:
    match column.kind:
        case "date":
            return f"try_cast(case when {text} >= '0001' and regexp_full_match({text}, '{DATE}') then {text} end as date)"
        case "money" | "decimal":
            return f"try_cast({text} as decimal(18, {_decimals(column)}))"
        case "integer":
            return f"try_cast({text} as bigint)"
        case "bool":
            return _flag(text)
    return text


def _decimals(column: Column) -> int:
    """Rates count to eight decimals; everything else is rounded half up to four, row by row."""
    return 8 if column.name == "rate" else 4


def _number(name: str, stored: str, decimals: int) -> str:
    if stored in ("DOUBLE", "FLOAT"):
        return f"cast(round({name}, {decimals}) as decimal(18, {decimals}))"
    return f"cast({name} as decimal(18, {decimals}))"


def _flag(text: str) -> str:
    return f"case lower({text}) when 'true' then true when '1' then true when 'false' then false when '0' then false end"


def _check_utf8(path: Path) -> None:
    with path.open("rb") as stream:
        line = 0
        for line, raw in enumerate(stream, start=1):
            try:
                raw.decode("utf-8-sig" if line == 1 else "utf-8")
            except UnicodeDecodeError:
                raise FactsInvalid(
                    say("the file is not UTF-8 text"), place=f"{path}:{line}",
                    hint=say("save it as UTF-8, or bring it in with a mapping that states `encoding: gb18030`"),
                ) from None  # fmt: skip
    if line == 0:
        raise FactsInvalid(
            say("the file is empty"), place=str(path), hint=say("write at least the header row")
        )


def _attribute_kinds(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    found = {}
    for name, kind, *_ in connection.execute("describe f_customers").fetchall():
        if kind == "DATE":
            found[str(name)] = "date"
        elif kind == "BOOLEAN":
            found[str(name)] = "flag"
        elif str(kind).startswith("DECIMAL") or kind in ("BIGINT", "INTEGER", "DOUBLE", "FLOAT", "SMALLINT"):
            found[str(name)] = "number"
        else:
            found[str(name)] = "text"
    return found
