"""The navigation: every place of the product, by section. A link is shown to those who hold its verb and see its class of data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Link:
    """A place: its name, its icon (lucide), the name of its address, and the verb it needs (empty: everybody).

    `sees` is the class of data that it shows and nothing else. `count` names an address that answers with the number
    beside the link, loaded after the page. Addresses are looked up once: every page asks for each of them several times.
    """

    name: Any
    icon: str
    to: str
    verb: str = ""
    sees: str = ""
    count: str = ""

    @cached_property
    def count_href(self) -> str:
        """The address of the number beside it; empty when there is none."""
        return reverse(self.count) if self.count else ""

    @cached_property
    def href(self) -> str:
        """Its address."""
        return reverse(self.to)

    def holds(self, path: str) -> bool:
        """Whether a page lies at or under this place."""
        return path == self.href or (self.href != "/" and path.startswith(self.href))


@dataclass(frozen=True)
class Section:
    """Links under a heading; the first section has none."""

    name: Any
    links: tuple[Link, ...]


NAV: list[Section] = [
    Section(
        "",
        (
            Link(_("Today"), icon="sun", to="home"),
            Link(_("Inbox"), icon="inbox", to="inbox", count="inbox_count"),
            Link(_("Customers"), icon="building-2", to="customers", verb="see_customers"),
            Link(_("Requests"), icon="message-square", to="requests", verb="see_customers"),
            Link(_("Visits"), icon="map-pin", to="visits", verb="see_customers"),
            Link(_("Service plans"), icon="clipboard-check", to="plans", verb="see_customers"),
            Link(_("Customer portal"), icon="door-open", to="portal_accesses", verb="open_portal"),
            Link(_("Archive duties"), icon="list-todo", to="customer_duties", verb="see_customers"),
            Link(
                _("Silent customers"), icon="message-circle-off", to="silent_customers", verb="see_customers"
            ),
        ),
    ),
    Section(
        _("Grading"),
        (
            Link(_("Gradings"), icon="gauge", to="gradings", verb="see_grading"),
            Link(_("Grades"), icon="medal", to="proposals", verb="see_grading"),
            Link(_("Letters"), icon="mail", to="letters", verb="see_customers"),
            Link(_("Analyses"), icon="chart-line", to="analysis", verb="see_analysis"),
            Link(_("Evaluations"), icon="clipboard-check", to="evaluations", verb="see_customers"),
            Link(_("Service that changes"), icon="repeat", to="treatments", verb="change_customer"),
        ),
    ),
    Section(
        _("Data"),
        (
            Link(_("Orders"), icon="shopping-cart", to="orders", verb="see_orders"),
            Link(_("Receivables"), icon="wallet", to="receivables", verb="see_orders", sees="credit"),
            Link(_("Imports"), icon="file-up", to="imports", verb="import_data"),
            Link(_("Monthly figures"), icon="calendar-check", to="submissions", verb="see_grading"),
            Link(_("Market intelligence"), icon="radar", to="intelligence", verb="see_customers"),
        ),
    ),
    Section(
        _("Company"),
        (
            Link(_("Policies"), icon="route", to="policies"),
            Link(_("People"), icon="users", to="people"),
            Link(_("Responsibilities"), icon="list-checks", to="matrix"),
            Link(_("Absences"), icon="plane", to="absences"),
            Link(_("Committees"), icon="landmark", to="committees"),
            Link(_("Roster"), icon="headphones", to="roster"),
            Link(_("Certificates"), icon="award", to="certificates", verb="manage_certificates"),
            Link(_("Agreements"), icon="file-lock", to="agreements", verb="manage_agreements"),
            Link(_("Secrecy"), icon="shield", to="consultations", verb="see_customers"),
            Link(
                _("Limits of the archives"), icon="sliders-horizontal", to="archive_limits", verb="set_limits"
            ),
            Link(_("Budgets"), icon="wallet", to="budgets", verb="set_budgets"),
            Link(_("Merged archives"), icon="merge", to="merges", verb="merge_customers"),
        ),
    ),
    Section(_("Mine"), (Link(_("API tokens"), icon="key-round", to="tokens", verb="use_api"),)),
    Section(
        _("Installation"),
        (
            Link(_("Jobs"), icon="list-checks", to="jobs"),
            Link(_("Journal"), icon="history", to="journal", verb="see_journal"),
            Link(_("Calendar"), icon="calendar-days", to="calendar"),
            Link(_("Messages"), icon="mail", to="messages", verb="run_system"),
            Link(_("Health"), icon="activity", to="health", verb="run_system"),
        ),
    ),
]
