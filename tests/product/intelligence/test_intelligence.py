"""Market intelligence: recorded, offered for a customer with its source, stale when nobody confirms it (ANA-09)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from zhike.customers.keeping import state_finding
from zhike.customers.models import Customer
from zhike.intelligence.actions import close, record
from zhike.intelligence.models import Intelligence
from zhike.intelligence.offering import for_customer, industry_growth
from zhike.procedures.committees import Paper
from zhike.procedures.sessions import name_committee

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
    rivals = state_finding(customer=cast.customers.A, kind="competitors", value="NORDA 50%, Orbis", source="customer", stated_on=day,
                           by=cast.people.ming, at=now)  # fmt: skip
    assert [one.item.competitor for one in for_customer(Customer.objects.get(code="A"), day)] == ["Norda"]
    rivals.delete()
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


@pytest.fixture
def findings(cast, clock):
    """A price cut in the industry of A, a stale trend of it, a trend of another industry; a committee with `head` and `ming`."""
    now, people = clock("2026-11-20 09:00"), cast.people
    day, given = now.date(), {"reliability": "likely", "by": people.tess, "at": now}
    cut = record(kind="move", title="Norda cuts prices by 8 %", competitor="Norda", industry="retail", known_on=day, source="fair",
                 **given)  # fmt: skip
    old = record(kind="trend", title="Retail grows", industry="retail", known_on=day - timedelta(days=400), source="press",
                 **given)  # fmt: skip
    record(kind="trend", title="Banks shrink", industry="finance", known_on=day, source="press", **given)
    name_committee(code="kac", name_zh="大客户委员会", name_en="Key accounts", chair=people.boss, members=[people.head, people.ming],
                   by=people.boss, at=now)  # fmt: skip
    return cut, old


@pytest.mark.clause("ANA-09")
def test_a_strategy_is_drafted_on_what_is_known_of_the_customers_industry(cast, client_for, findings, clock):
    (cut, old), people, now = findings, cast.people, clock("2026-11-20 09:00")
    head, ming, shu = (client_for(one) for one in (people.head, people.ming, people.shu))
    new = "/committees/kac/papers/"
    assert f"{new}?kind=strategy&amp;customer=A" in head.get("/customers/A/").content.decode()
    assert 'value="A"' in head.get(f"{new}?kind=strategy&customer=A").content.decode()
    wrote = {"kind": "strategy", "title": "Hold A", "text": "Answer the price cut.", "customer": "A"}
    for wrong in ({"kind": "other"}, {"customer": "C"}):  # only a strategy, only a customer that one sees
        assert head.post(new, wrote | wrong).status_code == 422
    where = head.post(new, wrote).url
    page = head.get(where).content.decode()
    for said in ("Norda cuts", "source: fair", "likely", "Retail grows", "stale", f'value="intelligence:{cut.pk}"'):  # fmt: skip
        assert said in page
    assert "Banks shrink" not in page
    assert head.post(f"{where}inputs/", {"input": ["intelligence:999"]}).status_code == 422
    picked = [f"intelligence:{one.pk}" for one in (cut, old)]
    assert head.post(f"{where}inputs/", {"input": picked}).status_code == 302
    assert ming.post(f"{where}edit/", wrote).status_code == 404  # a draft is its writer's alone
    assert head.post(f"{where}edit/", wrote | {"title": "Hold A in 2027"}).status_code == 302
    # it stands there as it was, whatever becomes of the finding; what went stale or was closed since is flagged
    head.post(f"{where}submit/")
    assert head.post(f"{where}inputs/", {"input": []}).status_code == 409
    close(item=cut, reason="raised again", by=people.tess, at=now)
    page = ming.get(where).content.decode()  # a member of the committee
    for said in ("Hold A in 2027", "Norda cuts", "source: fair", "closed since", "Retail grows", "stale"):
        assert said in page
    assert shu.get(where).status_code == 404
    Paper.objects.update(state="effective")  # whoever does not see A does not read of it
    assert (shu.get(where).status_code, ming.get(where).status_code) == (404, 200)
    assert "Hold A" not in client_for(people.gao).get("/committees/").content.decode()
