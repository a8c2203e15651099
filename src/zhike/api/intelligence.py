"""Operations of market intelligence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from pydantic import Field

from zhike.api.keys import enter
from zhike.api.once import once
from zhike.api.operations import REFUSALS, After, Limit
from zhike.api.paging import cut
from zhike.api.shapes import TEXT, Code, Listing, Long, Strict
from zhike.customers.models import Customer
from zhike.intelligence import actions as intelligence
from zhike.intelligence.limits import freshness
from zhike.intelligence.models import Intelligence
from zhike.intelligence.offering import for_customer, is_stale
from zhike.kernel.refusals import Invalid, NotThere
from zhike.people.models import Person

router = Router()


class IntelligenceOut(Strict):
    """What is known of a market, an industry or a competitor; `why` tells why it concerns the customer asked for."""

    id: int
    kind: str
    title: str
    text: str
    industry: str
    competitor: str
    growth: str | None
    source: str
    day: date
    reliability: str
    stale: bool
    why: str
    customers: list[str]


class IntelligenceIn(Strict):
    """A finding."""

    kind: Annotated[str, Field(pattern="^(need|trend|move)$")]
    title: Annotated[str, Field(min_length=1, max_length=160, pattern=TEXT)]
    text: Long = ""
    industry: Annotated[str, Field(max_length=20, pattern=TEXT)] = ""
    competitor: Annotated[str, Field(max_length=120, pattern=TEXT)] = ""
    growth: Annotated[Decimal, Field(max_digits=7, decimal_places=2)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT)]
    day: date
    reliability: Annotated[str, Field(pattern="^(sure|likely|hearsay)$")] = "likely"
    customers: Annotated[list[Code], Field(max_length=200)] = []


def _known(one: Intelligence, stale: bool, why: str, codes: list[str]) -> dict[str, Any]:
    return {
        "id": one.pk, "kind": one.kind, "title": one.title, "text": one.text, "industry": one.industry, "competitor": one.competitor,
        "growth": None if one.growth is None else str(one.growth), "source": one.source, "day": one.known_on,
        "reliability": one.reliability, "stale": stale, "why": why, "customers": codes,
    }  # fmt: skip


def _codes(rows: list[Intelligence], by: Person) -> dict[int, list[str]]:
    """The customers concerned that a person sees, by finding."""
    seen = Customer.objects.visible_to(by).values("pk")
    links = Intelligence.customers.through.objects.filter(intelligence__in=rows, customer__in=seen)
    found: dict[int, list[str]] = {}
    for key, code in links.order_by("customer__code").values_list("intelligence_id", "customer__code"):
        found.setdefault(key, []).append(code)
    return found


@router.get(
    "/intelligence", response={200: Listing[IntelligenceOut], **REFUSALS}, tags=["intelligence"],
    summary="What is known of markets and competitors; with `customer`, what concerns it, as input for its plan",
)  # fmt: skip
def list_intelligence(
    request: HttpRequest,
    customer: Annotated[str, Query(max_length=40)] = "",
    after: After = "",
    limit: Limit = 50,
) -> Any:
    person, day = enter(request, "see_customers"), timezone.localdate()
    if customer:
        one = Customer.objects.visible_to(person).filter(code=customer.replace("\x00", "")).first()
        if one is None:
            raise NotThere(_("There is no such customer."))
        offered = for_customer(one, day)
        codes = _codes([each.item for each in offered], person)
        return {
            "rows": [
                _known(each.item, each.stale, each.why, codes.get(each.item.pk, [])) for each in offered
            ],
            "next": "",
        }
    shown, cursor = cut(Intelligence.objects.visible_to(person).standing(), after, limit, "intelligence")
    codes, fresh = _codes(shown, person), freshness()
    return {
        "rows": [_known(each, is_stale(each, day, fresh), "", codes.get(each.pk, [])) for each in shown],
        "next": cursor,
    }


@router.post(
    "/intelligence",
    response={201: IntelligenceOut, **REFUSALS},
    tags=["intelligence"],
    summary="Record what is known",
)
def post_intelligence(request: HttpRequest, body: IntelligenceIn) -> Any:
    person, now = enter(request, "record_intelligence"), timezone.now()
    found = list(Customer.objects.visible_to(person).living().filter(code__in=body.customers))
    if len(found) < len(set(body.customers)):
        raise Invalid(_("There is no such customer."), fields={"customers": _("unknown")})
    values = body.model_dump(exclude={"customers", "day"})

    def work() -> tuple[int, Any]:
        made = intelligence.record(by=person, at=now, customers=found, known_on=body.day, **values)
        stale = is_stale(made, timezone.localdate(), freshness())
        return 201, IntelligenceOut.model_validate(_known(made, stale, "", sorted(one.code for one in found)))

    def again(body: dict[str, Any]) -> dict[str, Any]:
        if not Intelligence.objects.visible_to(person).filter(pk=body["id"]).exists():
            raise NotThere(_("There is no such finding."))
        return body

    return Status(*once(request, person, now, work, again))
