"""The fields of the list of customers: how each is shown, asked for, and written into files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.customers.life import AXES, LIFE
from zhike.customers.models import Customer
from zhike.lists.fields import Field
from zhike.lists.grades import named_grades, word_of
from zhike.people.models import Department, Person, Region
from zhike.ui import grid

TONES = {"prospect": "info", "current": "success", "lapsed": "warning", "closed": "quiet"}


def _name(row: Customer) -> str:
    return grid.name(row.name, row.code, row.get_absolute_url(), row.short_name)


def _axis(axis: str) -> Any:
    names = AXES[axis]
    return lambda row: grid.text(names.get(getattr(row, axis), ""))


def grade_chip(row: Any) -> str:
    """The grade of a customer, with what the policy calls it."""
    chip = grid.grade(getattr(row, "grade_word", row.grade), getattr(row, "grade_rank", None))
    title = getattr(row, "grade_title", "")
    return f'<span title="{grid.text(title)}">{chip}</span>' if title else chip


def grades_of(person: Person) -> Mapping[str, Any]:
    """Grades that the policies in force know."""
    return {code: one.word for code, one in named_grades().items()}


def people_of(person: Person) -> Mapping[str, Any]:
    """People to choose from, whoever asks first."""
    active = Person.objects.active().only("pk", "display_name")
    return {"me": _("me"), **{str(one.pk): one.display_name for one in active}}


def places_of(kind: type[Department | Region]) -> Any:
    """Places that are open."""
    return lambda person: {str(one.pk): str(one) for one in kind.objects.filter(closed_on__isnull=True)}


def codes_of(values: Mapping[Any, Any]) -> Any:
    """Codes with their words."""
    return lambda person: values


FIELDS = (
    Field("name", _("Customer"), "text", "name", _name, css="stick", phone="title"),
    Field("code", _("Code"), "text", "code", lambda row: grid.text(row.code), shown=False),
    Field("grade", _("Grade"), "choice", "grade", grade_chip, plain=word_of, choices=grades_of, phone="aside"),
    Field("life", _("Life cycle"), "choice", "life", lambda row: grid.tag(LIFE[row.life], TONES[row.life]),
          choices=codes_of(LIFE), phone="meta"),
    Field("region", _("Region"), "key", "region_id", lambda row: grid.text(row.region or ""),
          plain=lambda row: str(row.region or ""), choices=places_of(Region), sort=False),
    Field("department", _("Department"), "key", "department_id", lambda row: grid.text(row.department or ""),
          plain=lambda row: str(row.department or ""), choices=places_of(Department), sort=False, shown=False),
    Field("country", _("Country"), "text", "country", lambda row: grid.text(row.country), shown=False),
    Field("industry", _("Industry"), "choice", "industry", _axis("industry"), choices=codes_of(AXES["industry"]), edit=True),
    Field("scale", _("Purchase scale"), "choice", "scale", _axis("scale"), choices=codes_of(AXES["scale"]), shown=False, edit=True),
    Field("need_type", _("Type of need"), "choice", "need_type", _axis("need_type"), choices=codes_of(AXES["need_type"]),
          shown=False, edit=True),
    Field("segment", _("Segment"), "choice", "segment", _axis("segment"), choices=codes_of(AXES["segment"]), shown=False, edit=True),
    Field("importance", _("Strategic importance"), "choice", "importance", _axis("importance"), choices=codes_of(AXES["importance"]),
          shown=False),
    Field("manager", _("Account manager"), "key", "manager_id", lambda row: grid.person(row.manager),
          plain=lambda row: str(row.manager or ""), choices=people_of, people=True, sort=False, phone="meta"),
    Field("amount", _("Orders, 12 months"), "amount", "amount_12m", lambda row: grid.money(row.amount_12m),
          field_class="price", css="r", phone="more"),
    Field("receivable", _("Receivable"), "amount", "receivable", lambda row: grid.money(row.receivable), field_class="credit", css="r"),
    Field("overdue", _("Overdue"), "amount", "overdue", lambda row: grid.money(row.overdue), field_class="credit", css="r", shown=False),
    Field("last_order", _("Last order"), "day", "last_order_on", lambda row: grid.day(row.last_order_on)),
    Field("last_contact", _("Last contact"), "day", "last_contact_on", lambda row: grid.day(row.last_contact_on)),
    Field("completeness", _("Completeness"), "number", "completeness", lambda row: grid.meter(row.completeness / 100, low=True)),
    Field("phone", _("Telephone"), "text", "phone", lambda row: grid.text(row.phone), field_class="contact",
          shown=False, sort=False, edit=True),
    Field("city", _("City"), "text", "city", lambda row: grid.text(row.city), shown=False, sort=False, edit=True),
    Field("since", _("Customer since"), "day", "since", lambda row: grid.day(row.since), shown=False),
    Field("added", _("Added"), "day", "added_at", lambda row: grid.day(row.added_at), filter=False, shown=False),
)  # fmt: skip
SORTED_BY = "-amount"
QUICK = ("grade", "region", "manager", "industry")
"""Fields with a filter of their own above the list."""
