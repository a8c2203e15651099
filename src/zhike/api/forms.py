"""What a person may type about tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.api.models import MOST_DAYS
from zhike.people.models import Person
from zhike.people.verbs import VERBS


class TokenForm(forms.Form):
    """A token: what it is for, what it may, until when, from where."""

    name = forms.CharField(label=_("What is it for?"), max_length=60)
    verbs = forms.MultipleChoiceField(label=_("It may"), widget=forms.CheckboxSelectMultiple)
    until_on = forms.DateField(label=_("until"), widget=forms.DateInput(attrs={"type": "date"}))
    networks = forms.CharField(
        label=_("Only from these networks"),
        required=False,
        max_length=400,
        help_text=_("For example 10.0.0.0/8; several with blanks."),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["verbs"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (verb, VERBS[verb]) for verb in VERBS if verb in person.access.verbs and verb != "use_api"
        ]
        self.fields["until_on"].initial = timezone.localdate() + timedelta(days=MOST_DAYS)

    def clean_networks(self) -> list[str]:
        """The networks between blanks."""
        return str(self.cleaned_data["networks"]).split()
