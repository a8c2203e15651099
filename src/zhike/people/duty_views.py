"""Pages of duties: the responsibility matrix, delegates, certificates, the roster, agreements."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.refusals import Forbidden
from zhike.people import agreements, certificates, delegations, responsibilities
from zhike.people.doors import door, me
from zhike.people.forms import (
    AgreementForm,
    CertificateForm,
    DelegationForm,
    DutyForm,
    NothingForm,
    PaperForm,
    ResponsibilityForm,
    answer_form,
    posted,
)
from zhike.people.models import Person
from zhike.people.pages import Way, table_page
from zhike.people.rules import can
from zhike.ui import grid


def _parts(held: dict[str, list[responsibilities.Responsibility]]) -> list[tuple[Any, Any]]:
    """The name of each part of a step, with who takes it."""
    return [(name, held.get(kind, [])) for kind, name in responsibilities.KINDS.items()]


@door()
def matrix(request: HttpRequest) -> HttpResponse:
    """Who is responsible, approves, is consulted and informed at each step; steps without a holder stand on top."""
    day = timezone.localdate()
    entries: dict[str, dict[str, list[responsibilities.Responsibility]]] = {}
    for row in responsibilities.Responsibility.objects.select_related("role", "department", "person"):
        entries.setdefault(row.step, {}).setdefault(row.kind, []).append(row)
    gaps = responsibilities.gaps(day)
    open_steps = {gap.step for gap in gaps}
    processes = [
        (
            name,
            [
                (step, label, step in open_steps, _parts(entries.get(step, {})))
                for step, label in responsibilities.STEPS.items()
                if step.startswith(f"{code}.")
            ],
        )
        for code, name in responsibilities.PROCESSES.items()
    ]  # fmt: skip
    page = {
        "processes": processes, "kinds": responsibilities.KINDS.values(), "gaps": gaps,
        "may_manage": can(me(request), "manage_people"),
    }  # fmt: skip
    return render(request, "people/matrix.html", page)


@door("manage_people")
def add_responsibility(request: HttpRequest) -> HttpResponse:
    """Enter a holder at a step."""
    form = ResponsibilityForm(posted(request), initial={"step": request.GET.get("step", "")})
    return answer_form(
        request, form,
        lambda: responsibilities.set_responsibility(by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("Responsibility"), back="matrix", done=_("Saved."), note=_("A role, if need be of one department, or a person."),
    )  # fmt: skip


@door("manage_people")
def remove_responsibility(request: HttpRequest, responsibility: int) -> HttpResponse:
    """Take an entry out of the matrix."""
    row = get_object_or_404(responsibilities.Responsibility, pk=responsibility)
    return answer_form(
        request, NothingForm(posted(request)),
        lambda: responsibilities.remove_responsibility(responsibility=row, by=me(request), at=timezone.now()),
        title=str(row), back="matrix", submit=_("Remove"), danger=True,
    )  # fmt: skip


ABSENCES = (
    grid.Column("person", gettext_lazy("Away"), lambda one: grid.person(one.person), phone="title"),
    grid.Column("delegate", gettext_lazy("Delegate"), lambda one: grid.person(one.delegate), phone="meta"),
    grid.Column("from", gettext_lazy("First day"), lambda one: grid.day(one.from_on), phone="more"),
    grid.Column("until", gettext_lazy("Last day"), lambda one: grid.day(one.until_on), phone="more"),
    grid.Column("reason", gettext_lazy("Reason"), lambda one: grid.text(one.reason)),
    grid.Column("steps", "", lambda one: grid.link(_("End"), reverse("end_delegation", args=[one.pk])) if one.mine else ""),
)  # fmt: skip


@door()
def absences(request: HttpRequest) -> HttpResponse:
    """Who acts for whom, now and later: all of them to administrators, to everybody else their own."""
    person, all_of_them = me(request), can(me(request), "manage_people")
    rows = delegations.Delegation.objects.filter(until_on__gte=timezone.localdate(), ended_at__isnull=True)
    if not all_of_them:
        rows = rows.filter(Q(person=person) | Q(delegate=person))
    found: list[Any] = list(rows.select_related("person", "delegate").order_by("from_on", "id"))
    for one in found:
        one.mine = all_of_them or one.person_id == person.pk
    return table_page(
        request, ABSENCES, found, title=_("Absences"), ways=[Way(_("Name a delegate"), reverse("name_delegate"), "user-plus")],
        empty=_("Nobody is away"), hint=_("Who is away names a delegate, from one day until another."),
    )  # fmt: skip


@door()
def name_delegate(request: HttpRequest) -> HttpResponse:
    """Name a delegate."""
    person = me(request)
    initial = {"person": person, "from_on": timezone.localdate()}
    form = DelegationForm(posted(request), initial=initial)
    if not can(person, "manage_people"):
        form.fields["person"].queryset = Person.objects.filter(pk=person.pk)  # type: ignore[attr-defined]
    return answer_form(
        request, form, lambda: delegations.name_delegate(by=person, at=timezone.now(), **form.cleaned_data),
        title=_("Delegate"), back="absences", done=_("Saved."),
    )  # fmt: skip


@door()
def end_delegation(request: HttpRequest, delegation: int) -> HttpResponse:
    """End a delegation."""
    row = get_object_or_404(delegations.Delegation, pk=delegation)
    if row.person_id != me(request).pk and not can(me(request), "manage_people"):
        raise Forbidden(_("Only the person or an administrator ends a delegation."))
    return answer_form(
        request, NothingForm(posted(request)),
        lambda: delegations.end_delegation(delegation=row, by=me(request), at=timezone.now()),
        title=_("End: %(what)s") % {"what": row}, back="absences", submit=_("End"), danger=True,
    )  # fmt: skip


ROSTER = (
    grid.Column("person", gettext_lazy("Person"), lambda one: grid.person(one.person), phone="title"),
    grid.Column("duty", gettext_lazy("Duty"), lambda one: grid.text(certificates.DUTIES[one.duty]), phone="meta"),
    grid.Column("from", gettext_lazy("First day"), lambda one: grid.day(one.from_on), phone="more"),
    grid.Column("until", gettext_lazy("Last day"), lambda one: grid.day(one.until_on), phone="more"),
    grid.Column("state", gettext_lazy("State"), lambda one: _duty_state(one), phone="aside"),
    grid.Column("steps", "", lambda one: grid.link(_("Take off"), reverse("end_duty", args=[one.pk])) if one.may_end else ""),
)  # fmt: skip


def _duty_state(one: certificates.Duty) -> str:
    if one.from_on > timezone.localdate():
        return grid.tag(_("later"))
    if one.valid:  # type: ignore[attr-defined]
        return grid.tag(_("on duty"), "success")
    return grid.tag(_("dropped out: no valid certificate"), "error")


@door()
def roster(request: HttpRequest) -> HttpResponse:
    """Who is on duty now and later; whose certificate has ended has dropped out."""
    day, may = timezone.localdate(), can(me(request), "manage_roster")
    rows = certificates.Duty.objects.filter(until_on__gte=day, ended_at__isnull=True).select_related("person")
    held = {duty: certificates.on_duty(duty, day) for duty in certificates.DUTIES}
    found: list[Any] = list(rows)
    for one in found:
        one.valid, one.may_end = one.person in held[one.duty], may
    return table_page(
        request, ROSTER, found, title=_("Roster"), ways=[Way(_("Put on duty"), reverse("give_duty"), "user-plus")] if may else [],
        empty=_("Nobody is on duty"), hint=_("Only who holds a valid certificate can be on duty."),
    )  # fmt: skip


@door("manage_roster")
def give_duty(request: HttpRequest) -> HttpResponse:
    """Put somebody on the roster."""
    form = DutyForm(posted(request), initial={"from_on": timezone.localdate()})
    return answer_form(
        request, form, lambda: certificates.give_duty(by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("On duty"), back="roster", done=_("Saved."), note=_("Only who holds a valid certificate can be on duty."),
    )  # fmt: skip


@door("manage_roster")
def end_duty(request: HttpRequest, duty: int) -> HttpResponse:
    """Take somebody off the roster."""
    row = get_object_or_404(certificates.Duty.objects.select_related("person"), pk=duty)
    return answer_form(
        request, NothingForm(posted(request)),
        lambda: certificates.end_duty(duty=row, by=me(request), at=timezone.now()),
        title=_("Off duty: %(what)s") % {"what": row}, back="roster", submit=_("Take off"), danger=True,
    )  # fmt: skip


CERTIFICATES = (
    grid.Column("person", gettext_lazy("Person"), lambda one: grid.person(one.person), phone="title"),
    grid.Column("kind", gettext_lazy("Kind"), lambda one: grid.text(certificates.CERTIFICATES.get(one.kind, one.kind)), phone="meta"),
    grid.Column("from", gettext_lazy("First day"), lambda one: grid.day(one.from_on)),
    grid.Column("until", gettext_lazy("Last day"), lambda one: grid.day(one.until_on), phone="more"),
    grid.Column("evidence", gettext_lazy("Evidence"), lambda one: grid.text(one.evidence)),
    grid.Column("state", gettext_lazy("State"), lambda one: grid.tag(_("valid"), "success") if one.until_on >= timezone.localdate()
                else grid.tag(_("ended"), "error"), phone="aside"),
    grid.Column("steps", "", lambda one: grid.link(_("Withdraw"), reverse("withdraw_certificate", args=[one.pk]))),
)  # fmt: skip


@door("manage_certificates")
def all_certificates(request: HttpRequest) -> HttpResponse:
    """Certificates, the next to end first."""
    rows = certificates.Certificate.objects.filter(withdrawn_at__isnull=True).select_related("person")
    return table_page(
        request, CERTIFICATES, rows.order_by("until_on", "id"), title=_("Certificates"),
        ways=[Way(_("Record"), reverse("record_certificate"), "plus")], empty=_("No certificate yet"),
    )  # fmt: skip


@door("manage_certificates")
def record_certificate(request: HttpRequest) -> HttpResponse:
    """Record a certificate."""
    form = CertificateForm(posted(request), initial={"from_on": timezone.localdate()})
    return answer_form(
        request, form,
        lambda: certificates.record_certificate(by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("Certificate"), back="certificates", done=_("Saved."),
    )  # fmt: skip


@door("manage_certificates")
def withdraw_certificate(request: HttpRequest, certificate: int) -> HttpResponse:
    """Withdraw a certificate."""
    row = get_object_or_404(certificates.Certificate.objects.select_related("person"), pk=certificate)
    return answer_form(
        request, NothingForm(posted(request)),
        lambda: certificates.withdraw_certificate(certificate=row, by=me(request), at=timezone.now()),
        title=_("Withdraw: %(what)s") % {"what": row}, back="certificates", submit=_("Withdraw"), danger=True,
        note=_("The holder is off duty from now on."),
    )  # fmt: skip


STATES = {
    "missing": (gettext_lazy("not signed"), "error"),
    "expired": (gettext_lazy("ended"), "error"),
    "ending": (gettext_lazy("ends soon"), "warning"),
    "signed": (gettext_lazy("signed"), "success"),
}
STANDING = (
    grid.Column("person", gettext_lazy("Person"), lambda one: grid.person(one.person), phone="title"),
    grid.Column("department", gettext_lazy("Department"), lambda one: grid.text(one.person.department), phone="meta"),
    grid.Column("superior", gettext_lazy("Superior"), lambda one: grid.text(one.person.superior)),
    grid.Column("state", gettext_lazy("State"), lambda one: grid.tag(*STATES[one.state]), phone="aside"),
    grid.Column("until", gettext_lazy("Valid until"), lambda one: grid.day(one.until_on), phone="more"),
    grid.Column("intact", gettext_lazy("Text"), lambda one: grid.tag(_("as signed"), "success") if one.until_on and one.intact
                else grid.tag(_("differs from what was signed"), "error") if one.until_on else ""),
    grid.Column("steps", "", lambda one: grid.link(_("File a paper"), f"{reverse('file_signature')}?person={one.person.pk}")),
)  # fmt: skip


@door("manage_agreements")
def all_agreements(request: HttpRequest) -> HttpResponse:
    """Who has signed the version in force, who has not, whose signature ends soon."""
    day = timezone.localdate()
    version = agreements.current(day)
    note = (
        _("In force: %(title)s, version %(number)s, since %(day)s.")
        % {"title": version.title, "number": version.number, "day": date_format(version.effective_on)}
        if version
        else _("No agreement is in force: customers' data is open without one. Publish the first version.")
    )
    ways = [Way(_("Publish a version"), reverse("publish_agreement"), "file-up"),
            Way(_("File a paper"), reverse("file_signature"), "file-check")]  # fmt: skip
    return table_page(
        request, STANDING, agreements.standing(day), title=_("Confidentiality agreements"), ways=ways, note=note,
        tone="info" if version else "warning", empty=_("Nobody has to sign yet"),
    )  # fmt: skip


@door("manage_agreements")
def publish_agreement(request: HttpRequest) -> HttpResponse:
    """Publish the next version."""
    now = agreements.current(timezone.localdate())
    initial = (
        {"title": now.title, "text": now.text, "valid_months": now.valid_months, "warn_days": now.warn_days}
        if now
        else {}
    )
    form = AgreementForm(posted(request), initial={"effective_on": timezone.localdate(), **initial})
    return answer_form(
        request, form,
        lambda: agreements.publish_agreement(by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("Publish the next version"), back="agreements", submit=_("Publish"),
        done=_("Published. From its day on everybody signs again."), note=_("A published text never changes."),
    )  # fmt: skip


@door("manage_agreements")
def file_signature(request: HttpRequest) -> HttpResponse:
    """File an agreement signed on paper."""
    form = PaperForm(
        posted(request), initial={"signed_on": timezone.localdate(), "person": request.GET.get("person")}
    )

    def act() -> None:
        given = form.cleaned_data
        signed_at = timezone.make_aware(datetime.combine(given["signed_on"], time(12)))
        agreements.file_signature(
            person=given["person"], paper=given["paper"], signed_at=min(signed_at, timezone.now()), by=me(request), at=timezone.now()
        )  # fmt: skip

    return answer_form(
        request, form, act, title=_("File a signature on paper"), back="agreements", done=_("Filed.")
    )
