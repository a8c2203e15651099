"""Pages of secrecy: refused attempts, who saw which archive, consultations, exports, incidents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers import consultations, incidents
from zhike.customers.export_right import WAYS as WAYS_OUT
from zhike.customers.export_right import ExportRecord
from zhike.customers.models import Consultation, Customer, Viewing
from zhike.customers.viewings import WAYS
from zhike.kernel.refusals import Invalid
from zhike.people.doors import door, me
from zhike.people.forms import NothingForm, answer_form, day_field, posted
from zhike.people.models import Person
from zhike.people.pages import Way, table_page
from zhike.people.rules import can
from zhike.ui import grid

Rows = Any


def tabs_for(request: HttpRequest) -> list[Way]:
    """The pages of secrecy that a person may open."""
    person = me(request)
    names = [("consultations", _("Consultations"), "see_customers"), ("viewings", _("Seen"), "see_journal"),
             ("exports", _("Taken out"), "see_journal"), ("denials", _("Refused"), "see_journal"),
             ("incidents", _("Incidents"), "manage_incidents")]  # fmt: skip
    return [
        Way(label, reverse(name), current=request.path == reverse(name))
        for name, label, verb in names
        if can(person, verb)
    ]


def moment(value: Any) -> str:
    """A day and how long ago, for a cell."""
    return grid.ago(value)


def customer_cell(one: Any) -> str:
    """The customer of a row, linked."""
    return grid.link(str(one.customer), one.customer.get_absolute_url()) if one.customer else grid.text(None)


def own_path(person: Person) -> str:
    return person.department.path if person.department else "-"


VIEWINGS = (
    grid.Column("customer", gettext_lazy("Customer"), customer_cell, phone="title"),
    grid.Column("person", gettext_lazy("Person"), lambda one: grid.person(one.person), phone="meta"),
    grid.Column("on", gettext_lazy("Day"), lambda one: grid.day(one.on), phone="aside"),
    grid.Column("way", gettext_lazy("How"), lambda one: grid.text(WAYS.get(one.way, one.way)), phone="more"),
    grid.Column("times", gettext_lazy("Times"), lambda one: grid.text(one.times), css="r"),
)  # fmt: skip


@door("see_journal", customer_data=True)
def viewings(request: HttpRequest) -> HttpResponse:
    """Who opened, printed or exported which archive; by person and by customer."""
    rows = Viewing.objects.filter(customer__in=Customer.objects.visible_to(me(request))).select_related(
        "customer", "person"
    )
    person, code = request.GET.get("person", ""), request.GET.get("customer", "")
    if person.isascii() and person.isdigit() and len(person) < 18:
        rows = rows.filter(person=int(person))
    if code:
        rows = rows.filter(customer__code=code)
    return table_page(
        request, VIEWINGS, rows.order_by("-on", "-id"), title=_("Who saw what"), tabs=tabs_for(request),
        empty=_("Nobody has opened an archive yet"), filtered=bool(person or code),
    )  # fmt: skip


EXPORTS = (
    grid.Column("number", gettext_lazy("Number"), lambda one: grid.text(one.number()), phone="aside"),
    grid.Column("what", gettext_lazy("What"), lambda one: grid.text(one.what), phone="title"),
    grid.Column("person", gettext_lazy("Person"), lambda one: grid.person(one.person), phone="meta"),
    grid.Column("purpose", gettext_lazy("Purpose"), lambda one: grid.text(one.purpose), phone="more"),
    grid.Column("way", gettext_lazy("Way"), lambda one: grid.text(WAYS_OUT[one.way])),
    grid.Column("rows", gettext_lazy("Rows"), lambda one: grid.text(one.rows), css="r", phone="more"),
    grid.Column("at", gettext_lazy("When"), lambda one: moment(one.asked_at)),
    grid.Column("unusual", gettext_lazy("Alert"), lambda one: grid.tag(_("unusual volume"), "warning") if one.unusual else ""),
)  # fmt: skip


@door("see_journal", customer_data=True)
def exports(request: HttpRequest) -> HttpResponse:
    """Everything that left the house: own department for heads, all for management and the supervising department."""
    rows = ExportRecord.objects.select_related("person")
    if "all" not in me(request).access.scopes:
        rows = rows.filter(person__department__path__startswith=own_path(me(request)))
    return table_page(
        request,
        EXPORTS,
        rows,
        title=_("Taken out"),
        tabs=tabs_for(request),
        empty=_("Nothing has left the house"),
    )


DECISIONS = {
    "": (gettext_lazy("waits for the keeper"), "info"),
    "approved": (gettext_lazy("approved"), "success"),
    "refused": (gettext_lazy("refused"), "error"),
    "ended": (gettext_lazy("ended"), "quiet"),
}
CONSULTATIONS = (
    grid.Column("asked", gettext_lazy("Archive"), lambda one: customer_cell(one) if one.shown else grid.text(one.asked_for),
                phone="title"),
    grid.Column("person", gettext_lazy("Person"), lambda one: grid.person(one.person), phone="meta"),
    grid.Column("purpose", gettext_lazy("Purpose"), lambda one: grid.text(one.purpose), phone="more"),
    grid.Column("from", gettext_lazy("First day"), lambda one: grid.day(one.from_on)),
    grid.Column("until", gettext_lazy("Last day"), lambda one: grid.day(one.until_on), phone="more"),
    grid.Column("state", gettext_lazy("State"), lambda one: _decision(one), phone="aside"),
    grid.Column("steps", "", lambda one: _steps(one)),
)  # fmt: skip


def _decision(one: Any) -> str:
    if one.decision == "approved" and one.until_on < timezone.localdate():
        return grid.tag(_("closed by itself"))
    return grid.tag(*DECISIONS[one.decision])


def _steps(one: Any) -> str:
    if one.decision == "" and one.decides:
        return " · ".join(
            grid.link(label, reverse(name, args=[one.pk]))
            for label, name in ((_("Approve"), "approve_consultation"), (_("Refuse"), "refuse_consultation"))
        )
    ends = one.decision == "approved" and one.until_on >= timezone.localdate() and (one.own or one.decides)
    return grid.link(_("End"), reverse("end_consultation", args=[one.pk])) if ends else ""


@door("see_customers", customer_data=True)
def consultation_list(request: HttpRequest) -> HttpResponse:
    """Requests to consult archives: one's own; all of them for the keeper."""
    person, decides = me(request), can(me(request), "approve_consultation")
    rows = Consultation.objects.select_related("customer", "person")
    rows = rows if decides else rows.filter(person=person)
    found: list[Any] = list(rows.order_by("decision", "-id")[:500])
    seen = set(
        Customer.objects.visible_to(person)
        .filter(pk__in=[one.customer_id for one in found])
        .values_list("pk", flat=True)
    )
    for one in found:
        one.own, one.shown = one.person_id == person.pk, one.customer_id in seen
        one.decides = decides and not one.own
    ways = [Way(_("Ask for an archive"), reverse("ask_consultation"), "archive")]
    return table_page(
        request, CONSULTATIONS, found, title=_("Consultations"), ways=ways, tabs=tabs_for(request), empty=_("No request yet"),
        hint=_("Whoever needs another's archive for a time asks the keeper here."),
    )  # fmt: skip


class AskForm(forms.Form):
    """A request to consult an archive."""

    asked_for = forms.CharField(label=gettext_lazy("Customer: name or code"), max_length=160)
    purpose = forms.CharField(label=gettext_lazy("Purpose"), max_length=200)
    from_on = day_field(gettext_lazy("from"))
    until_on = day_field(gettext_lazy("until"))


class ApproveForm(forms.Form):
    """The keeper's decision to open an archive."""

    code = forms.CharField(label=gettext_lazy("Code of the customer"), max_length=40)
    until_on = day_field(gettext_lazy("open until"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


class RefuseForm(forms.Form):
    """The keeper's refusal."""

    note = forms.CharField(label=gettext_lazy("Why"), max_length=200)


@door("see_customers", customer_data=True)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for an archive."""
    form = AskForm(posted(request), initial={"from_on": timezone.localdate()})
    return answer_form(
        request, form, lambda: consultations.ask_consultation(by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("Ask for an archive"), back="consultations", submit=_("Ask"), done=_("The keeper has your request."),
        note=_("The archive opens when the keeper agrees, and closes by itself on the day after the last."),
    )  # fmt: skip


@door("approve_consultation", customer_data=True)
def approve(request: HttpRequest, consultation: int) -> HttpResponse:
    """Open an archive to somebody for a time."""
    one = get_object_or_404(Consultation.objects.select_related("person"), pk=consultation)
    found = consultations.suggested(one, me(request))
    form = ApproveForm(
        posted(request), initial={"code": found.code if found else "", "until_on": one.until_on}
    )

    def act() -> None:
        given = dict(form.cleaned_data)
        customer = Customer.objects.visible_to(me(request)).filter(code=given.pop("code")).first()
        if customer is None:
            raise Invalid(_("There is no such customer."), fields={"code": _("There is no such customer.")})
        consultations.approve_consultation(
            consultation=one, customer=customer, by=me(request), at=timezone.now(), **given
        )

    return answer_form(
        request, form, act, title=_("Open “%(what)s” to %(name)s?") % {"what": one.asked_for, "name": one.person}, back="consultations",
        submit=_("Approve"), note=one.purpose, done=_("The archive is open to this person."),
    )  # fmt: skip


@door("approve_consultation", customer_data=True)
def refuse(request: HttpRequest, consultation: int) -> HttpResponse:
    """Refuse a request."""
    one = get_object_or_404(Consultation.objects.select_related("person"), pk=consultation)
    form = RefuseForm(posted(request))
    return answer_form(
        request, form,
        lambda: consultations.refuse_consultation(consultation=one, by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("Refuse “%(what)s” to %(name)s?") % {"what": one.asked_for, "name": one.person}, back="consultations",
        submit=_("Refuse"), danger=True, note=one.purpose,
    )  # fmt: skip


@door("see_customers", customer_data=True)
def end(request: HttpRequest, consultation: int) -> HttpResponse:
    """Close an archive before its day."""
    one = get_object_or_404(Consultation.objects.select_related("person"), pk=consultation)
    if one.person_id != me(request).pk and not can(me(request), "approve_consultation"):
        raise Http404
    return answer_form(
        request, NothingForm(posted(request)),
        lambda: consultations.end_consultation(consultation=one, by=me(request), at=timezone.now()),
        title=_("End the consultation of %(name)s?") % {"name": one.person}, back="consultations", submit=_("End"), danger=True,
    )  # fmt: skip


INCIDENTS = (
    grid.Column("title", gettext_lazy("Incident"), lambda one: grid.link(one.title, reverse("incident", args=[one.pk])), phone="title"),
    grid.Column("kind", gettext_lazy("Kind"), lambda one: grid.text(incidents.KINDS[one.kind]), phone="meta"),
    grid.Column("customer", gettext_lazy("Customer"), customer_cell, phone="more"),
    grid.Column("opened", gettext_lazy("Opened"), lambda one: grid.day(one.opened_at)),
    grid.Column("state", gettext_lazy("State"), phone="aside",
                cell=lambda one: grid.tag(_("closed"), "success") if one.closed_at else grid.tag(_("open"), "warning")),
)  # fmt: skip


def seen_incidents(person: Person) -> Rows:
    """Incidents of customers that a person sees."""
    return incidents.Incident.objects.filter(customer__in=Customer.objects.visible_to(person)).select_related(
        "customer"
    )


@door("manage_incidents", customer_data=True)
def incident_list(request: HttpRequest) -> HttpResponse:
    """Incidents, the open ones first."""
    ways = [Way(_("Open an incident"), reverse("open_incident"), "siren")]
    rows = seen_incidents(me(request)).order_by(F("closed_at").desc(nulls_first=True), "-id")
    return table_page(
        request,
        INCIDENTS,
        rows,
        title=_("Incidents"),
        ways=ways,
        tabs=tabs_for(request),
        empty=_("No incident yet"),
    )


class IncidentForm(forms.Form):
    """A new incident."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=160)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=incidents.KINDS.items())
    code = forms.CharField(label=gettext_lazy("Code of the customer"), max_length=40)
    from_on = day_field(gettext_lazy("from"))
    until_on = day_field(gettext_lazy("until"))
    description = forms.CharField(
        label=gettext_lazy("What happened"), widget=forms.Textarea(attrs={"rows": 4})
    )


@door("manage_incidents", customer_data=True)
def open_incident(request: HttpRequest) -> HttpResponse:
    """Open an incident for a customer and a period."""
    form = IncidentForm(
        posted(request), initial={"code": request.GET.get("customer", ""), "until_on": timezone.localdate()}
    )

    def act() -> None:
        given = dict(form.cleaned_data)
        customer = Customer.objects.visible_to(me(request)).filter(code=given.pop("code")).first()
        if customer is None:
            raise Invalid(_("There is no such customer."), fields={"code": _("There is no such customer.")})
        incidents.open_incident(customer=customer, by=me(request), at=timezone.now(), **given)

    return answer_form(
        request, form, act, title=_("Open an incident"), back="incidents", submit=_("Open"),
        note=_("The list of everybody who saw the archive in the period follows from the log."), done=_("The incident is open."),
    )  # fmt: skip


class MeasuresForm(forms.Form):
    """What was done, and whether the customer is told."""

    measures = forms.CharField(
        label=gettext_lazy("Measures"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    notify = forms.ChoiceField(
        label=gettext_lazy("Notification"), required=False, choices=[("", "—"), *incidents.NOTIFY.items()]
    )
    notify_why = forms.CharField(label=gettext_lazy("Grounds"), max_length=300, required=False)


@door("manage_incidents", customer_data=True)
def incident(request: HttpRequest, incident: int) -> HttpResponse:
    """One incident: what happened, who saw the archive, measures."""
    one = get_object_or_404(seen_incidents(me(request)), pk=incident)
    page = {
        "incident": one, "kind": incidents.KINDS[one.kind], "notify": incidents.NOTIFY.get(one.notify, ""),
        "exposures": [(found, WAYS.get(found.way, found.way)) for found in incidents.exposures(one)],
    }  # fmt: skip
    return render(request, "customers/incident.html", page)


@door("manage_incidents", customer_data=True)
def incident_measures(request: HttpRequest, incident: int) -> HttpResponse:
    """Record measures and the decision to notify."""
    one = get_object_or_404(seen_incidents(me(request)), pk=incident)
    form = MeasuresForm(
        posted(request),
        initial={"measures": one.measures, "notify": one.notify, "notify_why": one.notify_why},
    )
    return answer_form(
        request, form, lambda: incidents.record_measures(incident=one, by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("Measures"), back=reverse("incident", args=[one.pk]), done=_("Saved."),
    )  # fmt: skip


@door("manage_incidents", customer_data=True)
def close_incident(request: HttpRequest, incident: int) -> HttpResponse:
    """Close an incident."""
    one = get_object_or_404(seen_incidents(me(request)), pk=incident)
    return answer_form(
        request, NothingForm(posted(request)), lambda: incidents.close_incident(incident=one, by=me(request), at=timezone.now()),
        title=_("Close: %(what)s") % {"what": one}, back=reverse("incident", args=[one.pk]), submit=_("Close"),
        note=_("An incident closes only with measures and a decision on notifying."), done=_("The incident is closed."),
    )  # fmt: skip
