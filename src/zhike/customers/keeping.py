"""Changes of what an archive holds beside the customer: statements, needs, units, confirmations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.archive import Confirmation, FactSource, Finding, Need, Unit, UnitRecord
from zhike.customers.life import CONDITIONS, FINDINGS, NEEDS, UNIT_RECORDS
from zhike.customers.limits import Limits
from zhike.customers.models import Customer
from zhike.customers.sections import FACTS, SECTIONS, SOURCES
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "section_confirmed": gettext_lazy("%(who)s confirmed the section “%(section)s”"),
    "finding_stated": gettext_lazy("%(who)s noted %(kind)s: %(value)s"),
    "need_added": gettext_lazy("%(who)s recorded the need “%(what)s”"),
    "need_answered": gettext_lazy("%(who)s answered the need “%(what)s”"),
    "need_dropped": gettext_lazy("%(who)s noted that the need “%(what)s” is no longer wanted"),
    "unit_added": gettext_lazy("%(who)s added the product in use %(what)s"),
    "unit_changed": gettext_lazy("%(who)s changed the product in use %(what)s"),
    "unit_record_added": gettext_lazy("%(who)s recorded a %(kind)s of %(unit)s"),
})  # fmt: skip


def known(value: str, among: Any, field: str) -> None:
    """Refuse a code that is not in a table."""
    if value not in among:
        raise Invalid(
            _("“%(value)s” is unknown.") % {"value": value}, fields={field: _("not one of the choices")}
        )


def note_sources(
    customer: Customer, facts: Iterable[str], *, source: str, by: Person | None, day: date
) -> None:
    """Remember where facts come from and that somebody made sure of them on a day."""
    rows = [FactSource(customer=customer, fact=fact, source=source, verified_on=day, by=by) for fact in facts]
    FactSource.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["customer", "fact"],
        update_fields=["source", "verified_on", "by"],
    )


@transaction.atomic
def confirm_section(
    *, customer: Customer, section: str, source: str = "colleague", by: Person, at: datetime
) -> Confirmation:
    """Its owner has looked through a section and found it right; the next look is due after the section's interval."""
    allow(by, "change_customer", customer)
    known(section, [code for code, one in SECTIONS.items() if one.verified], "section")
    known(source, SOURCES, "source")
    day = timezone.localtime(at).date()
    made, new = Confirmation.objects.get_or_create(
        customer=customer, section=section, defaults={"confirmed_on": day, "by": by}
    )
    before = {} if new else {"confirmed_on": made.confirmed_on}
    made.confirmed_on, made.by = day, by
    made.save()
    facts = [fact for fact in FACTS.get(section, ()) if getattr(customer, fact)]
    note_sources(customer, facts, source=source, by=by, day=day)
    journal(
        made,
        "section_confirmed",
        by=by,
        at=at,
        before=before,
        after={"confirmed_on": day},
        source=source,
        section=SECTIONS[section].name,
    )
    return made


@transaction.atomic
def state_finding(
    *, customer: Customer, kind: str, value: str, source: str, stated_on: date, by: Person, at: datetime
) -> Finding:
    """Note a statement about business or market; the earlier one of its kind stays as history."""
    allow(by, "change_customer", customer)
    known(kind, FINDINGS, "kind")
    known(source, SOURCES, "source")
    fixed = FINDINGS[kind].values
    if fixed:
        known(value, fixed, "value")
    if not value.strip():
        raise Invalid(_("Say what is known."), fields={"value": _("missing")})
    current = Finding.objects.filter(customer=customer, kind=kind, replaced_at__isnull=True)
    old = current.first()
    current.update(replaced_at=at)
    made = Finding.objects.create(
        customer=customer, kind=kind, value=value.strip(), source=source, stated_on=stated_on, by=by
    )
    journal(
        made,
        "finding_stated",
        by=by,
        at=at,
        before={kind: old.value} if old else {},
        after={kind: made.value},
        kind=FINDINGS[kind].name,
        value=fixed.get(value, value[:120]),
        source=source,
    )
    return made


@transaction.atomic
def add_need(
    *, customer: Customer, kind: str, text: str, source: str, stated_on: date, by: Person, at: datetime, person: Person | None = None,
    **more: Any,
) -> Need:  # fmt: skip
    """Record a need that `person` learned of (`by`, if absent); it waits for an answer until the company's number of days has passed."""
    allow(by, "change_customer", customer)
    known(kind, NEEDS, "kind")
    known(source, SOURCES, "source")
    if not text.strip():
        raise Invalid(_("Say what the customer needs."), fields={"text": _("missing")})
    days = Limits().of("need_days", customer.grade)
    made = Need.objects.create(
        customer=customer, kind=kind, text=text.strip(), source=source, stated_on=stated_on, by=person or by,
        answer_by=more.pop("answer_by", None) or (stated_on + timedelta(days=days) if days else None), **more,
    )  # fmt: skip
    journal(made, "need_added", by=by, at=at, kind=kind, source=source)
    return made


@transaction.atomic
def answer_need(*, need: Need, answer: str, by: Person, at: datetime) -> Need:
    """Say what answers a need. Answered twice, the second answer meets a conflict."""
    allow(by, "change_customer", need.customer)
    if not answer.strip():
        raise Invalid(_("Say what answers the need."), fields={"answer": _("missing")})
    return _settle_need(need, "answered", answer.strip(), by, at)


@transaction.atomic
def drop_need(*, need: Need, reason: str, by: Person, at: datetime) -> Need:
    """The customer no longer wants it, and why."""
    allow(by, "change_customer", need.customer)
    if not reason.strip():
        raise Invalid(_("Say why the need is no longer wanted."), fields={"answer": _("missing")})
    return _settle_need(need, "dropped", reason.strip(), by, at)


def _settle_need(need: Need, status: str, text: str, by: Person, at: datetime) -> Need:
    claimed = Need.objects.filter(pk=need.pk, status="open").update(
        status=status, answer=text, answered_at=at, answered_by=by
    )
    need.refresh_from_db()
    if not claimed:
        raise Conflict(_("Somebody else answered this need meanwhile."))
    action = "need_answered" if status == "answered" else "need_dropped"
    journal(need, action, by=by, at=at, before={"status": "open"}, after={"status": status, "answer": text})
    return need


@transaction.atomic
def add_unit(*, customer: Customer, by: Person, at: datetime, **values: Any) -> Unit:
    """Add a product in use."""
    allow(by, "change_customer", customer)
    known(values.get("condition", "running"), CONDITIONS, "condition")
    _free_serial(values.get("model", ""), values.get("serial", ""), None)
    made = Unit.objects.create(customer=customer, **values)
    journal(made, "unit_added", by=by, at=at, after=values)
    return made


@transaction.atomic
def change_unit(*, unit: Unit, version: int, by: Person, at: datetime, **values: Any) -> Unit:
    """Change a product in use that was read at `version`."""
    allow(by, "change_customer", unit.customer)
    known(values.get("condition", unit.condition), CONDITIONS, "condition")
    _free_serial(values.get("model", unit.model), values.get("serial", unit.serial), unit.pk)
    if not Unit.objects.filter(pk=unit.pk, version=version).update(version=F("version") + 1):
        raise Conflict(_("Somebody else changed this record while you were editing."))
    now = Unit.objects.get(pk=unit.pk)
    before, after = changes(now, values)
    for name, value in after.items():
        setattr(now, name, value)
    now.save()
    if after:
        journal(now, "unit_changed", by=by, at=at, before=before, after=after)
    return now


def _free_serial(model: str, serial: str, own: int | None) -> None:
    if serial and Unit.objects.filter(model=model, serial=serial).exclude(pk=own).exists():
        raise Conflict(_("A unit with this type and serial number exists."), fields={"serial": _("taken")})


@transaction.atomic
def add_unit_record(
    *, unit: Unit, kind: str, done_on: date, text: str, by: Person, at: datetime
) -> UnitRecord:
    """Record a repair, a defect report or a finding."""
    allow(by, "log_activity", unit.customer)
    known(kind, UNIT_RECORDS, "kind")
    if not text.strip():
        raise Invalid(_("Say what was found and done."), fields={"text": _("missing")})
    made = UnitRecord.objects.create(
        unit=unit, customer=unit.customer, kind=kind, done_on=done_on, text=text.strip(), by=by
    )
    journal(made, "unit_record_added", by=by, at=at, kind=UNIT_RECORDS[kind], unit=str(unit))
    return made
