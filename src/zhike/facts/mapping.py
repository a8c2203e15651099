"""The mapping document: how a company's own files become fact tables. `loading` reads it, `checks` proves it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from zhike.facts.formats import DEFAULT_DATES
from zhike.messages import say
from zhike_engine.policy.parts import AnyText
from zhike_engine.policy.refusals import Refused

VERSION = 1
"""The version of the mapping language that this program reads."""

Name = Annotated[str, Field(pattern=r"^[^\W\d]\w*$")]


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) or value is None else [value]


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else value


def _as_word(value: Any) -> Any:
    return ("true" if value else "false") if isinstance(value, bool) else _as_text(value)


_WORD: dict[str, Any] = {"type": ["string", "number", "boolean"]}
Word = Annotated[str, BeforeValidator(_as_word), WithJsonSchema(_WORD)]
Words = Annotated[
    list[Word],
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [_WORD, {"type": "array", "items": _WORD}]}),
]
"""One word, or a list of them."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Numbers(_Part):
    """How numbers are written."""

    decimal: Literal[".", ","] = Field(".", description="sign before the decimals")
    thousands: Literal[",", ".", "'", " "] | None = Field(None, description="sign between thousands")

    @model_validator(mode="after")
    def _differ(self) -> Numbers:
        if self.decimal == self.thousands:
            raise Refused(say("`decimal` and `thousands` are the same sign"))
        return self


class Source(_Part):
    """One source of rows: files of one shape, or a query of a database."""

    file: Words = Field([], description="path, pattern such as `orders *.csv`, or a list of them")
    format: Literal["csv", "excel", "parquet", "duckdb", "sqlite"] | None = Field(
        None, description="what the file is, when its name does not tell"
    )
    encoding: str | None = Field(None, description="encoding; told from the bytes when unsaid")
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = Field(
        None, description="sign between the cells of a CSV file; told from the header row when unsaid"
    )
    header: int = Field(1, ge=1, le=1000, description="number of the row with the column names")
    sheet: Words = Field([], description="name of a sheet, a list of names, or `all`")
    database: str | None = Field(None, description="DuckDB or SQLite file, PostgreSQL URL, or env:NAME")
    table: str | None = Field(None, description="table of the database")
    query: str | None = Field(None, description="query of the database")
    timezone: str | None = Field(None, description="time zone whose day counts for moments")
    dates: Words = Field([], description="ways in which dates stand as text, such as d.m.yyyy")
    numbers: Numbers | None = Field(None, description="how numbers are written")
    empty: Words = Field([], description="words that mean empty")
    only: str | None = Field(None, description="condition on the rows that are asked for")

    @model_validator(mode="after")
    def _one_origin(self) -> Source:
        if bool(self.file) == bool(self.database):
            raise Refused(say("say either `file` or `database`"))
        if self.table and self.query:
            raise Refused(say("say either `table` or `query`"))
        return self


class Constant(_Part):
    """A fixed value."""

    value: Word = Field(description="the value")


class Case(_Part):
    """A value that a condition decides."""

    when: str = Field(description="condition on the row")
    value: Word = Field(description="value where it holds")


class Value(_Part):
    """Where the value of one column comes from. A plain text in its place means `from`."""

    origin: str | None = Field(None, alias="from", description="column of the source, or a formula after `=`")
    cases: list[Case] = Field([], description="values that a condition decides; the first that holds")
    words: dict[str, Word] = Field({}, description="what the words of the source mean")
    otherwise: Literal["drop", "keep", "empty"] | Constant = Field(
        "drop",
        description="a word that is not listed: drop the row, keep the word, leave it empty, or a fixed value",
    )
    empty: Word | None = Field(None, description="value when the cell is empty")
    times: Annotated[int | Decimal, Field(gt=0)] | None = Field(
        None, description="multiplier, such as 10000 for 万元"
    )
    dates: Words = Field([], description="ways in which dates stand as text")
    numbers: Numbers | None = Field(None, description="how numbers are written")

    @model_validator(mode="after")
    def _some_origin(self) -> Value:
        if self.origin is None and not self.cases:
            raise Refused(say("say `from` or `cases`"))
        return self


def _as_value(value: Any) -> Any:
    return value if isinstance(value, dict) else {"from": _as_word(value)}


class Rule(_Part):
    """Rows that a condition picks out, and why."""

    when: str = Field(description="condition on the row")
    reason: AnyText = Field(description="why, for the list of rows")


class Collective(_Part):
    """The customer that rows without one are given to."""

    customer: Word = Field(description="id of the collective customer")


class Overlap(_Part):
    """What happens when two files cover the same days."""

    date: str = Field(description="column with the day")
    take: Literal["later", "earlier"] = Field(description="which file counts")


Columns = dict[str, Annotated[Value, BeforeValidator(_as_value)]]


class Target(_Part):
    """How one fact table is filled."""

    sources: Words = Field(alias="from", min_length=1, description="source, or list of sources")
    columns: Columns = Field(description="columns of the fact table")
    attributes: Columns = Field({}, description="further columns of customers")
    only: str | None = Field(None, description="condition on the rows that are asked for")
    group_by: str | None = Field(None, description="column by which many rows become one")
    differ: Literal["first", "last"] = Field(
        "first", description="which filled cell counts where grouped rows differ"
    )
    drop: list[Rule] = Field([], description="rows to drop, with the reason")
    flag: list[Rule] = Field([], description="rows to keep and list, with the reason")
    duplicate_rows: Literal["keep", "flag", "drop"] | None = Field(
        None, description="rows that are the same in every cell"
    )
    duplicate_keys: Literal["refuse", "first", "last"] = Field("refuse", description="two rows of one id")
    unknown_customer: Literal["drop", "create"] = Field(
        "drop", description="rows whose customer is not in customers"
    )
    no_customer: Literal["drop"] | Collective = Field(
        "drop", description="rows without a customer: drop, or a collective customer"
    )
    positive_returns: Literal["drop", "negate"] = Field("drop", description="returns with a positive amount")
    overlap: Overlap | None = Field(None, description="which file counts where files cover the same days")

    @property
    def compares_rows(self) -> bool:
        """Whether whole rows are compared to find twins."""
        return (self.duplicate_rows or ("flag" if self.group_by else "keep")) != "keep"

    def values(self) -> dict[str, Value]:
        """Columns and attributes together."""
        return {**self.columns, **self.attributes}


class Mapping(_Part):
    """A whole mapping document."""

    facts_mapping: int = Field(description="version of the mapping language")
    title: AnyText = Field(description="name that people see")
    note: AnyText | None = Field(None, description="remark for the reader")
    dates: Words = Field([], description="ways in which dates stand as text, for all sources")
    numbers: Numbers = Field(Numbers(), description="how numbers are written, in all sources")
    empty: Words = Field([], description="words that mean empty, in all sources")
    sources: Annotated[dict[Name, Source], Field(min_length=1)] = Field(description="where rows come from")
    tables: Annotated[dict[str, Target], Field(min_length=1)] = Field(description="what they become")

    def dates_of(self, source: str, value: Value | None = None) -> list[str]:
        """The date formats that hold for a value of a source."""
        return (
            (value.dates if value else []) or self.sources[source].dates or self.dates or list(DEFAULT_DATES)
        )

    def numbers_of(self, source: str, value: Value | None = None) -> Numbers:
        """The number format that holds for a value of a source."""
        return (value.numbers if value else None) or self.sources[source].numbers or self.numbers
