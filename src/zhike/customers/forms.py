"""What a person may type about customers."""

from __future__ import annotations

from typing import Any

from django import forms

from zhike.customers.life import AXES
from zhike.customers.models import Customer


class CustomerForm(forms.ModelForm):  # type: ignore[type-arg]
    """The basic information and the axes of a customer."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Customer
        fields = [
            "code", "name", "name_en", "short_name", "legal_representative", "registration", "business_scope", "country", "province",
            "city", "address", "phone", "email", "website", "currency", "since", "source", "scale", "industry", "need_type",
            "importance", "region", "department", "group",
        ]  # fmt: skip
        widgets = {
            "since": forms.DateInput(attrs={"type": "date"}),
            "business_scope": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for axis, values in AXES.items():
            self.fields[axis] = forms.ChoiceField(
                label=self.fields[axis].label, required=False, choices=[("", "—"), *values.items()]
            )
        if self.instance.pk:
            self.initial["version"] = self.instance.version
            del self.fields["code"]

    def read_version(self) -> int:
        """The version that the person had read."""
        return int(self.cleaned_data.get("version") or 0)

    def _post_clean(self) -> None:
        """Leave the instance as it was read; the action writes."""

    def clean(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
