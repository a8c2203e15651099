"""The list of all proposals, whatever they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.around import CUSTOMER, grades_worn, person_field, searching, shown_too, with_customers
from zhike.customers.grid import codes_of, grades_of
from zhike.grading.causes import CAUSES, cause_text
from zhike.grading.models import PROPOSAL_STATES, GradingRun, Proposal
from zhike.grading.schemes import Schemes
from zhike.grading.secrecy import hide_causes
from zhike.grading.shortfalls import tell_shortfalls
from zhike.lists.asked import Asked
from zhike.lists.fields import Field
from zhike.lists.listing import Listing, Looking, listed, tabs_of
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.ui import figures, grid

CHANGES: dict[str, tuple[Any, Q]] = {
    "down": (gettext_lazy("downgrades"), Q(moved__lt=0)),
    "up": (gettext_lazy("upgrades"), Q(moved__gt=0)),
    "new": (gettext_lazy("newly graded"), Q(current="") & ~Q(proposed="")),
    "pending": (gettext_lazy("pending"), Q(proposed="")),
    "marked": (gettext_lazy("to be looked at"), ~Q(mark="")),
}
"""Kind of change -> its name and its condition."""
STATE_TONES = {"open": "info", "approved": "success", "changed": "warning", "rejected": "error", "withdrawn": "quiet"}  # fmt: skip


def _customer(row: Proposal) -> str:
    return grid.name(row.customer.name, row.customer.code, f"/grading/proposals/{row.pk}/")


def change_of(schemes: Schemes) -> Callable[[Any], str]:
    """The cell: from which grade to which, with an arrow."""

    def cell(row: Any) -> str:
        goal = row.decided or row.proposed
        old, new = (schemes.chip(row.version_id, row.rating, code) for code in (row.current, goal))
        tone = "error" if row.moved < 0 else "success" if row.moved > 0 else "info"
        arrow = grid.icon("arrow-right", f"icon-small text-{tone}-ink")
        return f'<span class="flex items-center gap-1.5">{old}{arrow}{new}</span>'

    return cell


def _why(schemes: Schemes) -> Callable[[Any], str]:
    """The cell: the cause, and what the customer is to be looked at for."""

    def cell(row: Any) -> str:
        scheme = schemes.of(row.version_id, row.rating)
        marks = [
            grid.tag(one, "warning")
            for one in (scheme.marks(row.mark) if scheme else [row.mark] if row.mark else [])
        ]
        cause = [] if row.cause == "run" and marks and not row.shortfall else [grid.lines(_cause(row))]
        return " ".join([*cause, *marks]) or grid.text("")

    return cell


def _cause(row: Any) -> str:
    """The cause in words; of a plain downgrade, what is not met."""
    return row.shortfall or cause_text(row.cause)


def _rating(schemes: Schemes, row: Proposal) -> str:
    found = schemes.of(row.version_id, row.rating)
    return found.name if found else row.rating


def _state(row: Proposal) -> str:
    who = f"<small>{grid.text(row.decided_by)}</small>" if row.decided_by else ""
    return grid.tag(PROPOSAL_STATES[row.state], STATE_TONES[row.state]) + who


TABS: dict[str, Any] = {
    "open": gettext_lazy("open proposals"), **{code: name for code, (name, _where) in CHANGES.items()},
    "decided": gettext_lazy("decided proposals"), "all": gettext_lazy("all proposals"),
}  # fmt: skip
RUNS = 60
"""The latest runs, which can be chosen as a condition."""


def _narrowed(rows: QuerySet[Proposal], tab: str, looking: Looking) -> QuerySet[Proposal]:
    """The rows of a tab: a kind of change is one of those that are open."""
    if tab == "all":
        return rows
    if tab == "decided":
        return rows.exclude(state="open")
    rows = rows.filter(state="open")
    return rows.filter(CHANGES[tab][1]) if tab in CHANGES else rows


def _rows(looking: Looking) -> QuerySet[Proposal]:
    rows = Proposal.objects.select_related("decided_by", "run__version__policy", "proposed_by", "result")
    return with_customers(rows).defer("run__board", "run__manifest", "result__metrics")


def _dress(rows: Sequence[Any], looking: Looking) -> None:
    """Grades and causes in words; what holds figures that the reader may not see is taken out."""
    hide_causes(looking.person, rows)
    tell_shortfalls(rows)
    schemes = Schemes()
    schemes.fetch({row.version_id for row in rows})
    change, why = change_of(schemes), _why(schemes)
    for row in rows:
        row.change_shown, row.why_shown, row.rating_name = change(row), why(row), _rating(schemes, row)
        row.words = {
            name: schemes.word(row.version_id, row.rating, code) if code else ""
            for name, code in (("current", row.current), ("proposed", row.proposed), ("decided", row.decided))
        }
    grades_worn(rows, looking)


def runs_of(person: Person) -> Mapping[str, Any]:
    """The latest runs, which every reader of grades knows of."""
    runs = GradingRun.objects.select_related("version__policy").defer("board", "manifest").order_by("-id")
    return {str(one.pk): str(one) for one in runs[:RUNS]}


def _grade(code: str, label: Any, **more: Any) -> Field:
    return Field(
        code, label, "choice", code, lambda row: grid.text(row.words[code]), plain=lambda row: row.words[code], choices=grades_of,
        sort=False, **more,
    )  # fmt: skip


def _moment(name: str) -> Callable[[Any], str]:
    return lambda row: grid.text(figures.moment(getattr(row, name)))


FIELDS = (
    Field("customer", CUSTOMER.label, "text", "customer__name", _customer, plain=lambda row: row.customer.name, css="stick",
          phone="title"),
    Field("moved", gettext_lazy("Proposed grade"), "number", "moved", lambda row: row.change_shown, plain=lambda row: row.moved,
          filter=False, phone="aside", filed=False),
    _grade("current", gettext_lazy("Current grade"), shown=False),
    _grade("proposed", gettext_lazy("Grade proposed"), shown=False),
    _grade("decided", gettext_lazy("Grade decided"), shown=False),
    Field("why", gettext_lazy("Cause"), "choice", "cause", lambda row: row.why_shown, plain=_cause,
          choices=codes_of(CAUSES), sort=False, phone="meta"),
    Field("amount", gettext_lazy("Amount"), "amount", "result__amount",
          lambda row: grid.money(row.result.amount if row.result else None), plain=lambda row: row.result.amount if row.result else None,
          field_class="price", css="r", phone="more", last=True),
    Field("run", gettext_lazy("Run"), "key", "run_id", lambda row: grid.text(row.run or ""), plain=lambda row: str(row.run or ""),
          choices=runs_of, sort=False),
    Field("rating", gettext_lazy("Rating"), "text", "rating", lambda row: grid.text(row.rating_name),
          plain=lambda row: row.rating_name, sort=False, filter=False, shown=False),
    Field("state", gettext_lazy("State"), "choice", "state", _state, plain=lambda row: str(PROPOSAL_STATES[row.state]),
          choices=codes_of(PROPOSAL_STATES), sort=False, phone="meta"),
    Field("proposed_at", gettext_lazy("Proposed on"), "moment", "proposed_at", _moment("proposed_at"), shown=False),
    person_field("decided_by", gettext_lazy("Decided by"), "decided_by_id", shown=False),
    Field("decided_at", gettext_lazy("Decided on"), "moment", "decided_at", _moment("decided_at"), last=True, shown=False),
    Field("ground", gettext_lazy("Ground given"), "text", "ground", lambda row: grid.text(row.ground[:80]),
          plain=lambda row: row.ground, sort=False, filter=False),
    *shown_too(),
)  # fmt: skip


def _bulk(looking: Looking, asked: Asked) -> list[grid.Bulk]:
    decide = grid.Bulk(_("Determine"), reverse("decide_proposals"), "gavel", dialog=True)
    return [decide] if can(looking.person, "decide_grades") else []


PROPOSALS = listed(Listing(
    "proposal", "proposals", gettext_lazy("Proposals"), Proposal, FIELDS, gettext_lazy("Customer"), _rows, verb="see_grading",
    search=searching(), tabs=tabs_of(TABS, _narrowed, ("open",)), quick=("run", "state", "region", "manager"), dress=_dress, bulk=_bulk,
    template="grading/all_proposals.html", empty=gettext_lazy("No proposals."),
    hint=gettext_lazy("A run that is ready proposes grades; only those that change, are new, mixed or pending stand here."),
))  # fmt: skip
