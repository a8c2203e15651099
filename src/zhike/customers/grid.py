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


def _grade(row: Any) -> str:
    chip = grid.grade(getattr(row, "grade_word", row.grade), getattr(row, "grade_rank", None))
    title = getattr(row, "grade_title", "")
    return f'<span title="{grid.text(title)}">{chip}</span>' if title else chip


def _grades(person: Person) -> Mapping[str, Any]:
    return {code: one.word for code, one in named_grades().items()}


def _people(person: Person) -> Mapping[str, Any]:
    return {str(one.pk): one.display_name for one in Person.objects.active().only("pk", "display_name")}


def _places(kind: type[Department | Region]) -> Any:
    return lambda person: {str(one.pk): str(one) for one in kind.objects.filter(closed_on__isnull=True)}


def _codes(values: Mapping[str, Any]) -> Any:
    return lambda person: values


FIELDS = (
    Field("name", _("Customer"), "text", "name", _name, css="stick", phone="title"),
    Field("code", _("Code"), "text", "code", lambda row: grid.text(row.code), shown=False),
    Field("grade", _("Grade"), "choice", "grade", _grade, plain=word_of, choices=_grades, phone="aside"),
    Field("life", _("Life cycle"), "choice", "life", lambda row: grid.tag(LIFE[row.life], TONES[row.life]),
          choices=_codes(LIFE), phone="meta"),
    Field("region", _("Region"), "key", "region_id", lambda row: grid.text(row.region or ""),
          plain=lambda row: str(row.region or ""), choices=_places(Region), sort=False),
    Field("department", _("Department"), "key", "department_id", lambda row: grid.text(row.department or ""),
          plain=lambda row: str(row.department or ""), choices=_places(Department), sort=False, shown=False),
    Field("country", _("Country"), "text", "country", lambda row: grid.text(row.country), shown=False),
    Field("industry", _("Industry"), "choice", "industry", _axis("industry"), choices=_codes(AXES["industry"]), edit=True),
    Field("scale", _("Purchase scale"), "choice", "scale", _axis("scale"), choices=_codes(AXES["scale"]), shown=False, edit=True),
    Field("need_type", _("Type of need"), "choice", "need_type", _axis("need_type"), choices=_codes(AXES["need_type"]),
          shown=False, edit=True),
    Field("segment", _("Segment"), "choice", "segment", _axis("segment"), choices=_codes(AXES["segment"]), shown=False, edit=True),
    Field("importance", _("Strategic importance"), "choice", "importance", _axis("importance"), choices=_codes(AXES["importance"]),
          shown=False),
    Field("manager", _("Account manager"), "key", "manager_id", lambda row: grid.person(row.manager),
          plain=lambda row: str(row.manager or ""), choices=_people, sort=False, phone="meta"),
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
