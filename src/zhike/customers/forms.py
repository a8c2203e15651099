"""What a person may type about customers."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.customers.archive import Need, Unit
from zhike.customers.documents import KINDS as DOCUMENT_KINDS
from zhike.customers.formats import countries
from zhike.customers.life import (
    AXES,
    CHANNELS,
    CONDITIONS,
    DECIDES,
    FINDINGS,
    LIFE,
    NEEDS,
    POSTS,
    UNIT_RECORDS,
)
from zhike.customers.models import Contact, Customer
from zhike.customers.sections import APART, SOURCES, class_of
from zhike.kernel.journal import plain
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike.ui.figures import tongue
from zhike.ui.forms import Picker

NONE = [("", "—")]


class OfCustomerForm(forms.Form):
    """A form about a customer that is named by its code, for a person who sees it."""

    customer = forms.CharField(label=_("Customer"), max_length=40, widget=Picker("customer"))
    by: Person

    def clean_customer(self) -> Customer:
        """The customer of a code, if the person sees it."""
        code = self.cleaned_data["customer"].strip()
        found = Customer.objects.visible_to(self.by).living().filter(code=code).first()
        if found is None:
            raise forms.ValidationError(gettext("There is no customer “%(code)s”.") % {"code": code})
        return found


class Day(forms.DateInput):
    """A day, with the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def choices(table: Any, *, empty: bool = False) -> list[tuple[str, Any]]:
    """The entries of a table of codes."""
    return [*(NONE if empty else []), *table.items()]


def told_by() -> forms.ChoiceField:
    """Where a fact comes from."""
    return forms.ChoiceField(label=_("Who says so"), choices=choices(SOURCES), initial="colleague")


class CustomerForm(forms.ModelForm):  # type: ignore[type-arg]
    """The basic information and the axes of a customer. Facts of classes that a person does not see are left out.

    `read` carries what the person had read, so that only what they changed is written.
    """

    read = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Customer
        fields = [
            "code", "name", "name_en", "short_name", "legal_representative", "registration", "business_scope", "since", "source",
            "currency", "group", "parent", "region", "department", "country", "province", "city", "address", "phone", "email",
            "website", "scale", "industry", "need_type", "segment", "importance",
        ]  # fmt: skip
        widgets = {"since": Day(), "business_scope": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, by: Person, only: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for axis, values in AXES.items():
            self.fields[axis] = forms.ChoiceField(
                label=self.fields[axis].label, required=False, choices=choices(values, empty=True)
            )
        language = "zh_Hans" if tongue() == "zh" else "en"
        names = sorted(countries(language).items(), key=lambda one: (one[0] != "CN", one[1]))
        self.fields["country"] = forms.ChoiceField(
            label=self.fields["country"].label, required=False, choices=[*NONE, *names]
        )
        self.fields["email"] = forms.CharField(
            label=self.fields["email"].label, required=False, max_length=254
        )
        self.fields["told_by"] = told_by()
        self._parents(by)
        for name in list(self.fields):
            if not sees(by, class_of("customer", name)) or (only and name not in {only, "read", "told_by"}):
                del self.fields[name]
        if self.instance.pk:
            for name in APART & set(self.fields):
                del self.fields[name]
        self.initial["read"] = json.dumps(self.values_of(self.instance), ensure_ascii=False)

    def _parents(self, by: Person) -> None:
        """The parent company is chosen by its code, which is quicker than a list of thousands."""
        seen = Customer.objects.visible_to(by).living()
        field = forms.ModelChoiceField(
            seen.exclude(pk=self.instance.pk), to_field_name="code", required=False, widget=Picker("customer")
        )
        field.label, field.help_text = (
            self.fields["parent"].label,
            _("type any part of its name, or its code"),
        )
        self.fields["parent"] = field
        if self.instance.parent_id is None:
            return
        parent = seen.filter(pk=self.instance.parent_id).first()
        if parent is None:  # a stranger's customer: neither shown nor taken away
            del self.fields["parent"]
        else:
            self.initial["parent"] = parent.code

    def facts(self) -> list[str]:
        """The facts on the form."""
        return [name for name in self.fields if name not in {"read", "told_by", "code"}]

    def values_of(self, customer: Customer) -> dict[str, Any]:
        """The facts of a customer as JSON holds them."""
        return {name: plain(getattr(customer, name)) for name in self.facts()}

    def was_read(self) -> dict[str, Any]:
        """What the person had read; what stands there now where that cannot be told."""
        try:
            found = json.loads(self.cleaned_data.get("read") or "{}")
        except ValueError:
            found = {}
        if not isinstance(found, dict):
            return {}
        return {name: value for name, value in found.items() if not isinstance(value, dict | list)}

    def _post_clean(self) -> None:
        """Leave the instance as it was read; the action writes."""

    def clean(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person at a customer."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Contact
        fields = ["name", "post", "decides", "mobile", "phone", "email", "chat", "language", "preferences", "important_date",
                  "important_what", "left_on"]  # fmt: skip
        widgets = {
            "important_date": Day(),
            "left_on": Day(),
            "preferences": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decides"] = forms.ChoiceField(
            label=self.fields["decides"].label, required=False, choices=choices(DECIDES, empty=True)
        )
        self.fields["name"].label = _("Full name")
        for name in list(self.fields):
            if not sees(by, class_of("contact", name)):
                del self.fields[name]
        if self.instance.pk is None:
            del self.fields["left_on"]
        self.initial["version"] = self.instance.version

    def _post_clean(self) -> None:
        """Leave the instance as it was read; the action writes."""


class SuccessorForm(forms.Form):
    """Who succeeds a contact who has left."""

    successor = forms.ModelChoiceField(
        Contact.objects.none(), label=_("Successor"), required=False, empty_label=_("nobody")
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = customer.contacts.offered()  # type: ignore[attr-defined]


class FindingForm(forms.Form):
    """A statement about business or market."""

    value = forms.CharField(label=_("Value"), max_length=2000)
    source = told_by()
    stated_on = forms.DateField(label=_("Day"), widget=Day())

    def __init__(self, *args: Any, kind: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("stated_on", today)
        fixed = FINDINGS[kind].values
        if fixed:
            self.fields["value"] = forms.ChoiceField(label=FINDINGS[kind].name, choices=choices(fixed))
        else:
            self.fields["value"].label = FINDINGS[kind].name


class NeedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A need of a customer."""

    class Meta:
        model = Need
        fields = ["kind", "text", "source", "stated_on", "answer_by"]
        widgets = {"stated_on": Day(), "answer_by": Day(), "text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("stated_on", today)
        self.fields["kind"] = forms.ChoiceField(label=self.fields["kind"].label, choices=choices(NEEDS))
        self.fields["source"] = told_by()

    def _post_clean(self) -> None:
        """The action writes."""


class AnswerForm(forms.Form):
    """What answers a need, or why it is no longer wanted."""

    answer = forms.CharField(label=_("Answer"), widget=forms.Textarea(attrs={"rows": 3}))
    dropped = forms.BooleanField(label=_("The customer no longer wants it."), required=False)


class UnitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A product in use."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Unit
        fields = ["model", "serial", "site", "installed_on", "condition", "usage", "retired_on"]
        widgets = {"installed_on": Day(), "retired_on": Day(), "usage": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["condition"] = forms.ChoiceField(
            label=self.fields["condition"].label, choices=choices(CONDITIONS)
        )
        self.initial["version"] = self.instance.version

    def _post_clean(self) -> None:
        """Leave the instance as it was read; the action writes."""


class UnitRecordForm(forms.Form):
    """A repair, defect report or finding."""

    kind = forms.ChoiceField(label=_("Kind"), choices=choices(UNIT_RECORDS))
    done_on = forms.DateField(label=_("Day"), widget=Day())
    text = forms.CharField(label=_("What was found and done"), widget=forms.Textarea(attrs={"rows": 4}))


class DocumentForm(forms.Form):
    """A document, with or without a file."""

    kind = forms.ChoiceField(label=_("Kind"), choices=choices(DOCUMENT_KINDS))
    title = forms.CharField(label=_("Title"), max_length=160)
    signed_on = forms.DateField(label=_("Signed on"), required=False, widget=Day())
    until_on = forms.DateField(label=_("Valid until"), required=False, widget=Day())
    file = forms.FileField(
        label=_("File"), required=False, help_text=_("PDF, pictures, Word, Excel, text; up to 20 MB.")
    )


class ConfirmForm(forms.Form):
    """How somebody made sure of a section."""

    source = told_by()


class PostForm(forms.Form):
    """A post in the team."""

    person = forms.ModelChoiceField(Person.objects.none(), label=_("Person"))
    post = forms.ChoiceField(label=_("Post"), choices=choices(POSTS))
    senior = forms.BooleanField(label=_("Senior"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.active()  # type: ignore[attr-defined]


class HandoverForm(forms.Form):
    """To whom a post goes, and why."""

    receiver = forms.ModelChoiceField(Person.objects.none(), label=_("Receiver"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receiver"].queryset = Person.objects.active()  # type: ignore[attr-defined]


class TellForm(forms.Form):
    """Who at the customer was told, and how."""

    contact = forms.ModelChoiceField(Contact.objects.none(), label=_("Contact"))
    channel = forms.ChoiceField(label=_("Channel"), choices=choices(CHANNELS))

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = customer.contacts.offered()  # type: ignore[attr-defined]


class LifeForm(forms.Form):
    """Where a customer goes in its life cycle."""

    life = forms.ChoiceField(label=_("Life cycle"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, states: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["life"] = forms.ChoiceField(
            label=_("Life cycle"), choices=[(code, LIFE[code]) for code in LIFE if code in states]
        )


class RecoveryForm(forms.Form):
    """The next follow-up of a lapsed customer."""

    follow_up_on = forms.DateField(label=_("Next follow-up"), widget=Day())
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class MergeForm(forms.Form):
    """The archive that goes into this one."""

    gone = forms.CharField(label=_("Code of the other archive"), max_length=40)


class PurposeForm(forms.Form):
    """What an export is for."""

    purpose = forms.CharField(label=_("What is it for?"), max_length=200)
