"""The form 客户访问表 of a visit, on a phone: written, kept as a draft, submitted; and its check."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.customers.pages import form_page, now, number_of, show_refusal
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.visits import actions
from zhike.visits.checking import Decision, check_visit
from zhike.visits.forms import VisitReturnForm
from zhike.visits.models import SATISFACTION, Visit
from zhike.visits.returning import return_form
from zhike.visits.rights import CHECK, may_check, may_write
from zhike.visits.telling import needs_said, problems_said
from zhike.visits.views import change_shown, find
from zhike.visits.writing import VisitForm, facts_of, people_of, rows_of, typed


@door("log_activity", customer_data=True)
def visit_form(request: HttpRequest, key: int) -> HttpResponse:
    """Write the form: keep it as a draft at any time, submit it when it is whole. Nothing that was typed is lost on the way."""
    one, person = find(request, key), me(request)
    if not one.is_open or not may_write(one, person):
        return redirect(one.get_absolute_url())
    if request.method != "POST":
        return _shown(request, VisitForm(visit=one, by=person))
    form = VisitForm(request.POST, visit=one, by=person)
    try:
        if "keep" in request.POST:
            return _kept(request, form)
        return _submitted(request, form)
    except Conflict as refusal:
        return _met(request, one.pk, refusal)


def _kept(request: HttpRequest, form: VisitForm) -> HttpResponse:
    """Keep what was typed, whole or not; `quiet` when the page does so by itself."""
    one, draft, at, quiet = form.visit, typed(request.POST, form), now()[0], request.POST["keep"] == "quiet"
    try:
        actions.keep_draft(
            visit=one, version=_version(request.POST), draft=draft, by=me(request), at=at, quiet=quiet
        )
    except Conflict as refusal:
        if not quiet:
            raise
        return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
    if quiet:
        said = _("Draft saved at %(time)s.") % {"time": f"{timezone.localtime(at):%H:%M}"}
        return HttpResponse(said, content_type="text/plain; charset=utf-8")
    messages.success(request, _("The draft was saved."))
    return redirect("visit_form", one.pk)


def _submitted(request: HttpRequest, form: VisitForm) -> HttpResponse:
    """Submit it; one with errors is kept as a draft, and shown again with them."""
    one, person, version = form.visit, me(request), _version(request.POST)
    if form.is_valid():
        try:
            actions.submit_form(visit=one, version=version, sheet=form.sheet(), by=person, at=now()[0])
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The form was submitted."))
            return redirect(one.get_absolute_url())
    kept = actions.keep_draft(
        visit=one, version=version, draft=typed(request.POST, form), by=person, at=now()[0]
    )
    return _shown(request, form, status=422, version=kept.version)


def _met(request: HttpRequest, key: int, refusal: Conflict) -> HttpResponse:
    """Somebody was first: what was typed stands there still, over what stands in the draft now; the next button writes it."""
    one = find(request, key)
    if not one.is_open or not may_write(one, me(request)):
        raise refusal
    form = VisitForm(request.POST, visit=one, by=me(request))
    mine = typed(request.POST, form)
    theirs = [
        (form.fields[name].label, one.draft.get(name, "—")) for name in form.fields
        if name != "version" and one.draft.get(name, "") != mine.get(name, "")
    ]  # fmt: skip
    return _shown(request, form, status=409, version=one.version, theirs=theirs)


def _shown(
    request: HttpRequest, form: VisitForm, *, status: int = 200, version: int = 0, **more: Any
) -> HttpResponse:
    if version:
        form.data = {**{name: form.data[name] for name in form.data}, "version": str(version)}
    page: dict[str, Any] = {
        "one": form.visit, "form": form, "people": list(people_of(form)), "facts": facts_of(form), "day": now()[1],
        "fresh": list(rows_of(form, "person")), "problems": list(rows_of(form, "problem")), "needs": list(rows_of(form, "need")),
        **more,
    }  # fmt: skip
    page["facts_open"] = any(field.value() or field.errors for field in page["facts"])
    return render(request, "visits/form.html", page, status=status)


def _version(posted: QueryDict) -> int:
    return number_of(posted.get("version", ""))


@door(CHECK, customer_data=True)
def check(request: HttpRequest, key: int) -> HttpResponse:
    """Check a form: every changed datum is taken into the archive, or refused with its reason."""
    one, person, (at, day) = find(request, key), me(request), now()
    if one.state(day) != "submitted" or not may_check(one, person, day):
        return redirect(one.get_absolute_url())
    errors: dict[str, Any] = {}
    status, said = 200, ""
    version = _version(request.POST) if "version" in request.POST else one.version
    if request.method == "POST":
        try:
            decisions, read = _decided(one, request.POST)
            remark = request.POST.get("remark", "").replace("\x00", "")[:2000]
            check_visit(
                visit=one, version=version, decisions=decisions, read=read, by=person, at=at, remark=remark
            )
        except Invalid as refusal:
            errors, status, said = refusal.fields, 422, str(refusal)
        except Conflict as refusal:
            one = find(request, key)
            if one.submitted_at is None or one.checked_at is not None or one.version != version:
                raise
            status, said = (
                409,
                _("The archive has changed while you were checking: %(why)s") % {"why": refusal},
            )
        else:
            messages.success(request, _("The form was checked."))
            return redirect(one.get_absolute_url())
    return render(
        request, "visits/check.html", _check_page(request, one, person, errors, said), status=status
    )


@door(CHECK, customer_data=True)
def send_back(request: HttpRequest, key: int) -> HttpResponse:
    """Send a form back with what is to be mended."""
    one, person, (at, day) = find(request, key), me(request), now()
    if one.state(day) != "submitted" or not may_check(one, person, day):
        return redirect(one.get_absolute_url())
    return form_page(
        request, VisitReturnForm(request.POST or None, initial={"version": one.version}),
        lambda values: return_form(visit=one, by=person, at=at, **values),
        title=_("Send back the form of “%(what)s”") % {"what": one}, back=one.get_absolute_url(),
        submit=_("Send the form back"), done=_("The form was sent back."),
    )  # fmt: skip


def _decided(one: Visit, posted: QueryDict) -> tuple[dict[int, Decision], dict[int, int]]:
    """What was ticked and what was said, and the versions that were read."""
    decisions = {
        change.pk: Decision(f"take-{change.pk}" in posted, posted.get(f"ground-{change.pk}", "").replace("\x00", "")[:300])
        for change in one.changes.all()
    }  # fmt: skip
    named = {
        key.removeprefix("read-"): str(value) for key, value in posted.items() if key.startswith("read-")
    }
    return decisions, {number_of(key): number_of(value) for key, value in named.items()}


def _check_page(
    request: HttpRequest, one: Visit, person: Person, errors: dict[str, Any], said: str
) -> dict[str, Any]:
    rows, read = [], {0: one.customer.version}
    for change in one.changes.select_related("contact"):
        stands = change.now(one.customer)
        if change.contact is not None:
            read[change.contact.pk] = change.contact.version
        rows.append({
            **change_shown(change, person), "now": change.said(stands) if stands else "", "moved": stands != change.current,
            "tick": f"take-{change.pk}" in request.POST, "why": request.POST.get(f"ground-{change.pk}", ""),
            "error": errors.get(f"ground-{change.pk}", ""),
        })  # fmt: skip
    return {
        "one": one, "satisfaction": SATISFACTION.get(one.satisfaction or 0, ""),
        "rows": rows, "read": read, "said": said, "remark": request.POST.get("remark", ""), "met": list(one.met.all()),
        "needs": needs_said(one), "problems": problems_said(one), "blind": any(not row["seen"] for row in rows),
    }  # fmt: skip
