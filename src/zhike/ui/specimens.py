"""What the page of components shows: a form with and without errors, a table, charts. No real customer is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhike.ui import grid
from zhike.ui.forms import Switch
from zhike.ui.grid import Bulk, Column, Table


class SpecimenForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(label=_("Name"), help_text=_("As on the business licence."), max_length=40)
    email = forms.EmailField(label=_("E-mail"), required=False)
    since = forms.DateField(label=_("Customer since"), required=False)
    amount = forms.DecimalField(label=_("Credit limit"), required=False, min_value=0)
    industry = forms.ChoiceField(
        label=_("Industry"),
        choices=[("", "—"), ("a", _("Automation")), ("b", _("Machinery"))],
        required=False,
    )
    reach = forms.ChoiceField(
        label=_("Reach"),
        widget=forms.RadioSelect,
        choices=[("a", _("At home")), ("b", _("Abroad"))],
        required=False,
    )
    wants = forms.MultipleChoiceField(
        label=_("Wants"),
        widget=forms.CheckboxSelectMultiple,
        choices=[("a", _("Price list")), ("b", _("Samples"))],
        required=False,
    )
    key_account = forms.BooleanField(
        label=_("Key account"), required=False, help_text=_("Reviewed every month.")
    )
    mails = forms.BooleanField(label=_("Send mails"), required=False, widget=Switch)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)


@dataclass(frozen=True)
class Specimen:
    """A made-up company."""

    code: str
    name: str
    grade: str
    state: Any
    tone: str
    manager: str
    amount: Decimal
    used: float
    last: date


DAY = date(2026, 11, 20)
MADE_UP = (
    Specimen("S-001", "东海示例机械有限公司", "A", _("Active"), "success", "示例甲", Decimal("102503713.20"), 0.28, DAY),
    Specimen("S-002", "Muster Werkzeug GmbH", "B", _("Prospect"), "info", "示例乙", Decimal(8404770), 0.76, DAY - timedelta(days=1)),
    Specimen("S-003", "北岭示例电子厂", "C", _("Watched"), "warning", "示例甲", Decimal("-1020.5"), 0.94, DAY - timedelta(260)),
    Specimen("S-004", "Acme Exemple SAS", "D", _("Blocked"), "error", "", Decimal(0), 0.0, DAY - timedelta(days=324)),
)  # fmt: skip

COLUMNS = (
    Column(
        "name",
        _("Customer"),
        lambda one: grid.name(one.name, one.code, "#"),
        css="stick",
        sort=True,
        phone="title",
    ),
    Column("grade", _("Grade"), lambda one: grid.grade(one.grade), sort=True, phone="aside"),
    Column("state", _("State"), lambda one: grid.tag(one.state, one.tone), phone="meta"),
    Column("manager", _("Manager"), lambda one: grid.person(one.manager)),
    Column(
        "amount",
        _("Sales"),
        lambda one: grid.money(one.amount, "CNY"),
        css="r strong",
        sort=True,
        phone="more",
    ),
    Column("used", _("Credit used"), lambda one: grid.meter(one.used)),
    Column("last", _("Last order"), lambda one: grid.day(one.last), css="ink-2", sort=True),
)


def form(name: str, *, wrong: bool = False) -> SpecimenForm:
    """The form, with ids of its own; `wrong` after it was sent with errors."""
    return SpecimenForm({"email": "?"} if wrong else None, auto_id=f"{name}_%s")


def table(query: QueryDict, name: str, *, empty: bool = False) -> Table:
    """A small table of made-up companies."""
    bulk = [Bulk(_("Assign"), "#", icon="user-plus"), Bulk(_("Close"), "#", icon="archive", danger=True)]
    page = Paginator(() if empty else MADE_UP, 3).get_page(query.get("page"))
    return Table(
        COLUMNS,
        page,
        query,
        key=lambda one: one.code,
        bulk=bulk,
        id=name,
        sort="-amount",
        caption=f"{_('Customers')} ({name})",
        empty=_("No customers yet"),
        hint=_("Add the first one, or import a list."),
    )


def charts() -> list[dict[str, Any]]:
    """Data of each kind of chart."""
    months = [f"2026-{month:02}" for month in range(1, 11)]
    now = [4.8, 5.1, 4.7, 5.3, 5.4, 5.7, 5.9, 6.1, 6.5, 7.2]
    return [
        {"kind": "bars", "label": _("Sales by month"), "data": {"labels": months, "series": [
            {"name": _("This year"), "values": [value * 1e8 for value in now]},
            {"name": _("Last year"), "values": [value * 0.7e8 for value in now], "muted": True}]}},
        {"kind": "lines", "label": _("Share paid on time"), "data": {"labels": months, "unit": "percent", "series": [
            {"name": _("Share paid on time"), "values": [0.8 + value / 50 for value in now]}]}},
        {"kind": "donut", "label": _("Customers by grade"), "data": {"labels": ["A", "B", "C", "D"], "series": [
            {"name": _("Customers"), "values": [210, 605, 2185, 1995]}]}},
        {"kind": "rows", "label": _("Sales by region"), "data": {"labels": [_("East"), _("South"), _("Europe")], "series": [
            {"name": _("Sales"), "values": [18.5e8, 13.3e8, 9.4e8]}]}},
    ]  # fmt: skip
