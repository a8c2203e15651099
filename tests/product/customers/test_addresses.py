"""Addresses of customers: no code is the word of a page, and sections begin like headings."""

from __future__ import annotations

import pytest

from zhike.customers.actions import TAKEN, has_address
from zhike.customers.urls import urlpatterns


def test_no_code_is_the_word_of_a_page():
    words = {str(one.pattern).partition("/")[0] for one in urlpatterns}
    assert words - {"", "<str:code>"} <= TAKEN


@pytest.mark.parametrize("code", ["A/1", "..", ".", " ", "new", "Views", "a\tb"])
def test_some_codes_have_no_address(code):
    assert not has_address(code)


@pytest.mark.django_db
def test_sections_begin_with_a_capital(cast, client_for):
    assert "<h2>Basic information</h2>" in client_for(cast.people.ming).get("/customers/A/").content.decode()
