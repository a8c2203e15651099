"""The check of a form: each change is taken into the archive or refused with its reason, and the content goes where it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.actions import add_contact, change_contact, change_customer, log_activity
from zhike.customers.keeping import add_need
from zhike.customers.models import Activity, Contact
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Person, signed_on
from zhike.people.rules import allow, sees
from zhike.visits.actions import ABOUT
from zhike.visits.models import LEFT, NEW_PERSON, SATISFACTION, Visit, VisitChange
from zhike.visits.rights import CHECK, may_check

sentences({
    "visit_checked": gettext_lazy(
        "%(who)s checked the form of the visit “%(what)s”; taken into the archive: %(taken)s, refused: %(refused)s"
    ),
})  # fmt: skip
notice(
    "visit_step", about=ABOUT, subject=gettext_lazy("A step for you: %(customer)s"),
    text=gettext_lazy("On the visit of %(customer)s on %(day)s a problem was raised: %(problem)s. Next step: %(step)s. %(link)s"),
)  # fmt: skip


USUAL_STEP = timedelta(days=7)
"""After its check a step is due that names no day."""


@dataclass(frozen=True)
class Decision:
    """What is done with a proposed change: taken, or refused with a reason."""

    taken: bool
    ground: str = ""


@transaction.atomic
def check_visit(
    *, visit: Visit, decisions: Mapping[int, Decision], read: Mapping[int, int], by: Person, at: datetime, remark: str = "",
    version: int | None = None,
) -> Visit:  # fmt: skip
    """Check a form: decide on every change, and let the content flow into the archive.

    `read` is what the checker saw: contact -> version, and under 0 the version of the customer. Where the archive has moved
    since, or the form is not the one of `version`, Conflict is raised and nothing is written.
    """
    allow(by, CHECK, visit)
    if not may_check(visit, by, signed_on(at)):
        raise Forbidden(_("Somebody else checks this form: %(name)s.") % {"name": visit.checker or "—"})
    gone = Conflict(_("Somebody has checked this form or sent it back meanwhile."))
    read_at = visit.version if version is None else version
    if visit.version != read_at:
        raise gone
    changes = list(visit.changes.select_related("contact"))
    _decided(changes, decisions, by)
    claimed = (
        Visit.objects.unchecked()
        .filter(pk=visit.pk, version=read_at)
        .update(checked_at=at, checked_by=by, remark=remark.strip())
    )
    if not claimed:
        raise gone
    visit.refresh_from_db()
    for one in changes:
        decided = decisions[one.pk]
        one.taken, one.ground = decided.taken, "" if decided.taken else decided.ground.strip()[:300]
    VisitChange.objects.bulk_update(changes, ["taken", "ground"])
    taken = [one for one in changes if one.taken]
    journal(visit, "visit_checked", by=by, at=at, taken=len(taken), refused=len(changes) - len(taken))
    _take(visit, taken, read, by, at)
    visit.activity = _log(visit, by, at)
    visit.save(update_fields=["activity"])
    _needs(visit, by, at)
    _problems(visit, by, at)
    return visit


def _decided(changes: list[VisitChange], decisions: Mapping[int, Decision], by: Person) -> None:
    """Refuse a check that leaves a change undecided, or refuses one without a reason."""
    if any(not sees(by, one.field_class) for one in changes):
        raise Forbidden(
            _("The form changes data that your roles do not show you; somebody who sees them checks it.")
        )
    wrong: dict[str, Any] = {}
    for one in changes:
        decided = decisions.get(one.pk)
        if decided is None or (not decided.taken and not decided.ground.strip()):
            wrong[f"ground-{one.pk}"] = _("take it, or say why not")
    if wrong:
        raise Invalid(_("Every change is taken, or refused with its reason."), fields=wrong)


def _take(visit: Visit, taken: list[VisitChange], read: Mapping[int, int], by: Person, at: datetime) -> None:
    """Write what is taken by the archive's own verbs, told by the visit and made sure of on its day."""
    told: dict[str, Any] = {"told_by": "visit", "seen_on": visit.day, "by": by, "at": at}
    facts: dict[str, Any] = {one.field: one.proposed for one in taken if one.noun == "customer"}
    if facts:
        change_customer(customer=visit.customer, version=read.get(0, 0), **facts, **told)
    by_contact: dict[Contact, dict[str, Any]] = {}
    for one in taken:
        if one.contact is not None:
            value: str | date = visit.day if one.field == LEFT else one.proposed
            by_contact.setdefault(one.contact, {})[one.field] = value
    for contact, values in by_contact.items():
        change_contact(contact=contact, version=read.get(contact.pk, 0), **values, **told)
    for one in taken:
        if one.field == NEW_PERSON:
            add_contact(customer=visit.customer, name=one.proposed, **one.details, **told)


def _log(visit: Visit, by: Person, at: datetime) -> Activity:
    """The visit on the timeline, with what came of it and the next step."""
    result = [visit.findings]
    if visit.satisfaction is not None:
        result.append(f"{SATISFACTION[visit.satisfaction]} ({visit.satisfaction}/5)")
    return log_activity(
        customer=visit.customer, channel="visit", done_on=visit.day, subject=visit.purpose, person=visit.owner, by=by, at=at,
        contact=visit.met.order_by("pk").first(), content="\n".join(text for text in (visit.topics, visit.opinions) if text),
        result="\n".join(result), follow_up=visit.next_step,
        follow_up_on=visit.next_on or (signed_on(at) + USUAL_STEP if visit.next_step else None),
    )  # fmt: skip


def _needs(visit: Visit, by: Person, at: datetime) -> None:
    for one in visit.needs:
        add_need(
            customer=visit.customer, kind=one["kind"], text=one["text"], source="visit", stated_on=visit.day, person=visit.owner,
            activity=visit.activity, contact=visit.met.order_by("pk").first(), by=by, at=at,
        )  # fmt: skip


def _problems(visit: Visit, by: Person, at: datetime) -> None:
    """Each problem is a piece of feedback with a promised step; whoever takes the step is told."""
    people = {
        one.username: one
        for one in Person.objects.filter(username__in=[row.get("who", "") for row in visit.problems])
    }
    for number, one in enumerate(visit.problems):
        who = people.get(one.get("who", ""), visit.owner)
        due = date.fromisoformat(one["due"]) if one.get("due") else signed_on(at) + USUAL_STEP
        log_activity(
            customer=visit.customer, kind="feedback", channel="meeting", done_on=visit.day, subject=one["text"].strip()[:160],
            content=one["text"], result=one["step"], person=who, by=by, at=at, follow_up=f"{one['step'].strip()} ({who})"[:200],
            follow_up_on=due,
        )  # fmt: skip
        if who != by and visit.customer.is_visible_to(who):
            tell(kind="visit_step", key=f"{visit.pk} {number}", to=who, at=at, customer=visit.customer.name, day=visit.day,
                 problem=one["text"], step=one["step"], link=visit.get_absolute_url())  # fmt: skip
