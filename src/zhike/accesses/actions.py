"""Every change of accesses to the portal: opened, renewed, revoked; and the note of the last visit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.accesses.models import PARTS, PortalAccess
from zhike.accesses.telling import OPENED, OPENED_TEXT, tell_contact
from zhike.customers.models import Contact
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.company import limit
from zhike.people.models import Person, signed_on
from zhike.people.rules import allow

sentences({
    "portal_opened": gettext_lazy("%(who)s opened the portal to the contact %(what)s until %(day)s"),
    "portal_renewed": gettext_lazy("%(who)s renewed the portal access of the contact %(what)s until %(day)s"),
    "portal_revoked": gettext_lazy("%(who)s revoked the portal access of the contact %(what)s"),
    "portal_entered": gettext_lazy("The contact %(what)s signed in to the portal"),
})  # fmt: skip
VISIT_GRAIN = timedelta(minutes=1)
"""Not every page writes when the contact was last there."""


def portal_is_open() -> bool:
    """Whether the company has its portal open."""
    return limit("portal_open") == 1


@transaction.atomic
def open_access(
    *, contact: Contact, until_on: date, parts: Collection[str], by: Person, at: datetime
) -> PortalAccess:
    """Open the portal to a contact; the contact is told by mail. Whoever has an access already gets a Conflict."""
    allow(by, "open_portal", contact.customer)
    _refuse_wrong(contact, until_on, parts, at)
    try:
        with transaction.atomic():
            made = PortalAccess.objects.create(
                contact=contact, email=contact.email.lower(), opened_for=contact.customer_id,
                parts=_in_order(parts), until_on=until_on, opened_by=by, opened_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict(_("%(name)s has an access already; renew it.") % {"name": contact}) from error
    journal(
        made, "portal_opened", by=by, at=at, after={"parts": made.parts, "until_on": until_on}, day=until_on
    )
    tell_contact(
        access=made, kind="portal_opened", key=str(made.pk), subject=OPENED, text=OPENED_TEXT, at=at, name=contact.name, who=by,
        day=until_on,
    )  # fmt: skip
    return made


@transaction.atomic
def renew_access(
    *, access: PortalAccess, version: int, until_on: date, parts: Collection[str], by: Person, at: datetime
) -> PortalAccess:
    """Give an access that was read at `version` another last day, other parts, and the contact's e-mail of today."""
    allow(by, "open_portal", access.customer)
    _refuse_wrong(access.contact, until_on, parts, at)
    values: dict[str, Any] = {
        "until_on": until_on,
        "parts": _in_order(parts),
        "email": access.contact.email.lower(),
    }
    values["opened_for"] = access.customer_id
    before, after = changes(access, values)
    read = PortalAccess.objects.standing().filter(pk=access.pk, version=version)
    if not read.update(**values, version=F("version") + 1):
        raise Conflict(_("Somebody else changed or revoked this access meanwhile."))
    access.refresh_from_db()
    if after:
        journal(access, "portal_renewed", by=by, at=at, before=before, after=after, day=until_on)
    return access


@transaction.atomic
def revoke_access(*, access: PortalAccess, by: Person, at: datetime) -> PortalAccess:
    """Close an access; whoever is in the portal with it is out at the next request."""
    allow(by, "open_portal", access.customer)
    if not PortalAccess.objects.standing().filter(pk=access.pk).update(revoked_at=at, revoked_by=by):
        raise Conflict(_("This access was revoked before."))
    access.refresh_from_db()
    journal(access, "portal_revoked", by=by, at=at)
    return access


def note_visit(*, access: PortalAccess, at: datetime) -> None:
    """The contact is there; written once a minute at most."""
    seen = Q(visited_at__isnull=True) | Q(visited_at__lt=at - VISIT_GRAIN)
    PortalAccess.objects.filter(seen, pk=access.pk).update(visited_at=at)


@transaction.atomic
def note_entry(*, access: PortalAccess, at: datetime) -> None:
    """The contact signed in, by a code."""
    PortalAccess.objects.filter(pk=access.pk).update(visited_at=at)
    journal(access, "portal_entered", by=None, at=at)


def latest(at: datetime) -> date:
    """The last day that an access opened at a moment may have."""
    return signed_on(at) + timedelta(days=limit("portal_days"))


def _in_order(parts: Collection[str]) -> list[str]:
    return [one for one in PARTS if one in set(parts)]


def _refuse_wrong(contact: Contact, until_on: date, parts: Collection[str], at: datetime) -> None:
    """Refuse what cannot be opened, with the reason beside its field."""
    if not portal_is_open():
        raise Invalid(
            _("The company has its portal closed."), way_out=_("An administrator opens it under Limits.")
        )
    wrong: dict[str, Any] = {}
    if contact.left_on is not None:
        wrong["contact"] = _("has left")
    elif not contact.email:
        wrong["contact"] = _("has no e-mail address")
    if contact.customer.life == "closed" or contact.customer.merged_into_id is not None:
        wrong["contact"] = _("the customer is closed")
    if not signed_on(at) <= until_on <= latest(at):
        wrong["until_on"] = _("between today and %(day)s") % {"day": latest(at)}
    if not set(parts) or set(parts) - set(PARTS):
        wrong["parts"] = _("choose at least one")
    if wrong:
        raise Invalid(_("The portal cannot be opened like this."), fields=wrong)
