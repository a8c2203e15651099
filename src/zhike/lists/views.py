"""The pages that every list has: the list itself, its columns, its saved views. Each noun binds them to addresses of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.kernel.refusals import Invalid
from zhike.lists.actions import remove_view, save_view
from zhike.lists.forms import ViewForm
from zhike.lists.listing import Listing, Looking
from zhike.lists.models import View
from zhike.lists.screen import frame, table_of, views_for
from zhike.people.actions import change_person
from zhike.people.doors import door, me
from zhike.people.rules import sees
from zhike.ui.answers import wants_table

Act = Callable[..., HttpResponse]


def looking(request: HttpRequest, listing: Listing, *within: int) -> Looking:
    """Who looks at a list, when, and at what it stands within. Raises Http404 for those whose roles do not show what it tells."""
    person = me(request)
    if listing.needs and not sees(person, listing.needs):
        raise Http404
    return listing.looked_at(person, timezone.now(), within)


def page(request: HttpRequest, listing: Listing, *within: int) -> HttpResponse:
    """The list; only its table when htmx asks."""
    who = looking(request, listing, *within)
    saved = [] if wants_table(request) else views_for(who.person, listing.code)
    if not request.GET:
        first = next((view for view in saved if view.first and view.owner_id == who.person.pk), None)
        if first is not None and first.query:
            return redirect(f"{listing.place(who)}?{first.query}&view={first.pk}")
    elsewhere = next(
        (tab for tab in listing.tabs if tab.address and tab.code == request.GET.get("tab")), None
    )
    if elsewhere is not None:
        return redirect(f"{reverse(elsewhere.address)}?{request.GET.urlencode()}")
    shown = table_of(listing, who, listing.read(who.person, request.GET, who.about))
    if wants_table(request):
        return render(request, "lists/_answer.html", shown)
    return render(request, listing.template, shown | frame(listing, who, shown, saved))


def columns(request: HttpRequest, listing: Listing, *within: int) -> HttpResponse:
    """Keep the person's choice of columns."""
    who = looking(request, listing, *within)
    person = who.person
    known = {field.code for field in listing.fields_for(person, who.about)}
    chosen = [code for code in request.POST.getlist("column") if code in known]
    settings = {**person.settings, "columns": {**person.settings.get("columns", {}), listing.code: chosen}}
    change_person(person=person, by=person, at=timezone.now(), settings=settings)
    return redirect(f"{listing.place(who)}?{request.POST.get('query', '')[:2000]}")


def views(request: HttpRequest, listing: Listing, *within: int) -> HttpResponse:
    """Keep the question on the screen under a name: a view of the noun's lists, whatever they stand within."""
    who, form = looking(request, listing, *within), ViewForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("A view needs a name."), fields=dict(form.errors))
    asked = listing.read(who.person, query_of(request), who.about)
    made = save_view(
        noun=listing.code, query=asked.query(view=""), by=who.person, at=who.at, **form.cleaned_data
    )
    messages.success(request, _("The view “%(name)s” was saved.") % {"name": made})
    return redirect(f"{listing.place(who)}?{made.query}&view={made.pk}")


def view_removed(request: HttpRequest, listing: Listing, *within: int, key: int) -> HttpResponse:
    """Remove a saved view."""
    who = looking(request, listing, *within)
    view = get_object_or_404(View.objects.visible_to(who.person), pk=key, noun=listing.code)
    remove_view(view=view, by=who.person, at=who.at)
    return redirect(listing.place(who))


def query_of(request: HttpRequest) -> QueryDict:
    """The question that a form carries along."""
    return QueryDict(request.POST.get("query", "")[:4000])


def picked(request: HttpRequest, listing: Listing, column: str, most: int) -> list[Any]:
    """The rows of a bulk action: those picked by a column, or everything that the list finds. Raises Invalid for too many."""
    who = looking(request, listing)
    if request.POST.get("every"):
        rows = listing.find(who, listing.read(who.person, query_of(request)))
    else:
        keys = [code for code in request.POST.getlist("pick") if "\x00" not in code][: most + 1]
        rows = listing.seen(who).filter(**{f"{column}__in": keys})
    found = list(listing.rows(who).filter(pk__in=rows.order_by().values("pk"))[: most + 1])
    if len(found) > most:
        raise Invalid(_("At most %(most)s at once; narrow the list first.") % {"most": most})
    return found


def bound(listing: Listing, act: Act, *, verb: str = "", only: Callable[[Act], Act] | None = None) -> Act:
    """A view of one list, behind the door of its verb; what wants a verb of its own, such as a file, wants the agreement."""

    @wraps(act)
    def view(request: HttpRequest, **parameters: Any) -> HttpResponse:
        key = {"key": parameters.pop("key")} if "key" in parameters else {}
        return act(request, listing, *parameters.values(), **key)

    agreed = listing.agreed or bool(verb)
    return door(verb or listing.verb, customer_data=agreed)(only(view) if only else view)


def addresses(listing: Listing, under: str = "") -> list[URLPattern]:
    """The addresses of a list below a path."""
    name = listing.address
    return [
        path(under, bound(listing, page, only=require_GET), name=name),
        path(f"{under}columns/", bound(listing, columns, only=require_POST), name=f"{name}_columns"),
        path(f"{under}views/", bound(listing, views, only=require_POST), name=f"{name}_views"),
        path(
            f"{under}views/<int:key>/", bound(listing, view_removed, only=require_POST), name=f"{name}_view"
        ),
    ]
