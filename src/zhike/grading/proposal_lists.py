"""The list of proposals: what may be asked of it, and its table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.grading.causes import cause_text
from zhike.grading.models import PROPOSAL_STATES, GradingRun, Proposal
from zhike.grading.schemes import Schemes
from zhike.grading.secrecy import hide_causes
from zhike.lists.pages import Page, page_of, words_of
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike.ui import grid

CHANGES: dict[str, tuple[Any, Q]] = {
    "down": (gettext_lazy("downgrades"), Q(moved__lt=0)),
    "up": (gettext_lazy("upgrades"), Q(moved__gt=0)),
    "new": (gettext_lazy("newly graded"), Q(current="") & ~Q(proposed="")),
    "pending": (gettext_lazy("pending"), Q(proposed="")),
    "marked": (gettext_lazy("to be looked at"), ~Q(mark="")),
}
"""Kind of change -> its name and its condition."""
STATE_TONES = {"open": "info", "approved": "success", "changed": "warning", "rejected": "error", "withdrawn": "quiet"}  # fmt: skip
SORTS = {"moved": "moved", "customer": "customer__name", "amount": "result__amount"}


@dataclass(frozen=True)
class Wanted:
    """What a list of proposals is asked for."""

    words: str = ""
    change: str = ""
    state: str = ""
    sort: str = ""
    page: int = 1

    @classmethod
    def read(cls, query: QueryDict) -> Wanted:
        """From a query string; what cannot be read counts as not asked."""
        number, change, state = query.get("page", "1"), query.get("change", ""), query.get("state", "")
        sort = query.get("sort", "")
        return cls(
            words=words_of(query.get("q", "")),
            change=change if change in CHANGES else "",
            state=state if state in PROPOSAL_STATES else "",
            sort=sort if sort.lstrip("-") in SORTS else "",
            page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
        )


def find(by: Person, wanted: Wanted, run: GradingRun | None) -> QuerySet[Proposal]:
    """The proposals asked for, among those of customers that a person sees."""
    rows = Proposal.objects.visible_to(by)
    rows = rows.filter(run=run) if run is not None else rows
    if wanted.words:
        for word in wanted.words.lower().split():
            rows = rows.filter(customer__search__contains=word)
    if wanted.change:
        rows = rows.filter(CHANGES[wanted.change][1])
    return rows.filter(state=wanted.state) if wanted.state else rows


def page(by: Person, wanted: Wanted, run: GradingRun | None) -> Page:
    """One page, in a constant number of queries."""
    sort = wanted.sort.lstrip("-")
    if sort == "amount" and not sees(by, "price"):
        sort = ""
    down = "-" if wanted.sort.startswith("-") else ""
    order = [f"{down}{SORTS[sort]}", "-id"] if sort else ["state", "moved", "-id"] if run else ["-id"]
    rows = Proposal.objects.select_related("customer", "decided_by", "run", "proposed_by", "result").defer(
        "customer__search", "customer__tokens", "customer__channels", "run__board", "run__manifest", "result__metrics"
    )  # fmt: skip
    found = page_of(find(by, wanted, run).order_by(*order), rows, wanted.page)
    hide_causes(by, found.object_list)
    return found


def columns(schemes: Schemes, sees_price: bool, several: bool) -> list[grid.Column]:
    """The columns of the table."""
    found = [
        grid.Column("customer", _("Customer"), _customer, css="stick", sort=True, phone="title"),
        grid.Column("moved", _("Proposed grade"), change_of(schemes), sort=True, phone="aside"),
        grid.Column("why", _("Cause"), _why(schemes), phone="meta"),
    ]
    if sees_price:
        found.append(
            grid.Column(
                "amount", _("Amount"), lambda row: grid.money(row.result.amount if row.result else None),
                css="r", sort=True, phone="more",
            )
        )  # fmt: skip
    if several:
        found.append(
            grid.Column("rating", _("Rating"), lambda row: grid.text(_rating(schemes, row)), css="ink-2")
        )
    found.append(grid.Column("state", _("State"), _state, phone="meta"))
    found.append(
        grid.Column("ground", _("Ground given"), lambda row: grid.text(row.ground[:80]), css="ink-2")
    )
    return found


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
        cause = [] if row.cause == "run" else [grid.text(cause_text(row.cause))]
        return " ".join([*cause, *marks]) or grid.text("")

    return cell


def _rating(schemes: Schemes, row: Proposal) -> str:
    found = schemes.of(row.version_id, row.rating)
    return found.name if found else row.rating


def _state(row: Proposal) -> str:
    who = f"<small>{grid.text(row.decided_by)}</small>" if row.decided_by else ""
    return grid.tag(PROPOSAL_STATES[row.state], STATE_TONES[row.state]) + who


def counts(run: GradingRun, by: Person) -> dict[str, int]:
    """How many proposals of a run are open, and how many of each kind of change."""
    rows = Proposal.objects.visible_to(by).filter(run=run)
    asked: dict[str, Any] = {
        name: Count("pk", filter=condition) for name, (_name, condition) in CHANGES.items()
    }
    return dict(rows.aggregate(all=Count("pk"), open=Count("pk", filter=Q(state="open")), **asked))
