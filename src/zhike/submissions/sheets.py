"""Sheets of monthly figures: read like any import (size, kind, a process apart), and a form to fill in."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.imports.archive import CUSTOMER
from zhike.imports.guessing import first_options, header_row, names_of
from zhike.imports.judging import Judge, Row
from zhike.imports.links import SEVERAL, Links
from zhike.imports.parsing import guess_formats, load_cells, parse
from zhike.imports.problems import refusal, sentence
from zhike.imports.rows import batches
from zhike.imports.safety import MEBIBYTE, Unsafe, kind_of
from zhike.imports.staging import connect, stage
from zhike.imports.targets import Field, Target
from zhike.kernel.refusals import Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike.submissions.reconciling import Given

LARGEST = 20 * MEBIBYTE
MOST_ROWS = 100_000
TOLD = 50
"""So many problems are told one by one."""

FIELDS = (
    replace(CUSTOMER, required=False),
    Field("name", gettext_lazy("customer name"), limit=160, synonyms=(
        "客户名称", "客户全称", "公司名称", "单位名称", "customer name", "company", "company name", "name")),
    Field("amount", gettext_lazy("order amount"), "money", required=True, needs="price", synonyms=(
        "订单金额", "金额", "销售金额", "订单总额", "amount", "order amount", "total", "sales")),
    Field("orders", gettext_lazy("orders"), "integer", required=True, synonyms=(
        "订单数", "订单数量", "订单笔数", "笔数", "单数", "orders", "number of orders", "order count", "count")),
    Field("profit", gettext_lazy("profit"), "money", needs="profit", synonyms=("利润", "毛利", "订单利润", "profit", "margin")),
    Field("explanation", gettext_lazy("explanation"), limit=300, synonyms=(
        "说明", "备注", "差异说明", "原因", "explanation", "remark", "note", "comment")),
)  # fmt: skip
TARGET = Target(
    "figures", gettext_lazy("Monthly figures"), "", FIELDS, {"customer": ("customer",)}, {"customer": CUSTOMER.label},
    ("submit_figures",), Judge,
)  # fmt: skip
"""What a sheet of figures holds, in the words of imports."""


@dataclass(frozen=True)
class Sheet:
    """A sheet that was read: its name, the digest of its bytes, its rows."""

    name: str
    digest: str
    rows: list[Given]


def read(upload: Any, *, by: Person) -> Sheet:
    """Read an upload with `name`, `size` and `chunks()`. Raises Invalid with every row that cannot be read."""
    if not sees(by, "price") or not sees(by, "profit"):
        raise Forbidden(_("Your roles do not show amounts and profit."))
    name = PurePath(str(upload.name or "").replace("\\", "/")).name.replace("\x00", "")[-160:] or "upload"
    if (upload.size or 0) > LARGEST:
        raise _refused("too_large", {"most": LARGEST // MEBIBYTE})
    home = Path(settings.MEDIA_ROOT) / "submissions"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix=".reading-", dir=home))
    try:
        file = folder / "upload.bin"
        digest = hashlib.sha256()
        with file.open("xb") as out:
            for chunk in upload.chunks():
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        rows = _rows(file, folder, by)
        kept = home / digest.hexdigest()[:2] / digest.hexdigest()
        kept.parent.mkdir(exist_ok=True, mode=0o700)
        file.replace(kept)
    except Unsafe as unsafe:
        raise _refused(unsafe.code, unsafe.words) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Sheet(name, digest.hexdigest(), rows)


def _refused(code: str, words: Mapping[str, Any]) -> Invalid:
    why = refusal(code, words)
    return Invalid(why, fields={"file": why})


def _rows(file: Path, folder: Path, by: Person) -> list[Given]:
    sheets = stage(file, kind_of(file), folder)
    sizes = [len(sheet["head"]) > 1 for sheet in sheets]
    place = sizes.index(True) if True in sizes else 0
    sheet = sheets[place]
    if sheet["rows"] > MOST_ROWS:
        raise Unsafe("too_many_rows", {"most": MOST_ROWS})
    header = header_row(sheet["head"], FIELDS)
    cells: list[str] = next((cells for number, cells in sheet["head"] if number == header), [])
    names = names_of([*cells, *[""] * (sheet["width"] - len(cells))])
    options = first_options(FIELDS, names, TARGET.keys)
    lacking = [one for one in FIELDS if one.required and one.code not in options["columns"]]
    if not {"customer", "name"} & set(options["columns"]):
        lacking.insert(0, FIELDS[0])
    if lacking:
        said = ", ".join(str(one.label) for one in lacking)
        raise Invalid(
            _("The sheet has no column for: %(names)s.") % {"names": said},
            fields={"file": _("a column is missing: %(names)s") % {"names": said}},
        )
    numbers = [options["columns"][code] for code in ("amount", "profit") if code in options["columns"]]
    with connect(folder) as db:
        load_cells(db, folder / f"cells-{place}.parquet", header)
        options |= guess_formats(db, names, [], numbers)
    out = folder / "rows.parquet"
    parse(folder / f"cells-{place}.parquet", TARGET, FIELDS, options, names, header, out)
    return _given(out, Links(by))


def _given(out: Path, links: Links) -> list[Given]:
    rows: list[Given] = []
    wrong: list[str] = []
    for batch in batches(out, TARGET, after=-1, size=1000):
        links.learn("customer", [label for row in batch if (label := _label(row))])
        for row in batch:
            found = links.get("customer", _label(row))
            if not _label(row):
                row.refuse("customer", "empty")
            if found == SEVERAL:
                row.refuse("customer", "several")
            if _is_blank(row):
                continue
            if row.problems:
                wrong.append(_told(row))
            else:
                rows.append(_one(row, found))
    wrong += _twice(rows)
    if wrong:
        more = [_("… and %(count)s more") % {"count": len(wrong) - TOLD}] if len(wrong) > TOLD else []
        raise Invalid(
            _("%(count)s rows cannot be read.") % {"count": len(wrong)},
            fields={"file": [*wrong[:TOLD], *more]},
        )
    return rows


def _label(row: Row) -> str:
    return row.values.get("customer") or row.values.get("name") or ""


def _is_blank(row: Row) -> bool:
    """Whether a row of the form was left empty: a customer without figures."""
    values = row.values
    empty = all(values.get(code) is None for code in ("amount", "orders", "profit"))
    return empty and all(problem["code"] == "empty" for problem in row.problems)


def _one(row: Row, customer: int | None) -> Given:
    values = row.values
    return Given(
        row.number, _label(row), customer, values["amount"], int(values["orders"]), values.get("profit"),
        (values.get("explanation") or "").strip(),
    )  # fmt: skip


def _twice(rows: list[Given]) -> list[str]:
    """Rows of a customer that stands further up under another name."""
    first: dict[int, int] = {}
    found = []
    for one in rows:
        if one.customer is not None and first.setdefault(one.customer, one.row) != one.row:
            why = sentence({"code": "twice", "words": {"first": first[one.customer]}})
            found.append(_("Row %(row)s: %(why)s") % {"row": one.row, "why": why})
    return found


def _told(row: Row) -> str:
    labels = {"": "", **{one.code: str(one.label) for one in FIELDS}}
    why = "; ".join(
        sentence(problem, str(row.values.get(problem["field"]) or ""), labels[problem["field"]])
        for problem in row.problems
    )
    return _("Row %(row)s: %(why)s") % {"row": row.number, "why": why}


def form_to_fill(title: str, currency: str, customers: list[tuple[str, str]]) -> bytes:
    """A workbook with a row per customer, to be filled in and uploaded."""
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(title[:31].translate(str.maketrans("[]:*?/\\'", "        ")))
    bold = book.add_format({"bold": True, "bottom": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    heads = (
        _("customer"), _("customer name"), f"{_('order amount')} ({currency})", _("orders"), f"{_('profit')} ({currency})",
        _("explanation"),
    )  # fmt: skip
    for column, (head, width) in enumerate(zip(heads, (16, 40, 18, 10, 18, 40), strict=True)):
        sheet.set_column(column, column, width, money if column in (2, 4) else None)
        sheet.write_string(0, column, head, bold)
    for row, (code, name) in enumerate(customers, start=1):
        sheet.write_string(row, 0, code)
        sheet.write_string(row, 1, name)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
