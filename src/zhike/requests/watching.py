"""Requests past their limit: owner and superior are told, once; which ones follows from the requests and the moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhike.customers.owners import Chain
from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.kernel.journal import journal, sentences
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Person
from zhike.requests.actions import ABOUT
from zhike.requests.models import ServiceRequest
from zhike.ui.figures import moment

sentences({"request_overdue": _("The request “%(what)s” is overdue since %(due)s; %(people)s were told")})
notice(
    "request_overdue", about=ABOUT, must=True, subject=_("Overdue: request of %(customer)s"),
    text=_("The request “%(subject)s” of %(customer)s was to be answered by %(due)s; %(owner)s answers for it. %(link)s"),
)  # fmt: skip


def tell_overdue(*, at: datetime) -> int:
    """Tell owner and superior of every request that is overdue; how many are newly told. Safe to run twice."""
    rows = ServiceRequest.objects.overdue(at).filter(told_at__isnull=True)
    found = list(rows.select_related("customer", "owner").order_by("due_at", "id"))
    if not found:
        return 0
    chain = Chain()
    return sum(_tell(one, chain, at) for one in found)


@transaction.atomic
def _tell(one: ServiceRequest, chain: Chain, at: datetime) -> bool:
    """Tell of one request, unless somebody else has just done so, or answered it."""
    claimed = ServiceRequest.objects.overdue(at).filter(pk=one.pk, told_at__isnull=True)
    if not claimed.update(told_at=at):
        return False
    people = informed(one, chain)
    for person in people:
        tell(kind="request_overdue", key=f"{one.pk} {one.due_at}", to=person, at=at, customer=one.customer.name, subject=one.subject,
             due=moment(one.due_at), owner=str(one.owner or "—"), link=one.get_absolute_url())  # fmt: skip
    journal(
        one, "request_overdue", by=None, at=at, due=moment(one.due_at), people=", ".join(map(str, people))
    )
    return True


def informed(one: ServiceRequest, chain: Chain) -> list[Person]:
    """The owner while here, and the superior, or the head of the customer's department: those of them who see the customer."""
    owner = one.owner if one.owner is not None and one.owner.is_active else None
    above = chain.superior(one.owner) or chain.head(one.customer.department_id)
    people = {person.pk: person for person in (owner, above) if person is not None}
    return [person for person in people.values() if one.customer.is_visible_to(person)]


@job("watch_requests", title=_("Watch over requests"), quick=True)
def watch_requests(run: Run) -> dict[str, Any]:
    """The job."""
    return {"told": tell_overdue(at=run.at)}


every("watching_requests", kind="watch_requests", minutes=5)
