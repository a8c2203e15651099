"""Pages of market intelligence: the list with its topics, a finding, recording and changing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.models import Customer
from zhike.customers.pages import form_page, now
from zhike.intelligence import actions
from zhike.intelligence.forms import CloseForm, IntelligenceForm
from zhike.intelligence.limits import freshness
from zhike.intelligence.models import INDUSTRIES, KINDS, RELIABILITIES, Intelligence
from zhike.intelligence.offering import is_stale, topics
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.ui import grid

PAGE = 50
FILTERS: tuple[tuple[str, Any, Mapping[str, Any]], ...] = (
    ("kind", gettext_lazy("Kind"), KINDS),
    ("industry", gettext_lazy("Industry"), INDUSTRIES),
    ("reliability", gettext_lazy("Reliability"), RELIABILITIES),
    ("shown", gettext_lazy("State"), {"stale": gettext_lazy("stale"), "closed": gettext_lazy("also closed")}),
)
"""What the list is narrowed by: name, label, values."""
WATCHED = 2_000
"""So many findings are gathered into topics."""


def find(request: HttpRequest, key: int) -> Intelligence:
    """A finding that the person sees, or 404."""
    rows = Intelligence.objects.visible_to(me(request)).select_related("added_by")
    found = rows.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def asked(person: Person, query: Any) -> tuple[Any, dict[str, str]]:
    """The findings asked for by words and filters, and what was asked."""
    words = {name: query.get(name, "")[:60] for name in ("q", "kind", "industry", "reliability", "shown")}
    rows = Intelligence.objects.visible_to(person)
    for word in words["q"].split():
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(text__icontains=word)
            | Q(competitor__icontains=word)
            | Q(source__icontains=word)
        )
    for name, known in (("kind", KINDS), ("industry", INDUSTRIES), ("reliability", RELIABILITIES)):
        if words[name] in known:
            rows = rows.filter(**{name: words[name]})
    return (rows if words["shown"] == "closed" else rows.standing()), words


@door("see_customers", customer_data=True)
@require_GET
def intelligence(request: HttpRequest) -> HttpResponse:
    """Findings, newest first, and the topics that have gone stale."""
    person, day = me(request), now()[1]
    rows, words = asked(person, request.GET)
    fresh = freshness()
    if words["shown"] == "stale":
        old = Q()
        for kind, days in fresh.items():
            old |= Q(kind=kind, confirmed_on__lt=day - timedelta(days=days))
        rows = rows.filter(old)
    shown = Paginator(rows.defer("text"), PAGE).get_page(request.GET.get("page"))
    columns = [
        grid.Column("title", _("Title"), lambda one: f'<a class="link" href="{one.get_absolute_url()}"><b>{grid.text(one.title)}</b></a>',
                    css="stick", phone="title"),
        grid.Column("kind", _("Kind"), lambda one: grid.text(one.kind_name), phone="meta"),
        grid.Column("about", _("Industry or competitor"), lambda one: grid.text(one.competitor or one.industry_name), phone="meta"),
        grid.Column("growth", _("Growth"), lambda one: grid.text("" if one.growth is None else f"{one.growth:+.1f} %"), css="r"),
        grid.Column("source", _("Source"), lambda one: grid.text(one.source), css="ink-2 source", phone="more"),
        grid.Column("reliability", _("Reliability"), lambda one: grid.text(one.reliability_name)),
        grid.Column("day", _("Day"), lambda one: grid.day(one.known_on), phone="meta"),
        grid.Column("state", _("State"), lambda one: state_of(one, day, fresh), phone="aside"),
    ]  # fmt: skip
    table = grid.Table(
        columns, shown, request.GET, caption=_("Market intelligence"), filtered=any(words.values()), empty=_("Nothing is known yet."),
        hint=_("Record what customers, fairs and the press tell of needs, trends and competitors."),
    )  # fmt: skip
    if request.headers.get("HX-Target", "").endswith("#table"):
        return render(request, "ui/_grid.html", {"table": table})
    watched = Intelligence.objects.visible_to(person).standing().defer("text")[:WATCHED]
    page: dict[str, Any] = {
        "table": table, "words": words, "topics": topics(watched, day), "may_record": can(person, "record_intelligence"), "day": day,
        "filters": [(name, label, list(options.items()), words[name]) for name, label, options in FILTERS],
    }  # fmt: skip
    return render(request, "intelligence/list.html", page)


def state_of(one: Intelligence, day: date, fresh: dict[str, int]) -> str:
    """Fresh, stale or closed."""
    if one.closed_at is not None:
        return grid.tag(_("closed"), "quiet")
    return grid.tag(_("stale"), "warning") if is_stale(one, day, fresh) else grid.tag(_("fresh"), "success")


@door("see_customers", customer_data=True)
@require_GET
def item(request: HttpRequest, key: int) -> HttpResponse:
    """One finding."""
    one, person, day = find(request, key), me(request), now()[1]
    customers = one.customers.filter(pk__in=Customer.objects.visible_to(person).values("pk"))
    page = {
        "one": one, "customers": customers.only("code", "name", "short_name"), "stale": is_stale(one, day, freshness()),
        "age": one.age(day), "may_change": can(person, "record_intelligence") and one.closed_at is None,
    }  # fmt: skip
    return render(request, "intelligence/item.html", page)


@door("record_intelligence", customer_data=True)
def new_item(request: HttpRequest) -> HttpResponse:
    """Record a finding; for a customer its code and industry stand there already."""
    person, (at, day) = me(request), now()
    initial: dict[str, Any] = {"known_on": day, "kind": request.GET.get("kind", "move")}
    code = request.GET.get("customer", "")[:40]
    customer = Customer.objects.visible_to(person).filter(code=code).first() if code else None
    if customer is not None:
        initial |= {"customers": customer.code, "industry": customer.industry}
    form = IntelligenceForm(request.POST or None, by=person, initial=initial)
    back = customer.get_absolute_url() if customer else reverse("intelligence")
    return form_page(
        request, form, lambda values: actions.record(by=person, at=at, **values), title=_("Record what is known"), back=back, two=True,
        done=_("It was recorded."),
    )  # fmt: skip


@door("record_intelligence", customer_data=True)
def change_item(request: HttpRequest, key: int) -> HttpResponse:
    """Change a finding."""
    one, person = find(request, key), me(request)
    initial = {name: getattr(one, name) for name in actions.FIELDS}
    seen = one.customers.filter(pk__in=Customer.objects.visible_to(person).values("pk"))
    initial["customers"] = ", ".join(seen.values_list("code", flat=True))
    form = IntelligenceForm(request.POST or None, by=person, initial=initial)
    return form_page(
        request, form, lambda values: actions.change(item=one, by=person, at=now()[0], **values),
        title=_("Change “%(what)s”") % {"what": one.title},
        back=one.get_absolute_url(), two=True, done=_("Saved."),
    )  # fmt: skip


@door("record_intelligence", customer_data=True)
@require_POST
def confirm_item(request: HttpRequest, key: int) -> HttpResponse:
    """It is still true."""
    one = actions.confirm(item=find(request, key), by=me(request), at=now()[0])
    messages.success(request, _("Confirmed as of today."))
    return redirect(one)


@door("record_intelligence", customer_data=True)
def close_item(request: HttpRequest, key: int) -> HttpResponse:
    """It is no longer true."""
    one = find(request, key)
    return form_page(
        request, CloseForm(request.POST or None),
        lambda values: actions.close(item=one, by=me(request), at=now()[0], **values),
        title=_("Close “%(what)s”") % {"what": one}, back=one.get_absolute_url(), submit=_("Close"), done=_("Closed."),
    )  # fmt: skip
