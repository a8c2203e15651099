"""Several people press the same button of a plan or an access at the same moment: one decision, one entry, the others are told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connections
from django.utils import timezone

from tests.product.plans.conftest import drawn, item
from zhike.accesses import actions as accesses
from zhike.accesses.models import PortalAccess
from zhike.customers.models import Contact
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict
from zhike.people.company import set_limit
from zhike.plans import actions
from zhike.plans.models import ServicePlan

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 4


def at_once(read: Callable[[], object], act: Callable[[object, int], object]) -> list[str]:
    """What came of several threads that read the same record and then act on it at the same moment."""
    outcomes: list[str] = []
    start = threading.Barrier(MANY)

    def run(place: int) -> None:
        record = read()
        start.wait()
        try:
            act(record, place)
            outcomes.append("done")
        except Conflict as refusal:
            outcomes.append("told" if str(refusal) else "mute")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(MANY)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return outcomes


ONE = Counter({"done": 1, "told": MANY - 1})


def entries(*names: str) -> int:
    return Entry.objects.filter(action__in=names).count()


def test_a_plan_takes_each_step_once(desk: SimpleNamespace) -> None:
    """Submitted, approved or returned, sent, confirmed or changed, withdrawn: whoever comes second is told, nothing is written twice."""
    ming, people, at = desk.as_("ming"), desk.people, desk.at
    plan = drawn(ming, "A")
    item(ming, plan, people.ming, "calibration")

    def read() -> ServicePlan:
        return ServicePlan.objects.select_related("customer__manager", "submitted_by", "drawn_by").get(
            pk=plan.pk
        )

    def decide(one: ServicePlan, place: int) -> None:
        if place % 2:
            actions.approve(plan=one, by=people.head, at=at)
        else:
            actions.return_plan(plan=one, ground="no", by=people.head, at=at)

    def answer(one: ServicePlan, place: int) -> None:
        said = {"name": "Wang Ling", "way": "reply", "at": at, "by": people.ming}
        if place % 2:
            actions.confirm(one, **said)
        else:
            actions.ask_for_change(one, text="more often", **said)

    assert Counter(at_once(read, lambda one, _n: actions.submit(plan=one, by=people.ming, at=at))) == ONE
    assert Counter(at_once(read, decide)) == ONE
    assert (entries("plan_submitted"), entries("plan_approved", "plan_returned")) == (1, 1)
    if read().state == "draft":
        actions.submit(plan=read(), by=people.ming, at=at)
        actions.approve(plan=read(), by=people.head, at=at)
    assert Counter(at_once(read, lambda one, _n: actions.send(plan=one, by=people.ming, at=at))) == ONE
    assert Counter(at_once(read, answer)) == ONE
    assert (entries("plan_sent"), entries("plan_confirmed", "plan_change_asked")) == (1, 1)
    last = ServicePlan.objects.latest("id")
    if last.pk == plan.pk:
        revised = at_once(
            read, lambda one, _n: actions.revise(plan=one, reason="new lines", by=people.ming, at=at)
        )
        assert Counter(revised) == ONE
    assert ServicePlan.objects.filter(number=plan.number).count() == 2
    latest = ServicePlan.objects.latest("id").pk

    def read_latest() -> ServicePlan:
        return ServicePlan.objects.select_related("customer").get(pk=latest)

    gone = at_once(
        read_latest, lambda one, _n: actions.withdraw(plan=one, ground="no", by=people.ming, at=at)
    )
    assert (Counter(gone), entries("plan_withdrawn")) == (ONE, 1)


def test_an_access_is_opened_renewed_and_revoked_once(desk: SimpleNamespace) -> None:
    """One access for a contact, one new day, one end; each told once."""
    people, at = desk.people, timezone.now()
    set_limit(name="portal_open", value=1, by=people.root, at=at)
    Contact.objects.filter(customer=desk.customers.A).update(email="wang@alpha.example")
    until = timezone.localdate() + timedelta(days=9)

    def opened(one: Contact, _place: int) -> None:
        accesses.open_access(contact=one, until_on=until, parts=["orders"], by=people.boss, at=at)

    def renewed(one: PortalAccess, place: int) -> None:
        accesses.renew_access(
            access=one,
            version=1,
            until_on=until + timedelta(days=1 + place),
            parts=["orders"],
            by=people.boss,
            at=at,
        )

    contact = Contact.objects.filter(customer=desk.customers.A).select_related("customer")
    assert Counter(at_once(contact.get, opened)) == ONE
    standing = PortalAccess.objects.select_related("contact__customer")
    assert Counter(at_once(standing.get, renewed)) == ONE
    ended = at_once(standing.get, lambda one, _n: accesses.revoke_access(access=one, by=people.boss, at=at))
    assert Counter(ended) == ONE
    assert [entries(f"portal_{name}") for name in ("opened", "renewed", "revoked")] == [1, 1, 1]
