"""Pages of proposals: submission to management, decisions one by one or in bulk, one proposal with its reasons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from zhike.customers.pages import form_page, now, show_refusal
from zhike.grading import routes
from zhike.grading.asking import LeftOut
from zhike.grading.deciding import begins_on, decide_proposals, submit_run
from zhike.grading.decision_forms import DecideForm, SubmitForm
from zhike.grading.history import grade_on
from zhike.grading.models import PROPOSAL_KINDS, PROPOSAL_STATES, Grade, GradingResult, GradingRun, Proposal
from zhike.grading.proposal_lists import PROPOSALS, STATE_TONES, change_of
from zhike.grading.proposing import propose_run
from zhike.grading.reasons import reasons_of
from zhike.grading.run_lists import find_run
from zhike.grading.run_proposals import RUN_PROPOSALS
from zhike.grading.schemes import Scheme, Schemes, scheme_of
from zhike.grading.secrecy import hide_causes
from zhike.grading.standing import confirming
from zhike.kernel.refusals import Invalid
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can

MOST = 20_000
_MONTH = timedelta(days=32)


def find_proposal(person: Person, key: int) -> Proposal:
    """A proposal about a customer that a person sees, or 404."""
    rows = Proposal.objects.visible_to(person).select_related(
        "customer", "version__policy", "run__determination", "result", "proposed_by", "decided_by"
    )
    found: Proposal | None = rows.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


@door("run_grading", customer_data=True)
@require_POST
def draw_up(request: HttpRequest, key: int) -> HttpResponse:
    """Draw up the proposals of a run."""
    run = find_run(key)
    count = propose_run(run=run, by=me(request), at=now()[0])
    messages.success(request, _("%(count)s proposals were drawn up.") % {"count": count})
    return redirect("run_proposals", run.pk)


@door("run_grading", customer_data=True)
def submit(request: HttpRequest, key: int) -> HttpResponse:
    """Put a run before management."""
    run, (at, day) = find_run(key), now()
    first = (day.replace(day=1) + _MONTH).replace(day=1)
    form = SubmitForm(request.POST or None, initial={"effective_on": first})
    return form_page(
        request, form, lambda values: submit_run(run=run, by=me(request), at=at, **values),
        title=_("Put before management"), submit=_("Submit"), back=f"/grading/runs/{run.pk}/proposals/",
        done=_("Management decides now."),
    )  # fmt: skip


@door("see_grading", customer_data=True)
def decide(request: HttpRequest) -> HttpResponse:
    """Decide on picked proposals at once, or on everything of a run that is open."""
    person, at = me(request), now()[0]
    run, keys = _picked(request, person)
    rows = Proposal.objects.visible_to(person).filter(state="open")
    rows = rows.filter(run=run) if run is not None and keys is None else rows.filter(pk__in=keys or [])
    count = rows.count()
    back = f"/grading/runs/{run.pk}/proposals/" if run is not None else "/grading/proposals/"
    if not count and request.method == "GET":
        messages.info(request, _("Pick the proposals to decide on first."))
        return redirect(back)
    schemes = _schemes_of(rows)
    form = DecideForm(
        request.POST if "choice" in request.POST else None, schemes=schemes, initial={"choice": "approve"}
    )
    if form.is_bound and form.is_valid():
        try:
            done = decide_proposals(keys=keys, run=run, by=person, at=at, **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            told = ngettext("%(count)s proposal was decided.", "%(count)s proposals were decided.", done)
            messages.success(request, told % {"count": done})
            return redirect(back)
    change = change_of(Schemes())
    shown = {
        "form": form, "count": count, "keys": keys or [], "run": run, "every": keys is None, "back": back,
        "title": ngettext("Decide on %(count)s proposal", "Decide on %(count)s proposals", count) % {"count": count},
        "some": [(one, change(one)) for one in rows.select_related("customer")[:8]],
    }  # fmt: skip
    return render(request, "grading/decide.html", shown, status=422 if form.errors else 200)


def _picked(request: HttpRequest, person: Person) -> tuple[GradingRun | None, list[int] | None]:
    """The run and the keys that a form means; no keys: all of the run that the filters leave open."""
    sent = request.POST or request.GET
    number = sent.get("run") or request.GET.get("run", "")
    run = find_run(int(number)) if number.isascii() and number.isdigit() else None
    keys = [int(one) for one in sent.getlist("pick") if one.isascii() and one.isdigit()]
    if keys:
        return run, keys
    asked = sent.get("query", "").lstrip("?")
    if sent.get("every") == "1" and (run is None or asked):
        listing, within = (PROPOSALS, ()) if run is None else (RUN_PROPOSALS, (run.pk,))
        question = listing.read(person, QueryDict(asked), run)
        found = listing.find(listing.looked_at(person, now()[0], within), question)
        return run, list(found.filter(state="open").values_list("pk", flat=True)[:MOST])
    return run, None if run is not None and sent.get("every") != "" else []


def _schemes_of(rows: Any) -> list[Scheme]:
    """The schemes of some proposals, each once."""
    schemes = Schemes()
    pairs = rows.order_by().values_list("version", "rating").distinct()[:20]
    found = (schemes.of(version, rating) for version, rating in pairs)
    return [one for one in found if one is not None]


def _stands(one: Proposal, day: date) -> Grade | GradingResult | Proposal:
    """What explains the grade that a proposal without a run speaks against: whoever decides reads why it is as it is."""
    held = grade_on(one.customer, one.rating, day)
    if held is None or held.grade != one.current:
        return one
    return confirming(held, day) or held


@door("see_customers", customer_data=True)
def proposal(request: HttpRequest, key: int) -> HttpResponse:
    """One proposal: what it changes, why, and the decision."""
    person, (at, day) = me(request), now()
    one = find_proposal(person, key)
    if not can(person, "see_grading") and one.customer.manager_id != person.pk:
        raise Http404
    scheme = scheme_of(one.version, one.rating)
    schemes = [scheme] if scheme else []
    about = routes.about(one) if one.state == "open" else None
    decides = one.proposed_by_id != person.pk and routes.may_decide(about, person, at)
    form = DecideForm(request.POST or None, schemes=schemes, initial={"choice": "approve"})
    if request.method == "POST" and form.is_valid():
        try:
            decide_proposals(keys=[one.pk], by=person, at=at, **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Decided."))
            return redirect("proposal", key=one.pk)
    hide_causes(person, [one])
    standing = one if one.result_id else _stands(one, day)
    shown = {
        "one": one, "scheme": scheme, "form": form if decides else None, "reasons": reasons_of(standing, person),
        "standing": standing if standing is not one else None,
        "marks": scheme.marks(one.mark) if scheme else [], "change": change_of(Schemes())(one),
        "begins": begins_on(one), "state": PROPOSAL_STATES[one.state], "tone": STATE_TONES[one.state],
        "kind": PROPOSAL_KINDS[one.kind], "day": day,
        "left_out": LeftOut.objects.filter(run=one.run_id, customer=one.customer_id).select_related("by").first() if one.run_id else None,
    }  # fmt: skip
    return render(request, "grading/proposal.html", shown, status=422 if form.errors else 200)
