"""The list of letters: who is to be told, who was, who confirmed; a fixed number of queries however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.kernel.searching import matching
from zhike.letters.making import with_address
from zhike.letters.models import MEANS, STATES, UNTOLD, Letter
from zhike.lists.pages import page_of, words_of
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
HELD = ("customer__search", "customer__channels", "customer__tokens", "blocks")


@dataclass(frozen=True)
class Asked:
    """What the list is asked for."""

    tab: str
    words: str
    mine: bool
    run: int
    page: int

    @classmethod
    def read(cls, query: QueryDict) -> Asked:
        """From a query string; what cannot be read counts as not asked."""
        tab = query.get("tab", "untold")
        return cls(
            tab if tab in TABS else "untold", words_of(query.get("q", "")), query.get("whose") == "mine",
            _whole(query.get("run", "")), _whole(query.get("page", "")) or 1,
        )  # fmt: skip


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def condition(tab: str, day: date) -> Q:
    """The letters of a tab; `unreachable` needs `to_address`."""
    return {
        "untold": Q(state__in=UNTOLD), "overdue": Q(state__in=UNTOLD, due_on__lt=day),
        "unreachable": Q(state__in=["due", "failed"], to_address=""), "failed": Q(state="failed"), "printed": Q(state="printed"),
        "sent": Q(state__in=["sent", "delivered"]), "received": Q(state="received"), "suppressed": Q(state="suppressed"),
        "all": Q(),
    }[tab]  # fmt: skip


def found(person: Person, asked: Asked) -> QuerySet[Letter]:
    """The letters asked for, of every tab."""
    rows = Letter.objects.visible_to(person)
    if asked.mine:
        rows = rows.filter(customer__manager=person)
    if asked.run:
        rows = rows.filter(grade__run=asked.run)
    if asked.words:
        rows = rows.filter(
            customer__in=matching(Customer.objects.all(), asked.words, ("search",)).values("pk")
        )
    return rows


def rows_of(person: Person, asked: Asked, day: date) -> QuerySet[Letter]:
    """The letters of the tab asked for, in the order of the page."""
    rows = found(person, asked)
    if asked.tab == "unreachable":
        rows = with_address(rows)
    order = (
        ("due_on", "id")
        if asked.tab in {"untold", "overdue", "unreachable", "failed", "printed"}
        else ("-due_on", "-id")
    )
    return rows.filter(condition(asked.tab, day)).order_by(*order)


def counts(person: Person, asked: Asked, day: date) -> dict[str, int]:
    """How many letters each tab holds, in one query."""
    rows = with_address(found(person, asked))
    return rows.aggregate(
        **{tab: Count("pk", filter=condition(tab, day)) for tab in TABS if tab != "all"}, all=Count("pk")
    )


def table(person: Person, asked: Asked, day: date, query: QueryDict, path: str) -> grid.Table:
    """The table of a page."""
    whole = with_address(Letter.objects.select_related(
        "customer", "customer__manager", "grade", "grade__version__policy", "template"
    )).defer(*HELD)  # fmt: skip
    page = page_of(rows_of(person, asked, day), whole, asked.page)
    bulk = []
    if can(person, "send_letters"):
        if asked.tab == "printed":
            bulk = [
                grid.Bulk(_("Print"), "/letters/paper/", "printer"),
                grid.Bulk(_("Mark as posted"), "/letters/posted/", "check"),
            ]
        elif asked.tab in {"untold", "overdue", "unreachable", "failed"}:
            bulk = [
                grid.Bulk(_("Send by e-mail"), "/letters/send/?means=mail", "mail", dialog=True),
                grid.Bulk(_("Send on paper"), "/letters/send/?means=print", "printer", dialog=True),
            ]
    return grid.Table(
        columns(person, day), page, query, key=lambda one: one.pk, bulk=bulk, path=path, caption=_("Letters"),
        filtered=bool(asked.words or asked.mine or asked.run), empty=EMPTY.get(asked.tab, _("No letter here")),
        hint=_("A letter opens for every grade that is decided, where the policy has customers told."),
    )  # fmt: skip


EMPTY: dict[str, Any] = {
    "untold": gettext_lazy("Every customer was told"), "overdue": gettext_lazy("Nothing is overdue"),
    "unreachable": gettext_lazy("Every customer has an e-mail address"),
}  # fmt: skip


def columns(person: Person, day: date) -> list[grid.Column]:
    """The columns that a person sees."""
    address = sees(person, "contact")
    return [
        grid.Column("customer", _("Customer"),
                    lambda one: grid.name(one.customer.name, one.customer.code, one.get_absolute_url(), str(one.customer)),
                    css="stick", phone="title"),
        grid.Column("grade", _("Grade"), shown_change, phone="aside"),
        grid.Column("state", _("State"), lambda one: state_tag(one, day), phone="meta"),
        grid.Column("due", _("Due"), lambda one: due_cell(one, day), phone="more"),
        grid.Column("to", _("To"), lambda one: _to(one, address), css="ink-2"),
        grid.Column("owner", _("Account manager"), lambda one: grid.person(one.customer.manager), phone="meta"),
        grid.Column("sent", _("Sent"), _sent),
        grid.Column("delivered", _("Opened by the customer"), lambda one: grid.ago(one.delivered_at)),
        grid.Column("received", _("Receipt"), lambda one: grid.text(f"{one.received_by} · {_day(one)}" if one.received_at else "")),
    ]  # fmt: skip


def _sent(one: Letter) -> str:
    return (
        f"{grid.day(one.sent_at)} · {MEANS[one.means]}"
        if one.sent_at and one.means
        else grid.day(one.sent_at)
    )


def _day(one: Letter) -> str:
    return grid.day(one.received_at)


def due_cell(one: Letter, day: date) -> str:
    """The day, red when it has passed and the customer was not told."""
    late = one.state in UNTOLD and one.due_on < day
    return grid.tag(one.due_on.isoformat(), "error") if late else grid.day(one.due_on)


def state_tag(one: Letter, day: date) -> str:
    """The state; a letter that nobody can mail says so."""
    if one.state == "due" and getattr(one, "to_address", "?") == "":
        return grid.tag(_("no e-mail address"), "warning")
    return grid.tag(STATES[one.state], TONES[one.state])


def _to(one: Any, address: bool) -> str:
    shown = one.address or one.to_address or ""
    if not shown:
        return grid.text(one.to_name)
    name = f"<b>{grid.text(one.to_name)}</b> " if one.to_name else ""
    return f"{name}{grid.text(shown if address else HIDDEN)}"


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
