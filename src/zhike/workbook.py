"""The grades as an Excel workbook: one sheet of grades, one about the run, with headings in both languages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from zhike_engine.run import Run

SHEET_ROWS = 1_000_000
FORMATS = {
    "money": "#,##0.00",
    "share": "0.0%",
    "score": "0.00",
    "points": "0.00",
    "count": "#,##0",
    "number": "#,##0.00",
}
WIDTHS = {"customer": 16, "rating": 14, "name": 36, "review": 40}
HEADINGS = {
    "customer": "客户编号", "rating": "评级", "grade": "等级", "previous_grade": "原等级", "state": "状态", "score": "得分",
    "name": "客户名称", "movement": "变动", "decided_by": "判定步骤", "review": "复核标记",
    "next_grade_missing": "距上一级缺少条件数",
}  # fmt: skip
BLUE = "#E8EEF7"


def write_workbook(
    run: Run, connection: duckdb.DuckDBPyConnection, kinds: dict[str, str], path: Path
) -> None:
    """Write the table `grades` of `connection`. The file holds no clock time: same run, same bytes."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False,
                                           "strings_to_urls": False, "nan_inf_to_errors": True})  # fmt: skip
    stamp = datetime(run.plan.as_of.year, run.plan.as_of.month, run.plan.as_of.day)  # noqa: DTZ001 (a document date)
    book.set_properties({"title": run.policy.document.title.zh, "created": stamp})
    _Grades(run, connection, kinds, book).write()
    _about(run, book)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as problem:
        inner = problem.args[0]
        raise inner if isinstance(inner, OSError) else OSError(0, str(problem)) from None


class _Grades:
    def __init__(
        self,
        run: Run,
        connection: duckdb.DuckDBPyConnection,
        kinds: dict[str, str],
        book: xlsxwriter.Workbook,
    ) -> None:
        self.run = run
        self.connection = connection
        self.kinds = kinds
        self.book = book
        self.head = book.add_format(
            {"bold": True, "bg_color": BLUE, "text_wrap": True, "valign": "top", "border": 1}
        )
        self.formats: dict[str, Format] = {
            kind: book.add_format({"num_format": shown}) for kind, shown in FORMATS.items()
        }

    def write(self) -> None:
        cursor = self.connection.execute("select * from grades")
        names = [str(column[0]) for column in cursor.description]
        number, row, sheet = 1, 0, self.sheet(1, names)
        while rows := cursor.fetchmany(5000):
            for values in rows:
                if row == SHEET_ROWS:
                    number, row = number + 1, 0
                    sheet = self.sheet(number, names)
                row += 1
                self.row(sheet, row, names, values)

    def sheet(self, number: int, names: list[str]) -> Worksheet:
        sheet = self.book.add_worksheet("等级 Grades" if number == 1 else f"等级 Grades {number}")
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 48)
        titles = self.run.policy.document
        for column, name in enumerate(names):
            sheet.set_column(column, column, WIDTHS.get(name, 14))
            spec: Any = titles.metrics.get(name) or titles.scorecards.get(name)
            shown = f"{spec.title.zh}\n{spec.title.en}" if spec else f"{HEADINGS.get(name, name)}\n{name}"
            sheet.write_string(0, column, shown, self.head)
        sheet.autofilter(0, 0, SHEET_ROWS, len(names) - 1)
        return sheet

    def row(self, sheet: Worksheet, row: int, names: list[str], values: tuple[Any, ...]) -> None:
        for column, (name, value) in enumerate(zip(names, values, strict=True)):
            if value is None:
                continue
            if isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, int | float | Decimal):
                sheet.write_number(row, column, float(value), self.formats.get(self.kinds.get(name, "")))
            else:
                sheet.write_string(row, column, str(value))


def _about(run: Run, book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("说明 About")
    bold = book.add_format({"bold": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    titles = {
        "policy": "制度 policy", "policy_version": "版本 version", "policy_hash": "制度指纹 policy hash", "as_of": "截止日 as of",
        "currency": "币种 currency", "facts_fingerprint": "数据指纹 facts fingerprint", "engine": "引擎 engine",
        "engine_version": "引擎版本 engine version",
    }  # fmt: skip
    row = 0
    for key, title in titles.items():
        sheet.write_string(row, 0, title, bold)
        sheet.write_string(row, 1, str(run.manifest[key]), plain)
        row += 1
    for name, value in run.plan.parameters.items():
        spec = value.spec
        sheet.write_string(row, 0, f"{spec.title.zh} {spec.title.en}", bold)
        shown = (
            "未设定 unset"
            if value.written is None
            else f"{value.written} {spec.unit or _percent(spec.type)}".strip()
        )
        sheet.write_string(row, 1, f"{name} = {shown}", plain)
        row += 1
    for finding in run.facts.findings:
        sheet.write_string(row, 0, f"数据 data: {finding.table}", bold)
        sheet.write_string(row, 1, f"{finding.reason.zh} {finding.reason.en}: {finding.rows}", plain)
        row += 1


def _percent(kind: str) -> str:
    return "%" if kind == "percent" else ""
