"""How forms look: Django's renderer with our markup. `{{ form }}` and `<c-ui.field :field="form.name" />` use it.

Every control gets its class, native pickers for days, and what ties label, help and error to it for those who listen.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import BLANK_CHOICE_DASH
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

from zhike.kernel.refusals import Refused
from zhike.ui import figures

CONTROLS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "check"),
    (forms.RadioSelect, "radio"),
    (forms.CheckboxInput, "check"),
    (forms.HiddenInput, ""),
    (forms.Widget, "input"),
)
"""Widget -> the class of its control; the first that fits."""


class Switch(forms.CheckboxInput):
    """A yes or no that works like a light switch: for settings that hold at once."""


class Picker(forms.TextInput):
    """A record by its code, found by typing any part of its name; `noun` is `customer` or `person`."""

    template_name = "ui/forms/picker.html"

    def __init__(self, noun: str, attrs: Any = None) -> None:
        given = {
            "autocomplete": "off",
            "role": "combobox",
            "aria-expanded": "false",
            "aria-autocomplete": "list",
        }
        super().__init__({**given, "data-noun": noun, **(attrs or {})})


class Field(BoundField):
    """A field on the page."""

    def as_widget(
        self, widget: forms.Widget | None = None, attrs: Any = None, only_initial: bool = False
    ) -> Any:
        widget = widget or self.field.widget
        if type(widget) is forms.DateInput:
            widget.input_type, widget.format = "date", "%Y-%m-%d"
        elif type(widget) is forms.DateTimeInput:
            widget.input_type, widget.format = "datetime-local", "%Y-%m-%dT%H:%M"
        elif isinstance(widget, forms.Select):
            _say_nothing_briefly(self.field, widget)
        css = (
            "switch"
            if isinstance(widget, Switch)
            else next(css for kind, css in CONTROLS if isinstance(widget, kind))
        )
        given = {**(attrs or {})}
        if css:
            given["class"] = f"{css} {widget.attrs.get('class', '')}".strip()
        if isinstance(widget, Switch):
            given["role"] = "switch"
        return super().as_widget(widget, given, only_initial)

    @property
    def shape(self) -> str:
        """How the field is laid out: `hidden`, `choice` (one box before its label), `group` (several boxes) or `line`."""
        if self.is_hidden:
            return "hidden"
        if isinstance(self.field.widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
            return "group"
        return "choice" if isinstance(self.field.widget, forms.CheckboxInput) else "line"

    @property
    def is_wide(self) -> bool:
        """Whether the field takes the whole width of a form of two columns."""
        return isinstance(
            self.field.widget, forms.Textarea | forms.CheckboxSelectMultiple | forms.ClearableFileInput
        )


def _say_nothing_briefly(field: forms.Field, widget: forms.Select) -> None:
    """An empty choice is `—`, not a row of hyphens."""
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = figures.NOTHING if field.empty_label is not None else None
    elif isinstance(widget.choices, list) and BLANK_CHOICE_DASH[0] in widget.choices:
        widget.choices = [
            ("", figures.NOTHING) if one == BLANK_CHOICE_DASH[0] else one for one in widget.choices
        ]


class Renderer(TemplatesSetting):
    """Forms from our templates, with our tags."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"
    bound_field_class = Field


def tell(form: forms.BaseForm, refusal: Refused) -> None:
    """Show a refusal of an action in the form that asked for it: at its fields, or above them."""
    for name, message in refusal.fields.items():
        form.add_error(name if name in form.fields else None, message)
    if not refusal.fields:
        form.add_error(None, str(refusal))
