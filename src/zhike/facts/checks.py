"""What a mapping must hold beyond its shape: known names, readable formulas, words that columns can take.

Everything that can be told without the data is told here; the rest is the importer's.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zhike.facts import formula
from zhike.facts.currencies import CURRENCIES
from zhike.facts.formats import date_format
from zhike.facts.mapping import Constant, Mapping, Source, Target, Value
from zhike.messages import NOTHING, Said, say, together
from zhike_engine.errors import MappingInvalid
from zhike_engine.facts.tables import TABLES, Column, Table
from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.policy.yaml import Document

_NUMBERS = ("money", "decimal", "integer")
_WORDS = ("id", "text", "choice", "bool")

Loc = tuple[str | int, ...]


def find_issues(mapping: Mapping, document: Document) -> Iterator[Issue]:
    """Every problem of a mapping whose shape is right."""
    return _Checks(mapping, document).all()


@dataclass(frozen=True)
class _Checks:
    mapping: Mapping
    document: Document

    def issue(self, loc: Loc, message: Said, hint: Said = NOTHING) -> Issue:
        return Issue("error", self.document.place(loc), message, hint)

    def all(self) -> Iterator[Issue]:
        yield from self.dates(self.mapping.dates, ("dates",))
        for name, source in self.mapping.sources.items():
            yield from self.source(source, ("sources", name))
        for name, target in self.mapping.tables.items():
            if name in TABLES:
                yield from self.target(target, TABLES[name], ("tables", name))
            else:
                yield self.issue(
                    ("tables", name), say("unknown table `{table}`", table=name), did_you_mean(name, TABLES)
                )
        for name, table in TABLES.items():
            if table.required and name not in self.mapping.tables:
                yield self.issue(
                    ("tables",),
                    say("table `{table}` is missing", table=name),
                    say("every facts folder has the table `{table}`", table=name),
                )

    # --- sources -----------------------------------------------------------------------------------

    def source(self, source: Source, here: Loc) -> Iterator[Issue]:
        yield from self.dates(source.dates, (*here, "dates"))
        yield from self.condition(source.only, (*here, "only"), "")
        if source.encoding is not None and not _is_encoding(source.encoding):
            hint = say("write `utf-8`, `gb18030`, `big5`, `utf-16` or another name that Python knows")
            yield self.issue(
                (*here, "encoding"), say("unknown encoding `{encoding}`", encoding=source.encoding), hint
            )
        if source.timezone is not None and not _is_timezone(source.timezone):
            hint = say("write a name such as `Asia/Shanghai`")
            yield self.issue(
                (*here, "timezone"), say("unknown time zone `{timezone}`", timezone=source.timezone), hint
            )

    # --- tables ------------------------------------------------------------------------------------

    def target(self, target: Target, table: Table, here: Loc) -> Iterator[Issue]:
        yield from self.origins(target, here)
        yield from self.names(target, table, here)
        yield from self.attributes(target, table, here)
        yield from self.options(target, table, here)
        yield from self.condition(target.only, (*here, "only"), table.name)
        for kind, rules in (("drop", target.drop), ("flag", target.flag)):
            for index, rule in enumerate(rules):
                yield from self.condition(rule.when, (*here, kind, index, "when"), table.name)
        for part, values in (("columns", target.columns), ("attributes", target.attributes)):
            for name, value in values.items():
                column = table.column(name) if name in table.names else None
                yield from self.value(value, column, table, (*here, part, name))

    def origins(self, target: Target, here: Loc) -> Iterator[Issue]:
        for name in dict.fromkeys(target.sources):
            if name not in self.mapping.sources:
                hint = did_you_mean(name, self.mapping.sources)
                yield self.issue((*here, "from"), say("unknown source `{name}`", name=name), hint)
            if target.sources.count(name) > 1:
                yield self.issue(
                    (*here, "from"), say("source `{name}` stands twice", name=name), say("name it once")
                )

    def names(self, target: Target, table: Table, here: Loc) -> Iterator[Issue]:
        for column in target.columns:
            if column not in table.names:
                further = say("further columns stand under `attributes`") if table.open else NOTHING
                hint = together(did_you_mean(column, table.names), further)
                yield self.issue(
                    (*here, "columns", column),
                    say("table `{table}` has no column `{column}`", table=table.name, column=column),
                    hint,
                )
        for column in table.required_names:
            if column not in target.columns:
                hint = say(
                    "add `{column}:` with a column of the source, or a formula after `=`", column=column
                )
                yield self.issue(
                    (*here, "columns"),
                    say("column `{column}` of table `{table}` is missing", column=column, table=table.name),
                    hint,
                )

    def attributes(self, target: Target, table: Table, here: Loc) -> Iterator[Issue]:
        if target.attributes and not table.open:
            hint = say("only `customers` keeps further columns")
            yield self.issue(
                (*here, "attributes"), say("table `{table}` takes no attributes", table=table.name), hint
            )
        seen = {name.lower() for name in table.names}
        for column in target.attributes:
            place = (*here, "attributes", column)
            if column in table.names:
                yield self.issue(
                    place, say("`{column}` is a column", column=column), say("move it to `columns`")
                )
            elif column.startswith("_") or column.lower() in seen:
                yield self.issue(
                    place,
                    say("`{column}` cannot be the name of an attribute", column=column),
                    say("choose another name"),
                )
            seen.add(column.lower())

    def options(self, target: Target, table: Table, here: Loc) -> Iterator[Issue]:
        if target.group_by is not None and table.key != (target.group_by,):
            hint = (
                say("say `group_by: {column}`", column=table.key[0])
                if len(table.key) == 1
                else say("leave it out")
            )
            message = say(
                "table `{table}` cannot be grouped by `{column}`", table=table.name, column=target.group_by
            )
            yield self.issue((*here, "group_by"), message, hint)
        if target.overlap and target.overlap.date not in target.columns:
            hint = did_you_mean(target.overlap.date, target.columns)
            yield self.issue(
                (*here, "overlap", "date"),
                say("`{column}` is no mapped column", column=target.overlap.date),
                hint,
            )
        fitting = {"unknown_customer": "customer", "no_customer": "customer", "positive_returns": "status"}
        for option, column in fitting.items():
            if option in target.model_fields_set and (column not in table.names or table.name == "customers"):
                message = say("`{key}` means nothing for table `{table}`", key=option, table=table.name)
                yield self.issue((*here, option), message, say("leave it out"))

    # --- values ------------------------------------------------------------------------------------

    def value(self, value: Value, column: Column | None, table: Table, here: Loc) -> Iterator[Issue]:
        yield from self.dates(value.dates, (*here, "dates"))
        for index, case in enumerate(value.cases):
            yield from self.condition(case.when, (*here, "cases", index, "when"), table.name)
        if value.origin is not None and value.origin.startswith("="):
            yield from self.expression(value.origin, (*here, "from"), table.name)
        if column is not None:
            yield from self.fitting(value, column, here)
            for loc, word in _given_words(value):
                if not _fits(word, column):
                    hint = did_you_mean(word, CURRENCIES if column.name == "currency" else column.choices)
                    yield self.issue(
                        (*here, *loc), say("`{word}` is no `{column}`", word=word, column=column.name), hint
                    )

    def fitting(self, value: Value, column: Column, here: Loc) -> Iterator[Issue]:
        """Options that mean nothing for the kind of the column."""
        for option in ("words", "cases", "otherwise"):
            if option in value.model_fields_set and column.kind not in _WORDS:
                message = say(
                    "`{key}` means nothing for `{column}`, which is no word", key=option, column=column.name
                )
                yield self.issue((*here, option), message, say("leave it out"))
        if value.times is not None and column.kind not in _NUMBERS:
            yield self.issue(
                (*here, "times"), say("`{column}` is no number", column=column.name), say("leave `times` out")
            )
        if value.origin is None and column.kind not in _WORDS:
            yield self.issue(here, say("`{column}` needs `from`", column=column.name))

    # --- formulas ----------------------------------------------------------------------------------

    def dates(self, formats: list[str], here: Loc) -> Iterator[Issue]:
        for text in formats:
            try:
                date_format(text)
            except MappingInvalid as problem:
                yield self.issue(here, problem.message, problem.hint)

    def expression(self, text: str, here: Loc, table: str) -> Iterator[Issue]:
        try:
            node = formula.parse_value(text)
        except MappingInvalid as problem:
            yield self.issue(here, problem.message, problem.hint)
        else:
            yield from self.parts(node, here, table)

    def condition(self, text: str | None, here: Loc, table: str) -> Iterator[Issue]:
        if text is None:
            return
        try:
            node = formula.parse_condition(text)
        except MappingInvalid as problem:
            yield self.issue(here, problem.message, problem.hint)
        else:
            yield from self.parts(node, here, table)

    def parts(self, node: formula.Node, here: Loc, table: str) -> Iterator[Issue]:
        for part in formula.walk(node):
            match part:
                case formula.Lookup():
                    yield from self.lookup(part, here, table)
                case formula.Total():
                    yield from self.total(part, here, table)
                case formula.Like(kind="matches", pattern=pattern):
                    if not _is_pattern(pattern):
                        yield self.issue(
                            here,
                            say("`{pattern}` is no pattern", pattern=pattern),
                            say("write a regular expression"),
                        )

    def lookup(self, part: formula.Lookup, here: Loc, table: str) -> Iterator[Issue]:
        if part.source not in self.mapping.sources:
            hint = did_you_mean(part.source, self.mapping.sources)
            yield self.issue(here, say("unknown source `{name}`", name=part.source), hint)
        if not table:
            yield self.issue(
                here, say("a source cannot look into another one"), say("put the condition on the table")
            )

    def total(self, part: formula.Total, here: Loc, table: str) -> Iterator[Issue]:
        money = TABLES["order_lines"].money_columns
        if table != "orders":
            yield self.issue(here, say("`total` is for the table `orders`"), say("leave it out here"))
        elif part.table != "order_lines" or part.table not in self.mapping.tables:
            yield self.issue(
                here,
                say("`total` cannot add up `{name}`", name=part.table),
                say("it adds up a mapped table `order_lines`"),
            )
        elif part.column not in money or part.column not in self.mapping.tables[part.table].columns:
            yield self.issue(
                here,
                say("`total` cannot add up `{name}`", name=part.column),
                did_you_mean(part.column, money),
            )


def _given_words(value: Value) -> Iterator[tuple[Loc, str]]:
    """The values that a mapping itself gives to a column, with their places."""
    if value.origin is not None and value.origin.startswith("="):
        with contextlib.suppress(MappingInvalid):
            node = formula.parse_value(value.origin)
            if isinstance(node, formula.Text):
                yield ("from",), node.value
    for key, word in value.words.items():
        yield ("words", key), word
    for index, case in enumerate(value.cases):
        yield ("cases", index, "value"), case.value
    if isinstance(value.otherwise, Constant):
        yield ("otherwise", "value"), value.otherwise.value
    if value.empty is not None:
        yield ("empty",), value.empty


def _fits(word: str, column: Column) -> bool:
    """Whether a column can take a word of the mapping."""
    try:
        if column.kind in _NUMBERS:
            return Decimal(word).is_finite()
        if column.kind == "date":
            return date.fromisoformat(word).isoformat() == word
    except (InvalidOperation, ValueError):
        return False
    if column.kind == "bool":
        return word in ("true", "false")
    allowed = CURRENCIES if column.name == "currency" else column.choices
    return not allowed or word in allowed


def _is_encoding(name: str) -> bool:
    try:
        return isinstance("".encode(codecs.lookup(name).name), bytes)
    except LookupError:
        return False


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return "(?" not in text.replace("(?:", "")
