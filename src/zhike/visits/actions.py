"""Every change of a visit before its check: planned, changed, cancelled, its form kept as a draft and submitted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Contact, Customer
from zhike.customers.owners import Chain
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Person, signed_on
from zhike.people.rules import allow, can
from zhike.visits.limits import due_for
from zhike.visits.models import KINDS, Visit, VisitChange
from zhike.visits.rights import CHECK, checker_for, may_arrange, may_write
from zhike.visits.sheet import Sheet, wrongs

ABOUT = gettext_lazy("Visits")
sentences({
    "visit_planned": gettext_lazy("%(who)s planned the visit “%(what)s” on %(day)s"),
    "visit_recorded": gettext_lazy("%(who)s recorded the visit “%(what)s” made on %(day)s"),
    "visit_changed": gettext_lazy("%(who)s changed the visit “%(what)s”"),
    "visit_cancelled": gettext_lazy("%(who)s cancelled the visit “%(what)s”: %(ground)s"),
    "visit_drafted": gettext_lazy("%(who)s saved the form of the visit “%(what)s” as a draft"),
    "visit_submitted": gettext_lazy("%(who)s submitted the form of the visit “%(what)s”"),
})  # fmt: skip
notice(
    "visit_given", about=ABOUT, subject=gettext_lazy("Visit of %(customer)s on %(day)s"),
    text=gettext_lazy("%(who)s planned a visit of %(customer)s on %(day)s: %(purpose)s. %(link)s"),
)  # fmt: skip
notice(
    "visit_to_check", about=ABOUT, subject=gettext_lazy("To be checked: visit of %(customer)s"),
    text=gettext_lazy(
        "%(who)s submitted the form of the visit of %(customer)s on %(day)s. Check it, and take over what has changed. %(link)s"
    ),
)  # fmt: skip
notice(
    "visit_significant", about=ABOUT, must=True, subject=gettext_lazy("Significant information about %(customer)s"),
    text=gettext_lazy("%(who)s learned on the visit of %(customer)s on %(day)s: %(news)s %(link)s"),
)  # fmt: skip
FURTHEST = timedelta(days=366)
"""So far before or after today a visit may lie."""
LARGEST = 60_000
"""Characters of a draft."""


@transaction.atomic
def plan_visit(
    *, customer: Customer, kind: str, day: date, purpose: str, by: Person, at: datetime, owner: Person | None = None,
    people: Sequence[Person] = (), contacts: Sequence[Contact] = (),
) -> Visit:  # fmt: skip
    """Plan a visit, or record one that was made; who answers for its form and who goes along is told."""
    allow(by, "log_activity", customer)
    owner, today = owner or by, signed_on(at)
    wrong = _wrong_plan(customer, kind, day, purpose, [owner, *people], contacts)
    if not today - FURTHEST <= day <= today + FURTHEST:
        wrong["day"] = _("too far away")
    if wrong:
        raise Invalid(_("The visit cannot be planned like this."), fields=wrong)
    made = Visit.objects.create(
        customer=customer, kind=kind, day=day, purpose=purpose.strip()[:160], owner=owner, added_by=by, added_at=at,
        **vars(due_for(customer, day)),
    )  # fmt: skip
    made.people.set(one for one in people if one != owner)
    made.contacts.set(contacts)
    journal(made, "visit_planned" if day >= today else "visit_recorded", by=by, at=at, day=day)
    for person in {one.pk: one for one in (owner, *people) if one != by}.values():
        tell(kind="visit_given", key=str(made.pk), to=person, at=at, who=str(by), customer=customer.name, day=day,
             purpose=made.purpose, link=made.get_absolute_url())  # fmt: skip
    return made


def _wrong_plan(
    customer: Customer,
    kind: str,
    day: date,
    purpose: str,
    people: Sequence[Person],
    contacts: Sequence[Contact],
) -> dict[str, Any]:
    """What cannot be taken of a plan."""
    wrong: dict[str, Any] = {}
    if kind not in KINDS:
        wrong["kind"] = _("unknown")
    if not purpose.strip():
        wrong["purpose"] = _("missing")
    if any(one.customer_id != customer.pk for one in contacts):
        wrong["contacts"] = _("unknown")
    for place, person in enumerate(people):
        if not person.is_active or not customer.is_visible_to(person):
            wrong["people" if place else "owner"] = _("%(name)s does not see this customer") % {
                "name": person
            }
    return wrong


@transaction.atomic
def change_visit(
    *, visit: Visit, version: int, kind: str, day: date, purpose: str, owner: Person, people: Sequence[Person],
    contacts: Sequence[Contact], by: Person, at: datetime,
) -> Visit:  # fmt: skip
    """Change the plan of a visit. Its day may be moved until it has come; the limit is that of the moment it is moved."""
    allow(by, "log_activity", visit)
    if not may_arrange(visit, by):
        raise Forbidden(_("Who answers for a visit changes it, and whoever may check it."))
    wrong = _wrong_plan(visit.customer, kind, day, purpose, [owner, *people], contacts)
    today = signed_on(at)
    if day != visit.day and (visit.day < today or not today <= day <= today + FURTHEST):
        wrong["day"] = _("a visit is moved before its day, to a day that has not passed")
    if wrong:
        raise Invalid(_("The visit cannot be changed like this."), fields=wrong)
    values: dict[str, Any] = {"kind": kind, "purpose": purpose.strip()[:160], "owner": owner, "day": day}
    if day != visit.day:
        values |= vars(due_for(visit.customer, day))
    before = _plan_said(visit)
    _claim(visit, Q(version=version), **values)
    visit.people.set(one for one in people if one != owner)
    visit.contacts.set(contacts)
    after = _plan_said(visit)
    changed = {name for name in after if after[name] != before[name]}
    if changed:
        journal(visit, "visit_changed", by=by, at=at, before={name: before[name] for name in changed},
                after={name: after[name] for name in changed})  # fmt: skip
    return visit


def _plan_said(visit: Visit) -> dict[str, Any]:
    """The plan, as the journal keeps it."""
    return {
        "kind": visit.kind, "day": visit.day, "purpose": visit.purpose, "owner": str(visit.owner), "due_on": visit.due_on,
        "people": sorted(map(str, visit.people.all())), "contacts": sorted(map(str, visit.contacts.all())),
    }  # fmt: skip


@transaction.atomic
def cancel_visit(*, visit: Visit, ground: str, by: Person, at: datetime) -> Visit:
    """A visit is not made, and why. Once its form is late or was sent back, only somebody else who may check says so."""
    allow(by, "log_activity", visit)
    if not may_arrange(visit, by):
        raise Forbidden(_("Who answers for a visit cancels it, and whoever may check it."))
    owed = visit.due_on < signed_on(at) or visit.returned_at is not None
    if owed and (visit.owner_id == by.pk or not can(by, CHECK)):
        raise Forbidden(
            _(
                "The form of this visit is late or was sent back: only somebody else who may check it cancels it now."
            ),
            link=visit.get_absolute_url(),
        )
    if not ground.strip():
        raise Invalid(_("Say why the visit is not made."), fields={"ground": _("missing")})
    _claim(visit, Q(), cancelled_at=at, cancelled_by=by, ground=ground.strip())
    journal(visit, "visit_cancelled", by=by, at=at, ground=ground.strip())
    return visit


@transaction.atomic
def keep_draft(
    *, visit: Visit, version: int, draft: dict[str, str], by: Person, at: datetime, quiet: bool = False
) -> Visit:  # fmt: skip
    """Keep what has been typed into the form so far, as it was typed. Raises Conflict when somebody else saved meanwhile.

    `quiet`: the page keeps it by itself; of that the journal tells once for each who writes.
    """
    _allow_writing(visit, by)
    if sum(len(name) + len(value) for name, value in draft.items()) > LARGEST:
        raise Invalid(_("The form is longer than can be kept."))
    if draft == visit.draft:
        return visit
    begun = visit.drafted_by_id == by.pk
    _claim(visit, Q(version=version) | Q(drafted_by=by), draft=draft, drafted_at=at, drafted_by=by)
    if not (quiet and begun):
        journal(visit, "visit_drafted", by=by, at=at)
    return visit


@transaction.atomic
def submit_form(*, visit: Visit, version: int, sheet: Sheet, by: Person, at: datetime) -> Visit:
    """Submit the form: in time or late is settled, somebody is asked to check it, the superior hears what is significant."""
    _allow_writing(visit, by)
    day = signed_on(at)
    wrong = wrongs(sheet, visit, by)
    if visit.day > day:
        wrong["day"] = _("the visit lies ahead")
    if wrong:
        raise Invalid(_("The form cannot be submitted like this."), fields=wrong)
    chain = Chain()
    _claim(
        visit, Q(version=version) | Q(drafted_by=by), submitted_at=at, submitted_by=by, in_time=day <= visit.due_on,
        checker=checker_for(visit, by, day, chain),
        draft={}, **sheet.kept(),
    )  # fmt: skip
    visit.met.set(sheet.met)
    rows = VisitChange.objects.bulk_create(sheet.rows(visit))
    journal(visit, "visit_submitted", by=by, at=at, after={"in_time": visit.in_time}, changes=len(rows))
    said = {
        "who": str(by),
        "customer": visit.customer.name,
        "day": visit.day,
        "link": visit.get_absolute_url(),
    }
    if visit.checker is not None:
        tell(kind="visit_to_check", key=str(visit.pk), to=visit.checker, at=at, **said)
    if visit.significant:
        above = chain.superior(by) or chain.head(visit.customer.department_id)
        if above is not None and above != by and visit.customer.is_visible_to(above):
            tell(kind="visit_significant", key=str(visit.pk), to=above, at=at, news=visit.significant, **said)
    return visit


def _allow_writing(visit: Visit, by: Person) -> None:
    allow(by, "log_activity", visit)
    if not may_write(visit, by):
        raise Forbidden(_("The form is written by whoever answers for the visit or goes along."))


def _claim(visit: Visit, read: Q, **values: Any) -> None:
    """Change a visit that is open, and stands as it was read. Raises Conflict for whoever comes second."""
    if not Visit.objects.open().filter(read, pk=visit.pk).update(version=F("version") + 1, **values):
        raise Conflict(_("Somebody has changed, submitted or cancelled this visit meanwhile."))
    visit.refresh_from_db()
