"""Pages of papers before committees: drafting one, what is known that goes into it, submitting it (ORG-03, ANA-09)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.pages import now
from zhike.kernel.refusals import Forbidden
from zhike.people.doors import door, me
from zhike.procedures import papers, sessions
from zhike.procedures.committee_forms import PaperForm
from zhike.procedures.committee_views import act_page, find_paper, find_session, may_enter
from zhike.procedures.committees import Committee, Session
from zhike.procedures.inputs import offered_for, standing


@door(customer_data=True)
def new_paper(request: HttpRequest, name: str) -> HttpResponse:
    """Write a paper for a committee."""
    one = get_object_or_404(Committee, code=name, closed_on__isnull=True)
    person = me(request)
    first = {"kind": request.GET.get("kind", "strategy"), "customer": request.GET.get("customer", "")[:40]}
    form = PaperForm(request.POST or None, by=person, initial=first)

    def act(values: dict[str, Any]) -> str:
        return sessions.write_paper(committee=one, by=person, at=now()[0], **values).get_absolute_url()

    return act_page(
        request, form, act, title=_("New paper"), back=one.get_absolute_url(), submit=_("Keep as draft")
    )


@door(customer_data=True)
@require_GET
def paper(request: HttpRequest, key: int) -> HttpResponse:
    """A paper: its text, what it builds on, its state, the resolution that put it into effect."""
    one, person, (_at, day) = find_paper(request, key), me(request), now()
    mine = one.written_by_id == person.pk
    later = (
        one.committee.sessions.filter(closed_at__isnull=True)
        if one.state == "submitted"
        else Session.objects.none()
    )
    resolutions = one.resolutions.select_related("session__committee", "recorded_by").order_by("id")
    page: dict[str, Any] = {
        "one": one, "resolutions": resolutions, "departments": one.departments.all(), "mine": mine,
        "leads": one.committee.is_led_by(person), "sessions": later, "actions": one.actions.select_related("person"),
        "enters": may_enter(person, one.committee), "follows": one.step is not None and one.step.procedure.is_visible_to(person),
    }  # fmt: skip
    if one.customer is not None:
        page["inputs"] = standing(list(one.inputs.all()), person, day)
        if mine and one.state == "draft":
            held = {taken.key for taken, _now in page["inputs"]}
            offered = offered_for(one.customer, person, day)
            page["offered"] = [(found, found.key in held) for found in offered]
            page["lost"] = [
                pair for pair in page["inputs"] if pair[0].key not in {found.key for found in offered}
            ]
    return render(request, "procedures/paper.html", page)


@door(customer_data=True)
def edit_paper(request: HttpRequest, key: int) -> HttpResponse:
    """Change a draft of one's own."""
    one, person = find_paper(request, key), me(request)
    if one.written_by_id != person.pk:
        raise Forbidden(_("Only whoever wrote the paper changes it."))
    first = {
        "kind": one.kind, "title": one.title, "text": one.text, "customer": one.customer.code if one.customer else "",
        "departments": list(one.departments.values_list("pk", flat=True)),
    }  # fmt: skip
    form = PaperForm(request.POST or None, by=person, initial=first)
    form.fields["kind"].disabled = True

    def act(values: dict[str, Any]) -> str:
        values.pop("kind")
        return papers.change_paper(paper=one, by=person, at=now()[0], **values).get_absolute_url()

    return act_page(request, form, act, title=_("Change the draft"), back=one.get_absolute_url())


@door(customer_data=True)
@require_POST
def take(request: HttpRequest, key: int) -> HttpResponse:
    """Say which of the offered findings a draft builds on."""
    one = find_paper(request, key)
    papers.take_inputs(paper=one, keys=request.POST.getlist("input")[:200], by=me(request), at=now()[0])
    messages.success(request, _("The strategy builds on what you picked."))
    return redirect(one)


@door(customer_data=True)
@require_POST
def submit(request: HttpRequest, key: int) -> HttpResponse:
    """Submit a draft to its committee."""
    sessions.submit_paper(paper=find_paper(request, key), by=me(request), at=now()[0])
    messages.success(request, _("The paper was submitted and waits for a session."))
    return redirect("committee_paper", key=key)


@door(customer_data=True)
@require_POST
def place(request: HttpRequest, key: int) -> HttpResponse:
    """Put a paper on the agenda of a session."""
    asked = request.POST.get("session", "")
    target = find_session(request, int(asked) if asked.isascii() and asked.isdigit() else 0)
    sessions.place_paper(session=target, paper=find_paper(request, key), by=me(request), at=now()[0])
    return redirect(target)
