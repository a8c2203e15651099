"""What a person may type about people."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SignForm(forms.Form):
    """A signature: the signer's own name."""

    typed_name = forms.CharField(label=_("Your name"), max_length=80)
