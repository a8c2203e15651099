"""The records behind the figures: orders, customers and movements; what they add up to stands above them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.analysis.development import buyers, movements
from zhike.analysis.grades import named, of_key, ranks_now
from zhike.analysis.pages import asked_span, common, look
from zhike.analysis.spans import Scope, Span, orders_between, rows, worth
from zhike.customers.pages import now
from zhike.facts.figures import company_currency
from zhike.facts.models import STATUS, TONES, Order
from zhike.grading.causes import cause_text
from zhike.grading.schemes import Schemes
from zhike.kernel.amounts import amount
from zhike.letters.lists import arrow
from zhike.lists.dressing import wearing
from zhike.lists.grades import word_of, worn
from zhike.lists.pages import PAGE, Page, page_of
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can, sees
from zhike.ui import grid

DEFERRED = tuple(f"customer__{name}" for name in ("search", "channels", "tokens", "business_scope"))


def _asked(request: HttpRequest) -> tuple[Person, Span, str | None]:
    person, span = me(request), asked_span(request)
    look(person)
    if span is None:
        raise Http404
    return person, span, of_key(request.GET.get("grade", ""))


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return max(int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1, 1)


def _show(
    request: HttpRequest, person: Person, span: Span, grade: str | None, table: grid.Table, **more: Any
) -> HttpResponse:
    if request.headers.get("HX-Target", "").endswith("#table"):
        return render(request, "ui/_grid.html", {"table": table})
    page = {
        **common(request, person),
        "table": table,
        "span": span,
        "grade": grade,
        "group": "" if grade is None else named(grade, ranks_now()),
        **more,
    }
    return render(request, "analysis/records.html", page)


@door("see_analysis", customer_data=True)
@require_GET
def order_records(request: HttpRequest) -> HttpResponse:
    """The orders of a group in a span: their sum is the figure of the analysis."""
    person, span, grade = _asked(request)
    if not can(person, "see_orders"):
        raise Http404
    inner, values = orders_between(span.first, span.end, now()[1], Scope(person))
    where, marks = ("", []) if grade is None else (" and c.grade = %s", [grade])
    base = f"from ({inner}) f join zhike_customer c on c.id = f.customer_id where 1 = 1{where}"
    [(count, bought, gained)] = rows(
        f"select count(*), sum({worth('amount')}), sum({worth('profit')}) {base}", [*values, *marks]
    )
    number = min(_number(request), max(1, -(-int(count) // PAGE)))
    shown = rows(
        f"select f.id, {worth('amount')}, {worth('profit')} {base} order by f.ordered_on desc, f.id desc limit %s offset %s",
        [*values, *marks, PAGE + 1, (number - 1) * PAGE],
    )
    orders = (
        Order.objects.select_related("customer")
        .defer(*DEFERRED)
        .in_bulk([int(row[0]) for row in shown[:PAGE]])
    )
    lines = [
        (orders[int(key)], amount(int(worth_)), amount(int(profit)))
        for key, worth_, profit in shown[:PAGE]
        if int(key) in orders
    ]
    own = company_currency()
    columns = [
        grid.Column("number", _("Order"), lambda row: f"<b>{grid.text(row[0].number)}</b>", css="stick", phone="title"),
        grid.Column("customer", _("Customer"), lambda row: grid.link(str(row[0].customer), row[0].customer.get_absolute_url()),
                    phone="meta"),
        grid.Column("day", _("Ordered on"), lambda row: grid.day(row[0].ordered_on), phone="meta"),
        grid.Column("status", _("Status"), lambda row: grid.tag(STATUS[row[0].status], TONES[row[0].status]), phone="aside"),
        grid.Column("amount", _("Amount"), lambda row: grid.money(row[0].amount, row[0].currency, 2), css="r"),
        grid.Column("worth", _("Counts as"), lambda row: grid.money(row[1], own, 4), css="r", phone="more"),
    ]  # fmt: skip
    if sees(person, "profit"):
        columns.append(grid.Column("profit", _("Profit"), lambda row: grid.money(row[2], own, 4), css="r"))
    page = Page(lines, number, int(count), more=False, follows=len(shown) > PAGE)
    table = grid.Table(
        columns, page, request.GET, path=request.path, caption=_("Orders"), empty=_("No order")
    )
    return _show(
        request, person, span, grade, table, title=_("Orders"), count=int(count), amount=amount(int(bought or 0)),
        profit=amount(int(gained or 0)) if sees(person, "profit") else None,
    )  # fmt: skip


@door("see_analysis", customer_data=True)
@require_GET
def customer_records(request: HttpRequest) -> HttpResponse:
    """The customers of a group that bought in a span."""
    person, span, grade = _asked(request)
    found = buyers(person, grade, span)
    rows_: QuerySet[Any] = found.model.objects.select_related("manager").defer(
        "search", "channels", "tokens", "business_scope"
    )
    page = page_of(
        found.order_by("-amount_12m", "-id"), wearing("customers", rows_), _number(request), found.count()
    )
    worn(page.object_list)
    columns = [
        grid.Column("name", _("Customer"), lambda one: grid.name(one.name, one.code, one.get_absolute_url(), str(one)), css="stick",
                    phone="title"),
        grid.Column("grade", _("Grade"), lambda one: grid.grade(word_of(one), getattr(one, "grade_rank", None)), phone="aside"),
        grid.Column("manager", _("Account manager"), lambda one: grid.person(one.manager), phone="meta"),
        grid.Column("amount", _("Orders, 12 months"), lambda one: grid.money(one.amount_12m, company_currency(), 2), css="r", phone="more"),
    ]  # fmt: skip
    table = grid.Table(columns, page, request.GET, key=lambda one: one.code, path=request.path, caption=_("Customers"),
                       empty=_("No customer"))  # fmt: skip
    return _show(request, person, span, grade, table, title=_("Customers with orders"), count=page.count)


@door("see_analysis", customer_data=True)
@require_GET
def movement_records(request: HttpRequest) -> HttpResponse:
    """The movements of grades of a group in a span."""
    person, span, grade = _asked(request)
    found = movements(person, span.first, span.end)
    if grade is not None:
        found = found.filter(customer__grade=grade)
    way = request.GET.get("way", "")
    if way in ("up", "down"):
        found = found.filter(moved__gt=0) if way == "up" else found.filter(moved__lt=0)
    page = page_of(found.order_by("-from_on", "-id"), found.model.objects.select_related("customer", "approved_by").defer(*DEFERRED),
                   _number(request), found.count())  # fmt: skip
    schemes = Schemes()
    schemes.fetch({one.version_id for one in page.object_list if one.version_id})
    columns = [
        grid.Column("name", _("Customer"),
                    lambda one: grid.name(one.customer.name, one.customer.code, one.customer.get_absolute_url(), str(one.customer)),
                    css="stick", phone="title"),
        grid.Column("grade", _("Movement"),
                    lambda one: arrow(*(str(schemes.chip(one.version_id, one.rating, code)) for code in (one.before, one.grade))),
                    phone="aside"),
        grid.Column("from", _("First day"), lambda one: grid.day(one.from_on), phone="meta"),
        grid.Column("cause", _("Cause"), lambda one: grid.text(cause_text(one.cause)), css="ink-2"),
        grid.Column("by", _("Approved by"), lambda one: grid.person(one.approved_by), phone="meta"),
    ]  # fmt: skip
    table = grid.Table(columns, page, request.GET, key=lambda one: one.pk, path=request.path, caption=_("Movements"),
                       empty=_("No movement"))  # fmt: skip
    return _show(request, person, span, grade, table, title=_("Movements of grades"), count=page.count)
