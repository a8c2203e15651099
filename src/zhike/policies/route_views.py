"""Pages of the route and of governance: submission, publication, withdrawal, acknowledgements, scope, gaps, detailed rules."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhike.customers.documents import folder
from zhike.customers.models import Customer
from zhike.customers.pages import form_page
from zhike.kernel.refusals import Invalid
from zhike.people.doors import door, me
from zhike.people.models import Department
from zhike.people.rules import can
from zhike.policies import detailed, route
from zhike.policies.checking import blocking, neighbours, overlaps
from zhike.policies.forms import GroundForm, PublishForm, RuleForm
from zhike.policies.governance import all_overlaps, gaps, person_gaps
from zhike.policies.models import DetailedRule
from zhike.policies.pages import find_policy, find_version, frame, now, sees_drafts
from zhike.policies.reading import document, scope_customers
from zhike.policies.scopes import ScopeUnfit
from zhike.policies.showing import scope_in_words
from zhike.policies.telling import acknowledge, missing
from zhike.policies.views import version_page
from zhike.policies.words import lang
from zhike.procedures.actions import withdraw

SHOWN = 200


@door("edit_policies")
@require_POST
def submitted(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Send a draft to review."""
    this = find_version(me(request), policy, number)
    try:
        route.submit(version=this, by=me(request), at=now()[0])
    except Invalid:
        if this.state != "draft" or not blocking(this, now()[1]):
            raise
        return version_page(request, this, refused=True)
    messages.success(request, _("The draft is under review."))
    return redirect(this.get_absolute_url())


@door("edit_policies")
@require_POST
def taken_back(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Take a version back from review."""
    this = find_version(me(request), policy, number)
    procedure = route.procedures_of(this).filter(state="open").first()
    if procedure is None:
        raise Http404
    withdraw(procedure=procedure, by=me(request), at=now()[0])
    return redirect(this.get_absolute_url())


@door("approve_policies")
def published(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Put an approved version in force."""
    this = find_version(me(request), policy, number)
    return form_page(
        request,
        PublishForm(request.POST or None, initial={"effective_on": this.effective_on}),
        lambda given: route.publish(version=this, by=me(request), at=now()[0], **given),
        title=_("Publish “%(version)s”") % {"version": this},
        back=this.get_absolute_url(),
        submit=_("Publish"),
    )


@door("approve_policies")
def withdrawn(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Take a published version out of force."""
    this = find_version(me(request), policy, number)
    return form_page(
        request,
        GroundForm(request.POST or None),
        lambda given: route.withdraw_version(version=this, by=me(request), at=now()[0], **given),
        title=_("Withdraw “%(version)s”") % {"version": this},
        back=this.get_absolute_url(),
        submit=_("Withdraw"),
    )


@door()
@require_POST
def acknowledged(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Say that one has read a version."""
    this = find_version(me(request), policy, number)
    acknowledge(version=this, by=me(request), at=now()[0])
    messages.success(request, _("Thank you: your acknowledgement is recorded."))
    return redirect(this.get_absolute_url())


@door()
def scope(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Whom a version binds: people with what they lack, customers by number, and where it meets other policies."""
    person, this = me(request), find_version(me(request), policy, number)
    _at, day = now()
    page = frame(request, this, "scope")
    declared = document(this).document.scope
    try:
        count: int | None = scope_customers(this).count() if can(person, "see_customers") else None
        met = overlaps(this, neighbours(this, day)) if sees_drafts(person) else []
        refused = ""
    except ScopeUnfit as problem:
        count, met, refused = None, [], str(problem)
    asked = this.acknowledgements.count()
    page |= {
        "text": declared.text.pick(lang()) if declared.text else "",
        "expression": declared.customers,
        "condition": scope_in_words(this),
        "departments": departments_of(declared.departments),
        "roles": [role.pick(lang()) for role in declared.roles],
        "activities": [one.pick(lang()) for one in declared.activities],
        "count": count,
        "overlaps": met,
        "refused": refused,
        "asked": asked,
        "given": asked - missing(this).count(),
        "missing": missing(this)[:SHOWN],
        "gaps": person_gaps(this, day)[:SHOWN] if this.state == "published" else [],
    }
    return render(request, "policies/scope.html", page)


def departments_of(codes: list[str]) -> list[str]:
    """The names of departments by code; a code that no department has is told as it is."""
    known = {one.code: str(one) for one in Department.objects.filter(code__in=codes)}
    return [known.get(code, code) for code in codes]


@door()
def governance(request: HttpRequest) -> HttpResponse:
    """Everything that is missing under the policies in force."""
    if not sees_drafts(me(request)) and not can(me(request), "see_journal"):
        raise Http404
    _at, day = now()
    return render(request, "policies/gaps.html", {"gaps": gaps(day), "day": day, "lang": lang()})


@door("see_customers", customer_data=True)
def two_scopes(request: HttpRequest) -> HttpResponse:
    """Customers whom two policies in force claim, as far as one sees them."""
    person, (_at, day) = me(request), now()
    visible = Customer.objects.visible_to(person)
    rows = [
        (one, list(visible.filter(pk__in=one.customers.values("pk")).select_related("department")[:SHOWN]))
        for one in all_overlaps(day)
    ]
    return render(request, "policies/two_scopes.html", {"rows": rows})


@door("edit_policies")
def new_rule(request: HttpRequest, policy: str) -> HttpResponse:
    """Add a version of a detailed rule."""
    found = find_policy(me(request), policy)
    at, day = now()
    needed = detailed.required(found, day)
    asked = request.GET.get("code", "")
    start: dict[str, Any] = {"code": asked, "title": needed[asked].title} if asked in needed else {}
    form = RuleForm(
        request.POST or None,
        request.FILES or None,
        rules=[(code, one.title) for code, one in needed.items()],
        initial=start,
    )
    return form_page(
        request,
        form,
        lambda given: detailed.add_rule(policy=found, by=me(request), at=at, **given),
        title=_("Detailed rule under “%(policy)s”") % {"policy": found},
        back=f"{found.get_absolute_url()}rules/",
    )


@door()
def rules(request: HttpRequest, policy: str) -> HttpResponse:
    """The detailed rules of a policy: which are required, which are there."""
    found = find_policy(me(request), policy)
    _at, day = now()
    rows = DetailedRule.objects.filter(policy=found).select_related("department", "approved_by", "added_by")
    page = {
        "policy": found,
        "required": list(detailed.required(found, day).values()),
        "rows": rows if sees_drafts(me(request)) else rows.filter(state="approved"),
        "may_edit": can(me(request), "edit_policies"),
        "may_approve": can(me(request), "approve_policies"),
        "day": day,
    }
    return render(request, "policies/rules.html", page)


def _find_rule(request: HttpRequest, policy: str, number: int) -> DetailedRule:
    found = find_policy(me(request), policy)
    rule = DetailedRule.objects.filter(policy=found, pk=number).select_related("department", "policy").first()
    if rule is None or (rule.state != "approved" and not sees_drafts(me(request))):
        raise Http404
    return rule


@door()
def rule(request: HttpRequest, policy: str, number: int) -> HttpResponse | FileResponse:
    """A detailed rule: its text, or its file as an attachment."""
    this = _find_rule(request, policy, number)
    if request.GET.get("file"):
        path = folder() / this.sha256[:2] / this.sha256
        if not this.sha256 or not path.is_file():
            raise Http404
        answer = FileResponse(
            path.open("rb"), as_attachment=True, filename=this.file_name, content_type=this.content_type
        )
        answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
    page = {"rule": this, "policy": this.policy, "may_edit": can(me(request), "edit_policies"),
            "may_approve": can(me(request), "approve_policies") and this.added_by_id != me(request).pk}  # fmt: skip
    return render(request, "policies/rule.html", page)


@door("approve_policies")
@require_POST
def rule_approved(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Approve a detailed rule."""
    this = _find_rule(request, policy, number)
    detailed.approve_rule(rule=this, by=me(request), at=now()[0])
    return redirect(f"{this.policy.get_absolute_url()}rules/")


@door("edit_policies")
@require_POST
def rule_withdrawn(request: HttpRequest, policy: str, number: int) -> HttpResponse:
    """Take a detailed rule out of use."""
    this = _find_rule(request, policy, number)
    detailed.withdraw_rule(rule=this, by=me(request), at=now()[0])
    return redirect(f"{this.policy.get_absolute_url()}rules/")
