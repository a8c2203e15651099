"""What a person may type about policies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike import presets
from zhike.customers.forms import NONE, Day
from zhike.people.forms import code_field
from zhike.people.models import Department
from zhike.policies.models import PolicyVersion
from zhike.policies.words import lang


def departments() -> forms.ModelChoiceField[Department]:
    """A department that still exists."""
    rows = Department.objects.filter(closed_on__isnull=True)
    return forms.ModelChoiceField(rows, required=False, empty_label="—")


class TitleForm(forms.Form):
    """The code and the titles of a new policy."""

    code = code_field(
        _("Code"), max_length=60, help_text=_("Small letters, digits and hyphens; it never changes.")
    )
    title_zh = forms.CharField(label=_("Chinese title"), max_length=120, required=False)
    title_en = forms.CharField(label=_("English title"), max_length=120, required=False)

    def titles(self) -> dict[str, str] | None:
        """Titles in both languages, or none to keep those of the source."""
        zh, en = self.cleaned_data["title_zh"].strip(), self.cleaned_data["title_en"].strip()
        return {"zh": zh or en, "en": en or zh} if zh or en else None


class NewPolicyForm(TitleForm):
    """Where a new policy begins: a shipped policy, a version of another one, or a file."""

    source = forms.ChoiceField(
        label=_("Begin with"),
        help_text=_(
            "With a Word text in hand: take the nearest one, then change its articles and values to yours."
        ),
    )
    examples = forms.BooleanField(
        label=_("with the example values"),
        required=False,
        help_text=_("They are ours, marked as examples; replace them with the company's own."),
    )
    file = forms.FileField(label=_("or a YAML file"), required=False)
    field_order = ["source", "file", "code", "title_zh", "title_en", "examples"]

    def __init__(self, *args: Any, versions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shipped = [(f"preset:{name}", preset_title(name)) for name in presets.names()]
        own = [(f"version:{one.pk}", str(one)) for one in versions]
        groups: list[Any] = [(_("Shipped policies"), shipped)]
        if own:
            groups.append((_("Policies of the company"), own))
        groups.append((_("A file"), [("file", _("an uploaded file"))]))
        self.fields["source"].choices = groups  # type: ignore[attr-defined]
        self.fields["code"].required = False

    def clean(self) -> dict[str, Any]:
        """A file is needed where one is chosen, a code where none follows from the source."""
        given = super().clean() or self.cleaned_data
        source = given.get("source", "")
        if source == "file" and not given.get("file"):
            self.add_error("file", _("Choose a file."))
        if source.startswith("version:") and not given.get("code"):
            self.add_error("code", _("A copy needs a code of its own."))
        return given


def preset_title(name: str) -> str:
    """The title of a shipped policy."""
    from zhike.policies.reading import read_text

    text = (presets.policy_path(name) / "policy.yaml").read_text("utf-8")
    return read_text(text).document.title.pick(lang())


class ControlForm(forms.Form):
    """What a person fills in of the control block."""

    document_number = forms.CharField(label=_("policy number"), max_length=60, required=False)
    executing = departments()
    supervising = departments()
    effective_on = forms.DateField(
        label=_("effective on"),
        required=False,
        widget=Day(),
        help_text=_("Empty: in force from its publication."),
    )
    note = forms.CharField(
        label=_("what it is about"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("executing", "supervising"):
            self.fields[name].label = PolicyVersion._meta.get_field(name).verbose_name  # type: ignore[union-attr]


class GroundForm(forms.Form):
    """Why."""

    ground = forms.CharField(label=_("Ground"), widget=forms.Textarea(attrs={"rows": 3}))


class PublishForm(forms.Form):
    """From which day."""

    effective_on = forms.DateField(
        label=_("effective on"),
        required=False,
        widget=Day(),
        help_text=_("Empty: in force from its publication."),
    )


class NoteForm(forms.Form):
    """What an amendment is about."""

    note = forms.CharField(
        label=_("what it is about"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class RuleForm(forms.Form):
    """A version of a detailed rule."""

    code = forms.ChoiceField(label=_("Rule"))
    title = forms.CharField(label=_("Title"), max_length=160)
    department = departments()
    text = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 8}))
    file = forms.FileField(label=_("or a file"), required=False)
    until_on = forms.DateField(label=_("valid until"), required=False, widget=Day())

    def __init__(self, *args: Any, rules: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [*rules, ("other", _("another rule"))]  # type: ignore[attr-defined]
        self.fields["department"].label = _("owner department")
        self.fields["department"].required = True


class CompareForm(forms.Form):
    """Two versions."""

    a = forms.ChoiceField(label=pgettext_lazy("compare", "From"))
    b = forms.ChoiceField(label=pgettext_lazy("compare", "To"))

    def __init__(self, *args: Any, versions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*NONE, *((str(one.pk), str(one)) for one in versions)]
        choices += [(f"preset:{name}", preset_title(name)) for name in presets.names()]
        self.fields["a"].choices = choices  # type: ignore[attr-defined]
        self.fields["b"].choices = choices  # type: ignore[attr-defined]
