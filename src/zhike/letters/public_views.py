"""The page on which a customer reads its letter and confirms receipt: no sign-in, nothing but the letter.

The address holds a random token and our signature over it: what we did not sign is refused before the database is asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET, require_http_methods

from zhike.kernel.refusals import Conflict, Invalid
from zhike.letters.forms import ReceiptForm
from zhike.letters.making import kept, letterhead, number_of, token_in
from zhike.letters.models import Letter
from zhike.letters.receiving import confirm_receipt, note_opening
from zhike.letters.sheet import as_html
from zhike.people.doors import open_to_all
from zhike.ui.forms import tell

RATES = {"letter": "60/m/ip", "letter_receipt": "20/h/ip"}
"""How often one address may open letters, and confirm."""
Answer = TypeVar("Answer", HttpResponse, FileResponse)


def is_busy(request: HttpRequest, action: str) -> bool:
    """Whether an address asks too often."""
    return (
        ratelimit.consume(request, app="zhike.letters", action=action, config=RATES, limit_get=True) is None
    )


def _over(request: HttpRequest, status: int) -> HttpResponse:
    """A page that says only that there is nothing to read."""
    page_of = {"languages": settings.LANGUAGES, "busy": status == 429}
    return _closed(render(request, "letters/public_over.html", page_of, status=status))


def letter_of(signed: str) -> Letter:
    """The letter of an address that we signed, or 404."""
    token = token_in(signed)
    rows = Letter.objects.select_related("customer", "grade", "grade__version", "template")
    one = rows.filter(token=token).first() if token else None
    if one is None or (not one.sha256 and one.state not in ("suppressed", "replaced")):
        raise Http404
    return one


def is_over(one: Letter, at: datetime) -> bool:
    """Whether the page has closed: its time has passed, or the letter was called back."""
    if one.state in ("suppressed", "replaced", "due") or not one.sha256:
        return True
    return one.sent_at is not None and at > one.sent_at + timedelta(days=letterhead().link_days)


def said_in(request: HttpRequest, one: Letter) -> str:
    """The language asked for, else the letter's."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else one.language or settings.LANGUAGE_CODE


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def public_letter(request: HttpRequest, signed: str) -> HttpResponse:
    """Read the letter, confirm receipt with a name."""
    if is_busy(request, "letter"):
        return _over(request, 429)
    one, at = letter_of(signed), timezone.now()
    with translation.override(said_in(request, one)):
        if is_over(one, at):
            return _over(request, 410)
        form = ReceiptForm(request.POST or None)
        if request.method == "POST":
            if is_busy(request, "letter_receipt"):
                return _over(request, 429)
            if form.is_valid() and _confirm(form, one, at):
                return _closed(redirect(f"{request.path}?lang={translation.get_language()}"))
        elif request.method == "GET":
            note_opening(letter=one, at=at)
        page_of: dict[str, Any] = {
            "letter": one, "sheet": as_html(one.blocks, one.language), "form": form, "number": number_of(one), "signed": signed,
            "languages": settings.LANGUAGES, "spoken": translation.get_language(),
        }  # fmt: skip
        return _closed(render(request, "letters/public.html", page_of, status=422 if form.errors else 200))


def _confirm(form: ReceiptForm, one: Letter, at: datetime) -> bool:
    try:
        note_opening(letter=one, at=at)
        one.refresh_from_db()
        confirm_receipt(letter=one, name=form.cleaned_data["name"], at=at)
    except Invalid as refusal:
        tell(form, refusal)
        return False
    except Conflict:  # confirmed before: the page says by whom
        return True
    return True


@open_to_all
@require_GET
def public_file(request: HttpRequest, signed: str) -> HttpResponse | FileResponse:
    """The letter as PDF."""
    if is_busy(request, "letter"):
        return _over(request, 429)
    one = letter_of(signed)
    if is_over(one, timezone.now()) or not kept(one.sha256, "pdf").exists():
        raise Http404
    answer = FileResponse(
        kept(one.sha256, "pdf").open("rb"),
        as_attachment=True,
        filename=f"{number_of(one)}.pdf",
        content_type="application/pdf",
    )
    _closed(answer)
    return answer


def _closed(answer: Answer) -> Answer:
    """Nobody keeps the page, finds it by search, or hears of its address from it."""
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = (
        "same-origin"  # with `no-referrer` a browser sends its own form as if from elsewhere
    )
    return answer
