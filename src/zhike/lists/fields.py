"""What a list shows, filters and sorts by: one declaration for page, saved view, export and API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.people.models import Person
from zhike.people.rules import can, sees
from zhike.ui.grid import Column

OPERATORS: dict[str, dict[str, Any]] = {
    "text": {"has": _("contains"), "is": _("is"), "empty": _("is empty"), "filled": _("is filled")},
    "choice": {
        "in": _("is one of"),
        "not": _("is none of"),
        "empty": _("is empty"),
        "filled": _("is filled"),
    },
    "key": {"in": _("is one of"), "not": _("is none of"), "empty": _("is empty"), "filled": _("is filled")},
    "number": {"ge": _("at least"), "le": _("at most"), "is": _("is")},
    "amount": {"ge": _("at least"), "le": _("at most"), "is": _("is")},
    "day": {
        "ge": _("on or after"),
        "le": _("on or before"),
        "is": _("is"),
        "empty": _("is empty"),
        "filled": _("is filled"),
    },
}
OPERATORS["moment"] = OPERATORS["day"]
"""Kind of field -> operators with their words."""


@dataclass(frozen=True)
class Field:
    """One thing of a row.

    `column` is the model's column (for a `key` the `_id` column); `cell` renders it; `plain` gives its value for files and
    the API; `field_class` hides it from people whose roles do not see that class, in every way a list can be asked. A `moment`
    is asked for by its day. With `last` rows without a value come last in either order; `people` names people, so that it can
    be asked for `me`. What is not `filed`, such as a link to act by, stands in no file. `order` is the column that rows are sorted
    by, where it is another; `holding` narrows to rows that hold one of some values, or any at all (None), where a row may hold
    several. What is asked of a `scope` always holds, also where any of the other conditions is enough. A field with a `verb` is
    for its holders alone, one without a class for everybody.
    """

    code: str
    label: Any
    kind: str
    column: str
    cell: Callable[[Any], str]
    plain: Callable[[Any], Any] | None = None
    field_class: str = "basic"
    sort: bool = True
    filter: bool = True
    choices: Callable[[Person], Mapping[str, Any]] | None = None
    css: str = ""
    phone: str = ""
    shown: bool = True
    edit: bool = False
    last: bool = False
    people: bool = False
    filed: bool = True
    order: str = ""
    holding: Callable[[Sequence[Any] | None], Q] | None = None
    scope: bool = False
    verb: str = ""
    me: int = 0

    def as_column(self) -> Column:
        """The column of the table on the page."""
        return Column(self.code, self.label, self.cell, css=self.css, sort=self.sort, phone=self.phone)

    @property
    def groups(self) -> bool:
        """Whether a list can be grouped by it."""
        return self.filter and self.kind in {"choice", "key"} and self.holding is None

    def value(self, row: Any) -> Any:
        """The value of a row, for files and the API."""
        return self.plain(row) if self.plain else getattr(row, self.column)


def seen_by(person: Person, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields that a person's roles show."""
    return tuple(
        field
        for field in fields
        if (not field.field_class or sees(person, field.field_class))
        and (not field.verb or can(person, field.verb))
    )
