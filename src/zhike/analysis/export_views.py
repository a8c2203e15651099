"""Analyses as Excel files: through the right to export, with a purpose, a mark and a log."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from zhike.analysis.development import development
from zhike.analysis.grades import in_order, named, ranks_now
from zhike.analysis.pages import asked_spans, hours, look, standing_for
from zhike.analysis.standing import potentials
from zhike.analysis.value import keyed
from zhike.customers.export_right import allow_export, finish_export, watermark
from zhike.customers.forms import PurposeForm
from zhike.customers.pages import now, show_refusal
from zhike.kernel.amounts import amount
from zhike.kernel.refusals import Invalid
from zhike.lists.files import write_xlsx
from zhike.lists.grades import word_of
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can, sees

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Sheet = tuple[str, list[str], list[list[Any]], list[int]]
"""Title, headings, rows, keys of the customers in them."""


def _development(request: HttpRequest, person: Person) -> Sheet:
    spans, day = asked_spans(request), now()[1]
    found, profit, ranks = development(person, spans, day), sees(person, "profit"), ranks_now()
    heads = [_("Grade"), _("First day"), _("Last day"), _("Orders"), *([_("Profit")] if profit else []), _("Number of orders"),
             _("Customers with orders"), _("New customers"), _("Moved up"), _("Moved down")]  # fmt: skip
    rows = [
        [named(code, ranks), span.first, span.last, year.amount, *([year.profit] if profit else []), year.orders, year.buying, year.fresh,
         year.up, year.down]
        for code in in_order(found.years, ranks) for span, year in zip(spans, found.years[code], strict=True)
    ]  # fmt: skip
    return _("Development"), heads, rows, []


def _value(request: HttpRequest, person: Person) -> Sheet:
    standing, profit = standing_for(person), sees(person, "profit")
    lines = standing.ordered("profit" if profit else "amount")
    customers, expected = keyed(lines), potentials(now()[1])
    heads = [_("Customer"), _("Code"), _("Grade"), _("Orders"), _("Orders of the year before"), *([_("Profit")] if profit else []),
             _("Hours"), _("Contacts made"), _("Cost to serve"), _("Potential")]  # fmt: skip
    rows = [
        [customers[one.pk].name, customers[one.pk].code, word_of(customers[one.pk]), amount(one.amount), amount(one.before),
         *([amount(one.profit)] if profit else []), hours(one.minutes), one.contacts, amount(one.cost), expected.get(one.pk)]
        for one in lines if one.pk in customers
    ]  # fmt: skip
    return _("Value of customers"), heads, rows, [one.pk for one in lines]


SHEETS = {"development": _development, "value": _value}


@door("export_data", customer_data=True)
def export(request: HttpRequest) -> HttpResponse:
    """An analysis as a file, for a stated purpose."""
    person, kind = me(request), request.GET.get("of", "")
    if kind not in SHEETS or not can(person, "see_analysis"):
        raise Http404
    look(person)
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _file(request, person, kind, form.cleaned_data["purpose"])
        except Invalid as refusal:
            show_refusal(form, refusal)
    page = {"form": form, "query": request.GET.urlencode()}
    return render(request, "analysis/export.html", page, status=422 if form.errors else 200)


def _file(request: HttpRequest, person: Person, kind: str, purpose: str) -> HttpResponse:
    title, heads, rows, keys = SHEETS[kind](request, person)
    record = allow_export(
        by=person, purpose=purpose, what=_("Analysis: %(name)s") % {"name": title}, at=now()[0]
    )
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "analysis.xlsx"
        count = write_xlsx(path, title, heads, rows, watermark(record))
        made = path.read_bytes()
    digest = hashlib.sha256(made).hexdigest()
    finish_export(record=record, rows=count, customers=keys, digest=digest, at=timezone.now())
    answer = HttpResponse(made, content_type=TYPE)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{title}.xlsx") or "attachment"
    )
    return answer
