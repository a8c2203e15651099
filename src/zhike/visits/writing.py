"""The form 客户访问表 as it is written on a phone: its fields, what was typed so far, and the sheet they make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.customers.forms import Day, choices
from zhike.customers.life import NEEDS
from zhike.customers.models import Contact, Customer
from zhike.customers.sections import class_of
from zhike.customers.showing import label_of
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike.ui.forms import Picker
from zhike.visits.models import LEFT, NEW_PERSON, OF_CONTACT, OF_CUSTOMER, SATISFACTION, Visit
from zhike.visits.sheet import Proposed, Sheet

MOST_CONTACTS = 40
ROWS = {"problem": 3, "need": 3, "person": 2}
"""Rows of a kind that the form offers."""
NOT_TYPED = {"csrfmiddlewaretoken", "version", "keep", "submit"}
TEXT = {"rows": 3, "maxlength": 4000}


def text(label: Any, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    """A long text."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=4000,
        help_text=help_text,
        widget=forms.Textarea(attrs=dict(TEXT)),
    )


class VisitForm(forms.Form):
    """What was found on a visit. Every field may be empty in a draft; empty fields of changed data say that nothing changed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    topics = text(pgettext_lazy("visit", "Topics"), _("What was talked about."), required=True)
    findings = text(_("Findings"), _("What you saw and learned, and what came of it."), required=True)
    opinions = text(_("Opinions of the customer"), _("On our products, our service, our people."))
    satisfaction = forms.TypedChoiceField(
        label=_("Satisfaction, if asked"), required=False, coerce=int, empty_value=None, widget=forms.RadioSelect,
        choices=[("", pgettext_lazy("satisfaction", "not asked")), *SATISFACTION.items()],
    )  # fmt: skip
    next_step = forms.CharField(label=_("Next step"), required=False, max_length=200)
    next_on = forms.DateField(label=_("Next step by"), required=False, widget=Day())
    is_significant = forms.BooleanField(
        label=_("Significant information"),
        required=False,
        help_text=_("Your superior is told as soon as the form is submitted."),
    )
    significant = text(_("What is significant"))

    def __init__(self, *args: Any, visit: Visit, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit, self.by = visit, by
        self.initial.update({**visit.draft, "version": visit.version})
        self.rows = {kind: _rows_needed(kind, visit.draft) for kind in ROWS}
        self.contacts = offered(visit)
        planned = {one.pk for one in visit.contacts.all()}
        for contact in self.contacts:
            self._add_contact(contact, met=contact.pk in planned)
        for number in range(1, self.rows["problem"] + 1):
            self._add_problem(f"problem{number}")
        for number in range(1, self.rows["need"] + 1):
            self.fields[f"need{number}_kind"] = forms.ChoiceField(
                label=_("Kind"), required=False, choices=choices(NEEDS)
            )
            self.fields[f"need{number}_text"] = forms.CharField(
                label=_("Need"), required=False, max_length=1000
            )
        for number in range(1, self.rows["person"] + 1):
            self._add_person(f"person{number}")
        for name in OF_CUSTOMER:
            self._add_datum(f"fact_{name}", Customer, name, getattr(visit.customer, name))

    def _add_contact(self, contact: Contact, *, met: bool) -> None:
        place = f"contact{contact.pk}"
        self.fields[f"{place}_met"] = forms.BooleanField(label=str(contact), required=False)
        if not self.visit.draft:
            self.initial.setdefault(f"{place}_met", met)
        for name in OF_CONTACT:
            self._add_datum(f"{place}_{name}", Contact, name, getattr(contact, name))
        self.fields[f"{place}_left"] = forms.BooleanField(label=_("has left the company"), required=False)

    def _add_datum(
        self, place: str, model: type[Contact | Customer], name: str, stands: str | None = None
    ) -> None:
        """A datum that may have changed, if the person sees its class, with what stands in the archive."""
        noun = "contact" if model is Contact else "customer"
        if not sees(self.by, class_of(noun, name)):
            return
        kind: Any = forms.EmailField if name == "email" else forms.CharField
        most = model._meta.get_field(name).max_length  # type: ignore[union-attr]
        said = "" if stands is None else format_html("{} {}", gettext("now"), stands or "—")
        self.fields[place] = kind(label=label_of(noun, name), required=False, max_length=most, help_text=said)
        if name in ("mobile", "phone"):
            self.fields[place].widget.input_type = "tel"

    def _add_problem(self, place: str) -> None:
        self.fields[f"{place}_text"] = forms.CharField(label=_("Problem"), required=False, max_length=1000)
        self.fields[f"{place}_step"] = forms.CharField(label=_("Next step"), required=False, max_length=180)
        self.fields[f"{place}_who"] = forms.CharField(
            label=_("Who"), required=False, max_length=60, widget=Picker("person")
        )
        self.fields[f"{place}_due"] = forms.DateField(label=_("By"), required=False, widget=Day())

    def _add_person(self, place: str) -> None:
        self.fields[f"{place}_name"] = forms.CharField(label=_("Full name"), required=False, max_length=80)
        for name in OF_CONTACT:
            self._add_datum(f"{place}_{name}", Contact, name)

    def clean(self) -> dict[str, Any]:
        """What a row begins, it ends; what is marked significant is said."""
        values: dict[str, Any] = super().clean() or {}
        for number in range(1, self.rows["problem"] + 1):
            place = f"problem{number}"
            given = [name for name in ("text", "step", "who", "due") if values.get(f"{place}_{name}")]
            for name in ("text", "step"):
                if given and name not in given and f"{place}_{name}" not in self.errors:
                    self.add_error(f"{place}_{name}", gettext("missing"))
        for number in range(1, self.rows["person"] + 1):
            place = f"person{number}"
            if any(values.get(f"{place}_{name}") for name in OF_CONTACT) and not values.get(f"{place}_name"):
                self.add_error(f"{place}_name", gettext("missing"))
        if values.get("is_significant") and not values.get("significant"):
            self.add_error("significant", gettext("missing"))
        return values

    def sheet(self) -> Sheet:
        """What the valid form says."""
        values = self.cleaned_data
        names = ("topics", "findings", "opinions", "satisfaction", "next_step", "next_on")
        return Sheet(
            **{name: values[name] for name in names}, significant=values["significant"] if values["is_significant"] else "",
            met=[one for one in self.contacts if values[f"contact{one.pk}_met"]], problems=list(self._problems(values)),
            needs=list(self._needs(values)), changes=list(self._changes(values)),
        )  # fmt: skip

    def _problems(self, values: Mapping[str, Any]) -> Iterator[dict[str, str]]:
        for number in range(1, self.rows["problem"] + 1):
            if values.get(f"problem{number}_text"):
                row: dict[str, str] = {
                    name: values[f"problem{number}_{name}"] for name in ("text", "step", "who")
                }
                due = values.get(f"problem{number}_due")
                yield {**row, "due": due.isoformat() if due else ""}

    def _needs(self, values: Mapping[str, Any]) -> Iterator[dict[str, str]]:
        for number in range(1, self.rows["need"] + 1):
            if values.get(f"need{number}_text"):
                yield {
                    "kind": values[f"need{number}_kind"] or next(iter(NEEDS)),
                    "text": values[f"need{number}_text"],
                }

    def _changes(self, values: Mapping[str, Any]) -> Iterator[Proposed]:
        for contact in self.contacts:
            for name in OF_CONTACT:
                if values.get(f"contact{contact.pk}_{name}"):
                    yield Proposed(name, values[f"contact{contact.pk}_{name}"], contact)
            if values[f"contact{contact.pk}_left"]:
                yield Proposed(LEFT, self.visit.day.isoformat(), contact)
        for number in range(1, self.rows["person"] + 1):
            if values.get(f"person{number}_name"):
                given = {name: values.get(f"person{number}_{name}") for name in OF_CONTACT}
                details = {name: value for name, value in given.items() if value}
                yield Proposed(NEW_PERSON, values[f"person{number}_name"], None, details)
        for name in OF_CUSTOMER:
            if values.get(f"fact_{name}"):
                yield Proposed(name, values[f"fact_{name}"])


def _rows_needed(kind: str, draft: Mapping[str, Any]) -> int:
    """Rows of a kind: those offered, or as many as the draft fills; a form that a program sent may have more."""
    filled = [found[1] for name in draft if (found := re.fullmatch(rf"{kind}(\d{{1,2}})_\w+", name))]
    return max([ROWS[kind], *map(int, filled)])


@dataclass(frozen=True)
class Met:
    """A contact on the form: the box for having met, and the fields for what has changed, with what the archive says."""

    contact: Contact
    met: BoundField
    left: BoundField
    data: list[BoundField]
    open: bool


def offered(visit: Visit) -> list[Contact]:
    """The contacts on the form: those to meet first, then the others who have not left."""
    first = list(visit.contacts.all())
    keys = {one.pk for one in first}
    rest = visit.customer.contacts.offered().exclude(pk__in=keys).order_by("pk")
    return [*first, *rest[: max(MOST_CONTACTS - len(first), 0)]]


def people_of(form: VisitForm) -> Iterator[Met]:
    """The contacts of a form, with their fields."""
    for one in form.contacts:
        place = f"contact{one.pk}"
        data = [form[f"{place}_{name}"] for name in OF_CONTACT if f"{place}_{name}" in form.fields]
        begun = any(field.value() or field.errors for field in data) or bool(form[f"{place}_left"].value())
        yield Met(one, form[f"{place}_met"], form[f"{place}_left"], data, begun)


def rows_of(form: VisitForm, kind: str) -> Iterator[tuple[int, list[BoundField], bool]]:
    """The rows of a kind: number, fields, and whether something stands in them."""
    for number in range(1, form.rows[kind] + 1):
        fields = [form[name] for name in form.fields if name.startswith(f"{kind}{number}_")]
        shown = [one for one in fields if not one.name.endswith("_kind")]
        yield number, fields, any(one.value() or one.errors for one in shown)


def facts_of(form: VisitForm) -> list[BoundField]:
    """The facts of the customer that may have changed."""
    return [form[f"fact_{name}"] for name in OF_CUSTOMER if f"fact_{name}" in form.fields]


def typed(posted: Mapping[str, Any], form: VisitForm) -> dict[str, str]:
    """What was typed into the fields of a form, as it was typed."""
    names = [name for name in form.fields if name not in NOT_TYPED]
    return {name: str(posted[name]).replace("\x00", "") for name in names if posted.get(name)}
