"""The tool that keeps the Chinese catalogues."""

from __future__ import annotations

import pytest

from zhike.ui import translations
from zhike.ui.translations import PLACE, bring_up_to_date, catalogue, compile_all, entries, faults, texts

CODE = """from django.utils.translation import gettext as _, ngettext, pgettext_lazy
A = _("Customers")
B = ngettext("%(count)d row", "%(count)d rows", 2)
C = pgettext_lazy("of a month", "May")
"""
PAGE = '{% translate "Print" %}{% blocktranslate %}{{ name }} was saved.{% endblocktranslate %}<b title="{% translate "Tip" %}">1</b>'


@pytest.fixture
def home(tmp_path):
    noun = tmp_path / "orders"
    (noun / "templates").mkdir(parents=True)
    (noun / "__init__.py").touch()
    (noun / "words.py").write_text(CODE, encoding="utf-8")
    (noun / "templates" / "page.html").write_text(PAGE, encoding="utf-8")
    return tmp_path


def fill(home, noun="orders", **chinese):
    path = home / noun / PLACE
    text = path.read_text("utf-8")
    for english, said in chinese.items():
        text = text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{said}"')
    path.write_text(text, encoding="utf-8")


def said(home):
    return sorted(str(fault) for fault in faults(home))


def test_texts_of_code_and_templates_are_found(home):
    assert sorted(texts(home / "orders")) == [
        ("", "%(count)d row"),
        ("", "%(name)s was saved."),
        ("", "Customers"),
        ("", "Print"),
        ("", "Tip"),
        ("of a month", "May"),
    ]


def test_bringing_up_to_date_keeps_what_is_translated_and_drops_what_nobody_says(home):
    assert bring_up_to_date(home) == 6
    fill(home, Customers="客户", Print="打印")
    (home / "orders" / "templates" / "page.html").write_text('{% translate "Tip" %}', encoding="utf-8")
    assert bring_up_to_date(home) == 3
    held = {
        key[1]: translations._chinese(entry) for key, entry in entries(catalogue(home / "orders")).items()
    }
    assert held == {"%(count)d row": "", "Customers": "客户", "May": "", "Tip": ""}


def test_what_another_noun_says_is_taken_over(home):
    bring_up_to_date(home)
    fill(home, Customers="客户")
    (home / "reports").mkdir()
    (home / "reports" / "__init__.py").write_text('_("Customers")', encoding="utf-8")
    bring_up_to_date(home)
    assert "客户" in (home / "reports" / PLACE).read_text("utf-8")


def test_a_second_run_changes_nothing(home):
    bring_up_to_date(home)
    before = (home / "orders" / PLACE).read_bytes()
    bring_up_to_date(home)
    assert (home / "orders" / PLACE).read_bytes() == before


def test_the_check_tells_what_is_missing_and_what_is_unused(home):
    bring_up_to_date(home)
    (home / "orders" / "words.py").write_text('_("New")', encoding="utf-8")
    found = said(home)
    assert "orders/words.py:1: `New` is not in the catalogue" in found
    assert "orders: `Customers` is in the catalogue, but nobody says it" in found
    assert "orders/templates/page.html:1: `Print` has no Chinese" in found


def test_the_check_tells_of_names_that_are_not_filled_in(home):
    (home / "orders" / "words.py").write_text('_("%(name)s left")', encoding="utf-8")
    (home / "orders" / "templates" / "page.html").unlink()
    bring_up_to_date(home)
    fill(home, **{"%(name)s left": "%(nome)s 已离开"})
    assert said(home) == ["orders/words.py:1: `%(nome)s 已离开` fills in other names than `%(name)s left`"]


def test_the_check_tells_of_contradictions(home):
    (home / "orders" / "templates" / "page.html").unlink()
    for noun, chinese in (("orders", "客户"), ("reports", "顾客")):
        (home / noun).mkdir(exist_ok=True)
        (home / noun / "__init__.py").write_text('_("Customers")', encoding="utf-8")
        (home / noun / "words.py").write_text("", encoding="utf-8")
        (home / noun / PLACE.parent).mkdir(parents=True)
        (home / noun / PLACE).write_text(
            f'{translations.HEADER}msgid "Customers"\nmsgstr "{chinese}"\n', encoding="utf-8"
        )
    assert said(home) == ["reports: `Customers` is `顾客` here and `客户` in orders"]


@pytest.mark.parametrize(
    ("page", "bare"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<a title="Hello" href="/words/">{{ name }}</a>', ["Hello"]),
        ('<input placeholder="名称">', ["名称"]),
        ("{# Hello #}<kbd>Esc</kbd><script>let word = 1</script><!-- Hello --> · 12 %", []),
        (
            '{% if href %}<a href="{{ href }}"{% else %}<button{% endif %} class="btn">{% translate "Yes" %}',
            [],
        ),
    ],
)
def test_the_check_tells_of_words_that_are_not_marked(tmp_path, page, bare):
    (tmp_path / "orders" / "templates").mkdir(parents=True)
    (tmp_path / "orders" / "templates" / "page.html").write_text(page, encoding="utf-8")
    found = translations.bare_texts(tmp_path / "orders")
    assert [fault.what for fault in found] == [f"`{word}` is not marked for translation" for word in bare]


def test_catalogues_are_compiled_beside_their_source(home):
    bring_up_to_date(home)
    fill(home, Customers="客户")
    assert compile_all(home) == 1
    assert "客户".encode() in (home / "orders" / PLACE).with_suffix(".mo").read_bytes()
