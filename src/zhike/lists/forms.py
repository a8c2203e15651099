"""What a person may type about lists."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ViewForm(forms.Form):
    """A name for the question on the screen."""

    name = forms.CharField(label=_("Name of the view"), max_length=60)
    shared = forms.BooleanField(label=_("shared with everybody"), required=False)
    first = forms.BooleanField(label=_("opens by default"), required=False)
