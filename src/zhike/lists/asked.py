"""What a list was asked for: words, conditions, order, columns, page. Read from a query string and written back to one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Func, Q
from django.http import QueryDict
from django.utils import timezone

from zhike.lists.fields import OPERATORS, Field
from zhike.lists.pages import page_number, words_of

MOST_CONDITIONS, MOST_VALUES = 20, 50


@dataclass(frozen=True)
class Condition:
    """One condition: `grade:in:A,B`."""

    code: str
    operator: str
    text: str = ""

    @classmethod
    def read(cls, text: str) -> Condition | None:
        """From its text; None when it is not one."""
        parts = text.split(":", 2)
        return cls(parts[0], parts[1], parts[2][:200] if len(parts) == 3 else "") if len(parts) >= 2 else None

    def __str__(self) -> str:
        return f"{self.code}:{self.operator}:{self.text}" if self.text else f"{self.code}:{self.operator}"

    @property
    def values(self) -> list[str]:
        """The values between commas."""
        return [value for value in self.text.split(",") if value][:MOST_VALUES]


@dataclass(frozen=True)
class Asked:
    """A question to a list."""

    words: str = ""
    conditions: tuple[Condition, ...] = ()
    any_of: bool = False
    sort: str = ""
    columns: tuple[str, ...] = ()
    group: str = ""
    page: int = 1
    view: str = ""
    tab: str = ""

    @classmethod
    def read(
        cls, query: QueryDict, fields: Iterable[Field], default_sort: str, tabs: tuple[str, ...] = ()
    ) -> Asked:
        """From a query string, keeping what these fields can answer; the rest counts as not asked. The first tab is the usual."""
        known = {field.code: field for field in fields}
        number, sort = query.get("page", "1"), query.get("sort", default_sort)
        written = [
            *query.getlist("c"),
            *(f"{code}:in:{query[f'quick_{code}']}" for code in known if query.get(f"quick_{code}")),
        ]
        if query.get("new_field") and (
            query.get("new_value") or query.get("new_operator") in {"empty", "filled"}
        ):
            written.append(
                f"{query['new_field']}:{query.get('new_operator', '')}:{query.get('new_value', '')}"
            )
        found = (Condition.read(text.replace("\x00", "")) for text in written[:MOST_CONDITIONS])
        columns = tuple(code for code in query.get("columns", "").split(",") if code in known)
        sortable = known.get(sort.lstrip("-"))
        group, tab = query.get("group", ""), query.get("tab", "")
        return cls(
            words=words_of(query.get("q", "")),
            conditions=tuple(one for one in found if one is not None and _answerable(one, known)),
            any_of=query.get("any") == "1",
            sort=sort if sortable is not None and sortable.sort else default_sort,
            columns=columns,
            group=group if group in known and known[group].groups else "",
            page=page_number(number),
            view=query.get("view", "")[:20],
            tab=tab if tab in tabs else (*tabs, "")[0],
        )

    def query(self, **changes: Any) -> str:
        """The query string of this question with some parts changed; a changed filter goes back to page 1."""
        one = replace(self, **changes) if "page" in changes else replace(self, page=1, **changes)
        parts: list[tuple[str, str]] = [("tab", one.tab)] if one.tab else []
        parts += [("q", one.words)] if one.words else []
        parts += [("c", str(condition)) for condition in one.conditions]
        parts += [("any", "1")] if one.any_of else []
        parts += [("sort", one.sort)] if one.sort else []
        parts += [("columns", ",".join(one.columns))] if one.columns else []
        parts += [("group", one.group)] if one.group else []
        parts += [("view", one.view)] if one.view else []
        parts += [("page", str(one.page))] if one.page > 1 else []
        return urlencode(parts)

    @property
    def is_filtered(self) -> bool:
        """Whether words or conditions narrow the list."""
        return bool(self.words or self.conditions)

    def value_of(self, code: str) -> str:
        """The text of the first `in` condition on a field, for quick filters."""
        return next((one.text for one in self.conditions if one.code == code and one.operator == "in"), "")

    def with_value(self, code: str, text: str) -> Asked:
        """This question with the quick filter of a field set, or taken away by an empty text."""
        rest = tuple(one for one in self.conditions if not (one.code == code and one.operator == "in"))
        return replace(self, conditions=(*rest, Condition(code, "in", text)) if text else rest, page=1)

    def with_group(self, code: str, text: str) -> Asked:
        """This question for one group of a field; an empty text is the group of those without a value."""
        found = self.with_value(code, text)
        return found if text else replace(found, conditions=(*found.conditions, Condition(code, "empty")))


def _answerable(condition: Condition, known: dict[str, Field]) -> bool:
    field = known.get(condition.code)
    return (
        field is not None
        and field.filter
        and condition.operator in OPERATORS[field.kind]
        and _q(field, condition) is not None
    )


class Loose(Func):
    """A column that no index of SQLite is searched by, so that it goes through the index of the order instead."""

    template = "+%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """PostgreSQL weighs the limit by itself."""
        return self.as_sql(compiler, connection, template="%(expressions)s", **more)


def loosely(asked: Asked, fields: Iterable[Field]) -> tuple[dict[str, Loose], tuple[Field, ...]]:
    """Aliases of the columns that are asked for, and the fields that read them."""
    asked_for = {one.code for one in asked.conditions}
    names = {
        field.code: f"loose_{field.code}"
        for field in fields
        if field.code in asked_for and field.kind in {"choice", "key"} and field.holding is None
    }
    read = tuple(replace(field, column=names.get(field.code, field.column)) for field in fields)
    return {names[field.code]: Loose(F(field.column)) for field in fields if field.code in names}, read


def where(asked: Asked, fields: Iterable[Field]) -> Q:
    """The conditions as one Q."""
    known = {field.code: field for field in fields}
    parts = [(one, _q(known[one.code], one) or Q()) for one in asked.conditions if one.code in known]
    scope, whole = Q(), Q()
    for one, part in parts:
        if known[one.code].scope:
            scope &= part
        else:
            whole = whole | part if asked.any_of else whole & part
    return scope & whole


def _q(field: Field, condition: Condition) -> Q | None:
    """The Q of one condition; None when its value cannot be read."""
    if condition.operator in {"empty", "filled"}:
        empty = (
            ~field.holding(None)
            if field.holding
            else Q(**{f"{field.column}__isnull": True})
            if field.kind in {"day", "moment", "key"}
            else Q(**{field.column: ""})
        )
        return empty if condition.operator == "empty" else ~empty
    if field.kind == "text":
        name = f"{field.column}__icontains" if condition.operator == "has" else f"{field.column}__iexact"
        return Q(**{name: condition.text}) if condition.text else None
    if field.kind in {"choice", "key"}:
        values = [_read(field, value) for value in condition.values]
        if not values or None in values:
            return None
        inside = field.holding(values) if field.holding else Q(**{f"{field.column}__in": values})
        return inside if condition.operator == "in" else ~inside
    value = _read(field, condition.text)
    if field.kind == "moment":
        return None if value is None else _of_day(field.column, condition.operator, value)
    name = {"ge": f"{field.column}__gte", "le": f"{field.column}__lte", "is": field.column}[
        condition.operator
    ]
    return None if value is None else Q(**{name: value})


def _of_day(column: str, operator: str, day: date) -> Q:
    """The Q of a moment by its local day."""
    begins = timezone.make_aware(datetime.combine(day, time()))
    ends = timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
    after, before = Q(**{f"{column}__gte": begins}), Q(**{f"{column}__lt": ends})
    return {"ge": after, "le": before, "is": after & before}[operator]


def _read(field: Field, text: str) -> Any:
    """A value as the column holds it; None when it is not one."""
    if field.kind == "choice":
        return text
    if field.people and text == "me":
        return field.me or None
    if field.kind in {"key", "number"}:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    if field.kind in {"day", "moment"}:
        try:
            found = date.fromisoformat(text)
        except ValueError:
            return None
        return found if 1900 <= found.year < 3000 else None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < 10**14 else None
