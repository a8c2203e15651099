"""A list as a file, made in the background for one person, for a stated purpose; and the addresses of a list with its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import BigIntegerField, Value
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.export_right import ExportRecord, allow_export, finish_export, watermark
from zhike.jobs.actions import enqueue
from zhike.jobs.models import Job
from zhike.jobs.registry import job
from zhike.jobs.running import Run
from zhike.kernel.refusals import Invalid, NotThere
from zhike.lists.fields import Field
from zhike.lists.files import FORMATS, digest_of, told, write_csv, write_xlsx
from zhike.lists.forms import ExportForm
from zhike.lists.listing import LISTINGS, Listing
from zhike.lists.pages import shown_count
from zhike.lists.screen import columns_of
from zhike.lists.views import addresses, bound, looking
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import allow


@transaction.atomic
def export_list(
    *,
    listing: Listing,
    query: str,
    purpose: str,
    form: str,
    by: Person,
    at: datetime,
    within: tuple[int, ...] = (),
) -> Job:
    """Queue a file of what a question to a list finds. Raises Forbidden, GateClosed, Invalid."""
    if listing.verb:
        allow(by, listing.verb)
    if form not in FORMATS:
        raise Invalid(_("Choose a kind of file."), fields={"form": _("unknown")})
    record = allow_export(by=by, purpose=purpose, what=str(listing.title).lower(), at=at)
    payload = {
        "list": listing.address,
        "within": list(within),
        "query": query,
        "form": form,
        "record": record.pk,
        "language": translation.get_language(),
    }
    return enqueue(kind="export_list", payload=payload, by=by, at=at)


def file_of(record: ExportRecord, form: str) -> Path:
    """Where the file of an export lies."""
    return Path(settings.DATA_DIR) / "exports" / f"{record.number()}.{form}"


@job("export_list", title=gettext_lazy("Export of a list"))
def make_file(run: Run) -> dict[str, Any]:
    """Write the file; whoever asked sees in it what they see on the page, at the time it is made."""
    asked = run.payload
    record = ExportRecord.objects.select_related("person").get(pk=asked["record"])
    person, listing = record.person, LISTINGS[asked.get("list", "customers")]
    if not listing.opens_to(person):
        raise NotThere(_("Your roles no longer show this list."))
    with translation.override(asked["language"]):
        who = listing.looked_at(person, run.clock(), asked.get("within", ()))
        question = listing.read(person, QueryDict(asked["query"]), who.about)
        shown = columns_of(person, listing.code, question, listing.fields_for(person, who.about))
        columns = [one for one in shown if one.filed]
        who = replace(who, columns=frozenset(one.code for one in columns))
        found = listing.ordered(listing.find(who, question), question)
        pairs = list(found.values_list("pk", listing.customer or Value(None, BigIntegerField())))
        words = {one.code: one.choices(person) for one in columns if one.kind == "choice" and one.choices}
        everything = listing.everything([key for key, _customer in pairs], who)
        rows = (
            [said(column, row, words.get(column.code)) for column in columns]
            for row in told(everything, lambda number: run.progress(number, len(pairs)))
        )
        file = file_of(record, asked["form"])
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}")
        heads = [str(column.label) for column in columns]
        if asked["form"] == "csv":
            count = write_csv(fresh, heads, rows, watermark(record))
        else:
            count = write_xlsx(fresh, str(listing.title), heads, rows, watermark(record))
    digest = digest_of(fresh)
    fresh.replace(file)
    customers = dict.fromkeys(customer for _key, customer in pairs if customer)
    finish_export(record=record, rows=count, customers=customers, digest=digest, at=run.clock())
    return {"rows": count, "link": f"/customers/exports/{record.pk}/"}


@job("export_customers", title=gettext_lazy("Export of a list"))
def make_earlier_file(run: Run) -> dict[str, Any]:
    """A file of customers that was asked for before every list had one."""
    return make_file(run)


def said(column: Field, row: Any, words: Mapping[str, Any] | None) -> Any:
    """What a cell of the file holds: of a code its words, as on the page."""
    value = column.value(row)
    return value if words is None else str(words.get(value, value))


def finished_file(*, by: Person, key: int) -> Path:
    """The file of one's own export. Raises NotThere for everybody else's."""
    record = ExportRecord.objects.filter(pk=key, person=by, finished_at__isnull=False).first()
    paths = [file_of(record, form) for form in FORMATS] if record else []
    file = next((one for one in paths if one.exists()), None)
    if file is None:
        raise NotThere(_("There is no such file."))
    return file


def export(request: HttpRequest, listing: Listing, *within: int) -> HttpResponse:
    """Ask for a list as a file: what for, and in which form."""
    who = looking(request, listing, *within)
    if listing.verb:
        allow(who.person, listing.verb)
    query = request.POST.get("query", "") if request.method == "POST" else request.GET.urlencode()
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = export_list(
            listing=listing,
            query=query[:4000],
            by=who.person,
            at=who.at,
            within=who.within,
            **form.cleaned_data,
        )
        messages.info(request, _("The file is being made; it waits for you under Jobs."))
        return redirect(made)
    found = listing.page(who, listing.read(who.person, QueryDict(query), who.about))
    shown = {"form": form, "query": query, "listing": listing, "count": shown_count(found.count, found.more)}
    return render(request, "lists/export.html", shown, status=422 if form.errors else 200)


@door("export_data", customer_data=True)
def export_file(request: HttpRequest, key: int) -> FileResponse:
    """One's own finished file."""
    file = finished_file(by=me(request), key=key)
    return FileResponse(file.open("rb"), as_attachment=True, filename=file.name)


def list_urls(listing: Listing, under: str = "") -> list[URLPattern]:
    """The addresses of a list below a path, with that of its file."""
    file = path(
        f"{under}export/", bound(listing, export, verb="export_data"), name=f"{listing.address}_export"
    )
    return [*addresses(listing, under), file]
