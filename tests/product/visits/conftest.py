"""The cast with browsers at any time, and a visit with its form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.product.cast import Cast
from zhike.visits.models import Visit

FORM = {"topics": "the new line", "findings": "they add a second shift"}


@pytest.fixture
def desk(cast: Cast, clock: Callable[[str], datetime], client_for: Callable[..., Client]) -> SimpleNamespace:
    """People, customers, and browsers at any time: `desk.as_("tess")`. It is Monday 2026-03-09, 10:00 in Shanghai."""
    clock("2026-03-09 02:00")
    as_ = lambda name: client_for(getattr(cast.people, name))  # noqa: E731
    return SimpleNamespace(people=cast.people, customers=cast.customers, clock=clock, as_=as_)


def planned(
    page: Client, desk: SimpleNamespace, owner: str, day: str = "2026-03-09", code: str = "A", **more: Any
) -> Visit:
    """A visit that is planned, or recorded, by its page."""
    contacts = [one.pk for one in getattr(desk.customers, code).contacts.all()]
    form = {"customer": code, "day": day, "kind": "sales", "purpose": f"visit of {code}", "contacts": contacts,
            "owner": getattr(desk.people, owner).pk, **more}  # fmt: skip
    answer = page.post(f"/visits/new/?customer={code}", form)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Visit.objects.latest("id")


def filled(visit: Visit, **more: Any) -> dict[str, Any]:
    """A whole form: every contact to meet was met."""
    visit.refresh_from_db()
    met = {f"contact{one.pk}_met": "on" for one in visit.contacts.all()}
    return {"version": visit.version, **met, **FORM, **more}
