"""The mapping document: how a company's own files become fact tables.

`load_mapping` reads and checks a YAML file completely before anything is imported. Every formula is parsed here,
every name of a table, column and source is known afterwards; what only the data can tell is left to the importer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from zhike.facts import formula
from zhike.facts.formats import DEFAULT_DATES, date_format
from zhike.facts.issues import MappingIssues, issues_of
from zhike_engine.errors import MappingInvalid
from zhike_engine.facts.tables import TABLES, Table
from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.policy.yaml import Document, load_document

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
            raise ValueError("`decimal` and `thousands` are the same sign")
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
            raise ValueError("say either `file` or `database`")
        if self.table and self.query:
            raise ValueError("say either `table` or `query`")
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
            raise ValueError("say `from` or `cases`")
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


@dataclass(frozen=True)
class Loaded:
    """A checked mapping with the document it was read from."""

    mapping: Mapping
    document: Document

    def place(self, *loc: str | int) -> str:
        """The place of an element, as `file:line:column`."""
        return str(self.document.place(loc))


def load_mapping(path: Path) -> Loaded:
    """Read and check a mapping file; raises DocumentInvalid or MappingInvalid, which lists every problem."""
    document = load_document(path)
    data = document.data
    if not isinstance(data, dict):
        raise MappingInvalid("a mapping is a list of keys and values", place=str(document.place(())))
    version = data.get("facts_mapping")
    if isinstance(version, int) and version != VERSION:
        hint = "update zhike" if version > VERSION else f"write `facts_mapping: {VERSION}`"
        place = str(document.place(("facts_mapping",)))
        raise MappingInvalid(
            f"mapping language {version} is not known here; this program reads {VERSION}",
            hint=hint,
            place=place,
        )
    try:
        mapping = Mapping.model_validate(data)
    except ValidationError as problem:
        raise MappingIssues.of(issues_of(problem, Mapping, document)) from None
    issues = sorted(_check(mapping, document), key=lambda issue: issue.place)
    if issues:
        raise MappingIssues.of(issues)
    return Loaded(mapping, document)


def _check(mapping: Mapping, document: Document) -> Iterator[Issue]:
    def issue(message: str, *loc: str | int, hint: str = "") -> Issue:
        return Issue("error", document.place(loc), message, hint)

    yield from _check_dates(mapping.dates, document, "dates")
    for name, source in mapping.sources.items():
        yield from _check_dates(source.dates, document, "sources", name, "dates")
        yield from _check_condition(source.only, mapping, document, "sources", name, "only")
    for name, target in mapping.tables.items():
        table = TABLES.get(name)
        if table is None:
            yield issue(f"unknown table `{name}`", "tables", name, hint=did_you_mean(name, TABLES))
            continue
        for source_name in target.sources:
            if source_name not in mapping.sources:
                hint = did_you_mean(source_name, mapping.sources)
                yield issue(f"unknown source `{source_name}`", "tables", name, "from", hint=hint)
        yield from _check_target(mapping, target, table, document)
    for name in ("customers", "orders"):
        if name not in mapping.tables:
            yield issue(
                f"table `{name}` is missing", "tables", hint=f"every facts folder has the table `{name}`"
            )


def _check_target(mapping: Mapping, target: Target, table: Table, document: Document) -> Iterator[Issue]:
    here = ("tables", table.name)

    def issue(message: str, *loc: str | int, hint: str = "") -> Issue:
        return Issue("error", document.place((*here, *loc)), message, hint)

    for column in target.columns:
        if column not in table.names:
            hint = did_you_mean(column, table.names)
            if table.open:
                hint += "; further columns stand under `attributes`"
            yield issue(f"table `{table.name}` has no column `{column}`", "columns", column, hint=hint)
    for column in table.required_names:
        if column not in target.columns:
            yield issue(
                f"column `{column}` of table `{table.name}` is missing",
                "columns",
                hint=f"add `{column}:` with a source column or a formula",
            )
    if target.attributes and not table.open:
        yield issue(
            f"table `{table.name}` takes no attributes",
            "attributes",
            hint="only `customers` keeps further columns",
        )
    for column in target.attributes:
        if column in table.names:
            yield issue(
                f"`{column}` is a column, not an attribute", "attributes", column, hint="move it to `columns`"
            )
    if target.group_by is not None and table.key != (target.group_by,):
        known = f"`{table.key[0]}`" if len(table.key) == 1 else "nothing"
        yield issue(
            f"table `{table.name}` cannot be grouped by `{target.group_by}`",
            "group_by",
            hint=f"it can be grouped by {known}",
        )
    if target.overlap and target.overlap.date not in target.columns:
        yield issue(
            f"`{target.overlap.date}` is no mapped column",
            "overlap",
            "date",
            hint=did_you_mean(target.overlap.date, target.columns),
        )
    for key, word in (
        ("unknown_customer", "customer"),
        ("no_customer", "customer"),
        ("positive_returns", "status"),
    ):
        if key in target.model_fields_set and (word not in table.names or table.name == "customers"):
            yield issue(f"`{key}` means nothing for table `{table.name}`", key, hint="leave it out")
    yield from _check_condition(target.only, mapping, document, *here, "only")
    for kind, rules in (("drop", target.drop), ("flag", target.flag)):
        for index, rule in enumerate(rules):
            yield from _check_condition(rule.when, mapping, document, *here, kind, index, "when")
    for part in ("columns", "attributes"):
        for name, value in getattr(target, part).items():
            yield from _check_value(name, value, mapping, table, document, (*here, part, name))


def _check_value(
    name: str, value: Value, mapping: Mapping, table: Table, document: Document, here: tuple[str | int, ...]
) -> Iterator[Issue]:
    yield from _check_dates(value.dates, document, *here, "dates")
    for index, case in enumerate(value.cases):
        yield from _check_condition(case.when, mapping, document, *here, "cases", index, "when")
    column = table.column(name) if name in table.names else None
    if column and column.choices:
        words = {**{("words", key): word for key, word in value.words.items()}}
        words.update({("cases", index, "value"): case.value for index, case in enumerate(value.cases)})
        if isinstance(value.otherwise, Constant):
            words["otherwise",] = value.otherwise.value
        for loc, word in words.items():
            if word not in column.choices:
                yield Issue(
                    "error",
                    document.place((*here, *loc)),
                    f"`{word}` is no `{name}`",
                    did_you_mean(word, column.choices),
                )
    if value.times is not None and column is not None and column.kind not in ("money", "decimal", "integer"):
        yield Issue("error", document.place((*here, "times")), f"`{name}` is no number", "leave `times` out")
    if value.origin and value.origin.startswith("="):
        try:
            node = formula.parse_value(value.origin)
        except MappingInvalid as problem:
            yield Issue("error", document.place((*here, "from")), problem.message, problem.hint)
        else:
            yield from _check_names(node, mapping, document, table.name, (*here, "from"))


def _check_condition(
    text: str | None, mapping: Mapping, document: Document, *here: str | int
) -> Iterator[Issue]:
    if text is None:
        return
    try:
        node = formula.parse_condition(text)
    except MappingInvalid as problem:
        yield Issue("error", document.place(here), problem.message, problem.hint)
        return
    table = str(here[1]) if here[0] == "tables" else ""
    yield from _check_names(node, mapping, document, table, here)


def _check_names(
    node: formula.Node, mapping: Mapping, document: Document, table: str, here: tuple[str | int, ...]
) -> Iterator[Issue]:
    for part in formula.walk(node):
        if isinstance(part, formula.Lookup) and part.source not in mapping.sources:
            hint = did_you_mean(part.source, mapping.sources)
            yield Issue("error", document.place(here), f"unknown source `{part.source}`", hint)
        if isinstance(part, formula.Lookup) and not table:
            yield Issue(
                "error",
                document.place(here),
                "a source cannot look into another one",
                "put the condition on the table",
            )
        if isinstance(part, formula.Total):
            if table != "orders":
                yield Issue(
                    "error", document.place(here), "`total` is for the table `orders`", "leave it out here"
                )
            elif part.table not in mapping.tables or part.table != "order_lines":
                yield Issue(
                    "error",
                    document.place(here),
                    f"`total` cannot add up `{part.table}`",
                    "it adds up a mapped table `order_lines`",
                )
            elif part.column not in TABLES["order_lines"].money_columns:
                hint = did_you_mean(part.column, TABLES["order_lines"].money_columns)
                yield Issue("error", document.place(here), f"`total` cannot add up `{part.column}`", hint)


def _check_dates(formats: list[str], document: Document, *here: str | int) -> Iterator[Issue]:
    for text in formats:
        try:
            date_format(text)
        except MappingInvalid as problem:
            yield Issue("error", document.place(here), problem.message, problem.hint)
