"""Forms: what ties label, help and error to a control."""

from __future__ import annotations

import re

from zhike.kernel.refusals import Conflict, Invalid
from zhike.ui.forms import tell
from zhike.ui.specimens import SpecimenForm


def control(form, name):
    return re.search(
        rf'<(?:input|select|textarea)[^>]* name="{name}"[^>]*>|<(?:input|select|textarea)[^>]*name="{name}"[^>]*>',
        str(form),
    )[0]


def test_a_control_is_described_by_its_help_and_its_error():
    form = SpecimenForm({"email": "?"})
    page = str(form)
    assert 'aria-describedby="id_name_helptext id_name_error"' in control(form, "name")
    assert 'aria-invalid="true"' in control(form, "name")
    assert 'id="id_name_helptext"' in page
    assert 'id="id_name_error"' in page
    assert 'aria-invalid="true"' in control(form, "email")


def test_a_label_names_its_control_and_marks_what_is_needed():
    page = str(SpecimenForm())
    assert 'for="id_name"' in page
    assert page.count('<span class="need" aria-hidden="true">*</span>') == 1


def test_a_day_is_picked_and_written_as_the_browser_wants_it():
    form = SpecimenForm(initial={"since": "2026-11-20"})
    assert 'type="date"' in control(form, "since")
    assert 'value="2026-11-20"' in control(form, "since")


def test_boxes_that_belong_together_are_a_group_with_a_legend():
    page = str(SpecimenForm())
    assert page.count("<fieldset") == page.count("<legend") == 2
    assert 'role="switch"' in control(SpecimenForm(), "mails")
    assert 'class="check"' in control(SpecimenForm(), "key_account")


def test_a_refusal_is_told_at_the_field_it_is_about():
    form = SpecimenForm({"name": "Acme"})
    tell(form, Invalid("no", fields={"email": "taken", "nowhere": "odd"}))
    tell(form, Conflict("somebody was faster"))
    assert form.errors["email"] == ["taken"]
    assert form.non_field_errors() == ["odd", "somebody was faster"]
