"""The list of letters: who is to be told, who was, who confirmed; a fixed number of queries however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.around import FURTHER, grades_worn, shown_too, with_customers
from zhike.customers.grid import codes_of
from zhike.customers.grid import grades_of as choices_of_grades
from zhike.customers.models import Customer
from zhike.kernel.searching import matching
from zhike.letters.making import with_address
from zhike.letters.models import MEANS, STATES, UNTOLD, Letter
from zhike.lists.asked import Asked
from zhike.lists.fields import Field
from zhike.lists.listing import Listing, Looking, listed, tabs_of
from zhike.lists.pages import count_of
from zhike.people.models import Person
from zhike.people.rules import HIDDEN, can, sees
from zhike.policies.chips import word_for
from zhike.policies.reading import grades_of
from zhike.ui import grid

TONES = {
    "due": "quiet", "queued": "info", "printed": "info", "sent": "primary", "delivered": "primary", "received": "success",
    "failed": "error", "suppressed": "warning", "replaced": "quiet",
}  # fmt: skip
TABS: dict[str, Any] = {
    "untold": gettext_lazy("not told yet"), "overdue": gettext_lazy("overdue"), "unreachable": gettext_lazy("without e-mail"),
    "failed": gettext_lazy("failed"), "printed": gettext_lazy("to be posted"), "sent": gettext_lazy("sent"),
    "received": gettext_lazy("receipt confirmed"), "suppressed": gettext_lazy("not told, approved"), "all": gettext_lazy("all"),
}  # fmt: skip
"""Tab -> its name."""


def condition(tab: str, day: date) -> Q:
    """The letters of a tab; `unreachable` needs `to_address`."""
    return {
        "untold": Q(state__in=UNTOLD), "overdue": Q(state__in=UNTOLD, due_on__lt=day),
        "unreachable": Q(state__in=["due", "failed"], to_address=""), "failed": Q(state="failed"), "printed": Q(state="printed"),
        "sent": Q(state__in=["sent", "delivered"]), "received": Q(state="received"), "suppressed": Q(state="suppressed"),
        "all": Q(),
    }[tab]  # fmt: skip


EMPTY: dict[str, Any] = {
    "untold": gettext_lazy("No customer waits to be told"), "overdue": gettext_lazy("Nothing is overdue"),
    "unreachable": gettext_lazy("Every customer has an e-mail address"),
}  # fmt: skip


def _sent(one: Letter) -> str:
    return (
        f"{grid.day(one.sent_at)} · {MEANS[one.means]}"
        if one.sent_at and one.means
        else grid.day(one.sent_at)
    )


def due_cell(one: Any) -> str:
    """The day, red when it has passed and the customer was not told."""
    return grid.tag(one.due_on.isoformat(), "error") if one.late else grid.day(one.due_on)


def state_tag(one: Letter) -> str:
    """The state; a letter that nobody can mail says so."""
    if one.state == "due" and getattr(one, "to_address", "?") == "":
        return grid.tag(_("no e-mail address"), "warning")
    return grid.tag(STATES[one.state], TONES[one.state])


def shown_change(one: Any) -> str:
    """The grade before, an arrow, the grade now."""
    grade = one.grade
    now = chip(grade, grade.grade)
    return arrow(chip(grade, grade.before), now) if grade.before else now


def arrow(before: str, now: str) -> str:
    """Two chips in a line with an arrow between."""
    sign = grid.icon("arrow-right", "icon-small")
    return f'<span style="display:inline-flex;align-items:center;gap:4px">{before}{sign}{now}</span>'


def chip(grade: Any, code: str) -> str:
    """The chip of a grade in the colours of its policy."""
    if not code:
        return str(grid.grade(""))
    known = {one.code: one for one in grades_of(grade.version, grade.rating)} if grade.version else {}
    if code not in known:
        return str(grid.grade(code))
    return str(grid.grade(word_for(code, known[code].text), known[code].rank))


def narrowed(rows: QuerySet[Letter], tab: str, looking: Looking) -> QuerySet[Letter]:
    """The letters of a tab."""
    return (with_address(rows) if tab == "unreachable" else rows).filter(condition(tab, looking.day))


def _search(rows: Any, words: str, person: Person) -> Any:
    return rows.filter(customer__in=matching(Customer.objects.all(), words, ("search",)).values("pk"))


def _rows(looking: Looking) -> QuerySet[Letter]:
    return with_address(
        with_customers(Letter.objects.select_related("grade__version__policy", "template"))
    ).defer("blocks")


def _dress(rows: Sequence[Any], looking: Looking) -> None:
    """What the day makes late, and whether who looks sees addresses."""
    shows = sees(looking.person, "contact")
    for one in rows:
        one.late = one.state in UNTOLD and one.due_on < looking.day
        shown = one.address or one.to_address or ""
        one.shown_address = shown if shows or not shown else HIDDEN
    grades_worn(rows, looking)


def _to(one: Any) -> str:
    name = f"<b>{grid.text(one.to_name)}</b> " if one.to_name and one.shown_address else one.to_name or ""
    return f"{name}{grid.text(one.shown_address)}" if one.shown_address else grid.text(name)


def _grade_word(one: Any) -> str:
    grade = one.grade
    known = {item.code: item for item in grades_of(grade.version, grade.rating)} if grade.version else {}
    return word_for(grade.grade, known[grade.grade].text) if grade.grade in known else grade.grade


def _receipt(one: Letter) -> str:
    return f"{one.received_by} · {grid.day(one.received_at)}" if one.received_at else ""


FIELDS = (
    Field("customer", gettext_lazy("Customer"), "text", "customer__name",
          lambda one: grid.name(one.customer.name, one.customer.code, one.get_absolute_url(), str(one.customer)),
          plain=lambda one: one.customer.name, sort=False, css="stick", phone="title"),
    Field("grade", gettext_lazy("Grade"), "choice", "grade__grade", shown_change, plain=_grade_word, choices=choices_of_grades,
          sort=False, phone="aside"),
    Field("state", gettext_lazy("State"), "choice", "state", lambda one: state_tag(one), choices=codes_of(STATES), sort=False,
          phone="meta"),
    Field("due", gettext_lazy("Due"), "day", "due_on", due_cell, phone="more"),
    Field("to", gettext_lazy("To"), "text", "", _to, plain=lambda one: " ".join(filter(None, (one.to_name, one.shown_address))),
          sort=False, filter=False, css="ink-2"),
    *(one for one in shown_too("manager") if one.code == "manager"),
    Field("means", gettext_lazy("Means of sending"), "choice", "means",
          lambda one: grid.text(MEANS.get(one.means, "")), choices=codes_of(MEANS), sort=False, shown=False),
    Field("sent", gettext_lazy("Sent"), "moment", "sent_at", _sent, last=True),
    Field("delivered", gettext_lazy("Opened by the customer"), "moment", "delivered_at",
          lambda one: grid.ago(one.delivered_at), sort=False),
    Field("received", gettext_lazy("Receipt"), "moment", "received_at", lambda one: grid.text(_receipt(one)), plain=_receipt, sort=False),
    Field("run", gettext_lazy("Run"), "number", "grade__run_id", lambda one: grid.text(one.grade.run_id or ""),
          plain=lambda one: one.grade.run_id, sort=False, shown=False),
    *(one for one in FURTHER if one.code != "manager"),
)  # fmt: skip


def _bulk(looking: Looking, asked: Asked) -> list[grid.Bulk]:
    if not can(looking.person, "send_letters"):
        return []
    if asked.tab == "printed":
        return [
            grid.Bulk(_("Print"), "/letters/paper/", "printer"),
            grid.Bulk(_("Mark as posted"), "/letters/posted/", "check"),
        ]
    if asked.tab in {"untold", "overdue", "unreachable", "failed"}:
        return [
            grid.Bulk(_("Send by e-mail"), "/letters/send/?means=mail", "mail", dialog=True),
            grid.Bulk(_("Send on paper"), "/letters/send/?means=print", "printer", dialog=True),
        ]
    return []


def _beside(looking: Looking) -> dict[str, Any]:
    unreachable = count_of(narrowed(Letter.objects.visible_to(looking.person), "unreachable", looking))
    return {"may_edit": can(looking.person, "edit_policies"), "unreachable": unreachable}


LATEST = ("-due_on", "-id")
LETTERS = listed(Listing(
    "letter", "letters", gettext_lazy("Letters"), Letter, FIELDS, gettext_lazy("Customer"), _rows, search=_search, order=("due_on", "id"),
    tabs=tabs_of(TABS, narrowed, TABS, dict.fromkeys(("sent", "received", "suppressed", "all"), LATEST), EMPTY),
    quick=("grade", "manager", "region"), dress=_dress, bulk=_bulk, beside=_beside, template="letters/list.html",
    empty=gettext_lazy("No letter here"),
    hint=gettext_lazy("A letter opens for every grade that is decided, where the policy has customers told."),
))  # fmt: skip
