"""The search over everything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests.product.cast import Cast
from zhike.customers.actions import add_customer
from zhike.people.models import Person

pytestmark = pytest.mark.django_db
ClientFor = Callable[[Person | None], Client]


def test_syllables_typed_apart_find_the_name_in_which_they_stand_together_first(
    cast: Cast, client_for: ClientFor
) -> None:
    for code, name in (
        ("N1", "青海西宁茗砺达高速公路运营有限公司启裕至"),
        ("N2", "吉林长春芷榆启电子有限公司"),
    ):
        add_customer(code=code, name=name, by=cast.people.keep, at=timezone.now())
    hits = client_for(cast.people.keep).get("/search/palette/", {"q": "zhi yu qi"}).content.decode()
    assert hits.index("芷榆启") < hits.index("茗砺达")


def test_the_palette_finds_only_what_one_sees(cast: Cast, client_for: ClientFor) -> None:
    ming = client_for(cast.people.ming)
    assert cast.customers.A.get_absolute_url() in ming.get("/search/palette/?q=AAALPHA").content.decode()
    assert cast.customers.B.get_absolute_url() not in ming.get("/search/palette/?q=BBBRAVO").content.decode()
    assert (
        "AAALPHA"
        not in client_for(cast.people.nina)
        .get("/search/palette/?q=AAALPHA")
        .content.decode()
        .split("called")[0]
    )
