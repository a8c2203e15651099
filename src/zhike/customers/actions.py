"""Every change of a customer's archive; those of its contacts and its team are at hand here too."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.completeness import measure
from zhike.customers.contacts import (
    add_contact,
    change_contact,
    complete_activity,
    follow_up,
    log_activity,
    name_successor,
    settle_grievance,
)
from zhike.customers.following import follow, refresh, settle
from zhike.customers.keeping import known, note_sources
from zhike.customers.lapsing import Recovery
from zhike.customers.life import AXES, LIFE, MOVES
from zhike.customers.models import Customer
from zhike.customers.owners import Gap, close_gaps
from zhike.customers.posts import assign_post, end_post, pass_post
from zhike.customers.sections import SECTION_OF, SOURCES
from zhike.kernel.journal import Entry, changes, journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

__all__ = [
    "add_contact", "add_customer", "assign_post", "change_contact", "change_customer", "complete_activity", "end_post",
    "follow_up", "log_activity", "move_life", "name_successor", "pass_post", "refresh", "restore_fact", "settle", "settle_grievance",
]  # fmt: skip

sentences({
    "customer_added": gettext_lazy("%(who)s added the customer %(what)s"),
    "customer_changed": gettext_lazy("%(who)s changed %(what)s"),
    "customer_moved": gettext_lazy("%(who)s moved %(what)s from %(old)s to %(new)s"),
    "fact_restored": gettext_lazy("%(who)s restored an earlier value of %(what)s"),
})  # fmt: skip

COMPUTED = {"search", "channels", "tokens", "completeness", "version", "added_at", "changed_at", "merged_into", "amount_12m", "receivable",
            "overdue", "last_order_on", "last_contact_on"}  # fmt: skip


TAKEN = {"new", "likeness", "duties", "silent", "recovery", "unmanaged", "quality", "limits", "budgets", "merges", "columns", "views",
         "assign", "export", "exports", "many"}  # fmt: skip
"""Words that are addresses of pages, so no customer's code."""


def has_address(code: str) -> bool:
    """Whether a code, quoted, can stand in the address of a page; those of other systems hold blanks and signs."""
    return not re.search(r"[/\x00-\x1f]", code) and code.strip(". ") != "" and code.lower() not in TAKEN


def check_values(values: dict[str, Any]) -> None:
    """Refuse codes that are not in the tables of the axes, and customer codes that no address can hold."""
    code = values.get("code", "x")
    if not re.fullmatch(r"[\w.+-]{1,40}", code) or code.lower() in TAKEN:
        raise Invalid(
            _("A code holds letters, digits, dots and dashes."), fields={"code": _("cannot be an address")}
        )
    for axis, choices in AXES.items():
        if values.get(axis):
            known(values[axis], choices, axis)


@transaction.atomic
def add_customer(*, by: Person, at: datetime, told_by: str = "colleague", **values: Any) -> Customer:
    """Open an archive; `told_by` says where its facts come from. Its manager gets the post of account manager."""
    allow(by, "add_customer")
    check_values(values)
    known(told_by, SOURCES, "told_by")
    if Customer.objects.filter(code=values.get("code", "")).exists():
        raise Conflict(_("A customer with the code %(code)s exists.") % values, fields={"code": _("taken")})
    customer = Customer(**values, added_at=at, changed_at=at)
    settle(customer)
    try:
        with transaction.atomic():
            customer.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            _("A customer with the code %(code)s exists.") % values, fields={"code": _("taken")}
        ) from error
    journal(
        customer,
        "customer_added",
        by=by,
        at=at,
        after={name: value for name, value in values.items() if value not in ("", None)},
        source=told_by,
    )
    facts = [name for name in values if name in SECTION_OF and values[name] not in ("", None)]
    note_sources(customer, facts, source=told_by, by=by, day=timezone.localtime(at).date())
    if customer.manager is not None:
        pass_post(customer, customer.manager, "manager", at=at)
    follow(customer, at)
    return customer


@transaction.atomic
def change_customer(
    *, customer: Customer, version: int, by: Person, at: datetime, told_by: str = "colleague", seen_on: date | None = None,
    **values: Any,
) -> Customer:  # fmt: skip
    """Change fields of an archive that was read at `version`; `told_by` says where the values come from, `seen_on` when somebody
    made sure of them (today, if absent).

    Raises Conflict when the record has changed since; its `fields` hold what stands there now and what was to be written.
    """
    allow(by, "change_customer", customer)
    check_values(values)
    known(told_by, SOURCES, "told_by")
    if "importance" in values and values["importance"] != customer.importance:
        raise Invalid(
            _("Strategic importance needs a reason and a reviewer: it has a form of its own."),
            fields={"importance": _("has a form of its own")},
        )
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
    if now.merged_into_id is not None:
        raise Conflict(_("This archive has been merged into another."))
    before, after = changes(now, values)
    for name, value in values.items():
        setattr(now, name, value)
    now.changed_at = at
    settle(now)
    now.save()
    if after:
        _note_change(now, before, after, "customer_changed", told_by, by, at, seen_on)
    return now


@transaction.atomic
def change_all(
    *, customers: Iterable[Customer], by: Person, at: datetime, told_by: str = "colleague", **values: Any
) -> tuple[int, int]:
    """Write the same values to many archives, all or none; how many changed, and how many had the values already. Raises Conflict
    when one of them has changed since it was read."""
    changed = same = 0
    for customer in customers:
        if changes(customer, values)[1]:
            change_customer(
                customer=customer, version=customer.version, by=by, at=at, told_by=told_by, **values
            )
            changed += 1
        else:
            same += 1
    return changed, same


def _note_change(
    now: Customer,
    before: dict[str, Any],
    after: dict[str, Any],
    action: str,
    told_by: str,
    by: Person,
    at: datetime,
    seen_on: date | None = None,
) -> None:
    """The journal, the sources, and what follows."""
    journal(now, action, by=by, at=at, before=before, after=after, source=told_by)
    facts = [name for name in after if name in SECTION_OF]
    note_sources(now, facts, source=told_by, by=by, day=seen_on or timezone.localtime(at).date())
    follow(now, at)


@transaction.atomic
def restore_fact(*, customer: Customer, fact: str, entry: Entry, by: Person, at: datetime) -> Customer:
    """Give a fact the value back that it had before an entry of the journal."""
    allow(by, "change_customer", customer)
    old = entry.data.get("before", {})
    if entry.noun != "customer" or entry.record != customer.pk or fact not in old or fact not in SECTION_OF:
        raise Invalid(_("This entry holds no earlier value of this fact."))
    now = Customer.objects.select_for_update().get(pk=customer.pk)
    field: Any = Customer._meta.get_field(fact)
    name = field.attname if isinstance(field, models.ForeignKey) else fact
    before = {fact: getattr(now, name)}
    value = field.to_python(old[fact]) if old[fact] is not None else None
    if before[fact] == value:
        return now
    setattr(now, name, value)
    now.version += 1
    now.changed_at = at
    settle(now)
    now.save()
    _note_change(now, before, {fact: value}, "fact_restored", "colleague", by, at)
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
    *,
    customer: Customer,
    life: str,
    by: Person | None,
    at: datetime,
    reason: str = "",
    settled: bool = False,
) -> Customer:
    """Move a customer along its life cycle; `by` is None when time itself did (a lapse).

    Nobody becomes current with an incomplete archive, but one who was current and orders again is `settled`.
    """
    if by is not None:
        allow(by, "close_customer" if "closed" in {life, customer.life} else "change_customer", customer)
    if life == customer.life:
        return customer
    if life not in MOVES[customer.life]:
        raise Invalid(
            _("A customer does not move from %(old)s to %(new)s.") % {"old": customer.life, "new": life}
        )
    if life == "current" and not settled:
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
    if old == "lapsed":
        Recovery.objects.standing().filter(customer=customer).update(closed_at=at)
    if life == "closed":
        close_gaps(Gap.objects.standing().filter(customer=customer), at)
    journal(
        customer,
        "customer_moved",
        by=by,
        at=at,
        before={"life": old},
        after={"life": life},
        old=LIFE[old],
        new=LIFE[life],
        reason=reason,
    )
    return customer
