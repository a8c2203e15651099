"""Every change of requests: recorded, receipt noted, answered, its moment corrected, closed without an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.accesses.telling import tell_of_answer
from zhike.customers.models import Contact, Customer
from zhike.customers.owners import Chain
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Person
from zhike.people.rules import allow
from zhike.requests.models import KINDS, RECORDED, ServiceRequest
from zhike.requests.ruling import ruling
from zhike.ui.figures import moment

ABOUT = gettext_lazy("Requests")
sentences({
    "request_recorded": gettext_lazy("%(who)s recorded the request “%(what)s”, to be answered by %(due)s"),
    "request_receipted": gettext_lazy("An automatic receipt went out for “%(what)s”; it does not count as an answer"),
    "request_answered": gettext_lazy("%(who)s answered the request “%(what)s”"),
    "request_corrected": gettext_lazy("%(who)s corrected when “%(what)s” came in: %(ground)s"),
    "request_closed": gettext_lazy("%(who)s closed the request “%(what)s” without an answer: %(ground)s"),
})  # fmt: skip
notice(
    "request_received", about=ABOUT, subject=gettext_lazy("Request of %(customer)s: %(subject)s"),
    text=gettext_lazy("%(who)s recorded a request of %(customer)s: %(subject)s. To be answered by %(due)s. %(link)s"),
)  # fmt: skip
LONGEST = timedelta(days=3660)
"""So long ago a request may have come in."""


@transaction.atomic
def record_request(
    *, customer: Customer, kind: str, channel: str, subject: str, received_at: datetime, by: Person, at: datetime,
    text: str = "", contact: Contact | None = None, owner: Person | None = None,
) -> ServiceRequest:  # fmt: skip
    """Record what a customer asks for, with the limit of the moment it came in; the owner is told."""
    allow(by, "take_requests", customer)
    wrong: dict[str, Any] = {}
    for name, value, known in (("kind", kind, KINDS), ("channel", channel, RECORDED)):
        if value not in known:
            wrong[name] = _("unknown")
    if not subject.strip():
        wrong["subject"] = _("missing")
    if contact is not None and contact.customer_id != customer.pk:
        wrong["contact"] = _("unknown")
    if owner is not None and not owner.is_active:
        wrong["owner"] = _("has left")
    wrong |= _wrong_moment(received_at, at)
    if wrong:
        raise Invalid(_("The request cannot be recorded like this."), fields=wrong)
    made = ServiceRequest.objects.create(
        customer=customer, kind=kind, channel=channel, subject=subject.strip()[:160], text=text.strip(), contact=contact,
        owner=owner or Chain().owner(customer), received_at=received_at, recorded_by=by, recorded_at=at,
        **ruling(customer, kind, received_at).facts(),
    )  # fmt: skip
    journal(made, "request_recorded", by=by, at=at, due=moment(made.due_at))
    if made.owner is not None and made.owner != by and customer.is_visible_to(made.owner):
        tell(kind="request_received", key=str(made.pk), to=made.owner, at=at, who=str(by), customer=customer.name,
             subject=made.subject, due=moment(made.due_at), link=made.get_absolute_url())  # fmt: skip
    return made


@transaction.atomic
def note_receipt(*, request: ServiceRequest, by: Person, at: datetime) -> ServiceRequest:
    """Note that an automatic receipt went out. It is no answer: the clock goes on."""
    allow(by, "take_requests", request)
    if ServiceRequest.objects.filter(pk=request.pk, receipt_at__isnull=True).update(receipt_at=at):
        request.refresh_from_db()
        journal(request, "request_receipted", by=by, at=at)
    return request


@transaction.atomic
def answer_request(
    *, request: ServiceRequest, answer: str, by: Person, at: datetime, answered_at: datetime | None = None, reply: str = ""
) -> ServiceRequest:  # fmt: skip
    """The first answer by a person, given at `answered_at` (now, if absent). Whoever comes second meets a Conflict.

    `reply` is what the customer reads in the portal, and whoever asked there waits for one; the contact hears that it is there.
    """
    allow(by, "take_requests", request)
    given = answered_at or at
    wrong: dict[str, Any] = {} if answer.strip() else {"answer": _("missing")}
    if request.channel == "portal" and not reply.strip():
        wrong["reply"] = _("missing")
    if given > at:
        wrong["answered_at"] = _("later than now")
    elif given < request.received_at.replace(second=0, microsecond=0):
        wrong["answered_at"] = _("before it came in")
    if wrong:
        raise Invalid(_("The answer cannot be recorded like this."), fields=wrong)
    given = max(given, request.received_at)  # pages tell moments to the minute
    met = None if request.due_at is None else given <= request.due_at
    said = {"answer": answer.strip(), "reply": reply.strip()}
    _claim(request, answered_at=given, answered_by=by, answer_recorded_at=at, met=met, **said)
    journal(request, "request_answered", by=by, at=at, after={"answered_at": given, "met": met})
    if request.reply:
        tell_of_answer(contact=request.contact, key=str(request.pk), at=at)
    return request


@transaction.atomic
def correct_moment(
    *, request: ServiceRequest, received_at: datetime, ground: str, by: Person, at: datetime
) -> ServiceRequest:
    """Correct when a request came in, before it is answered, with the ground; its limit is that of the corrected moment."""
    allow(by, "correct_requests", request)
    wrong = _wrong_moment(received_at, at)
    if not ground.strip():
        wrong["ground"] = _("missing")
    if wrong:
        raise Invalid(_("The moment cannot be corrected like this."), fields=wrong)
    facts = ruling(request.customer, request.kind, received_at).facts()
    before, after = changes(request, {"received_at": received_at, "due_at": facts["due_at"]})
    _claim(request, received_at=received_at, told_at=None, **facts)
    journal(request, "request_corrected", by=by, at=at, before=before, after=after, ground=ground.strip())
    return request


@transaction.atomic
def close_request(*, request: ServiceRequest, ground: str, by: Person, at: datetime) -> ServiceRequest:
    """Close a request that needs no answer, with the ground."""
    allow(by, "correct_requests", request)
    if not ground.strip():
        raise Invalid(_("Say why it is closed."), fields={"ground": _("missing")})
    _claim(request, closed_at=at, closed_by=by, ground=ground.strip())
    journal(request, "request_closed", by=by, at=at, ground=ground.strip())
    return request


def _claim(request: ServiceRequest, **values: Any) -> None:
    """Change a request that is open and came in when it was read to have come in. Raises Conflict for whoever comes second."""
    standing = ServiceRequest.objects.open().filter(pk=request.pk, received_at=request.received_at)
    if not standing.update(**values):
        raise Conflict(_("Somebody has answered, corrected or closed this request meanwhile."))
    request.refresh_from_db()


def _wrong_moment(received_at: datetime, at: datetime) -> dict[str, Any]:
    if received_at > at:
        return {"received_at": _("later than now")}
    return {"received_at": _("too long ago")} if received_at < at - LONGEST else {}
