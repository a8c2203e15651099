"""What a person may type about monthly figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.people.models import Department
from zhike.submissions.models import SOURCES
from zhike.submissions.sheets import LARGEST


class FiguresForm(forms.Form):
    """A department, a month that is over, and where its figures come from."""

    department = forms.ModelChoiceField(
        Department.objects.none(), to_field_name="code", label=_("department"), empty_label=None
    )
    month = forms.TypedChoiceField(label=_("month"), coerce=lambda text: date.fromisoformat(f"{text}-01"))
    source = forms.ChoiceField(
        label=_("figures"), choices=list(SOURCES.items()), widget=forms.RadioSelect, initial="orders"
    )
    file = forms.FileField(label=_("sheet"), required=False, max_length=400, allow_empty_file=True)
    note = forms.CharField(label=_("note"), required=False, max_length=2000, widget=forms.Textarea)

    def __init__(
        self,
        *args: Any,
        departments: Any = None,
        months: Sequence[date] = (),
        correcting: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if correcting:
            del self.fields["department"], self.fields["month"]
            self.fields["note"].required = True
            self.fields["note"].label = _("why it is corrected")
        else:
            self.fields["department"].queryset = departments  # type: ignore[attr-defined]
            self.fields["month"].choices = [(f"{one:%Y-%m}", f"{one:%Y-%m}") for one in months]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A sheet needs its file."""
        found: dict[str, Any] = super().clean() or {}
        file = found.get("file")
        if found.get("source") == "sheet":
            if file is None and not self.has_error("file"):
                self.add_error("file", _("Choose the file."))
            elif file is not None and file.size > LARGEST:
                self.add_error("file", _("The file is too large."))
        return found


class ReturnForm(forms.Form):
    """Why figures go back."""

    comment = forms.CharField(label=_("what is wrong"), max_length=2000, widget=forms.Textarea)


class SignForm(forms.Form):
    """A word of whoever signs."""

    comment = forms.CharField(label=_("comment"), required=False, max_length=2000, widget=forms.Textarea)
