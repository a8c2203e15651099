"""What a person owes to archives: one list over everything that has an owner and a day (ARC-02, 07, 12, 13, ORG-04, 05, 08)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.archive import Need
from zhike.customers.dues import late_sections
from zhike.customers.handovers import Handover
from zhike.customers.lapsing import Recovery
from zhike.customers.limits import Limits
from zhike.customers.models import Activity, Contact, Customer
from zhike.customers.owners import Gap, owned_by
from zhike.customers.quality import Defect
from zhike.customers.silence import silent
from zhike.customers.teams import unmet
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.people.tasks import Task, asks

KINDS: dict[str, Any] = {
    "unmanaged": gettext_lazy("without manager"),
    "recovery": gettext_lazy("win back"),
    "silence": gettext_lazy("silent"),
    "promise": gettext_lazy("promised step"),
    "need": gettext_lazy("need"),
    "section": gettext_lazy("section to confirm"),
    "defect": gettext_lazy("defect"),
    "successor": gettext_lazy("successor"),
    "team": gettext_lazy("team"),
    "escalated": gettext_lazy("escalated"),
}
"""Kind of duty -> its name."""
MOST = 500
"""Rows taken of one kind."""
Owed = Callable[[Person, date], "Iterable[Duty]"]
OTHERS: list[Owed] = []
"""What higher layers owe to archives; added by `duty_kind`."""


def duty_kind(kind: str, name: Any, owed: Owed) -> None:
    """Register a kind of duty of a higher layer, and what a person owes of it on a day, in a fixed number of queries."""
    if kind in KINDS:
        raise ValueError(f"the kind of duty `{kind}` is registered twice")
    KINDS[kind] = name
    OTHERS.append(owed)


@dataclass(frozen=True)
class Duty:
    """Something that a person owes to an archive by a day."""

    kind: str
    text: str
    customer: Customer
    due_on: date | None
    href: str

    @property
    def name(self) -> str:
        """The kind in the reader's language."""
        return str(KINDS[self.kind])


def duties(person: Person, day: date) -> list[Duty]:
    """Everything that a person owes, what is due first at the top. The number of queries does not depend on the rows."""
    limits = Limits()
    customers = list(owned_by(person).select_related("manager").defer("search", "channels", "tokens")[:MOST])
    found = [
        *_customers(person, customers, day, limits),
        *_rows(customers),
        *_escalated(person, day, limits),
        *(duty for owed in OTHERS for duty in owed(person, day)),
    ]
    return sorted(found, key=lambda one: (one.due_on or date.max, one.kind, one.customer.code))


@asks
def handovers_to_sign(person: Person, day: date) -> Iterator[Task]:
    """Handovers that wait for a person's signature."""
    if not can(person, "see_customers"):
        return
    rows = Handover.objects.awaiting(person).select_related("customer", "former", "receiver")
    for one in rows.order_by("due_on", "id")[:MOST]:
        text = _("Sign the handover of %(customer)s") % {"customer": one.customer}
        words = {"giver": one.former, "receiver": one.receiver, "day": one.due_on}
        note = _("from %(giver)s to %(receiver)s · by %(day)s") % words
        yield Task(text, note, one.get_absolute_url(), "arrow-left-right")


def _customers(person: Person, customers: list[Customer], day: date, limits: Limits) -> Iterator[Duty]:
    """What follows from a customer's own state."""
    for gap in Gap.objects.standing().filter(owner=person).select_related("customer")[:MOST]:
        yield Duty(
            "unmanaged",
            _("name an account manager"),
            gap.customer,
            gap.due_on,
            gap.customer.get_absolute_url(),
        )
    for one in Recovery.objects.standing().filter(owner=person).select_related("customer")[:MOST]:
        yield Duty(
            "recovery", one.note or _("follow up"), one.customer, one.follow_up_on, "/customers/recovery/"
        )
    keys = {one.pk: one for one in customers}
    for row in silent(person, day, limits=limits).filter(pk__in=list(keys))[:MOST]:
        days = limits.of("silence_days", row.grade) or 0
        last = row.last_contact_on
        topic = getattr(row, "topic", None)
        if last is None:
            text = _("never contacted")
        elif topic:
            text = _("last contact %(day)s: %(topic)s") % {"day": last, "topic": topic}
        else:
            text = _("last contact %(day)s") % {"day": last}
        due = last + timedelta(days=days) if last else None
        yield Duty("silence", text, row, due, f"{row.get_absolute_url()}?tab=contacts")
    for customer, due_section in late_sections(customers, day, limits):
        href = f"{customer.get_absolute_url()}#section-{due_section.section}"
        yield Duty("section", due_section.name, customer, due_section.due_on, href)
    for customer, entitlement in unmet(customers, day):
        yield Duty("team", str(entitlement.post), customer, entitlement.due_on, customer.get_absolute_url())


def _rows(customers: list[Customer]) -> Iterator[Duty]:
    """What follows from rows of customers."""
    keys = [one.pk for one in customers]
    own = {one.pk: one for one in customers}
    for defect in Defect.objects.standing().filter(customer__in=keys)[:MOST]:
        customer = own[defect.customer_id]
        yield Duty("defect", str(defect), customer, defect.due_on, f"{customer.get_absolute_url()}edit/")
    for step in Activity.objects.promised().filter(customer__in=keys)[:MOST]:
        customer = own[step.customer_id]
        href = f"{customer.get_absolute_url()}?tab=contacts"
        yield Duty("promise", step.follow_up or step.subject, customer, step.follow_up_on, href)
    for need in Need.objects.unanswered().filter(customer__in=keys)[:MOST]:
        customer = own[need.customer_id]
        yield Duty(
            "need", str(need), customer, need.answer_by, f"{customer.get_absolute_url()}#section-needs"
        )
    for contact in Contact.objects.filter(customer__in=keys, awaits_successor=True)[:MOST]:
        customer = own[contact.customer_id]
        text = _("who succeeds %(name)s?") % {"name": contact}
        yield Duty(
            "successor", text, customer, contact.left_on, f"{customer.get_absolute_url()}#section-contacts"
        )


def _escalated(person: Person, day: date, limits: Limits) -> Iterator[Duty]:
    """Sections that people of mine have left overdue for too long, and handovers told to me."""
    for one in Handover.objects.standing().filter(escalated_to=person).select_related("customer", "former"):
        text = _("the handover from %(giver)s is unsigned") % {"giver": one.former}
        yield Duty("escalated", text, one.customer, one.due_on, one.get_absolute_url())
    days = limits.of("escalation_days")
    if days is None:
        return
    theirs = (
        Customer.objects.living()
        .exclude(life="closed")
        .filter(manager__superior=person, manager__is_active=True)
    )
    rows = theirs.select_related("manager").defer("search", "channels", "tokens")[:MOST]
    for customer, late in late_sections(rows, day - timedelta(days=days), limits):
        text = _("%(section)s, owed by %(owner)s") % {"section": late.name, "owner": customer.manager}
        yield Duty(
            "escalated", text, customer, late.due_on, f"{customer.get_absolute_url()}#section-{late.section}"
        )
