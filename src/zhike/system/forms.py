"""What may be typed on the pages of the installation."""

from __future__ import annotations

from django import forms
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.kernel.journal import SENTENCES
from zhike.people.models import Person


def _actions() -> list[tuple[str, object]]:
    plain = {"who": "…", "what": "…"}
    found = [(code, " ".join(_bare(str(text), plain).split())) for code, text in SENTENCES.items()]
    return [("", _("everything")), *sorted(found, key=lambda pair: str(pair[1]))]


def _bare(text: str, known: dict[str, str]) -> str:
    class Dots(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "…"

    return text % Dots(known)


class JournalForm(forms.Form):
    """Filters of the journal."""

    person = forms.ModelChoiceField(
        Person.objects.all(), required=False, label=_("Who"), empty_label=lazystr(_("everybody"))
    )
    action = forms.ChoiceField(choices=_actions, required=False, label=_("What"))
    from_on = forms.DateField(
        required=False, label=pgettext_lazy("day", "From"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until_on = forms.DateField(
        required=False, label=_("Until"), widget=forms.DateInput(attrs={"type": "date"})
    )
    customer = forms.CharField(required=False, label=_("Customer code"), max_length=40)
