"""What a person types to open or renew an access."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.accesses.models import PARTS
from zhike.customers.models import Contact


class TermsForm(forms.Form):
    """Until when, and what is shown."""

    until_on = forms.DateField(
        label=_("Last day"),
        help_text=_("It ends by itself, also when the contact leaves or the customer is closed."),
    )
    parts = forms.MultipleChoiceField(
        label=_("What is shown"), choices=list(PARTS.items()), widget=forms.CheckboxSelectMultiple,
        help_text=_("The company's own address and contacts are always shown; internal notes and scores never."),
    )  # fmt: skip


class RenewalForm(TermsForm):
    """New terms of an access, as it was read."""

    version = forms.IntegerField(widget=forms.HiddenInput())


class OpeningForm(TermsForm):
    """To whom the portal is opened."""

    contact = forms.ModelChoiceField(
        Contact.objects.none(),
        label=_("Contact"),
        help_text=_("Only contacts with an e-mail address who have not left."),
    )
    field_order = ("contact", "until_on", "parts")

    def __init__(self, *args: Any, contacts: QuerySet[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset = contacts  # type: ignore[attr-defined]
