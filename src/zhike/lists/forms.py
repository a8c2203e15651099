"""What a person may type about lists."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.lists.files import FORMATS


class ViewForm(forms.Form):
    """A name for the question on the screen."""

    name = forms.CharField(label=_("Name of the view"), max_length=60)
    shared = forms.BooleanField(label=_("shared with everybody"), required=False)
    first = forms.BooleanField(label=_("opens by default"), required=False)


class ExportForm(forms.Form):
    """What a file is for, and its form."""

    purpose = forms.CharField(label=_("What is the file for?"), min_length=5, max_length=200)
    form = forms.ChoiceField(label=_("Kind of file"), choices=list(FORMATS.items()))
