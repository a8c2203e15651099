"""Pages of committees: members, papers, sessions with agenda, attendance, resolutions and actions (ORG-03)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from zhike.customers.pages import find_part, now
from zhike.kernel.refusals import Forbidden, Invalid
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.procedures import sessions
from zhike.procedures.committee_forms import (
    ActionForm,
    CommitteeForm,
    DoneForm,
    MinutesForm,
    PresentForm,
    ResolveForm,
    SessionForm,
)
from zhike.procedures.committees import Action, Committee, Paper, Session
from zhike.ui.forms import tell


def act_page(
    request: HttpRequest, form: forms.Form, act: Callable[[dict[str, Any]], str], *, title: str, back: str, submit: str = ""
) -> HttpResponse:  # fmt: skip
    """A form as page or dialog; `act` answers with the address to go on to."""
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(act(form.cleaned_data))
        except Invalid as refusal:
            tell(form, refusal)
    page = {"form": form, "title": title, "back": back, "submit": submit, "two": True}
    return render(request, "procedures/form.html", page, status=422 if form.errors else 200)


def may_enter(person: Person, committee: Committee) -> bool:
    """Whether a person sees the sessions of a committee: its members, and those who manage committees or read the journal."""
    return (
        committee.is_led_by(person)
        or can(person, "see_journal")
        or committee.members.filter(pk=person.pk).exists()
    )


def find_session(request: HttpRequest, key: int) -> Session:
    """A session of a committee that one may enter, or 404."""
    found: Session = find_part(Session.objects.select_related("committee__chair", "called_by"), key)
    if not may_enter(me(request), found.committee):
        raise Http404
    return found


def find_paper(request: HttpRequest, key: int) -> Paper:
    """A paper that one may read, or 404."""
    rows = Paper.objects.visible_to(me(request)).select_related(
        "committee__chair", "written_by", "session", "step__procedure", "customer"
    )
    found: Paper = find_part(rows, key)
    return found


@door(customer_data=True)
@require_GET
def committees(request: HttpRequest) -> HttpResponse:
    """The committees, and the papers that are in effect."""
    person = me(request)
    rows = (
        Committee.objects.filter(closed_on__isnull=True).select_related("chair").prefetch_related("members")
    )
    papers = (
        Paper.objects.visible_to(person)
        .filter(state="effective")
        .select_related("committee")
        .order_by("-effective_on", "-id")
    )
    page = {"rows": rows, "papers": papers[:50], "may_manage": can(person, "manage_committees")}
    return render(request, "procedures/committees.html", page)


@door("manage_committees")
def new_committee(request: HttpRequest) -> HttpResponse:
    """Name a committee."""
    form = CommitteeForm(request.POST or None)

    def act(values: dict[str, Any]) -> str:
        if Committee.objects.filter(code=values["code"]).exists():
            raise Invalid(_("This code is taken."), fields={"code": _("taken")})
        return sessions.name_committee(by=me(request), at=now()[0], **values).get_absolute_url()

    return act_page(request, form, act, title=_("New committee"), back=reverse("committees"))


@door("manage_committees")
def edit_committee(request: HttpRequest, name: str) -> HttpResponse:
    """Name the members of a committee anew."""
    one = get_object_or_404(Committee, code=name)
    start = {
        "code": name, "name_zh": one.name_zh, "name_en": one.name_en, "chair": one.chair_id, "quorum": one.quorum,
        "members": list(one.members.values_list("pk", flat=True)),
    }  # fmt: skip
    form = CommitteeForm(request.POST or None, initial=start)
    form.fields["code"].disabled = True

    def act(values: dict[str, Any]) -> str:
        return sessions.name_committee(by=me(request), at=now()[0], **values).get_absolute_url()

    return act_page(request, form, act, title=str(one), back=one.get_absolute_url())


@door(customer_data=True)
@require_GET
def committee(request: HttpRequest, name: str) -> HttpResponse:
    """A committee: members, papers that wait, sessions, what it asked for."""
    person, (_at, day) = me(request), now()
    one = get_object_or_404(Committee.objects.select_related("chair"), code=name)
    papers = Paper.objects.visible_to(person).filter(committee=one).select_related("written_by", "session")
    inside = may_enter(person, one)
    page = {
        "one": one, "members": one.members.select_related("department"), "needed": one.needed(), "day": day,
        "waiting": papers.filter(state__in=["draft", "submitted"]),
        "settled": papers.exclude(state__in=["draft", "submitted"]).order_by("-id")[:50],
        "sessions": one.sessions.all()[:30] if inside else [], "leads": one.is_led_by(person),
        "actions": Action.objects.filter(session__committee=one, done_at__isnull=True).select_related("person") if inside else [],
        "may_manage": can(person, "manage_committees"), "inside": inside,
    }  # fmt: skip
    return render(request, "procedures/committee.html", page)


@door(customer_data=True)
def new_session(request: HttpRequest, name: str) -> HttpResponse:
    """Call a session with its agenda."""
    one, (at, day) = get_object_or_404(Committee.objects.select_related("chair"), code=name), now()
    if not one.is_led_by(me(request)):
        raise Forbidden(_("Only the chair and those who manage committees do this."))
    waiting = Paper.objects.filter(committee=one, state="submitted")
    form = SessionForm(
        request.POST or None, papers=waiting,
        initial={"held_on": day + timedelta(days=7), "papers": list(waiting.filter(session=None).values_list("pk", flat=True))},
    )  # fmt: skip

    def act(values: dict[str, Any]) -> str:
        return sessions.call_session(committee=one, by=me(request), at=at, **values).get_absolute_url()

    return act_page(
        request,
        form,
        act,
        title=_("Call a session"),
        back=one.get_absolute_url(),
        submit=pgettext("session", "Call"),
    )


@door(customer_data=True)
@require_GET
def session(request: HttpRequest, key: int) -> HttpResponse:
    """A session: agenda, attendance, resolutions, actions, minutes."""
    this, (_at, day) = find_session(request, key), now()
    made = {one.paper_id: one for one in this.resolutions.select_related("recorded_by")}
    resolved = Paper.objects.filter(resolutions__session=this) | Paper.objects.filter(session=this)
    agenda = [
        (one, made.get(one.pk))
        for one in resolved.distinct().select_related("written_by", "step__procedure").order_by("place", "id")
    ]
    present = list(this.present.all())
    page = {
        "one": this, "agenda": agenda, "present": present, "members": this.committee.members.all(), "day": day,
        "needed": this.committee.needed(), "quorum": len(present) >= this.committee.needed(),
        "actions": this.actions.select_related("person", "paper"), "leads": this.committee.is_led_by(me(request)),
        "is_open": this.opened_at is not None and this.closed_at is None, "may_open": this.held_on <= day and this.closed_at is None,
    }  # fmt: skip
    return render(request, "procedures/session.html", page)


@door(customer_data=True)
def open_session(request: HttpRequest, key: int) -> HttpResponse:
    """Record who is there."""
    this = find_session(request, key)
    members = this.committee.members.filter(is_active=True)
    chosen = list(this.present.values_list("pk", flat=True)) or list(members.values_list("pk", flat=True))
    form = PresentForm(request.POST or None, members=members, initial={"present": chosen})

    def act(values: dict[str, Any]) -> str:
        return sessions.open_session(session=this, by=me(request), at=now()[0], **values).get_absolute_url()

    return act_page(request, form, act, title=_("Who is there"), back=this.get_absolute_url())


@door(customer_data=True)
def resolve(request: HttpRequest, key: int, paper: int) -> HttpResponse:
    """Record the resolution on a paper."""
    this, one = find_session(request, key), find_paper(request, paper)
    form = ResolveForm(request.POST or None, initial={"votes_for": this.present.count()})

    def act(values: dict[str, Any]) -> str:
        sessions.resolve(session=this, paper=one, by=me(request), at=now()[0], **values)
        messages.success(request, _("The resolution was recorded."))
        return this.get_absolute_url()

    return act_page(
        request,
        form,
        act,
        title=_("Resolution on “%(what)s”") % {"what": one},
        back=this.get_absolute_url(),
        submit=_("Record"),
    )


@door(customer_data=True)
def new_action(request: HttpRequest, key: int) -> HttpResponse:
    """Ask somebody to do something by a day."""
    this, (at, day) = find_session(request, key), now()
    papers = Paper.objects.filter(session=this) | Paper.objects.filter(resolutions__session=this)
    form = ActionForm(
        request.POST or None, papers=papers.distinct(), initial={"due_on": day + timedelta(days=14)}
    )

    def act(values: dict[str, Any]) -> str:
        return sessions.ask_action(session=this, by=me(request), at=at, **values).session.get_absolute_url()

    return act_page(
        request,
        form,
        act,
        title=_("New action"),
        back=this.get_absolute_url(),
        submit=pgettext("action", "Ask"),
    )


@door(customer_data=True)
def close_session(request: HttpRequest, key: int) -> HttpResponse:
    """Close a session with its minutes."""
    this = find_session(request, key)
    form = MinutesForm(request.POST or None)

    def act(values: dict[str, Any]) -> str:
        return sessions.close_session(session=this, by=me(request), at=now()[0], **values).get_absolute_url()

    return act_page(
        request, form, act, title=_("Close the session"), back=this.get_absolute_url(), submit=_("Close")
    )


@door(customer_data=True)
def finish_action(request: HttpRequest, key: int) -> HttpResponse:
    """Report an action done."""
    this: Action = find_part(Action.objects.select_related("session__committee__chair", "person"), key)
    person = me(request)
    if this.person_id != person.pk and not may_enter(person, this.session.committee):
        raise Http404
    form = DoneForm(request.POST or None)

    def act(values: dict[str, Any]) -> str:
        sessions.finish_action(action=this, by=person, at=now()[0], **values)
        messages.success(request, _("Reported done."))
        return reverse("inbox") if this.person_id == person.pk else this.session.get_absolute_url()

    return act_page(request, form, act, title=str(this), back=reverse("inbox"), submit=_("Done"))
