"""A request that a contact makes alone, in the customer portal (SLA-02): the same clock, the same owner, nobody in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Contact
from zhike.customers.owners import Chain
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.requests.actions import ABOUT
from zhike.requests.models import KINDS, ServiceRequest
from zhike.requests.ruling import ruling
from zhike.ui.figures import moment

sentences({
    "request_asked": gettext_lazy("The contact %(contact)s asked “%(what)s” in the portal, to be answered by %(due)s"),
})  # fmt: skip
notice(
    "request_asked", about=ABOUT, subject=gettext_lazy("Request of %(customer)s: %(subject)s"),
    text=gettext_lazy("%(who)s asked in the customer portal: %(subject)s. To be answered by %(due)s. %(link)s"),
)  # fmt: skip
TWICE = timedelta(minutes=2)
"""The same words of the same contact within this time are one request: a button was pressed twice."""


@transaction.atomic
def ask(*, contact: Contact, kind: str, subject: str, text: str, at: datetime) -> ServiceRequest:
    """Record what a contact asks for, with the limit of this moment; the customer's owner is told."""
    wrong: dict[str, Any] = {}
    if kind not in KINDS:
        wrong["kind"] = _("unknown")
    if not subject.strip():
        wrong["subject"] = _("missing")
    if wrong:
        raise Invalid(_("The request cannot be recorded like this."), fields=wrong)
    said, customer = {"kind": kind, "subject": subject.strip()[:160], "text": text.strip()}, contact.customer
    Contact.objects.select_for_update().filter(
        pk=contact.pk
    ).first()  # two presses of a button come one after the other
    before = ServiceRequest.objects.filter(
        contact=contact, channel="portal", received_at__gt=at - TWICE, **said
    ).first()
    if before is not None:
        return before
    made = ServiceRequest.objects.create(
        customer=customer, channel="portal", contact=contact, owner=Chain().owner(customer), received_at=at, recorded_at=at,
        **said, **ruling(customer, kind, at).facts(),
    )  # fmt: skip
    journal(made, "request_asked", by=None, at=at, due=moment(made.due_at), contact=contact.name)
    if made.owner is not None and customer.is_visible_to(made.owner):
        tell(kind="request_asked", key=str(made.pk), to=made.owner, at=at, who=contact.name, customer=customer.name,
             subject=made.subject, due=moment(made.due_at), link=made.get_absolute_url())  # fmt: skip
    return made
