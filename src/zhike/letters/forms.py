"""What a person may type about letters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.letters.models import Letterhead
from zhike.letters.shipping import LANGUAGES


class GroundForm(forms.Form):
    """Why a customer is not told."""

    ground = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=600,
        help_text=_("It stays visible in the list of letters and in the customer's archive."),
    )  # fmt: skip


class TemplateForm(forms.Form):
    """A template: for which policy, grade and language, with which wording, from which file."""

    policy = forms.ChoiceField(label=_("Policy"), required=False)
    grade = forms.CharField(
        label=_("Grade"), required=False, max_length=20, help_text=_("empty: every grade")
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("zh-hans", "中文"), ("en", "English")])
    name = forms.CharField(label=_("Name"), max_length=120)
    wording = forms.CharField(
        label=_("What the customer reads for the grade"), required=False, max_length=120,
        help_text=_("such as “strategic partner”, or a service level"),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Word file"), required=False, widget=forms.FileInput(attrs={"accept": ".docx"}), help_text=_("Word (.docx), up to 5 MB"),
    )  # fmt: skip

    def __init__(self, *args: Any, policies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["policy"].choices = [("", _("every policy")), *policies]  # type: ignore[attr-defined]
        assert set(LANGUAGES) == {"zh-hans", "en"}


class EditionForm(forms.Form):
    """A further edition of a template: a changed Word file, or another wording."""

    name = forms.CharField(label=_("Name"), max_length=120)
    wording = forms.CharField(
        label=_("What the customer reads for the grade"), required=False, max_length=120
    )
    file = forms.FileField(
        label=_("Changed Word file"), required=False, widget=forms.FileInput(attrs={"accept": ".docx"}),
        help_text=_("empty: the file stays as it is"),
    )  # fmt: skip


class LetterheadForm(forms.ModelForm):  # type: ignore[type-arg]
    """How the company signs, and its periods."""

    class Meta:
        model = Letterhead
        fields = ["company_zh", "company_en", "signed_zh", "signed_en", "notice_days", "link_days"]


class ReceiptForm(forms.Form):
    """Who confirms receipt."""

    name = forms.CharField(label=_("Your name"), max_length=80, min_length=2)
