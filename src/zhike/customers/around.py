"""What lists of a customer's records tell of the customer: fields to show and filter by, and the words they are found by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.customers.grid import grade_chip, grades_of, people_of, places_of
from zhike.lists.fields import Field
from zhike.lists.grades import word_of, worn
from zhike.lists.listing import Looking
from zhike.people.models import Department, Person, Region
from zhike.ui import grid

HELD = ("customer__search", "customer__channels", "customer__tokens", "customer__business_scope")


def _of_customer(name: str) -> Any:
    return lambda row: str(getattr(row.customer, name) or "")


AROUND = (
    Field("customer", _("Customer"), "text", "customer__name",
          lambda row: grid.link(row.customer.name, row.customer.get_absolute_url()), plain=lambda row: row.customer.name,
          sort=False, phone="meta"),
    Field("code", _("Customer code"), "text", "customer__code", lambda row: grid.text(row.customer.code),
          plain=lambda row: row.customer.code, sort=False, shown=False),
    Field("grade_now", _("Grade now"), "choice", "customer__grade", lambda row: grade_chip(row.customer),
          plain=lambda row: word_of(row.customer), choices=grades_of, sort=False, shown=False),
    Field("region", _("Region"), "key", "customer__region_id", lambda row: grid.text(row.customer.region or ""),
          plain=_of_customer("region"), choices=places_of(Region), sort=False, shown=False),
    Field("department", _("Department"), "key", "customer__department_id", lambda row: grid.text(row.customer.department or ""),
          plain=_of_customer("department"), choices=places_of(Department), sort=False, shown=False),
    Field("manager", _("Account manager"), "key", "customer__manager_id", lambda row: grid.person(row.customer.manager),
          plain=_of_customer("manager"), choices=people_of, people=True, sort=False, shown=False),
)  # fmt: skip
"""The fields of the customer: name and code, grade, places, manager."""
CUSTOMER, FURTHER = AROUND[0], AROUND[1:]


def person_field(code: str, label: Any, column: str, **more: Any) -> Field:
    """A field that names one of our people, such as who owns a request; `column` is that of the key."""
    path = column.removesuffix("_id").split("__")

    def who(row: Any) -> Any:
        return reduce(getattr, path, row)

    return Field(
        code, label, "key", column, lambda row: grid.person(who(row)), plain=lambda row: str(who(row) or ""), choices=people_of,
        people=True, sort=False, **more,
    )  # fmt: skip


def along(path: str, *fields: Field) -> tuple[Field, ...]:
    """Fields of the customer for rows that reach it by a path such as `contact__`."""
    return tuple(replace(one, column=path + one.column) for one in fields)


def shown_too(*codes: str) -> tuple[Field, ...]:
    """Further fields of the customer, some of them shown unless somebody chooses otherwise."""
    return tuple(replace(one, shown=True, phone="meta") if one.code in codes else one for one in FURTHER)


def with_customers(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with what is shown of their customers."""
    return rows.select_related("customer__manager", "customer__region", "customer__department").defer(*HELD)


def grades_worn(rows: Sequence[Any], looking: Looking) -> None:
    """Let the customers of rows wear their grades, where they are shown."""
    if "grade_now" in looking.columns:
        worn([row.customer for row in rows])


def searching(*columns: str, path: str = "") -> Callable[[Any, str, Person], Any]:
    """A search for words in columns of the record, and in names and code of its customer, which is reached by a path."""

    def search(rows: Any, words: str, person: Person) -> Any:
        for word in words.split():
            known = {f"{path}customer__search__contains": word.lower()}
            named = Q(**known) | Q(**{f"{path}customer__code__iexact": word})
            rows = rows.filter(
                reduce(or_, (Q(**{f"{column}__icontains": word}) for column in columns), named)
            )
        return rows

    return search
