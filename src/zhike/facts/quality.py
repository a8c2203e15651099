"""The quality report: every row that was dropped, repaired or looks suspicious, with its reason and its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhike.facts.formats import literal
from zhike.facts.pieces import Connection
from zhike_engine.words import Text

Action = Literal["dropped", "repaired", "suspicious"]

REASONS: dict[str, Text] = {
    "row_broken": Text(
        zh="行结构损坏：单元格数目与表头不符", en="broken row: not as many cells as the header"
    ),
    "row_blank": Text(zh="空行", en="blank row"),
    "condition_unreadable": Text(
        zh="取行条件中的数字或日期无法读取", en="a number or date in the condition for rows cannot be read"
    ),
    "overlap": Text(zh="与另一文件的日期重叠", en="the day is covered by another file"),
    "no_customer": Text(zh="没有客户", en="no customer"),
    "unknown_customer": Text(zh="客户表中没有该客户", en="the customer is not in the table customers"),
    "unknown_order": Text(zh="订单表中没有该订单", en="the order is not in the table orders, or was dropped"),
    "empty": Text(zh="{column} 为空", en="{column} is empty"),
    "number_unreadable": Text(zh="{column} 不是可读的数字", en="{column} is no number in the stated format"),
    "date_unreadable": Text(
        zh="{column} 不是存在的日期，或不是所述格式", en="{column} is no date that exists in a stated format"
    ),
    "bool_unreadable": Text(zh="{column} 不是“是”或“否”", en="{column} is neither yes nor no"),
    "not_whole": Text(zh="{column} 不是整数", en="{column} is no whole number"),
    "too_large": Text(zh="{column} 的数字过大", en="{column} is too large a number"),
    "unknown_word": Text(zh="{column} 的词不在对照表中", en="{column}: the word is not in the list of words"),
    "unknown_currency": Text(zh="币种不是国际代码", en="the currency is no ISO code"),
    "duplicate_row": Text(zh="与前面一行完全相同", en="the same as an earlier row in every cell"),
    "duplicate_key": Text(zh="编号重复", en="the id stands in another row too"),
    "positive_return": Text(zh="退货金额为正", en="a return with a positive amount"),
    "not_positive": Text(zh="成交订单金额不大于零", en="a completed order with an amount of zero or less"),
    "trimmed": Text(zh="{column} 前后的空格已去除", en="{column}: blanks around the text were taken off"),
    "rounded": Text(zh="{column} 超出的小数已四舍五入", en="{column}: further decimals were rounded half up"),
    "filled": Text(zh="{column} 为空，已按映射补上", en="{column} was empty and filled as the mapping says"),
    "replaced": Text(
        zh="{column} 的词不在对照表中，已按映射替换", en="{column}: an unlisted word was replaced"
    ),
    "emptied": Text(zh="{column} 无法使用，已留空", en="{column} could not be used and was left empty"),
    "collective": Text(zh="没有客户，归入统一客户", en="no customer; given to the collective customer"),
    "created": Text(zh="客户表中没有，已新建客户", en="the customer was unknown and was created"),
    "id_with_decimals": Text(
        zh="{column} 以 .0 结尾，可能是被当作数字导出", en="{column} ends in .0, as if exported as a number"
    ),
    "values_differ": Text(
        zh="同一编号各行的 {column} 不同", en="{column} differs between the rows of one id"
    ),
    "sum_unknown": Text(
        zh="部分行没有 {column}，合计视为未知", en="{column} is unknown on some rows, so the sum is unknown"
    ),
    "similar_names": Text(zh="客户名称与另一客户相近", en="the name is much like another customer's"),
}
"""Every reason the importer knows by itself; the rules of a mapping add their own words."""


REPORT = ("table", "source", "file", "row", "action", "reason", "column", "value", "zh", "en")
"""The columns of `quality.parquet` and `quality.csv`."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows of a table stand in the report."""

    table: str
    action: Action
    code: str
    text: Text
    column: str = ""


class Ledger:
    """The report while it is made: the DuckDB table `quality` with reasons and parts by number."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.reasons: list[Reason] = []
        db.execute('CREATE TABLE quality (reason INTEGER, part INTEGER, "row" BIGINT, value VARCHAR)')

    def reason(
        self, table: str, action: Action, code: str, column: str = "", text: Text | None = None
    ) -> int:
        """The number of a reason; the same reason always has the same number."""
        words = text or REASONS[code].format(column=column)
        reason = Reason(table, action, code, words, column)
        if reason not in self.reasons:
            self.reasons.append(reason)
        return self.reasons.index(reason)

    def add(self, select: str) -> int:
        """Add the rows of a SELECT of reason, part, row, value; returns how many."""
        row = self.db.execute(f"INSERT INTO quality {select}").fetchone()
        assert row is not None
        return int(row[0])

    def add_row(self, reason: int, part: int, row: int | None, value: str) -> None:
        """Add a single row."""
        self.db.execute("INSERT INTO quality VALUES (?, ?, ?, ?)", [reason, part, row, value])

    def counts(self) -> list[tuple[int, int, int]]:
        """How many rows each reason has in each part: reason, part, rows."""
        query = "SELECT reason, part, count(*) FROM quality GROUP BY ALL ORDER BY ALL"
        return [
            (int(reason), int(part), int(rows)) for reason, part, rows in self.db.execute(query).fetchall()
        ]

    def report_sql(self, parts: list[tuple[str, str]]) -> str:
        """The report as people read it; `parts` gives source and file of every part number.

        Texts are taken from lists, which costs less than joining them to every row.
        """
        reasons = self.reasons
        by_reason: dict[str, list[str]] = {
            "table": [reason.table for reason in reasons],
            "action": [reason.action for reason in reasons],
            "reason": [reason.code for reason in reasons],
            "column": [reason.column for reason in reasons],
            "zh": [reason.text.zh for reason in reasons],
            "en": [reason.text.en for reason in reasons],
        }
        text: dict[str, str] = {
            name: f'{_list(words)}[reason + 1] AS "{name}"' for name, words in by_reason.items()
        }
        text["source"] = f"{_list([source for source, _ in parts])}[part + 1] AS source"
        text["file"] = f"{_list([file for _, file in parts])}[part + 1] AS file"
        text |= {"row": '"row"', "value": "value"}
        columns = ", ".join(text[name] for name in REPORT)
        self.db.execute('CREATE OR REPLACE TABLE sorted AS FROM quality ORDER BY reason, part, "row", value')
        return f"SELECT {columns} FROM sorted"


def _list(words: Sequence[str]) -> str:
    return f"([{', '.join(map(literal, words))}]::VARCHAR[])"
