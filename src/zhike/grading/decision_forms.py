"""What people write when they propose and decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.forms import NONE, Day
from zhike.grading.schemes import Scheme

CHOICES = [("approve", _("approve")), ("change", _("approve with changes")), ("reject", _("reject"))]


class SubmitForm(forms.Form):
    """Putting a run before management."""

    effective_on = forms.DateField(label=_("Takes effect on"), widget=Day())
    note = forms.CharField(label=_("Note for management"), max_length=300, required=False)


class DecideForm(forms.Form):
    """A decision on one or many proposals."""

    choice = forms.ChoiceField(label=_("Determination"), choices=CHOICES, widget=forms.RadioSelect)
    grade = forms.ChoiceField(label=_("Other grade"), required=False)
    ground = forms.CharField(label=_("Ground"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, schemes: list[Scheme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grade"].choices = grade_choices(schemes)  # type: ignore[attr-defined]


def grade_choices(schemes: list[Scheme]) -> list[tuple[str, Any]]:
    """Nothing, and every grade of the schemes once."""
    found = {
        one.code: f"{one.code} · {one}" if one.word == one.code != str(one) else str(one)
        for scheme in schemes
        for one in scheme.grades
    }
    return [*NONE, *found.items()]


class AppealForm(forms.Form):
    """An appeal of the account manager: which grade, and why."""

    grade = forms.ChoiceField(label=_("Grade that would be right"))
    ground = forms.CharField(label=_("Ground"), widget=forms.Textarea(attrs={"rows": 4}))
    evidence = forms.CharField(label=_("Evidence"), max_length=200, required=False)

    def __init__(self, *args: Any, scheme: Scheme, without: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [one for one in grade_choices([scheme]) if one[0] not in ("", without)]
        self.fields["grade"].choices = choices  # type: ignore[attr-defined]


class RecordForm(forms.Form):
    """A manual record: kind, grade, ground, evidence, until when."""

    kind = forms.ChoiceField(label=_("Kind"))
    grade = forms.ChoiceField(label=_("Grade"))
    ground = forms.CharField(label=_("Ground"), widget=forms.Textarea(attrs={"rows": 3}))
    evidence = forms.CharField(label=_("Evidence"), max_length=200)
    from_on = forms.DateField(label=pgettext_lazy("period", "From"), widget=Day())
    until_on = forms.DateField(label=pgettext_lazy("period", "Until"), widget=Day())

    def __init__(self, *args: Any, scheme: Scheme, kinds: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["grade"].choices = grade_choices([scheme])[1:]  # type: ignore[attr-defined]
