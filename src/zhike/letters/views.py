"""Pages of letters for colleagues: one letter, sending, printing, not telling."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.pages import find_part, form_page, now
from zhike.kernel.refusals import Forbidden, Refused
from zhike.letters import paper
from zhike.letters.actions import MOST, SENDABLE, mark_posted, send_letters, suppress, unsuppress
from zhike.letters.forms import GroundForm
from zhike.letters.lists import LETTERS, shown_change, state_tag
from zhike.letters.making import kept, make, number_of, with_address
from zhike.letters.models import MEANS, Letter
from zhike.letters.sheet import as_html
from zhike.letters.shipping import lang_of
from zhike.lists.views import looking, query_of
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can, sees
from zhike_engine.errors import ZhikeError

RELATED = ("customer", "customer__manager", "customer__department", "grade", "grade__version__policy", "grade__run", "template",
           "contact", "sent_by", "suppressed_by", "document")  # fmt: skip
PREVIEWED = ("due", "failed", "queued", "suppressed")
"""States in which the page shows the letter as it would go out now."""
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def find_letter(person: Person, key: int) -> Letter:
    """A letter to a customer that the person sees, or 404."""
    found: Letter = find_part(Letter.objects.visible_to(person).select_related(*RELATED), key)
    return found


def picked(request: HttpRequest, person: Person) -> list[Letter]:
    """The letters of a bulk action: those picked, or everything that the list finds."""
    if request.POST.get("every"):
        who, asked = looking(request, LETTERS), LETTERS.read(person, query_of(request))
        rows = LETTERS.ordered(LETTERS.find(who, asked), asked)
    else:
        keys = [
            int(key)
            for key in request.POST.getlist("pick")[: MOST + 1]
            if key.isascii() and key.isdigit() and len(key) < 18
        ]
        rows = Letter.objects.visible_to(person).filter(pk__in=keys).order_by("due_on", "id")
    return list(with_address(rows.select_related("customer", "grade")).defer("blocks")[: MOST + 1])


@door("see_customers", customer_data=True)
@require_GET
def letter(request: HttpRequest, key: int) -> HttpResponse:
    """One letter: how it reads, to whom it goes, what became of it."""
    person, day = me(request), now()[1]
    one = find_letter(person, key)
    sheet, trouble, to = as_html(one.blocks, one.language), "", (one.contact, one.address)
    if one.state in PREVIEWED:
        try:
            made = make(one, day)
            sheet, to = as_html(made.blocks, made.language), (made.contact, made.address)
        except (Refused, ZhikeError) as refusal:
            trouble = str(refusal)
    page_of = {
        "shows": sees(person, "price"), "letter": one, "number": number_of(one), "sheet": sheet, "trouble": trouble, "day": day,
        "contact": to[0], "address": to[1] if sees(person, "contact") or not to[1] else "•••",
        "state": state_tag(one), "change": shown_change(one),
        "means": MEANS.get(one.means, ""), "may_send": can(person, "send_letters") and one.state in SENDABLE,
        "may_hold": can(person, "decide_grades"), "sendable": one.state in SENDABLE, "late": one.due_on < day and one.state in SENDABLE,
    }  # fmt: skip
    return render(request, "letters/letter.html", page_of)


@door("send_letters", customer_data=True)
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Say how many letters would go out, and to whom none can; then have them sent."""
    person, means = me(request), request.GET.get("means", request.POST.get("means", "mail"))
    if means not in MEANS:
        raise Http404
    chosen = [one for one in picked(request, person) if one.state in SENDABLE]
    able: list[Any] = [one for one in chosen if means == "print" or one.to_address]  # type: ignore[attr-defined]
    if request.POST.get("sure"):
        job = send_letters(letters=able, means=means, by=person, at=timezone.now())
        if job is None:
            messages.warning(request, _("None of these letters is waiting any more."))
        else:
            number = len(job.payload["letters"])
            messages.success(request, ngettext("%(number)s letter is being sent.", "%(number)s letters are being sent.", number)
                             % {"number": number})  # fmt: skip
        back = request.POST.get("back", "")
        return redirect(back if back.startswith("/letters/") else "letters")
    left = [one for one in chosen if one not in able]
    page_of = {
        "chosen": able,
        "left": left,
        "means": means,
        "means_name": MEANS[means],
        "back": request.POST.get("back", ""),
    }
    return render(request, "letters/send.html", page_of)


@door("send_letters", customer_data=True)
@require_POST
def posted(request: HttpRequest) -> HttpResponse:
    """Printed letters were posted."""
    number = mark_posted(letters=picked(request, me(request)), by=me(request), at=timezone.now())
    said = ngettext(
        "%(number)s letter was marked as posted.", "%(number)s letters were marked as posted.", number
    )
    messages.success(request, said % {"number": number})
    return redirect(f"{reverse('letters')}?tab=printed")


@door("send_letters", customer_data=True)
@require_POST
def paper_letters(request: HttpRequest) -> HttpResponse:
    """The letters to be posted as one PDF to print, each on pages of its own."""
    person = me(request)
    keys = [one.pk for one in picked(request, person) if one.state == "printed"]
    rows = list(Letter.objects.filter(pk__in=keys).select_related("template").order_by("due_on", "id"))
    if not rows:
        messages.warning(request, _("None of these letters is ready to be printed."))
        return redirect("letters")
    made = paper.as_pdf([one.blocks for one in rows], language=lang_of(rows[0].language), title=_("Letters"))
    return _download(made, "pdf", f"{_('Letters')} {now()[1]:%Y-%m-%d}.pdf")


@door("see_customers", customer_data=True)
@require_GET
def letter_file(request: HttpRequest, key: int, form: str) -> HttpResponse | FileResponse:
    """The letter as Word file or PDF: as it went, or as it would go now."""
    if form not in TYPES:
        raise Http404
    one, person = find_letter(me(request), key), me(request)
    if not sees(person, "price"):
        raise Forbidden(_("The letter names amounts, which your roles do not show."))
    name = f"{number_of(one)}.{form}"
    digest = one.sha256 if form == "pdf" else one.word_sha256
    if digest and one.state not in ("due", "failed", "suppressed"):
        path = kept(digest, form)
        if path.exists():
            return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=TYPES[form])
    made = make(one, now()[1])
    return _download(made.pdf if form == "pdf" else made.word, form, name)


def _download(file: bytes, form: str, name: str) -> HttpResponse:
    answer = HttpResponse(file, content_type=TYPES[form])
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return answer


@door("decide_grades", customer_data=True)
def hold(request: HttpRequest, key: int) -> HttpResponse:
    """Approve that a customer is not told, with the reason."""
    person = me(request)
    one = find_letter(person, key)
    return form_page(
        request, GroundForm(request.POST or None),
        lambda values: suppress(letter=one, ground=values["ground"], by=person, at=timezone.now()),
        title=_("%(name)s is not told of this grade") % {"name": one.customer}, back=one.get_absolute_url(),
        submit=_("Approve not telling"), done=_("The letter is held back; the list shows it with the reason."),
    )  # fmt: skip


@door("decide_grades", customer_data=True)
@require_POST
def release(request: HttpRequest, key: int) -> HttpResponse:
    """The customer is told after all."""
    one = find_letter(me(request), key)
    unsuppress(letter=one, by=me(request), at=timezone.now())
    return redirect(one.get_absolute_url())
