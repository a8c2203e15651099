"""What people write when they propose and decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def rated_choices(schemes: Sequence[Scheme], without: Mapping[str, str]) -> list[Any]:
    """The grades of several ratings under their titles, `<rating>|<grade>`; those of one rating alone as they are.

    `without` is the grade that a rating has already.
    """
    if len(schemes) == 1:
        [only] = schemes
        return [one for one in grade_choices([only]) if one[0] not in ("", without.get(only.key))]
    return [
        (one.name, [(f"{one.key}|{code}", said) for code, said in grade_choices([one])[1:] if code != without.get(one.key)])
        for one in schemes
    ]  # fmt: skip


class RatedForm(forms.Form):
    """A grade of one of the ratings of a policy, chosen in one field; the ratings stand in the policy's order, the main one first."""

    schemes: Sequence[Scheme] = ()

    def clean(self) -> dict[str, Any]:
        """The rating and the grade apart."""
        given = super().clean() or self.cleaned_data
        rating, _bar, grade = str(given.get("grade", "")).rpartition("|")
        return {**given, "rating": rating or self.schemes[0].key, "grade": grade}


class AppealForm(RatedForm):
    """An appeal of the account manager: which grade, and why."""

    grade = forms.ChoiceField(label=_("Grade that would be right"))
    ground = forms.CharField(label=_("Ground"), widget=forms.Textarea(attrs={"rows": 4}))
    evidence = forms.CharField(label=_("Evidence"), max_length=200, required=False)

    def __init__(
        self, *args: Any, schemes: Sequence[Scheme], without: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.schemes = schemes
        self.fields["grade"].choices = rated_choices(schemes, without)  # type: ignore[attr-defined]


class RecordForm(RatedForm):
    """A manual record: kind, grade, ground, evidence, until when."""

    kind = forms.ChoiceField(label=_("Kind"))
    grade = forms.ChoiceField(label=_("Grade"))
    ground = forms.CharField(label=_("Ground"), widget=forms.Textarea(attrs={"rows": 3}))
    evidence = forms.CharField(label=_("Evidence"), max_length=200)
    from_on = forms.DateField(label=pgettext_lazy("period", "From"), widget=Day())
    until_on = forms.DateField(label=pgettext_lazy("period", "Until"), widget=Day())

    def __init__(
        self, *args: Any, schemes: Sequence[Scheme], kinds: list[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.schemes = schemes
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["grade"].choices = rated_choices(schemes, {})  # type: ignore[attr-defined]
