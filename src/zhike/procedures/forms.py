"""What a person may type about procedures."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.people.models import Person
from zhike.procedures.models import CHOICES


class DecideForm(forms.Form):
    """A decision with its ground; everything but a plain approval needs one."""

    choice = forms.ChoiceField(label=_("Decision"), choices=list(CHOICES.items()), widget=forms.RadioSelect)
    ground = forms.CharField(
        label=_("Reasons"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed for everything but a plain approval."),
    )  # fmt: skip


class BulkForm(DecideForm):
    """The same decision at several steps."""

    field_order = ["choice", "ground"]


class GroundForm(forms.Form):
    """Why something is taken back."""

    ground = forms.CharField(
        label=_("Reasons"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class SignerForm(forms.Form):
    """Somebody who is asked to sign too."""

    person = forms.ModelChoiceField(Person.objects.filter(is_active=True), label=_("Who signs too"))


class NoteForm(forms.Form):
    """A comment, a file, or both."""

    text = forms.CharField(
        label=_("Comment"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    file = forms.FileField(label=_("File"), required=False)
