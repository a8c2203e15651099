"""Values of a draft in its forms: the ends of bands beside their number lines, and answers to choose from."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.product.policies.conftest import begin
from tests.product.policies.test_clauses import text_of
from zhike.policies import actions
from zhike.policies.reading import values


@pytest.mark.clause("GOV-11")
def test_a_band_is_changed_beside_its_number_line(house: SimpleNamespace) -> None:
    """Who never saw the text moves the ends of bands where they are drawn, and sees at once what no longer fits."""
    draft = begin(house)
    page, where = house.pages.head, f"{draft.get_absolute_url()}limits/"
    shown = text_of(page.get(where))
    assert 'name="b_amount_to" value="500"' in shown
    answer = page.post(where, {"b_amount_to": "450", "scale": "2", "lock": draft.lock})
    assert (answer.status_code, answer.url) == (302, f"{where}#scale-2")
    draft.refresh_from_db()
    assert values(draft)["b_amount_to"] == "450"
    assert 'name="b_amount_to" value="450"' in text_of(page.get(where))
    refused = text_of(page.post(where, {"b_amount_to": "much", "scale": "2", "lock": draft.lock}), 422)
    assert 'value="much"' in refused
    assert 'aria-invalid="true"' in refused
    text_of(page.post(where, {"b_amount_to": "440", "lock": 0}), 409)
    text_of(page.post(where, {"b_amount_to": "900", "lock": draft.lock}), 302)
    assert "inconsistent values" in text_of(page.get(where))
    assert 'name="b_amount_to"' not in text_of(house.pages.boss.get(where))
    assert house.pages.boss.post(where, {"b_amount_to": "1", "lock": draft.lock + 2}).status_code == 403


def test_a_value_with_fixed_answers_is_chosen_and_nothing_else_is_taken(house: SimpleNamespace) -> None:
    """Grades by their titles, texts by their choices; an answer that the text no longer knows stands until it is changed."""
    draft = begin(house)
    page, where = house.pages.head, f"{draft.get_absolute_url()}parameters/"
    shown = text_of(page.get(where))
    choice = shown[shown.index('<select class="input" name="newcomer_grade"') :]
    choice = choice[: choice.index("</select>")]
    for code in "ABCD":
        assert f'<option value="{code}"' in choice
    assert choice.count(" selected") == 1
    kind = "  meeting_place:\n    title: {zh: 会议方式, en: How to meet}\n    type: text\n    choices: [on site, online]\n"
    text = draft.text.replace("parameters:\n", f"parameters:\n{kind}", 1)
    actions.save_draft(version=draft, text=text, lock=draft.lock, by=house.people.head, at=house.at)
    draft.refresh_from_db()
    shown = text_of(page.get(where))
    assert '<option value="online">online</option>' in shown
    refused = text_of(page.post(where, {"meeting_place": "by post", "lock": draft.lock}), 422)
    assert "one of its choices" in refused
    assert '<option value="by post" selected>' in refused
    text_of(page.post(where, {"meeting_place": "on site", "lock": draft.lock}), 302)
    draft.refresh_from_db()
    assert values(draft)["meeting_place"] == "on site"
    wrong = text.replace("type: text\n    choices", "type: integer\n    choices")
    answer = page.post(f"{draft.get_absolute_url()}text/", {"text": wrong, "only": "check"})
    assert "only a text has" in text_of(answer)
