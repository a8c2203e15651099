"""A form that its checker sends back: with the reason, and with everything that was typed standing in it as a draft again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Person, signed_on
from zhike.people.rules import allow
from zhike.visits.actions import ABOUT
from zhike.visits.limits import due_for
from zhike.visits.models import LEFT, NEW_PERSON, Visit, VisitChange
from zhike.visits.rights import CHECK, may_check

sentences({
    "visit_returned": gettext_lazy("%(who)s sent back the form of the visit “%(what)s”: %(ground)s"),
})  # fmt: skip
notice(
    "visit_returned", about=ABOUT, must=True, subject=gettext_lazy("Sent back: form of the visit of %(customer)s"),
    text=gettext_lazy(
        "%(who)s sent back the form of the visit of %(customer)s on %(day)s: %(ground)s. Hand it in again by %(due)s; what was"
        " typed stands in it. %(link)s"
    ),
)  # fmt: skip


@transaction.atomic
def return_form(*, visit: Visit, version: int, ground: str, by: Person, at: datetime) -> Visit:
    """Send a form that was read at `version` back to whoever wrote it.

    One that had come in time is due in as many days as the company sets, counted from today; one that was late stays late.
    """
    allow(by, CHECK, visit)
    if not may_check(visit, by, signed_on(at)):
        raise Forbidden(_("Somebody else checks this form: %(name)s.") % {"name": visit.checker or "—"})
    if not ground.strip():
        raise Invalid(_("Say what is to be mended."), fields={"ground": _("missing")})
    changed = list(visit.changes.all())
    values: dict[str, Any] = {
        "draft": _draft(visit, changed), "drafted_at": visit.submitted_at, "drafted_by": visit.submitted_by,
        "submitted_at": None, "submitted_by": None, "in_time": None, "checker": None,
        "returned_at": at, "returned_by": by, "returned_for": ground.strip(),
    }  # fmt: skip
    if visit.in_time:
        values["due_on"] = max(visit.due_on, due_for(visit.customer, signed_on(at)).due_on)
    writers = [one for one in (visit.submitted_by, visit.owner) if one is not None]
    before = {"submitted_at": visit.submitted_at, "in_time": visit.in_time, "due_on": visit.due_on}
    standing = Visit.objects.unchecked().filter(pk=visit.pk, version=version)
    if not standing.update(version=F("version") + 1, **values):
        raise Conflict(_("Somebody has checked this form or sent it back meanwhile."))
    VisitChange.objects.filter(pk__in=[one.pk for one in changed]).delete()
    visit.refresh_from_db()
    after = {"submitted_at": None, "in_time": None, "due_on": visit.due_on}
    journal(visit, "visit_returned", by=by, at=at, before=before, after=after, ground=visit.returned_for)
    for person in {one.pk: one for one in writers if one != by and one.is_active}.values():
        if visit.customer.is_visible_to(person):
            tell(kind="visit_returned", key=f"{visit.pk} {visit.version}", to=person, at=at, who=str(by),
                 customer=visit.customer.name, day=visit.day, ground=visit.returned_for, due=visit.due_on,
                 link=f"{visit.get_absolute_url()}form/")  # fmt: skip
    return visit


def _draft(visit: Visit, changed: Iterable[VisitChange]) -> dict[str, str]:
    """What a submitted form says, as it is typed: name of the field of the form -> text."""
    names = ("topics", "findings", "opinions", "satisfaction", "next_step", "next_on", "significant")
    made = {name: str(value) for name in names if (value := getattr(visit, name)) not in ("", None)}
    if visit.significant:
        made["is_significant"] = "on"
    made |= {f"contact{one.pk}_met": "on" for one in visit.met.all()}
    for kind, rows in (("problem", visit.problems), ("need", visit.needs)):
        for number, row in enumerate(rows, 1):
            made |= {f"{kind}{number}_{name}": text for name, text in row.items() if text}
    people = 0
    for one in changed:
        if one.field == NEW_PERSON:
            people += 1
            made[f"person{people}_name"] = one.proposed
            made |= {f"person{people}_{name}": text for name, text in one.details.items()}
        elif one.contact_id is None:
            made[f"fact_{one.field}"] = one.proposed
        elif one.field == LEFT:
            made[f"contact{one.contact_id}_left"] = "on"
        else:
            made[f"contact{one.contact_id}_{one.field}"] = one.proposed
    return made
