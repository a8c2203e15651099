"""What a person may type about runs and judgements."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.customers.forms import Day
from zhike.people.models import Person
from zhike_engine.policy.metrics import Judgement


class StartForm(forms.Form):
    """A run by hand."""

    as_of = forms.DateField(label=_("As of"), widget=Day())
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_as_of(self) -> date:
        """A day that has come."""
        found: date = self.cleaned_data["as_of"]
        if found > self.today:
            raise forms.ValidationError(_("This day has not come yet."))
        return found


class LeaveForm(forms.Form):
    """Why customers go before management without a judgement."""

    ground = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class JudgementForm(forms.Form):
    """A judgement with ground, reviewer and day of review."""

    value = forms.CharField(label=_("Judgement"), max_length=60)
    ground = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    reviewer = forms.ModelChoiceField(Person.objects.none(), label=_("Reviewed by"), required=False)
    valid_until = forms.DateField(label=_("Review on"), widget=Day(), required=False)

    def __init__(
        self, *args: Any, spec: Judgement | None, words: dict[str, str], by: Person, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        everybody = Person.objects.filter(is_active=True, left_at__isnull=True).exclude(pk=by.pk)
        self.fields["reviewer"].queryset = everybody.order_by("pinyin")  # type: ignore[attr-defined]
        if spec is None:
            return
        if spec.type == "choice":
            choices = [(one, words.get(one, one)) for one in spec.choices]
            self.fields["value"] = forms.ChoiceField(label=_("Judgement"), choices=choices)
        elif spec.type == "flag":
            self.fields["value"] = forms.ChoiceField(
                label=_("Judgement"), choices=[("true", _("yes")), ("false", _("no"))]
            )
        else:
            low, high = spec.at_least, spec.at_most
            self.fields["value"] = forms.DecimalField(label=_("Judgement"), min_value=low, max_value=high)
        self.order_fields(["value", "ground", "reviewer", "valid_until"])
