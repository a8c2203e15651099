"""The list of a run's proposals: what became of the run as a whole, and its customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from zhike.customers.models import Customer
from zhike.grading import routes
from zhike.grading.models import GradingRun, Proposal
from zhike.grading.proposal_lists import CHANGES, FIELDS, PROPOSALS, TABS
from zhike.grading.records import Determination
from zhike.grading.run_lists import find_run
from zhike.grading.run_views import lacks
from zhike.grading.schemes import schemes_of
from zhike.lists.asked import Asked
from zhike.lists.fields import Field
from zhike.lists.listing import Looking, listed, tabs_of
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.ui import grid

ALL = {
    "all": TABS["all"],
    "open": TABS["open"],
    **{code: TABS[code] for code in CHANGES},
    "decided": TABS["decided"],
}
"""Tab -> its name; a kind of change is here of those that are decided as well."""


def _visible(looking: Looking) -> Any:
    return Proposal.objects.visible_to(looking.person).filter(run=looking.about)


def _narrowed(rows: QuerySet[Proposal], tab: str, looking: Looking) -> QuerySet[Proposal]:
    if tab == "open":
        return rows.filter(state="open")
    if tab == "decided":
        return rows.exclude(state="open")
    return rows.filter(CHANGES[tab][1]) if tab in CHANGES else rows


def earlier(query: QueryDict, run: GradingRun | None) -> QueryDict:
    """The kind of change and the state that were asked for before they were a tab and a condition."""
    found = query.copy()
    if query.get("change", "") in CHANGES and not query.get("tab"):
        found["tab"] = str(query["change"])
    if query.get("state"):
        found.setlist("c", [*query.getlist("c"), f"state:in:{query['state']}"])
    return found


def fitted(one: Field, run: GradingRun) -> Field:
    """The rating stands there where the run has several."""
    return replace(one, shown=len(schemes_of(run.version)) > 1) if one.code == "rating" else one


def _bulk(looking: Looking, asked: Asked) -> list[grid.Bulk]:
    decides = routes.may_decide(routes.about_run(looking.about), looking.person, looking.at)
    where = f"{reverse('decide_proposals')}?run={looking.about.pk}"
    return [grid.Bulk(_("Determine"), where, "gavel", dialog=True)] if decides else []


def _beside(looking: Looking) -> dict[str, Any]:
    """The run and what is to be done with it, how many of each kind there are, and from when they take effect."""
    run, person, day = looking.about, looking.person, looking.day
    told = Determination.objects.filter(run=run).select_related("submitted_by").first()
    tally = tally_of(looking)
    shown = {
        "run": run, "tab": "proposals", "told": told, "tally": tally, "late": _is_late(told, day),
        "confirmed": _confirmed(told, person, tally.get("all", 0)),
        "ahead": told.effective_on if told and told.effective_on and told.effective_on > day else None,
        "may_submit": run.state == "ready" and can(person, "run_grading"),
    }  # fmt: skip
    return shown | lacks(run, person)


def tally_of(looking: Looking) -> dict[str, int]:
    """How many proposals of a run there are, how many are open, and how many of each kind of change."""
    asked: dict[str, Any] = {code: Count("pk", filter=where) for code, (_name, where) in CHANGES.items()}
    rows = _visible(looking)
    return dict(rows.aggregate(all=Count("pk"), open=Count("pk", filter=Q(state="open")), **asked))


def _confirmed(told: Determination | None, person: Person, proposed: int) -> int:
    """How many grades stay as they are, of the customers that a person sees, as the counts beside it."""
    if told is None:
        return 0
    rated = told.run.results.exclude(state="not_rated")
    return max(0, rated.filter(customer__in=Customer.objects.visible_to(person)).count() - proposed)


def _is_late(told: Determination | None, day: date) -> bool:
    return bool(told and told.ended_at is None and told.due_on and told.due_on < day)


RUN_PROPOSALS = listed(replace(
    PROPOSALS, code="run_proposal", address="run_proposals", visible=_visible, about=find_run, fitted=fitted, earlier=earlier,
    fields=tuple(one for one in FIELDS if one.code != "run"), tabs=tabs_of(ALL, _narrowed, ("open",)), order=("state", "moved", "-id"),
    quick=("state", "region", "manager"), bulk=_bulk, beside=_beside, template="grading/proposals.html",
))  # fmt: skip
