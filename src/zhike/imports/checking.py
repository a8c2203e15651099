"""The check before an import: every problem by row and column over the whole file, and what would happen; nothing is written."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone

from zhike.facts.formats import literal
from zhike.imports.guessing import names_of
from zhike.imports.judging import Judge, Verdict, tally
from zhike.imports.judging_archive import CustomerJudge
from zhike.imports.models import Import
from zhike.imports.parsing import parse
from zhike.imports.rows import batches
from zhike.imports.sight import Sight
from zhike.imports.staging import connect
from zhike.imports.targets import TARGETS
from zhike.imports.words import add
from zhike.kernel.journal import plain

BATCH = 1000
SAMPLE = 12
LISTED = 1_000_000
"""So many problems are listed one by one; all are counted."""
SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        ("field", pa.string()),
        ("code", pa.string()),
        ("words", pa.string()),
        ("members", pa.list_(pa.int64())),
    ]
)

Progress = Callable[[int, int], None]


def judge_of(owner: Import) -> Judge:
    """The judge of an import, for the person who brought it."""
    target = TARGETS[owner.target]
    return target.judge(target, target.fields_for(owner.by), owner.options, owner.by, owner)


def columns_of(owner: Import) -> list[str]:
    """The names of the columns of the sheet."""
    head = owner.description["head"]
    header = owner.options["header"]
    cells: list[str] = next((cells for number, cells in head if number == header), [])
    width = owner.description["width"]
    return names_of([*cells, *[""] * (width - len(cells))])


def read_rows(owner: Import) -> int:
    """Read the sheet by the options into `rows.parquet`; how many rows it has."""
    target = TARGETS[owner.target]
    cells = owner.folder / f"cells-{owner.sheet}.parquet"
    out = owner.folder / "rows.parquet"
    return parse(
        cells,
        target,
        target.fields_for(owner.by),
        owner.options,
        columns_of(owner),
        owner.options["header"],
        out,
    )


def check_rows(owner: Import, progress: Progress) -> dict[str, Any]:
    """Judge every row; leaves `problems.parquet` and gives the counts, the first rows and the problems by field."""
    rows = read_rows(owner)
    counts: Counter[str] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    notes: Counter[str] = Counter()
    sample: list[dict[str, Any]] = []
    fresh = owner.folder / "problems.new"
    judge, seen, listed = judge_of(owner), 0, 0
    sight = Sight(judge) if isinstance(judge, CustomerJudge) else None
    with pq.ParquetWriter(fresh, SCHEMA, compression="zstd") as out:
        for batch in batches(owner.folder / "rows.parquet", judge.target, after=-1, size=BATCH):
            verdicts = judge.judge(batch)
            counts += tally(verdicts)
            if sight is not None:
                sight.take(verdicts)
            for one in verdicts:
                if one.outcome not in ("rejected", "left_out"):
                    notes.update(one.row.notes)
                kinds.update((problem["field"], problem["code"]) for problem in one.row.problems)
                if len(sample) < SAMPLE:
                    sample.append(shown(one))
            problems = list(_problems(verdicts))[: LISTED - listed]
            listed += len(problems)
            out.write_table(pa.Table.from_pylist(problems, SCHEMA))
            seen += sum(one.row.size for one in verdicts)
            progress(seen, rows)
    fresh.replace(owner.folder / "problems.parquet")
    add(owner.folder, judge.unknown, owner.options)
    shutil.rmtree(owner.folder / "spill", ignore_errors=True)
    return {
        "rows": rows,
        "counts": {name: counts[name] for name in ("created", "updated", "unchanged", "rejected")},
        "left_out": counts["left_out"],
        "skipped": rows - seen,
        "problems": [[field, code, number] for (field, code), number in kinds.most_common()],
        "notes": [[*note.split(":", 1), number] for note, number in notes.most_common()],
        "sample": sample,
        "unseen": sight.lost(timezone.now()) if sight is not None else {},
    }


def shown(verdict: Verdict) -> dict[str, Any]:
    """A row as the preview shows it."""
    return {"number": verdict.row.number, "outcome": verdict.outcome, "problems": verdict.row.problems,
            "before": plain(verdict.before), "values": plain(verdict.row.values)}  # fmt: skip


def _problems(verdicts: list[Verdict]) -> Iterator[dict[str, Any]]:
    for one in verdicts:
        for problem in one.row.problems:
            words = json.dumps(plain(problem.get("words", {})), ensure_ascii=False)
            yield {
                "number": one.row.number,
                "field": problem["field"],
                "code": problem["code"],
                "words": words,
                "members": one.row.members,
            }


def refused(owner: Import) -> dict[int, list[dict[str, Any]]]:
    """Number of a row that the check refused -> its problems."""
    file = owner.folder / "problems.parquet"
    found: dict[int, list[dict[str, Any]]] = {}
    if not file.is_file():
        return found
    for one in pq.read_table(file).to_pylist():
        if one["code"] == "no_record":
            continue
        problem = {"field": one["field"], "code": one["code"], "words": json.loads(one["words"])}
        for number in one.get("members") or [one["number"]]:
            found.setdefault(number, []).append(problem)
    return found


# --- what the pages show ---------------------------------------------------------------------------


def problem_page(owner: Import, *, field: str, code: str, page: int, size: int = 50) -> list[dict[str, Any]]:
    """Problems with the cells they are about, `size` at a time, in the order of the file."""
    file = owner.folder / "problems.parquet"
    if not file.is_file():
        return []
    where, values = ["true"], []
    for name, value in (("field", field), ("code", code)):
        if value:
            where.append(f"{name} = ?")
            values.append(value)
    with connect(owner.folder) as db:
        rows = db.execute(
            f"SELECT number, field, code, words FROM read_parquet({literal(str(file))}) WHERE {' AND '.join(where)} "
            f"ORDER BY number LIMIT {int(size)} OFFSET {int(size) * (max(page, 1) - 1)}",
            values,
        ).fetchall()
    cells = cells_of(owner, [row[0] for row in rows])
    names, columns = columns_of(owner), owner.options["columns"]
    found = []
    for number, name, key, words in rows:
        at = names.index(columns[name]) if columns.get(name) in names else -1
        value = (cells.get(number) or [])[at] if at >= 0 and number in cells else ""
        found.append(
            {"number": number, "field": name, "code": key, "words": json.loads(words), "value": value or ""}
        )
    return found


def cells_of(owner: Import, numbers: list[int]) -> dict[int, list[str]]:
    """Number of a row -> its cells as they stand in the file."""
    file = owner.folder / f"cells-{owner.sheet}.parquet"
    if not numbers or not Path(file).is_file():
        return {}
    wanted = ", ".join(str(int(number)) for number in dict.fromkeys(numbers))
    with connect(owner.folder) as db:
        rows = db.execute(
            f"SELECT * FROM read_parquet({literal(str(file))}) WHERE _row IN ({wanted})"
        ).fetchall()
    return {row[0]: [cell or "" for cell in row[1:-1]] for row in rows}
