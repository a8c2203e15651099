"""Addresses of customers: no code is the word of a page, and sections begin like headings."""

from __future__ import annotations

import pytest

from tests.product.cast import EARLY
from zhike.customers import actions
from zhike.customers.actions import TAKEN, has_address
from zhike.customers.models import Customer
from zhike.customers.urls import urlpatterns
from zhike.kernel.refusals import Conflict


def test_no_code_is_the_word_of_a_page():
    words = {str(one.pattern).partition("/")[0] for one in urlpatterns}
    assert words - {"", "<str:code>"} <= TAKEN


@pytest.mark.parametrize("code", ["A/1", "..", ".", " ", "new", "Views", "a\tb"])
def test_some_codes_have_no_address(code):
    assert not has_address(code)


@pytest.mark.django_db
def test_sections_begin_with_a_capital(cast, client_for):
    assert "<h2>Basic information</h2>" in client_for(cast.people.ming).get("/customers/A/").content.decode()


@pytest.mark.django_db
def test_whoever_opens_an_archive_second_is_told_so(cast, monkeypatch):
    def rival(_customer: Customer) -> None:
        Customer.objects.bulk_create([Customer(code="N1", name="Rival", added_at=EARLY, changed_at=EARLY)])

    monkeypatch.setattr(actions, "settle", rival)
    with pytest.raises(Conflict):
        actions.add_customer(code="N1", name="Mine", by=cast.people.keep, at=EARLY)
