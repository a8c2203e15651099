"""Every change of a customer's archive."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.completeness import measure
from zhike.customers.life import CHANNELS, MOVES, POSTS
from zhike.customers.models import Activity, Assignment, Contact, Customer
from zhike.customers.words import channel_text, search_text
from zhike.kernel.bigrams import tokens
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "customer_added": gettext_lazy("%(who)s added the customer %(what)s"),
    "customer_changed": gettext_lazy("%(who)s changed %(what)s"),
    "customer_moved": gettext_lazy("%(who)s moved %(what)s from %(old)s to %(new)s"),
    "contact_added": gettext_lazy("%(who)s added the contact %(what)s"),
    "contact_changed": gettext_lazy("%(who)s changed the contact %(what)s"),
    "contact_left": gettext_lazy("%(who)s marked that %(what)s has left"),
    "activity_logged": gettext_lazy("%(who)s logged “%(what)s”"),
    "post_assigned": gettext_lazy("%(who)s made %(person)s %(post)s"),
    "post_ended": gettext_lazy("%(who)s ended the post of %(person)s as %(post)s"),
})  # fmt: skip

COMPUTED = {"search", "channels", "tokens", "completeness", "version", "added_at", "changed_at", "merged_into", "amount_12m", "receivable",
            "overdue", "last_order_on", "last_contact_on"}  # fmt: skip


def settle(customer: Customer) -> None:
    """Recompute what follows from the other fields; call before saving."""
    customer.search = search_text(customer)
    customer.channels = channel_text(customer)
    customer.tokens = tokens(customer.search + customer.channels)
    customer.completeness = measure(customer).percent


@transaction.atomic
def add_customer(*, by: Person, at: datetime, **values: Any) -> Customer:
    """Open an archive. Its manager gets the post of account manager."""
    allow(by, "add_customer")
    if Customer.objects.filter(code=values.get("code", "")).exists():
        raise Conflict(_("A customer with the code %(code)s exists.") % values, fields={"code": _("taken")})
    customer = Customer(**values, added_at=at, changed_at=at)
    settle(customer)
    customer.save()
    journal(
        customer,
        "customer_added",
        by=by,
        at=at,
        after={name: value for name, value in values.items() if value not in ("", None)},
    )
    if customer.manager is not None:
        _assign(customer, customer.manager, "manager", senior=False, at=at)
    return customer


@transaction.atomic
def change_customer(*, customer: Customer, version: int, by: Person, at: datetime, **values: Any) -> Customer:
    """Change fields of an archive that was read at `version`. Raises Conflict when somebody changed one of them since."""
    allow(by, "change_customer", customer)
    wrong = COMPUTED & set(values)
    if wrong or "manager" in values or "life" in values:
        raise Invalid(_("These fields have a verb of their own."))
    claimed = Customer.objects.filter(pk=customer.pk, version=version).update(version=F("version") + 1)
    now = Customer.objects.get(pk=customer.pk)
    if not claimed:
        raise Conflict(
            _("Somebody else changed this record while you were editing."),
            fields=_theirs(customer, now, values),
        )
    before, after = changes(now, values)
    for name, value in values.items():
        setattr(now, name, value)
    now.changed_at = at
    settle(now)
    now.save()
    if after:
        journal(now, "customer_changed", by=by, at=at, before=before, after=after)
    return now


def _theirs(read: Customer, now: Customer, mine: dict[str, Any]) -> dict[str, Any]:
    """Field -> what stood there when it was read, what stands there now, what was to be written."""
    return {
        name: {"read": getattr(read, name), "now": getattr(now, name), "mine": value}
        for name, value in mine.items()
        if getattr(now, name) != value
    }


@transaction.atomic
def move_life(
    *, customer: Customer, life: str, by: Person | None, at: datetime, reason: str = ""
) -> Customer:
    """Move a customer along its life cycle; `by` is None when time itself did (a lapse)."""
    if by is not None:
        allow(by, "close_customer" if "closed" in {life, customer.life} else "change_customer", customer)
    if life == customer.life:
        return customer
    if life not in MOVES[customer.life]:
        raise Invalid(
            _("A customer does not move from %(old)s to %(new)s.") % {"old": customer.life, "new": life}
        )
    if life == "current":
        missing = measure(customer).mandatory_missing
        if missing:
            names = "、".join(str(item.name) for item in missing)
            raise Invalid(
                _("The archive is incomplete: %(missing)s.") % {"missing": names},
                fields={item.code: item.name for item in missing},
            )
    if life == "closed" and not reason.strip():
        raise Invalid(_("Say why the customer is closed."), fields={"reason": _("missing")})
    old = customer.life
    if not Customer.objects.filter(pk=customer.pk, life=old).update(
        life=life, changed_at=at, version=F("version") + 1
    ):
        raise Conflict(_("Somebody else moved this customer meanwhile."))
    customer.refresh_from_db()
    journal(
        customer,
        "customer_moved",
        by=by,
        at=at,
        before={"life": old},
        after={"life": life},
        old=old,
        new=life,
        reason=reason,
    )
    return customer


@transaction.atomic
def add_contact(*, customer: Customer, by: Person, at: datetime, **values: Any) -> Contact:
    """Add a person at the customer."""
    allow(by, "change_customer", customer)
    contact = Contact.objects.create(customer=customer, **values)
    journal(contact, "contact_added", by=by, at=at, after=values)
    refresh(customer, at)
    return contact


@transaction.atomic
def change_contact(*, contact: Contact, version: int, by: Person, at: datetime, **values: Any) -> Contact:
    """Change a contact that was read at `version`."""
    allow(by, "change_customer", contact.customer)
    if not Contact.objects.filter(pk=contact.pk, version=version).update(version=F("version") + 1):
        raise Conflict(_("Somebody else changed this record while you were editing."))
    now = Contact.objects.get(pk=contact.pk)
    before, after = changes(now, values)
    for name, value in after.items():
        setattr(now, name, value)
    now.save()
    if after:
        journal(
            now,
            "contact_left" if after.get("left_on") else "contact_changed",
            by=by,
            at=at,
            before=before,
            after=after,
        )
        refresh(now.customer, at)
    return now


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
    made = Activity.objects.create(
        customer=customer,
        channel=channel,
        done_on=done_on,
        subject=subject,
        person=person or by,
        added_at=at,
        **more,
    )
    journal(made, "activity_logged", by=by, at=at, channel=channel, done_on=done_on)
    if made.counts():
        Customer.objects.filter(pk=customer.pk).exclude(last_contact_on__gte=done_on).update(
            last_contact_on=done_on
        )
    return made


@transaction.atomic
def assign_post(
    *, customer: Customer, person: Person, post: str, senior: bool, by: Person, at: datetime
) -> Assignment:
    """Give somebody a post in the customer's team; a new account manager takes the place of the old one."""
    allow(by, "assign_customer", customer)
    if post not in POSTS:
        raise Invalid(_("Unknown post."), fields={"post": _("unknown")})
    if not person.is_active:
        raise Invalid(_("%(name)s has left.") % {"name": person}, fields={"person": _("has left")})
    made = _assign(customer, person, post, senior=senior, at=at)
    journal(made, "post_assigned", by=by, at=at, person=str(person), post=str(POSTS[post]))
    return made


def _assign(customer: Customer, person: Person, post: str, *, senior: bool, at: datetime) -> Assignment:
    from django.utils import timezone

    current = Assignment.objects.current().filter(customer=customer, post=post)
    same = current.filter(person=person).first()
    if same is not None:
        return same
    if post == "manager":
        current.update(ended_at=at)
        Customer.objects.filter(pk=customer.pk).update(
            manager=person,
            department_id=person.department_id or customer.department_id,
            version=F("version") + 1,
        )
        customer.refresh_from_db()
    return Assignment.objects.create(
        customer=customer, person=person, post=post, senior=senior, from_on=timezone.localtime(at).date()
    )


@transaction.atomic
def end_post(*, assignment: Assignment, by: Person, at: datetime) -> None:
    """End a post; the account manager's post ends only by handing over."""
    allow(by, "assign_customer", assignment.customer)
    if assignment.post == "manager":
        raise Invalid(_("A customer always has an account manager: hand over instead."))
    if Assignment.objects.filter(pk=assignment.pk, ended_at__isnull=True).update(ended_at=at):
        journal(
            assignment,
            "post_ended",
            by=by,
            at=at,
            person=str(assignment.person),
            post=str(POSTS[assignment.post]),
        )


def refresh(customer: Customer, at: datetime) -> None:
    """Recompute search words and completeness after something around the customer has changed."""
    customer.refresh_from_db()
    settle(customer)
    Customer.objects.filter(pk=customer.pk).update(
        search=customer.search, completeness=customer.completeness, changed_at=at
    )
