"""What a contact may type in the portal. No field takes a file; every text has an end."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.requests.models import KINDS


class AddressForm(forms.Form):
    """Whose code is asked for."""

    email = forms.EmailField(
        label=_("Your e-mail address"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email", "autofocus": True}),
    )  # fmt: skip


class CodeForm(forms.Form):
    """The code from the mail."""

    code = forms.RegexField(
        r"^\d{6}$", label=_("Code of six digits"), max_length=12, error_messages={"invalid": _("Six digits, as in the mail.")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )  # fmt: skip


class ChangeForm(forms.Form):
    """What should be different in a plan."""

    text = forms.CharField(
        label=_("What should be different?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )


class AskForm(forms.Form):
    """Something that the customer asks for."""

    kind = forms.ChoiceField(label=_("What is it about?"), choices=list(KINDS.items()))
    subject = forms.CharField(label=_("In one line"), max_length=160)
    text = forms.CharField(
        label=_("What should we know?"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("At most 4,000 characters. Please send files by mail to your account manager."),
    )  # fmt: skip
