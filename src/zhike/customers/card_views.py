"""Pages of the archive card; its files leave the house through the export right."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from zhike.customers.cards import as_pdf, as_word, card_of
from zhike.customers.export_right import allow_export, finish_export, watermark
from zhike.customers.forms import PurposeForm
from zhike.customers.pages import find_customer, now, show_refusal
from zhike.customers.viewings import open_archive
from zhike.kernel.refusals import Invalid
from zhike.people.doors import door, me
from zhike.people.rules import can

FORMS = {
    "pdf": (as_pdf, "application/pdf"),
    "docx": (as_word, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}
"""Form of the file -> how it is made, and its type."""


@door("see_customers", customer_data=True)
def card(request: HttpRequest, code: str) -> HttpResponse:
    """The card on the screen; a fact corrected here is corrected in the archive."""
    person = me(request)
    one = find_customer(person, code)
    at, day = now()
    open_archive(person=person, customer=one, at=at)
    moment = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    page_of = {
        "customer": one,
        "card": card_of(one, person, day),
        "may_change": can(person, "change_customer"),
        "may_export": can(person, "export_data"),
        "mark": f"{person} · {moment}",
    }
    return render(request, "customers/card.html", page_of)


@door("export_data", customer_data=True)
def card_file(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The card as a file, for a stated purpose, with the mark of who took it out and when."""
    if form not in FORMS:
        raise Http404
    person = me(request)
    one = find_customer(person, code)
    asked = PurposeForm(request.POST or None)
    if request.method == "POST" and asked.is_valid():
        at, day = now()
        try:
            record = allow_export(
                by=person, purpose=asked.cleaned_data["purpose"], what=_("Archive card of %(name)s") % {"name": one},
                at=at, customer=one,
            )  # fmt: skip
        except Invalid as refusal:
            show_refusal(asked, refusal)
        else:
            make, kind = FORMS[form]
            made = make(card_of(one, person, day), watermark(record))
            finish_export(
                record=record,
                rows=1,
                customers=[one.pk],
                digest=hashlib.sha256(made).hexdigest(),
                at=timezone.now(),
            )
            answer = HttpResponse(made, content_type=kind)
            name = content_disposition_header(as_attachment=True, filename=f"{one.code}.{form}")
            answer["Content-Disposition"] = name or "attachment"
            return answer
    page_of = {"form": asked, "customer": one, "kind": form}
    return render(request, "customers/card_file.html", page_of, status=422 if asked.errors else 200)
