"""What an import gives back: the rejected rows as a workbook to fix and bring again, and the match as a mapping file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter
import yaml
from django.utils.translation import gettext as _

from zhike.facts.formats import DEFAULT_DATES, literal
from zhike.facts.mapping import VERSION, Mapping
from zhike.imports.checking import columns_of, refused
from zhike.imports.guessing import DATES, EMPTY, REASON, unit_above
from zhike.imports.models import Import, ImportRow
from zhike.imports.problems import sentence
from zhike.imports.staging import connect
from zhike.imports.targets import TARGETS
from zhike.imports.words import decided, values_of

SHEET_ROWS = 1_000_000


def rejected_workbook(owner: Import, out: Path) -> int:
    """Write the rejected rows with their cells as they stood, as texts, and the reasons behind; how many rows."""
    names = columns_of(owner)
    book = xlsxwriter.Workbook(
        str(out),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    page = book.add_worksheet("Rejected")
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "#B42318"})
    above = unit_above(owner.description["head"], owner.options["header"])
    if above:  # the file brought again is read in the same unit
        page.write_string(0, 0, f"单位：{above}")
    top = 1 if above else 0
    page.freeze_panes(top + 1, 0)
    for column, name in enumerate([*names, REASON]):
        page.write_string(top, column, name, bold)
    page.set_column(0, len(names) - 1, 16)
    page.set_column(len(names), len(names), 60)
    count = 0
    for count, (cells, reason) in enumerate(_rejected(owner, len(names)), start=1):
        if count >= SHEET_ROWS:
            break
        for column, cell in enumerate(cells):
            if cell:
                page.write_string(top + count, column, cell)
        page.write_string(top + count, len(names), reason[:32_000], red)
    book.close()
    return count


def _kept(owner: Import) -> dict[int, list[dict[str, Any]]]:
    """Number of a row that the import refused -> its problems."""
    found: dict[int, list[dict[str, Any]]] = {}
    lines = ImportRow.objects.filter(owner=owner, outcome="rejected").values_list("number", "problems")
    for number, kept in lines.iterator(chunk_size=2000):
        assert kept is not None
        for one in kept.get("members") or [number]:
            found[one] = kept["problems"]
    return found


def _rejected(owner: Import, width: int) -> Iterator[tuple[list[str], str]]:
    """Cells and reasons of the rejected rows, in the order of the file."""
    target = TARGETS[owner.target]
    labels = {field.code: str(field.label) for field in target.fields}
    known = {field.code: values_of(field) for field in target.fields}
    names = columns_of(owner)
    columns = owner.options["columns"]
    found = refused(owner) if owner.state == "checked" else _kept(owner)
    if not found:
        return
    with connect(owner.folder) as db:
        db.register("wanted", pa.table({"number": pa.array(sorted(found), pa.int64())}))
        cells = literal(str(owner.folder / f"cells-{owner.sheet}.parquet"))
        cursor = db.execute(
            f"SELECT c.* FROM read_parquet({cells}) c JOIN wanted ON c._row = wanted.number ORDER BY c._row"
        )
        while rows := cursor.fetchmany(2000):
            for row in rows:
                texts = [cell or "" for cell in row[1 : 1 + width]]
                reasons = []
                for problem in found[row[0]]:
                    name = columns.get(problem["field"])
                    value = texts[names.index(name)] if name in names else ""
                    code = problem["field"]
                    reasons.append(sentence(problem, value, labels.get(code, ""), known.get(code, "")))
                yield texts, "；".join(reasons)


# --- the match as a mapping file ---------------------------------------------------------------------

TABLES = {
    "customers": "customers",
    "orders": "orders",
    "receivables": "receivables",
    "activities": "activities",
    "rates": "exchange_rates",
}
COLUMNS = {
    "customers": {"code": "customer", "name": "name", "group": "group", "industry": "industry", "need_type": "need", "region": "region",
                  "country": "country", "department": "department", "source": "channel", "since": "since"},
    "orders": {"number": "order", "customer": "customer", "ordered_on": "ordered_on", "amount": "amount", "currency": "currency",
               "profit": "profit", "status": "status", "product": "product", "known_on": "known_on"},
    "receivables": {"number": "receivable", "customer": "customer", "order": "order", "issued_on": "issued_on", "due_on": "due_on",
                    "amount": "amount", "currency": "currency", "paid_on": "paid_on", "known_on": "known_on"},
    "activities": {"customer": "customer", "done_on": "done_on", "channel": "kind"},
    "rates": {"currency": "currency", "rate_on": "rate_on", "rate": "rate"},
}  # fmt: skip
"""Target -> field -> column of the fact table."""


def mapping_text(owner: Import) -> str:
    """The match as a mapping file for `zhike facts`. One of orders is whole; any other is a part to put beside the rest."""
    target = TARGETS[owner.target]
    suffix = {"csv": "csv", "xls": "xls"}.get(owner.kind, "xlsx")
    options = owner.options
    source: dict[str, Any] = {
        "file": owner.file_name if "." in owner.file_name else f"{owner.file_name}.{suffix}"
    }
    if owner.kind == "csv":
        source |= {
            "format": "csv",
            "encoding": owner.description["encoding"],
            "delimiter": owner.description["delimiter"],
        }
    else:
        source |= {"format": "excel", "sheet": owner.description["name"]}
    if options["header"] != 1:
        source["header"] = options["header"]
    source["empty"] = list(EMPTY)
    table = TABLES.get(owner.target)
    tables: dict[str, Any] = {}
    if owner.target == "orders":
        who = _value(owner, "customer")
        tables["customers"] = {
            "from": "upload", "group_by": "customer", "duplicate_rows": "keep", "columns": {"customer": who, "name": who},
        }  # fmt: skip
    if table is not None:
        tables[table] = _table(owner)
    document: dict[str, Any] = {
        "facts_mapping": VERSION,
        "title": {"zh": f"导入 {owner.file_name}", "en": f"Import of {owner.file_name}"},
        "dates": [*DEFAULT_DATES, *DATES[options["dates"]]],
        "numbers": {"decimal": options["decimal"]},
        "sources": {"upload": source},
        "tables": tables,
    }
    if tables:
        Mapping.model_validate(document)
    head = f"# {target.label}: {owner.file_name}\n#\n#   zhike facts mapping.yaml --out facts\n"
    return head + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=130)


def _table(owner: Import) -> dict[str, Any]:
    known = COLUMNS[owner.target]
    columns = {name: value for code, name in known.items() if (value := _value(owner, code)) is not None}
    found: dict[str, Any] = {"from": "upload", "columns": columns}
    if owner.target == "orders":
        columns.setdefault("status", '= "completed"')
        found["positive_returns"] = "negate" if owner.options.get("returns") == "negate" else "drop"
    if owner.target == "activities":
        columns["activity"] = "= row()"
        columns.setdefault("hours", "= 0")
    if owner.target == "customers":
        more = {field.code: owner.options["columns"][field.code] for field in TARGETS["customers"].fields
                if field.code in owner.options["columns"] and field.code not in known}  # fmt: skip
        if more:
            found["attributes"] = more
    if owner.options["repeats"] == "sum":
        found["group_by"] = known[TARGETS[owner.target].keys[owner.options["match"]][0]]
    elif owner.options["repeats"] == "first":
        found["duplicate_keys"] = "first"
    return found


def _value(owner: Import, code: str) -> Any:
    options, field = owner.options, TARGETS[owner.target].field(code)
    origin, default = options["columns"].get(code), options["defaults"].get(code)
    if origin is None:
        return None if default is None else f'= "{default}"'
    said: dict[str, Any] = {"from": origin}
    if field.words:
        words = {**field.words} | {word: to for word, to in decided(options, field).items() if to}
        said |= {"words": {word: to for word, to in words.items() if word != to}, "otherwise": "keep"}
    if default or code == "status":
        said["empty"] = default or "completed"
    if code in options["times"]:
        said["times"] = options["times"][code]
    return said if len(said) > 1 else origin


def name_of_rejected(owner: Import) -> str:
    """The name under which the rejected rows are saved."""
    stem = Path(owner.file_name).stem or "import"
    return f"{stem} {_('rejected')}.xlsx"
