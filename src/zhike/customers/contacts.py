"""Every change of the people at a customer and of the contacts with them (ARC-04, ARC-06)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.following import refresh
from zhike.customers.keeping import note_sources
from zhike.customers.life import ACTIVITIES, CHANNELS, GRIEVANCES, SEVERITIES
from zhike.customers.models import Activity, Contact, Customer
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person, signed_on
from zhike.people.rules import allow

sentences({
    "contact_added": gettext_lazy("%(who)s added the contact %(what)s"),
    "contact_changed": gettext_lazy("%(who)s changed the contact %(what)s"),
    "contact_left": gettext_lazy("%(who)s marked that %(what)s has left"),
    "successor_named": gettext_lazy("%(who)s named %(successor)s as successor of %(what)s"),
    "successor_waived": gettext_lazy("%(who)s noted that nobody succeeds %(what)s"),
    "activity_completed": gettext_lazy("%(who)s completed “%(what)s”"),
    "followed_up": gettext_lazy("%(who)s took the next step of “%(what)s”"),
    "grievance_settled": gettext_lazy("%(who)s settled “%(what)s” on %(day)s: %(result)s"),
    "activity_logged": gettext_lazy("%(who)s logged “%(what)s”"),
})  # fmt: skip


@transaction.atomic
def add_contact(
    *, customer: Customer, by: Person, at: datetime, told_by: str = "", seen_on: date | None = None, **values: Any
) -> Contact:  # fmt: skip
    """Add a person at the customer; `told_by` and `seen_on` say where the data come from, and when somebody made sure."""
    allow(by, "change_customer", customer)
    contact = Contact.objects.create(customer=customer, **values)
    journal(
        contact, "contact_added", by=by, at=at, after=values, **_told(contact, values, told_by, seen_on, by)
    )
    refresh(customer, at)
    return contact


@transaction.atomic
def change_contact(
    *, contact: Contact, version: int, by: Person, at: datetime, told_by: str = "", seen_on: date | None = None, **values: Any
) -> Contact:  # fmt: skip
    """Change a contact that was read at `version`; `told_by` and `seen_on` as for a new one."""
    allow(by, "change_customer", contact.customer)
    if not Contact.objects.filter(pk=contact.pk, version=version).update(version=F("version") + 1):
        raise Conflict(_("Somebody else changed this record while you were editing."))
    now = Contact.objects.get(pk=contact.pk)
    before, after = changes(now, values)
    for name, value in after.items():
        setattr(now, name, value)
    if "left_on" in after:
        now.awaits_successor = after["left_on"] is not None and now.successor_id is None
    now.save()
    if after:
        journal(
            now,
            "contact_left" if after.get("left_on") else "contact_changed",
            by=by,
            at=at,
            before=before,
            after=after,
            **_told(now, after, told_by, seen_on, by),
        )
        refresh(now.customer, at)
    return now


def source_of(contact: Contact, field: str) -> str:
    """The name under which the source of a contact's datum is kept among those of its customer."""
    return f"contact.{contact.pk}.{field}"


def _told(
    contact: Contact, values: dict[str, Any], told_by: str, seen_on: date | None, by: Person
) -> dict[str, Any]:
    """Keep where data of a contact come from, and say it in the journal; nothing where nobody told."""
    if not told_by or seen_on is None:
        return {}
    note_sources(
        contact.customer, [source_of(contact, name) for name in values], source=told_by, by=by, day=seen_on
    )
    return {"source": told_by, "seen_on": seen_on}


@transaction.atomic
def name_successor(*, contact: Contact, successor: Contact | None, by: Person, at: datetime) -> Contact:
    """Say who succeeds a contact who has left, or with None that nobody does; the manager is asked until then (ARC-04)."""
    allow(by, "change_customer", contact.customer)
    if contact.left_on is None:
        raise Invalid(_("%(name)s has not left.") % {"name": contact})
    if successor is not None and (
        successor.customer_id != contact.customer_id
        or successor.left_on is not None
        or successor.pk == contact.pk
    ):
        raise Invalid(
            _("A successor works at the same customer."), fields={"successor": _("not one of the choices")}
        )
    if not Contact.objects.filter(pk=contact.pk, awaits_successor=True).update(
        awaits_successor=False, successor=successor, version=F("version") + 1
    ):
        raise Conflict(_("Somebody has answered this already."))
    contact.refresh_from_db()
    if successor is None:
        journal(contact, "successor_waived", by=by, at=at)
    else:
        journal(contact, "successor_named", by=by, at=at, successor=str(successor))
    return contact


@transaction.atomic
def log_activity(
    *,
    customer: Customer,
    channel: str,
    done_on: date,
    subject: str,
    by: Person,
    at: datetime,
    person: Person | None = None,
    **more: Any,
) -> Activity:
    """Log a contact with the customer on the timeline; it moves the day of the last contact once it counts."""
    allow(by, "log_activity", customer)
    if channel not in CHANNELS:
        raise Invalid(_("Unknown channel."), fields={"channel": _("unknown")})
    if more.get("kind", "communication") not in ACTIVITIES:
        raise Invalid(_("Unknown kind of activity."), fields={"kind": _("unknown")})
    if more.get("kind") in GRIEVANCES:
        more["severity"] = more.get("severity") or "minor"
    elif more.get("severity"):
        raise Invalid(_("Only a complaint or a dispute is grave."), fields={"severity": _("unknown")})
    if more.get("severity") and more["severity"] not in SEVERITIES:
        raise Invalid(_("Unknown severity."), fields={"severity": _("unknown")})
    made = Activity.objects.create(
        customer=customer,
        channel=channel,
        done_on=done_on,
        subject=subject.strip(),
        person=person or by,
        added_at=at,
        **{name: value.strip() if isinstance(value, str) else value for name, value in more.items()},
    )
    journal(made, "activity_logged", by=by, at=at, channel=channel, done_on=done_on)
    _touch(made)
    return made


def _touch(activity: Activity) -> None:
    """What counts moves the day of the last contact."""
    if activity.counts():
        Customer.objects.filter(pk=activity.customer_id).exclude(
            last_contact_on__gte=activity.done_on
        ).update(last_contact_on=activity.done_on)


@transaction.atomic
def complete_activity(*, activity: Activity, content: str, result: str, by: Person, at: datetime) -> Activity:
    """Write down what was said and what came of it; until then the activity does not count (ARC-06)."""
    allow(by, "log_activity", activity.customer)
    values = {"content": content.strip(), "result": result.strip()}
    for name, value in values.items():
        if not value:
            raise Invalid(
                _("Without content and result an activity does not count."), fields={name: _("missing")}
            )
    now = Activity.objects.select_for_update().get(pk=activity.pk)
    before, after = changes(now, values)
    now.content, now.result = values["content"], values["result"]
    now.save(update_fields=["content", "result"])
    if after:
        journal(now, "activity_completed", by=by, at=at, before=before, after=after)
    _touch(now)
    return now


@transaction.atomic
def settle_grievance(
    *, activity: Activity, settled_on: date, result: str, by: Person, at: datetime
) -> Activity:
    """A complaint or dispute has been settled, on which day and how; what came of it is added to its result."""
    allow(by, "log_activity", activity.customer)
    now = Activity.objects.select_for_update().get(pk=activity.pk)
    if not now.is_open_grievance:
        raise Conflict(_("It is settled already."))
    if not now.done_on <= settled_on <= signed_on(at):
        raise Invalid(
            _("It is settled between the day it was raised and today."),
            fields={"settled_on": _("out of range")},
        )
    if not result.strip():
        raise Invalid(_("Say how it was settled."), fields={"result": _("missing")})
    now.settled_on = settled_on
    now.result = "\n".join(text for text in (now.result, result.strip()) if text)
    now.save(update_fields=["settled_on", "result"])
    journal(now, "grievance_settled", by=by, at=at, day=settled_on, result=result.strip()[:200])
    _touch(now)
    return now


@transaction.atomic
def follow_up(*, activity: Activity, by: Person, at: datetime) -> None:
    """The promised next step has been taken."""
    allow(by, "log_activity", activity.customer)
    if Activity.objects.promised().filter(pk=activity.pk).update(followed_up_at=at):
        journal(activity, "followed_up", by=by, at=at)
