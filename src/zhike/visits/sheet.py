"""What the form of a visit says, checked and ready to be kept: apart from how it is typed or sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from zhike.customers.life import NEEDS
from zhike.customers.models import Contact, Customer
from zhike.customers.sections import class_of
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike.visits.models import LEFT, NEW_PERSON, OF_CONTACT, OF_CUSTOMER, SATISFACTION, Visit, VisitChange

MOST_ROWS = 10
"""Needs, problems or new people on one form."""


@dataclass(frozen=True)
class Proposed:
    """A datum that has changed: of a contact, of the customer (no contact), or a new person (`details`)."""

    name: str
    value: str
    contact: Contact | None = None
    details: dict[str, str] = field(default_factory=dict)


@dataclass
class Sheet:
    """The contents of a form. A problem holds `text`, `step`, `who` (user name) and `due`; a need `kind` and `text`."""

    topics: str = ""
    findings: str = ""
    opinions: str = ""
    satisfaction: int | None = None
    next_step: str = ""
    next_on: date | None = None
    significant: str = ""
    met: list[Contact] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)
    needs: list[dict[str, str]] = field(default_factory=list)
    changes: list[Proposed] = field(default_factory=list)

    def kept(self) -> dict[str, Any]:
        """Field of the visit -> value."""
        names = ("topics", "findings", "opinions", "next_step", "significant")
        texts = {name: getattr(self, name).strip() for name in names}
        rest = ("satisfaction", "next_on", "problems", "needs")
        return {**texts, **{name: getattr(self, name) for name in rest}}

    def rows(self, visit: Visit) -> list[VisitChange]:
        """What it proposes to change, without what stands in the archive already."""
        found = []
        for one in self.changes:
            row = VisitChange(
                visit=visit,
                contact=one.contact,
                field=one.name,
                proposed=one.value.strip(),
                details=one.details,
            )
            row.current = row.now(visit.customer)
            if row.proposed != row.current:
                found.append(row)
        return found


def wrongs(sheet: Sheet, visit: Visit, by: Person) -> dict[str, Any]:
    """What cannot be taken of a form: name -> why; empty when it is whole."""
    wrong: dict[str, Any] = {
        name: _("missing") for name in ("topics", "findings") if not getattr(sheet, name).strip()
    }
    fresh = [one for one in sheet.changes if one.name == NEW_PERSON]
    if not sheet.met and not fresh:
        wrong["met"] = _("say who was met, or add a new person")
    if any(one.customer_id != visit.customer_id for one in sheet.met):
        wrong["met"] = _("unknown")
    if sheet.satisfaction is not None and sheet.satisfaction not in SATISFACTION:
        wrong["satisfaction"] = _("unknown")
    if sheet.next_on is not None and sheet.next_on < visit.day:
        wrong["next_on"] = _("before the visit")
    if max(len(sheet.needs), len(sheet.problems), len(fresh)) > MOST_ROWS:
        wrong["needs"] = _("too many")
    return wrong | _wrong_rows(sheet) | _wrong_changes(sheet.changes, visit.customer, by)


def _wrong_rows(sheet: Sheet) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    for one in sheet.needs:
        if one.get("kind") not in NEEDS:
            wrong["needs"] = _("unknown")
        elif not one.get("text", "").strip():
            wrong["needs"] = _("missing")
    named = {one["who"] for one in sheet.problems if one.get("who")}
    known = set(Person.objects.active().filter(username__in=named).values_list("username", flat=True))
    for one in sheet.problems:
        if not one.get("text", "").strip() or not one.get("step", "").strip():
            wrong["problems"] = _("a problem needs its next step")
        elif one.get("who") and one["who"] not in known:
            wrong["problems"] = _("there is no colleague “%(name)s”") % {"name": one["who"]}
    return wrong


def _wrong_changes(changes: Iterable[Proposed], customer: Customer, by: Person) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    for one in changes:
        why = _wrong_change(one, customer, by)
        if why:
            wrong["changes"] = why
    return wrong


def _wrong_change(one: Proposed, customer: Customer, by: Person) -> str:
    """Why a change cannot be proposed; empty when it can."""
    if one.contact is not None and one.contact.customer_id != customer.pk:
        return _("unknown")
    if one.name == NEW_PERSON:
        parts = {"name": one.value, **one.details}
        if not set(one.details) <= set(OF_CONTACT):
            return _("unknown")
        return next(
            (why for name, value in parts.items() if (why := _wrong_value(Contact, name, value, by))), ""
        )
    fields = (*OF_CONTACT, LEFT) if one.contact is not None else OF_CUSTOMER
    if one.name not in fields:
        return _("unknown")
    return _wrong_value(Contact if one.contact is not None else Customer, one.name, one.value, by)


def _wrong_value(model: type[Contact | Customer], name: str, value: str, by: Person) -> str:
    """Why a value does not fit its field, or is not the person's to see."""
    noun = "contact" if model is Contact else "customer"
    if not sees(by, class_of(noun, name)):
        return _("not shown to you")
    try:
        field_of: Any = model._meta.get_field(name)
        field_of.clean(value, None)
    except ValidationError as error:
        return f"{value[:40]}: {' '.join(map(str, error.messages))}"
    return ""
