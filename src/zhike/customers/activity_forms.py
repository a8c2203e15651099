"""What a person may type about contacts with a customer, complaints and disputes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.customers.forms import Day, choices
from zhike.customers.life import ACTIVITIES, CHANNELS, GRIEVANCES, SEVERITIES
from zhike.customers.models import Contact, Customer


class ActivityForm(forms.Form):
    """A contact with a customer. Without content and result it does not count."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=choices(ACTIVITIES), initial="communication", required=False
    )
    severity = forms.ChoiceField(
        label=_("Severity"), choices=choices(SEVERITIES), initial="minor", required=False,
        help_text=_("Of a complaint or dispute; policies count major ones until they are settled."),
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("Channel"), choices=choices(CHANNELS))
    done_on = forms.DateField(label=_("Day"), widget=Day())
    contact = forms.ModelChoiceField(Contact.objects.none(), label=_("With"), required=False)
    subject = forms.CharField(label=_("Subject"), max_length=160)
    minutes = forms.IntegerField(
        label=_("Time spent, in minutes"), required=False, min_value=1, max_value=6_000,
        help_text=_("With travel; analyses compare it with what the customer brings."),
    )  # fmt: skip
    content = forms.CharField(
        label=_("Content"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was said."),
    )
    result = forms.CharField(
        label=_("Result"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Without content and result it does not count."),
    )  # fmt: skip
    follow_up = forms.CharField(label=_("Next step"), required=False, max_length=200)
    follow_up_on = forms.DateField(label=_("Next step by"), required=False, widget=Day())

    def __init__(self, *args: Any, customer: Customer, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial.setdefault("done_on", today)
        self.fields["contact"].queryset = customer.contacts.offered()  # type: ignore[attr-defined]

    def clean_kind(self) -> str:
        """What is not said is plain communication."""
        return self.cleaned_data["kind"] or "communication"

    def clean(self) -> dict[str, Any]:
        """Only a complaint or a dispute is grave."""
        values: dict[str, Any] = super().clean() or {}
        grave = values.get("kind") in GRIEVANCES
        return values | {"severity": (values.get("severity") or "minor") if grave else ""}

    def clean_done_on(self) -> date:
        """A contact lies in the past."""
        day: date = self.cleaned_data["done_on"]
        if day > self.today:
            raise forms.ValidationError(_("A contact lies in the past."))
        return day


class SettlementForm(forms.Form):
    """The end of a complaint or dispute."""

    settled_on = forms.DateField(label=_("Settled on"), widget=Day())
    result = forms.CharField(
        label=_("How it was settled"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )


class CompletionForm(forms.Form):
    """What was said, and what came of it."""

    content = forms.CharField(label=_("Content"), widget=forms.Textarea(attrs={"rows": 3}))
    result = forms.CharField(label=_("Result"), widget=forms.Textarea(attrs={"rows": 2}))
