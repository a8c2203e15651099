"""What a person chooses on the pages of an import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhike.imports.checking import columns_of
from zhike.imports.models import Import
from zhike.imports.targets import TARGETS, targets_for
from zhike.people.models import Person


class UploadForm(forms.Form):
    """What the file holds, and the file."""

    target = forms.ChoiceField(label=_("What does the file hold?"), widget=forms.RadioSelect)
    upload = forms.FileField(label=_("file"), allow_empty_file=True, max_length=400)

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = targets_for(person)
        self.fields["target"].choices = [(one.code, one.label) for one in self.targets]  # type: ignore[attr-defined]


def read_options(owner: Import, data: QueryDict) -> dict[str, Any]:
    """The options of the matching page as they were sent: columns by their place, formulas and values as text."""
    names = columns_of(owner)
    columns: dict[str, str] = {}
    defaults: dict[str, str] = {}
    times: dict[str, int] = {}
    for field in TARGETS[owner.target].fields:
        place, formula = data.get(f"c-{field.code}", ""), data.get(f"f-{field.code}", "").strip()
        if formula:
            columns[field.code] = formula if formula.startswith("=") else f"={formula}"
        elif place.isascii() and place.isdigit() and int(place) < len(names):
            columns[field.code] = names[int(place)]
        defaults[field.code] = data.get(f"d-{field.code}", "")[:200]
        factor = data.get(f"t-{field.code}", "")
        if factor.isascii() and factor.isdigit() and len(factor) < 12 and int(factor) > 1:
            times[field.code] = int(factor)
    rest = {
        name: data.get(name, "")
        for name in ("mode", "match", "repeats", "dates", "decimal", "blanks", "returns")
    }
    return {"columns": columns, "defaults": defaults, "times": times, **rest}
