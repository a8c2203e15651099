"""Forms that are not there on their last day's end: owner and superior are told, once; which ones follows from the day."""

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
from zhike.people.models import Person, signed_on
from zhike.visits.actions import ABOUT
from zhike.visits.models import Visit

sentences({"visit_late": _("The form of the visit “%(what)s” is late since %(due)s; %(people)s were told")})
notice(
    "visit_late", about=ABOUT, must=True, subject=_("Late: form of the visit of %(customer)s"),
    text=_("The form of the visit of %(customer)s on %(day)s was to be submitted by %(due)s; %(owner)s answers for it. %(link)s"),
)  # fmt: skip


def tell_late(*, at: datetime) -> int:
    """Tell owner and superior of every form that is late; how many are newly told. Safe to run twice."""
    rows = Visit.objects.late(signed_on(at)).filter(told_at__isnull=True)
    found = list(rows.select_related("customer", "owner").order_by("due_on", "id"))
    if not found:
        return 0
    chain = Chain()
    return sum(_tell(one, chain, at) for one in found)


@transaction.atomic
def _tell(one: Visit, chain: Chain, at: datetime) -> bool:
    """Tell of one form, unless somebody else has just done so, or it has come."""
    above = chain.superior(one.owner) or chain.head(one.customer.department_id)
    if above == one.owner or (above is not None and not one.customer.is_visible_to(above)):
        above = None
    claimed = Visit.objects.late(signed_on(at)).filter(pk=one.pk, told_at__isnull=True)
    if not claimed.update(told_at=at, told_above=above):
        return False
    owner = one.owner if one.owner.is_active and one.customer.is_visible_to(one.owner) else None
    people: list[Person] = [person for person in (owner, above) if person is not None]
    for person in people:
        tell(kind="visit_late", key=f"{one.pk} {one.due_on}", to=person, at=at, customer=one.customer.name, day=one.day,
             due=one.due_on, owner=str(one.owner), link=one.get_absolute_url())  # fmt: skip
    journal(one, "visit_late", by=None, at=at, due=one.due_on, people=", ".join(map(str, people)))
    return True


@job("watch_visits", title=_("Watch over the forms of visits"), quick=True)
def watch_visits(run: Run) -> dict[str, Any]:
    """The job."""
    return {"told": tell_late(at=run.at)}


every("watching_visits", kind="watch_visits", minutes=15)
