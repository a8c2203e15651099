"""The mapping document: how a company's own files become fact tables. `loading` reads it, `checks` proves it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from zhike.facts.formats import DEFAULT_DATES
from zhike.messages import say
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


Word = Annotated[str, BeforeValidator(_as_word)]
Words = Annotated[list[Word], BeforeValidator(_as_list)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Both(_Part):
    """A text in both languages."""

    zh: str
    en: str


class Numbers(_Part):
    """How numbers are written."""

    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", "'", " "] | None = None

    @model_validator(mode="after")
    def _differ(self) -> Numbers:
        if self.decimal == self.thousands:
            raise Refused(say("`decimal` and `thousands` are the same sign"))
        return self


class Source(_Part):
    """One source of rows: files of one shape, or a query of a database."""

    file: Words = []
    format: Literal["csv", "excel", "parquet", "duckdb", "sqlite"] | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    header: Annotated[int, Field(ge=1, le=1000)] = 1
    sheet: Words = []
    database: str | None = None
    table: str | None = None
    query: str | None = None
    timezone: str | None = None
    dates: Words = []
    numbers: Numbers | None = None
    empty: Words = []
    only: str | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Source:
        if bool(self.file) == bool(self.database):
            raise Refused(say("say either `file` or `database`"))
        if self.table and self.query:
            raise Refused(say("say either `table` or `query`"))
        return self


class Constant(_Part):
    """A fixed value."""

    value: Word


class Case(_Part):
    """A value that a condition decides."""

    when: str
    value: Word


class Value(_Part):
    """Where the value of one column comes from. A plain text in its place means `from`."""

    origin: Annotated[str | None, Field(alias="from")] = None
    cases: list[Case] = []
    words: dict[str, Word] = {}
    otherwise: Literal["drop", "keep", "empty"] | Constant = "drop"
    empty: Word | None = None
    times: Annotated[int | Decimal, Field(gt=0)] | None = None
    dates: Words = []
    numbers: Numbers | None = None

    @model_validator(mode="after")
    def _some_origin(self) -> Value:
        if self.origin is None and not self.cases:
            raise Refused(say("say `from` or `cases`"))
        return self


def _as_value(value: Any) -> Any:
    return value if isinstance(value, dict) else {"from": _as_word(value)}


class Rule(_Part):
    """Rows that a condition picks out, and why."""

    when: str
    reason: Both


class Collective(_Part):
    """The customer that rows without one are given to."""

    customer: Word


class Overlap(_Part):
    """What happens when two files cover the same days."""

    date: str
    take: Literal["later", "earlier"]


Columns = dict[str, Annotated[Value, BeforeValidator(_as_value)]]


class Target(_Part):
    """How one fact table is filled."""

    sources: Annotated[Words, Field(alias="from", min_length=1)]
    columns: Columns
    attributes: Columns = {}
    only: str | None = None
    group_by: str | None = None
    differ: Literal["first", "last"] = "first"
    drop: list[Rule] = []
    flag: list[Rule] = []
    duplicate_rows: Literal["keep", "flag", "drop"] | None = None
    duplicate_keys: Literal["refuse", "first", "last"] = "refuse"
    unknown_customer: Literal["drop", "create"] = "drop"
    no_customer: Literal["drop"] | Collective = "drop"
    positive_returns: Literal["drop", "negate"] = "drop"
    overlap: Overlap | None = None

    @property
    def compares_rows(self) -> bool:
        """Whether whole rows are compared to find twins."""
        return (self.duplicate_rows or ("flag" if self.group_by else "keep")) != "keep"

    def values(self) -> dict[str, Value]:
        """Columns and attributes together."""
        return {**self.columns, **self.attributes}


class Mapping(_Part):
    """A whole mapping document."""

    facts_mapping: int
    title: Both
    note: Both | None = None
    dates: Words = []
    numbers: Numbers = Numbers()
    empty: Words = []
    sources: Annotated[dict[Name, Source], Field(min_length=1)]
    tables: Annotated[dict[str, Target], Field(min_length=1)]

    def dates_of(self, source: str, value: Value | None = None) -> list[str]:
        """The date formats that hold for a value of a source."""
        return (
            (value.dates if value else []) or self.sources[source].dates or self.dates or list(DEFAULT_DATES)
        )

    def numbers_of(self, source: str, value: Value | None = None) -> Numbers:
        """The number format that holds for a value of a source."""
        return (value.numbers if value else None) or self.sources[source].numbers or self.numbers
