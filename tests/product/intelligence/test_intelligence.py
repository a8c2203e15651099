"""Market intelligence: recorded, offered for a customer with its source, stale when nobody confirms it (ANA-09)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from zhike.customers.models import Customer
from zhike.intelligence.actions import record
from zhike.intelligence.models import Intelligence
from zhike.intelligence.offering import for_customer, industry_growth

pytestmark = pytest.mark.django_db


def test_a_price_cut_is_offered_for_every_customer_of_the_industry_with_its_source(cast, client_for, clock):
    now = clock("2026-11-20 09:00")
    day = now.date()
    tess, ming = client_for(cast.people.tess), client_for(cast.people.ming)
    for one in (tess, ming):
        one.cookies["zhike_language"] = "en"
    given = {"kind": "move", "title": "Norda cuts prices by 8 %", "competitor": "Norda", "industry": "retail", "known_on": "2026-11-18",
             "source": "price list of a fair", "reliability": "sure", "text": "all platform scales", "customers": ""}  # fmt: skip
    assert tess.post("/intelligence/new/", {**given, "source": ""}).status_code == 422
    assert tess.post("/intelligence/new/", {**given, "customers": "C"}).status_code == 422
    assert tess.post("/intelligence/new/", given).status_code == 302
    said = ming.get("/customers/A/").content.decode()
    assert "Norda cuts prices by 8 %" in said
    assert "source: price list of a fair" in said
    offered = json.loads(ming.get("/api/v1/intelligence?customer=A").content)["rows"]
    assert [(one["title"], one["source"], one["stale"]) for one in offered] == [
        (given["title"], given["source"], False)
    ]
    assert ming.get("/api/v1/intelligence?customer=C").status_code == 404
    Customer.objects.filter(code="A").update(industry="finance")
    assert for_customer(Customer.objects.get(code="A"), day) == []
    only = record(kind="need", title="A wants rental", source="visit", known_on=day, reliability="likely", customers=[cast.customers.A],
                  by=cast.people.ming, at=now)  # fmt: skip
    assert [one.item for one in for_customer(Customer.objects.get(code="A"), day)] == [only]
    assert client_for(cast.people.shu).get(only.get_absolute_url()).status_code == 404
    assert "A wants rental" not in client_for(cast.people.shu).get("/intelligence/").content.decode()


def test_topics_go_stale_are_confirmed_and_closed_and_growth_reaches_forecasts(cast, client_for, clock):
    now = clock("2026-11-20 09:00")
    day, by = now.date(), cast.people.ming
    old = record(kind="trend", title="Retail grows", source="statistics", known_on=day - timedelta(days=400), reliability="sure",
                 industry="retail", growth=Decimal("6.5"), by=by, at=now)  # fmt: skip
    assert industry_growth(day) == {}
    ming = client_for(by)
    ming.cookies["zhike_language"] = "en"
    said = ming.get("/intelligence/?shown=stale").content.decode()
    assert "Retail grows" in said
    assert "stale" in ming.get(old.get_absolute_url()).content.decode()
    assert ming.post(f"{old.get_absolute_url()}confirm/").status_code == 302
    assert industry_growth(day) == {"retail": Decimal("0.065")}
    assert (
        "Retail grows"
        not in ming.get("/intelligence/?shown=stale&q=retail").content.decode().split("<tbody")[-1]
    )
    changed = {"kind": "trend", "title": "Retail shrinks", "source": "statistics", "known_on": "2026-11-19", "reliability": "likely",
               "industry": "retail", "growth": "-3"}  # fmt: skip
    assert ming.post(f"{old.get_absolute_url()}change/", changed).status_code == 302
    assert industry_growth(day) == {"retail": Decimal("-0.03")}
    assert ming.post(f"{old.get_absolute_url()}close/", {"reason": "withdrawn"}).status_code == 302
    assert industry_growth(day) == {}
    assert Intelligence.objects.standing().count() == 0
    assert client_for(cast.people.boss).get("/intelligence/new/").status_code == 403
    sent = ming.post("/api/v1/intelligence", json.dumps({"kind": "need", "title": "leasing", "source": "fair", "day": "2026-11-01",
                     "customers": ["A"]}), content_type="application/json")  # fmt: skip
    assert (sent.status_code, sent.json()["customers"]) == (201, ["A"])
    assert date(2026, 11, 1) == Intelligence.objects.get(title="leasing").known_on
