"""What a person may type about committees."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.models import Customer
from zhike.people.forms import code_field
from zhike.people.models import Department, Person
from zhike.procedures.committees import KINDS, Paper
from zhike.procedures.models import CHOICES
from zhike.ui.forms import Picker


def people() -> Any:
    """Those who have not left."""
    return Person.objects.filter(is_active=True)


def day(label: Any) -> forms.DateField:
    """A day."""
    return forms.DateField(label=label, widget=forms.DateInput)


def text(label: Any, rows: int = 6, *, required: bool = True) -> forms.CharField:
    """A longer text."""
    return forms.CharField(
        label=label, max_length=20_000, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


class CommitteeForm(forms.Form):
    """A committee and its members."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    code = code_field()
    chair = forms.ModelChoiceField(Person.objects.none(), label=_("chair"))
    quorum = forms.IntegerField(
        label=_("quorum"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_("Empty: more than half of the members."),
    )
    members = forms.ModelMultipleChoiceField(
        Person.objects.none(), label=_("members"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("chair", "members"):
            self.fields[name].queryset = people()  # type: ignore[attr-defined]


class PaperForm(forms.Form):
    """A paper."""

    kind = forms.ChoiceField(label=_("kind"), choices=list(KINDS.items()))
    customer = forms.ModelChoiceField(
        Customer.objects.none(), label=_("customer"), to_field_name="code", required=False, widget=Picker("customer"),
        help_text=_("A strategy may be for one customer: what is known of its market is offered then."),
    )  # fmt: skip
    title = forms.CharField(label=_("title"), max_length=200)
    text = text(_("text"), 10)
    departments = forms.ModelMultipleChoiceField(
        Department.objects.filter(closed_on__isnull=True), label=_("departments concerned"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.visible_to(by).living()  # type: ignore[attr-defined]


class SessionForm(forms.Form):
    """A session and its agenda."""

    held_on = day(_("day"))
    place = forms.CharField(label=_("meeting place"), max_length=120, required=False)
    papers = forms.ModelMultipleChoiceField(
        Paper.objects.none(), label=_("agenda"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, papers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["papers"].queryset = papers  # type: ignore[attr-defined]


class PresentForm(forms.Form):
    """Who is there."""

    present = forms.ModelMultipleChoiceField(
        Person.objects.none(), label=_("present"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].queryset = members  # type: ignore[attr-defined]


class ResolveForm(forms.Form):
    """A resolution with its votes."""

    choice = forms.ChoiceField(label=_("decision"), choices=list(CHOICES.items()))
    votes_for = forms.IntegerField(label=pgettext_lazy("votes", "for"), min_value=0, max_value=500)
    votes_against = forms.IntegerField(label=_("against"), min_value=0, max_value=500, initial=0)
    abstained = forms.IntegerField(label=_("abstained"), min_value=0, max_value=500, initial=0)
    ground = text(_("reasons"), 3, required=False)


class ActionForm(forms.Form):
    """What somebody is asked to do."""

    what = forms.CharField(label=_("what is to be done"), max_length=200)
    person = forms.ModelChoiceField(Person.objects.none(), label=_("who"))
    due_on = day(_("until"))
    paper = forms.ModelChoiceField(Paper.objects.none(), label=_("paper"), required=False)

    def __init__(self, *args: Any, papers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people()  # type: ignore[attr-defined]
        self.fields["paper"].queryset = papers  # type: ignore[attr-defined]


class MinutesForm(forms.Form):
    """The minutes of a session."""

    minutes = text(_("minutes"))


class DoneForm(forms.Form):
    """What came of an action."""

    result = forms.CharField(label=_("result"), max_length=200)
