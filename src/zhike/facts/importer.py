"""The import: a mapping and the files it names become a sealed folder of fact tables with a quality report."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from zhike.facts.folder import MANIFEST, fresh_folder
from zhike.facts.formats import clean_sql, literal, quote
from zhike.facts.formula import Lookup
from zhike.facts.loading import Loaded, load_mapping
from zhike.facts.names import list_similar_names
from zhike.facts.pieces import Connection
from zhike.facts.quality import Ledger
from zhike.facts.rows import Work, make_rows, rows_of
from zhike.facts.scope import Formats, LookupTable
from zhike.facts.settle import Balance, fact_of, settle
from zhike.facts.sources import Sheet, load_source
from zhike.facts.summary import summarise
from zhike.facts.texts import fingerprint
from zhike.facts.uses import lookups_of, totals_of, uses_of
from zhike.facts.weed import weed
from zhike.messages import say
from zhike_engine.errors import FactsInvalid, OutputFailed
from zhike_engine.facts.summary import summarise as summary_of_table
from zhike_engine.facts.tables import TABLES
from zhike_engine.words import Text

Progress = Callable[[Text, int, int], None]
"""Told before each step: what it is, how many steps are done, how many there are."""


@dataclass(frozen=True)
class Imported:
    """What an import made: the folder and the content of its `quality.json`."""

    out: Path
    quality: dict[str, Any]


def import_facts(
    mapping: Path,
    out: Path,
    *,
    source: Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Carry out the mapping file and leave a facts folder at `out`; nothing is left there when it fails.

    `source` is the folder that the paths of the mapping are relative to; the mapping's own folder when None.
    Raises DocumentInvalid, MappingInvalid, FactsInvalid, EngineUnavailable or OutputFailed.
    """
    loaded = load_mapping(mapping)
    root = (source or mapping.parent).absolute()
    with fresh_folder(out, force=force, keep=[mapping]) as building:
        scratch = building / "scratch"
        scratch.mkdir()
        settings: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": str(scratch),
            "autoinstall_known_extensions": "false",
        }
        try:
            with closing(duckdb.connect(config=settings)) as db:
                db.execute("SET TimeZone = 'UTC'")
                quality = _Import(db, loaded, mapping, root, building, progress or _silent).run()
        except duckdb.OutOfMemoryException:
            raise OutputFailed(
                say("there is not enough memory or disk space"), hint=say("free some and try again")
            ) from None
        except duckdb.IOException as problem:
            raise OutputFailed(
                say(
                    "`{path}` cannot be written: {reason}",
                    path=out,
                    reason=say("the engine says `{words}`", words=_told(problem)),
                ),
                hint=say("free some space"),
            ) from None
        except (duckdb.OutOfRangeException, duckdb.ConversionException) as problem:
            hint = say("look for a wrong unit, or a wrong `times`")
            raise FactsInvalid(
                say("an amount or a sum is too large: {reason}", reason=_told(problem)), hint=hint
            ) from None
        except RuntimeError as problem:
            if str(problem) != "Query interrupted":
                raise
            raise KeyboardInterrupt from None  # what Ctrl-C is called while a query runs
        except duckdb.Error as problem:
            hint = say("please report this with the mapping")
            raise FactsInvalid(
                say("the mapping cannot be carried out: {reason}", reason=_told(problem)), hint=hint
            ) from None
    return Imported(out, quality)


def _told(problem: Exception) -> str:
    return str(problem).splitlines()[0]


def _silent(step: Text, done: int, steps: int) -> None:
    """Tell nobody."""


class _Import:
    """One import, step by step."""

    def __init__(
        self, db: Connection, loaded: Loaded, mapping: Path, root: Path, building: Path, progress: Progress
    ) -> None:
        self.db, self.loaded, self.mapping, self.root, self.building = db, loaded, mapping, root, building
        self.progress = progress
        self.uses = uses_of(loaded)
        self.tables = [name for name in TABLES if name in loaded.mapping.tables]
        self.done = 0
        self.balances: list[Balance] = []

    def step(self, zh: str, en: str, name: str) -> None:
        self.progress(Text(zh=zh, en=en).format(name=name), self.done, len(self.uses) + len(self.tables) + 1)
        self.done += 1

    def run(self) -> dict[str, Any]:
        work = self.read()
        self.build(work)
        self.step("写出结果", "write the results", "")
        if "customers" in self.tables:
            list_similar_names(work)
        quality = summarise(work, self.balances, self.tables)
        self.write(work, quality)
        return quality

    def read(self) -> Work:
        sheets: dict[str, Sheet] = {}
        first_part: dict[str, int] = {}
        names: list[str] = []
        for number, (name, uses) in enumerate(self.uses.items()):
            self.step("读取 {name}", "read {name}", name)
            scratch = self.building / "scratch"
            sheet = load_source(self.db, number, name, self.loaded, uses, self.root, scratch)
            sheets[name] = sheet
            first_part[name] = len(names)
            names += [part.name for part in sheet.parts]
        work = Work(self.db, self.loaded, Ledger(self.db), sheets, {}, first_part, names)
        work.lookups = {node: self.lookup(work, node) for node in lookups_of(self.loaded)}
        return work

    def lookup(self, work: Work, node: Lookup) -> LookupTable:
        """A table of keys and values; a key that stands for two different values is refused."""
        sheet, formats = work.sheets[node.source], work.formats(node.source)
        key, value = (_cleaned(sheet, name, formats) for name in (node.theirs, node.take))
        name = f"lookup_{sheet.cells[node.theirs].sql}_{sheet.cells[node.take].sql}_{sheet.number}"
        self.db.execute(
            f"CREATE OR REPLACE TABLE {name} AS SELECT {key} AS k, min({value}) AS v, max({value}) AS other "
            f"FROM {sheet.table} WHERE k IS NOT NULL GROUP BY k"
        )
        doubt = self.db.execute(
            f"SELECT k, v, other FROM {name} WHERE v <> other ORDER BY k LIMIT 1"
        ).fetchone()
        if doubt is not None:
            raise FactsInvalid(
                say(
                    "`{key}` stands for both `{one}` and `{other}` in source `{source}`",
                    key=doubt[0],
                    one=doubt[1],
                    other=doubt[2],
                    source=node.source,
                ),
                place=self.loaded.place("sources", node.source),
                hint=say("keep one row for each `{column}`", column=node.theirs),
            )
        return LookupTable(name, sheet.cells[node.take].kind, formats)

    def build(self, work: Work) -> None:
        totals = totals_of(self.loaded)
        if totals:
            make_rows(work, "order_lines")
            weed(work, "order_lines")
            for column in totals:
                self.total(column)
        for name in self.tables:
            self.step("生成 {name}", "build {name}", name)
            if name not in work.plans:
                make_rows(work, name)
                weed(work, name)
            self.balances += settle(work, name)

    def total(self, column: str) -> None:
        known = f"CASE WHEN count({column}) = count(*) THEN sum({column}) END"
        self.db.execute(
            f'CREATE TABLE total_{column} AS SELECT "order" AS k, {known} AS v FROM {rows_of("order_lines")} '
            'WHERE _drop IS NULL GROUP BY "order"'
        )

    # --- writing -----------------------------------------------------------------------------------

    def write(self, work: Work, quality: dict[str, Any]) -> None:
        for name in self.tables:
            self.db.execute(f"CREATE TEMP VIEW f_{name} AS SELECT * FROM {fact_of(name)}")
        written = {name: self.write_table(work, name) for name in self.tables}
        report = f"({work.ledger.report_sql(self.parts(work))})"
        self.copy(report, "quality.parquet")
        # A byte order mark, so that Excel reads the Chinese as what it is.
        self.copy(f'(SELECT "table" AS "\ufefftable", * EXCLUDE ("table") FROM {report})', "quality.csv")
        manifest = {
            "zhike_facts": 1,
            "checked": True,
            "mapping": {"file": self.mapping.name, "sha256": fingerprint(self.mapping).sha256},
            "tables": written,
            "sources": self.sources(work),
            "quality": quality["rows"],
        }
        self.clear()
        for name, content in (("quality.json", quality), (MANIFEST, manifest)):
            text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
            (self.building / name).write_text(text, encoding="utf-8")

    def parts(self, work: Work) -> list[tuple[str, str]]:
        return [(name, part.name) for name, sheet in work.sheets.items() for part in sheet.parts]

    def write_table(self, work: Work, name: str) -> dict[str, Any]:
        mapped = [each.column.name for each in work.plans[name][0].planned]
        names = [column for column in TABLES[name].names if column in mapped]
        names += [column for column in mapped if column not in names]
        order = ["customer", "ordered_on", "order"] if name == "orders" else list(TABLES[name].key)
        columns, by = (", ".join(map(quote, each)) for each in (names, order))
        file = f"{name}.parquet"
        self.copy(f"(SELECT {columns} FROM {fact_of(name)} ORDER BY {by})", file)
        print_ = fingerprint(self.building / file)
        rows = self.db.execute(f"SELECT count(*) FROM {fact_of(name)}").fetchone()
        assert rows is not None
        return {
            "file": file,
            "rows": rows[0],
            "size": print_.size,
            "sha256": print_.sha256,
            "columns": names,
            "summary": summary_of_table(self.db, name, frozenset(names)).to_json(),
        }

    def copy(self, relation: str, file: str) -> None:
        options = "FORMAT parquet, COMPRESSION zstd" if file.endswith(".parquet") else "FORMAT csv, HEADER"
        self.db.execute(f"COPY {relation} TO {literal(str(self.building / file))} ({options})")

    def sources(self, work: Work) -> list[dict[str, Any]]:
        return [
            {
                "source": name,
                "file": part.name,
                "size": part.print_.size if part.print_ else None,
                "sha256": part.print_.sha256 if part.print_ else None,
                "encoding": part.encoding,
                "rows": part.rows + len(part.broken),
            }
            for name, sheet in work.sheets.items()
            for part in sheet.parts
        ]

    def clear(self) -> None:
        """Take the scratch files away before the folder is shown."""
        scratch = self.building / "scratch"
        for file in scratch.iterdir():
            file.unlink()
        scratch.rmdir()


def _cleaned(sheet: Sheet, name: str, formats: Formats) -> str:
    cell = sheet.cells[name]
    return clean_sql(cell.sql, list(formats.empty)) if cell.kind == "text" else cell.sql
