"""What a person may type about requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.forms import OfCustomerForm
from zhike.customers.models import Contact, Customer
from zhike.people.models import Person
from zhike.requests.models import KINDS, RECORDED, ServiceRequest


class RequestForm(OfCustomerForm):
    """What a customer asks for."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    channel = forms.ChoiceField(label=pgettext_lazy("request", "Channel"), choices=list(RECORDED.items()))
    received_at = forms.DateTimeField(
        label=_("Came in"), help_text=_("The time limit runs from this moment.")
    )
    subject = forms.CharField(label=_("Subject"), max_length=160)
    contact = forms.ModelChoiceField(Contact.objects.none(), label=_("Contact"), required=False)
    text = forms.CharField(
        label=_("What is asked for"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self, *args: Any, by: Person, customer: Customer | None, at: datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.initial.setdefault("received_at", at)
        if customer is None:
            del self.fields["contact"]
        else:
            self.initial["customer"] = customer.code
            self.fields["customer"].widget = forms.HiddenInput()
            self.fields["contact"].queryset = customer.contacts.offered()  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The first answer."""

    answered_at = forms.DateTimeField(label=_("Answered at"))
    answer = forms.CharField(
        label=_("What was answered"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The first answer by a person. An automatic receipt does not count."),
    )  # fmt: skip
    reply = forms.CharField(
        label=_("What the customer reads in the portal"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Of the answer only this is shown to the customer; empty: only that and when it was answered."),
    )  # fmt: skip

    def __init__(self, *args: Any, request: ServiceRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reply"].required = request.channel == "portal"


class CorrectionForm(forms.Form):
    """When a request really came in, and how that is known."""

    received_at = forms.DateTimeField(label=_("Came in"))
    ground = forms.CharField(label=_("Reason"), max_length=300)


class ClosingForm(forms.Form):
    """Why a request needs no answer."""

    ground = forms.CharField(label=_("Reason"), max_length=300)
