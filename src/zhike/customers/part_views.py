"""Pages of what an archive holds: contacts, contacts with them, statements, needs, units, documents, sections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhike.customers.actions import (
    add_contact,
    change_contact,
    complete_activity,
    follow_up,
    log_activity,
    name_successor,
    settle_grievance,
)
from zhike.customers.activity_forms import ActivityForm, CompletionForm, SettlementForm
from zhike.customers.archive import Unit, answers_of
from zhike.customers.documents import KINDS, Document, add_document, withdraw_document
from zhike.customers.forms import (
    AnswerForm,
    ConfirmForm,
    ContactForm,
    DocumentForm,
    FindingForm,
    NeedForm,
    SuccessorForm,
    UnitForm,
    UnitRecordForm,
)
from zhike.customers.keeping import (
    add_need,
    add_unit,
    add_unit_record,
    answer_need,
    change_unit,
    confirm_section,
    drop_need,
    state_finding,
)
from zhike.customers.life import CONDITIONS, FINDINGS, UNIT_RECORDS
from zhike.customers.models import Customer
from zhike.customers.pages import find_customer, find_part, form_page, now
from zhike.customers.sections import SECTIONS
from zhike.customers.viewings import note_viewing
from zhike.people.doors import door, me
from zhike.people.rules import can


def found(request: HttpRequest, code: str) -> tuple[Customer, str]:
    """The customer, and the address of its page."""
    one = find_customer(me(request), code)
    return one, reverse("customer", args=[one.code])


@door("change_customer", customer_data=True)
def new_contact(request: HttpRequest, code: str) -> HttpResponse:
    """Add a person at the customer."""
    one, back = found(request, code)
    form = ContactForm(request.POST or None, by=me(request))

    def act(values: dict[str, Any]) -> None:
        values.pop("version", None)
        add_contact(customer=one, by=me(request), at=now()[0], **values)

    return form_page(
        request, form, act, title=_("New contact"), back=back, done=_("The contact was added."), two=True
    )


@door("change_customer", customer_data=True)
def contact(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Change a contact, or mark that they have left."""
    one, back = found(request, code)
    this = find_part(one.contacts, key)
    form = ContactForm(request.POST or None, instance=this, by=me(request))

    def act(values: dict[str, Any]) -> None:
        version = int(values.pop("version", None) or 0)
        change_contact(contact=this, version=version, by=me(request), at=now()[0], **values)

    return form_page(
        request, form, act, title=str(this), back=back, done=_("The contact was saved."), two=True
    )


@door("change_customer", customer_data=True)
def successor(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Who succeeds a contact who has left."""
    one, back = found(request, code)
    this = find_part(one.contacts, key)
    form = SuccessorForm(request.POST or None, customer=one)
    return form_page(
        request, form,
        lambda values: name_successor(contact=this, successor=values["successor"], by=me(request), at=now()[0]),
        title=_("Who succeeds %(name)s?") % {"name": this}, back=back,
    )  # fmt: skip


@door("log_activity", customer_data=True)
def new_activity(request: HttpRequest, code: str) -> HttpResponse:
    """Log a contact with the customer."""
    one, back = found(request, code)
    at, day = now()
    given = {"channel": request.GET.get("channel", ""), "contact": request.GET.get("contact", "")}
    initial = {name: value for name, value in given.items() if value}
    form = ActivityForm(request.POST or None, customer=one, today=day, initial=initial)
    return form_page(
        request, form, lambda values: log_activity(customer=one, by=me(request), at=at, **values),
        title=_("Log a contact with %(name)s") % {"name": one}, back=back, done=_("The contact was logged."), two=True,
    )  # fmt: skip


@door("log_activity", customer_data=True)
def activity(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Complete an activity, so that it counts."""
    one, back = found(request, code)
    this = find_part(one.activities, key)
    form = CompletionForm(request.POST or None, initial={"content": this.content, "result": this.result})
    return form_page(
        request, form, lambda values: complete_activity(activity=this, by=me(request), at=now()[0], **values),
        title=str(this), back=back,
    )  # fmt: skip


@door("log_activity", customer_data=True)
def settle(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Settle a complaint or dispute."""
    one, back = found(request, code)
    this, (at, day) = find_part(one.activities, key), now()
    form = SettlementForm(request.POST or None, initial={"settled_on": day})
    return form_page(
        request, form, lambda values: settle_grievance(activity=this, by=me(request), at=at, **values),
        title=_("Settle “%(what)s”") % {"what": this}, back=back, submit=_("Settle"),
    )  # fmt: skip


@door("log_activity", customer_data=True)
@require_POST
def followed_up(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """The promised next step has been taken."""
    one, back = found(request, code)
    follow_up(activity=find_part(one.activities, key), by=me(request), at=now()[0])
    messages.success(request, _("The next step is done."))
    return redirect(back)


@door("change_customer", customer_data=True)
def finding(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """State what is known about business or market; the earlier statements stand below."""
    one, back = found(request, code)
    if kind not in FINDINGS:
        raise Http404
    at, day = now()
    earlier = list(one.findings.filter(kind=kind).select_related("by"))
    current = next((row for row in earlier if row.replaced_at is None), None)
    initial = {"value": current.value} if current else {}
    form = FindingForm(request.POST or None, kind=kind, today=day, initial=initial)
    return form_page(
        request, form, lambda values: state_finding(customer=one, kind=kind, by=me(request), at=at, **values),
        title=FINDINGS[kind].name, back=back,
        earlier=[(row, FINDINGS[kind].values.get(row.value, row.value)) for row in earlier],
    )  # fmt: skip


@door("change_customer", customer_data=True)
def new_need(request: HttpRequest, code: str) -> HttpResponse:
    """Record a need."""
    one, back = found(request, code)
    at, day = now()
    form = NeedForm(request.POST or None, today=day)
    return form_page(
        request, form, lambda values: add_need(customer=one, by=me(request), at=at, **values),
        title=_("New need or expectation"), back=back,
    )  # fmt: skip


@door("change_customer", customer_data=True)
def need(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Answer a need, or note that it is no longer wanted."""
    one, back = found(request, code)
    this = find_part(one.needs.select_related("by", "answered_by"), key)
    form = AnswerForm(request.POST or None)

    def act(values: dict[str, Any]) -> None:
        if values["dropped"]:
            drop_need(need=this, reason=values["answer"], by=me(request), at=now()[0])
        else:
            answer_need(need=this, answer=values["answer"], by=me(request), at=now()[0])

    answered = answers_of([this]).get(this.pk)
    return form_page(request, form, act, title=str(this), back=back, need=this, answered=answered)


@door("change_customer", customer_data=True)
def new_unit(request: HttpRequest, code: str) -> HttpResponse:
    """Add a product in use."""
    one, back = found(request, code)
    form = UnitForm(request.POST or None)

    def act(values: dict[str, Any]) -> None:
        values.pop("version", None)
        add_unit(customer=one, by=me(request), at=now()[0], **values)

    return form_page(request, form, act, title=_("New product in use"), back=back, two=True)


@door("see_customers", customer_data=True)
def unit(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """A product in use: where it stands, how it is used, what happened to it."""
    one, _back = found(request, code)
    this: Unit = find_part(one.units, key)
    records = [(row, UNIT_RECORDS[row.kind]) for row in this.records.select_related("by")]
    person = me(request)
    page_of = {
        "customer": one, "unit": this, "records": records, "condition": CONDITIONS.get(this.condition, ""),
        "may_log": can(person, "log_activity"), "may_change": can(person, "change_customer"),
    }  # fmt: skip
    return render(request, "customers/unit.html", page_of)


@door("change_customer", customer_data=True)
def edit_unit(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Change a product in use."""
    one, back = found(request, code)
    this: Unit = find_part(one.units, key)
    form = UnitForm(request.POST or None, instance=this)

    def act(values: dict[str, Any]) -> None:
        version = int(values.pop("version", None) or 0)
        change_unit(unit=this, version=version, by=me(request), at=now()[0], **values)

    return form_page(request, form, act, title=str(this), back=f"{back}units/{key}/", two=True)


@door("log_activity", customer_data=True)
def new_unit_record(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Record a repair, a defect report or a finding."""
    one, back = found(request, code)
    this: Unit = find_part(one.units, key)
    at, day = now()
    form = UnitRecordForm(request.POST or None, initial={"done_on": day})
    return form_page(
        request, form, lambda values: add_unit_record(unit=this, by=me(request), at=at, **values),
        title=_("New record of %(unit)s") % {"unit": this}, back=f"{back}units/{key}/",
    )  # fmt: skip


@door("change_customer", customer_data=True)
def new_document(request: HttpRequest, code: str) -> HttpResponse:
    """File a document."""
    one, back = found(request, code)
    form = DocumentForm(request.POST or None, request.FILES or None)
    return form_page(
        request, form, lambda values: add_document(customer=one, by=me(request), at=now()[0], **values),
        title=_("New document"), back=f"{back}?tab=documents", done=_("The document was filed."), two=True,
    )  # fmt: skip


@door("see_customers", customer_data=True)
def document(request: HttpRequest, code: str, key: int) -> HttpResponse | FileResponse:
    """A document's file: as an attachment of its true type, in a sandbox, never run as a page of ours."""
    one, back = found(request, code)
    this: Document = find_part(one.documents, key)
    if request.method == "POST":
        withdraw_document(document=this, by=me(request), at=now()[0])
        messages.success(request, _("The document was withdrawn."))
        return redirect(f"{back}?tab=documents")
    if not this.sha256 or not this.path.is_file():
        raise Http404
    note_viewing(person=me(request), customer=one, way="open", at=now()[0])
    answer = FileResponse(
        this.path.open("rb"),
        as_attachment=not (this.is_picture() and request.GET.get("show")),
        filename=this.file_name or f"{KINDS[this.kind]}",
        content_type=this.content_type,
    )
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@door("change_customer", customer_data=True)
def confirmation(request: HttpRequest, code: str, section: str) -> HttpResponse:
    """Confirm a section: somebody has looked through it and found it right."""
    one, back = found(request, code)
    if section not in SECTIONS or not SECTIONS[section].verified:
        raise Http404
    form = ConfirmForm(request.POST or None)
    return form_page(
        request, form,
        lambda values: confirm_section(customer=one, section=section, by=me(request), at=now()[0], **values),
        title=_("Confirm “%(section)s”") % {"section": SECTIONS[section].name}, back=back, submit=_("It is right"),
        done=_("The section was confirmed."),
    )  # fmt: skip
