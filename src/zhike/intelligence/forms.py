"""What a person may type about markets and competitors."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.intelligence.models import INDUSTRIES, KINDS, RELIABILITIES
from zhike.people.models import Person

NONE = [("", "—")]


class IntelligenceForm(forms.Form):
    """A finding."""

    kind = forms.ChoiceField(label=_("kind"), choices=list(KINDS.items()))
    title = forms.CharField(label=_("title"), max_length=160)
    text = forms.CharField(label=_("what is known"), required=False, max_length=10_000, widget=forms.Textarea)
    industry = forms.ChoiceField(label=_("industry"), required=False, choices=[*NONE, *INDUSTRIES.items()])
    competitor = forms.CharField(label=_("competitor"), required=False, max_length=120)
    growth = forms.DecimalField(
        label=_("growth of the industry, percent a year"),
        required=False,
        max_digits=7,
        decimal_places=2,
        help_text=_("for a trend; forecasts take it in"),
    )
    source = forms.CharField(label=_("source"), max_length=200)
    known_on = forms.DateField(
        label=_("day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reliability = forms.ChoiceField(
        label=_("reliability"), choices=list(RELIABILITIES.items()), initial="likely"
    )
    customers = forms.CharField(
        label=_("customers concerned"),
        required=False,
        max_length=2000,
        help_text=_("customer codes, parted by commas or blanks"),
    )

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_customers(self) -> list[Customer]:
        """The customers of the codes, as far as the person sees them."""
        codes = [code for code in re.split(r"[\s,，、;；]+", self.cleaned_data["customers"]) if code]
        rows = {one.code: one for one in Customer.objects.visible_to(self.by).living().filter(code__in=codes)}
        lost = [code for code in codes if code not in rows]
        if lost:
            raise forms.ValidationError(gettext("There is no customer “%(code)s”.") % {"code": lost[0]})
        return list(rows.values())


class CloseForm(forms.Form):
    """Why a finding no longer holds."""

    reason = forms.CharField(label=_("reason"), max_length=300)
