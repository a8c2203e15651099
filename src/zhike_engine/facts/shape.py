"""What a fact table and its columns are, and short ways to write them down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from zhike_engine.words import Text

Kind = Literal["id", "text", "date", "money", "decimal", "integer", "bool", "choice"]

PHYSICAL: Mapping[Kind, str] = MappingProxyType(
    {
        "id": "VARCHAR",
        "text": "VARCHAR",
        "choice": "VARCHAR",
        "date": "DATE",
        "money": "DECIMAL(18,4)",
        "decimal": "DECIMAL(18,8)",
        "integer": "BIGINT",
        "bool": "BOOLEAN",
    }
)
"""The type of each kind in Parquet files and in DuckDB. Ids may be integers in files made elsewhere."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `required` means: the column is there and never empty.

    `references` names the table whose one-column key every filled value must be found in;
    `choices` lists the allowed words of a choice; `unit` is None where the value has none.
    """

    name: str
    kind: Kind
    required: bool
    title: Text
    meaning: Text
    unit: Text | None = None
    choices: tuple[str, ...] = ()
    references: str | None = None

    @property
    def physical(self) -> str:
        """The type in Parquet files."""
        return PHYSICAL[self.kind]


@dataclass(frozen=True, slots=True)
class Table:
    """One fact table. `key` columns together are unique; `date_column` places a row in time (None: no events).

    `rated_on` is the column whose day decides the exchange rate; where it is absent or empty `date_column` does.
    `open` means that unknown columns are kept as text attributes; `required` that a folder must have the table.
    """

    name: str
    title: Text
    meaning: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    date_column: str | None = None
    rated_on: str | None = None
    required: bool = False
    open: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        """The names of the columns that must be there and filled."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def money_columns(self) -> tuple[str, ...]:
        """The names of the columns that hold amounts of money."""
        return tuple(column.name for column in self.columns if column.kind == "money")

    def column(self, name: str) -> Column:
        """The column called `name`; raises KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


ROW_CURRENCY = Text(zh="该行币种", en="the currency of the row")
POLICY_CURRENCY = Text(zh="制度币种", en="the policy's currency")
HOURS = Text(zh="小时", en="hours")
MONTHS = Text(zh="月", en="months")


def customer_column(required: bool = True) -> Column:
    """The customer a row belongs to."""
    return Column(
        "customer",
        "id",
        required,
        Text(zh="客户编号", en="customer"),
        Text(zh="客户表中的编号", en="the id in the table customers"),
        references="customers",
    )


def known_on_column() -> Column:
    """The day a fact was recorded."""
    return Column(
        "known_on",
        "date",
        False,
        Text(zh="入账日期", en="known on"),
        Text(
            zh="该事实登记的日期；晚于统计截止日登记的行不参与计算",
            en="the day the fact was recorded; rows recorded after the as-of date are left out",
        ),
    )


def key_column(name: str, zh: str, en: str, what_zh: str, what_en: str) -> Column:
    """An id of the table itself."""
    return Column(name, "id", True, Text(zh=zh, en=en), Text(zh=what_zh, en=what_en))


def text_column(name: str, zh: str, en: str, what_zh: str, what_en: str, required: bool = False) -> Column:
    """A text."""
    return Column(name, "text", required, Text(zh=zh, en=en), Text(zh=what_zh, en=what_en))


def date_column(name: str, zh: str, en: str, what_zh: str, what_en: str, required: bool = True) -> Column:
    """A day."""
    return Column(name, "date", required, Text(zh=zh, en=en), Text(zh=what_zh, en=what_en))


def money_column(
    name: str, zh: str, en: str, what_zh: str, what_en: str, required: bool = True, unit: Text = ROW_CURRENCY
) -> Column:
    """An amount of money."""
    return Column(name, "money", required, Text(zh=zh, en=en), Text(zh=what_zh, en=what_en), unit)


def choice_column(
    name: str, choices: tuple[str, ...], zh: str, en: str, what_zh: str, what_en: str, required: bool = True
) -> Column:
    """One of some words."""
    return Column(name, "choice", required, Text(zh=zh, en=en), Text(zh=what_zh, en=what_en), None, choices)


def currency_column(required: bool = True, what: Text | None = None) -> Column:
    """A currency code."""
    meaning = what or Text(
        zh="三个大写字母的国际代码，例如 CNY、USD",
        en="the ISO code of three capital letters, such as CNY or USD",
    )
    return Column("currency", "text", required, Text(zh="币种", en="currency"), meaning)
