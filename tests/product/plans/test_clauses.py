"""The clauses of service plans: needs that wait until an item answers them, tasks after approval, the customer's confirmation."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.product.plans.conftest import agreed, drawn, item, told, voiced_on_visit
from zhike.customers.archive import Need
from zhike.outbox.models import Message
from zhike.plans.models import PlanItem, ServicePlan
from zhike.plans.watching import tell_missing, tell_unconfirmed

pytestmark = pytest.mark.django_db


@pytest.mark.clause("ARC-07")
def test_a_need_from_a_visit_is_offered_and_waits_until_an_item_is_linked(desk: SimpleNamespace) -> None:
    """It stands on the draft with its source, on the record page, among the unanswered needs, until an item answers it."""
    ming = desk.as_("ming")
    assert desk.as_("head").post("/customers/limits/saved/", {"need_days@": "18"}).status_code == 302
    need = voiced_on_visit(desk, "Weighing without stopping the line")
    plan = drawn(ming, "A")
    here = plan.get_absolute_url()
    page = ming.get(here).content.decode()
    assert ["Weighing without stopping the line" in page, "seen on a visit · works visit" in page] == [
        True,
        True,
    ]
    assert ["waits 10 days" in page, "unanswered" in page] == [True, True]
    assert ming.get("/plans/needs/").context["table"].total == 1
    assert "unanswered" in ming.get("/customers/A/").content.decode()
    item(ming, plan, desk.people.ming, "Service of the scales")  # an item alone answers nothing
    assert Need.objects.unanswered().count() == 1
    assert ming.post(f"{here}needs/{need.pk}/", {"item": PlanItem.objects.get().pk}).status_code == 302
    assert ming.get("/plans/needs/").context["table"].total == 0
    record = ming.get("/customers/A/").content.decode()
    assert ["answered by a plan" in record, "item 1 of service plan A-P1" in record] == [True, True]
    assert "Nothing waits" in ming.get(here).content.decode()
    told(ming, plan, "withdraw", ground="postponed")  # what answered it counts no more
    assert ming.get("/plans/needs/").context["table"].total == 1
    desk.clock("2026-03-12 02:00")
    ming = desk.as_("ming")
    assert ming.get("/plans/needs/?tab=late").context["table"].total == 1
    again = drawn(ming, "A")
    assert ming.post(f"{again.get_absolute_url()}needs/{need.pk}/").status_code == 302
    made = again.items.get()
    assert (made.content, made.component, made.owner, list(made.needs.all())) == (
        need.text, "customisation", desk.people.ming, [need],
    )  # fmt: skip


@pytest.mark.clause("SVC-04")
def test_a_change_asked_for_makes_a_revision_that_is_inactive_until_it_is_confirmed(
    desk: SimpleNamespace,
) -> None:
    """Sent, changed at the contact's wish, approved and sent again, confirmed with name and time: only then in force."""
    ming = desk.as_("ming")
    plan = drawn(ming, "A")
    item(ming, plan, desk.people.ming, "Yearly calibration")
    agreed(desk, ming, plan)
    assert (plan.state, ServicePlan.objects.in_force(desk.at.date()).count()) == ("sent", 0)
    contact = desk.customers.A.contacts.get()
    first, digest = plan.digest, plan.digest
    told(ming, plan, "change", text="twice a year", contact=contact.pk, way="reply", name="")
    assert plan.state == "changed"
    second = ServicePlan.objects.get(revision=2)
    assert (second.number, second.state, second.change_name) == (plan.number, "draft", contact.name)
    one = second.items.get()
    form = {"component": "technical", "owner": desk.people.ming.pk, "content": "Calibration twice a year", "method": "on site",
            "due_on": "2026-06-30"}  # fmt: skip
    assert ming.post(f"{second.get_absolute_url()}items/{one.pk}/", form).status_code == 302
    second.refresh_from_db()
    agreed(desk, ming, second)
    assert second.digest != first
    page = ming.get(second.get_absolute_url()).content.decode()
    assert "Not in force: the customer has not confirmed it" in page
    ServicePlan.objects.filter(pk=second.pk).update(confirm_by="2026-03-09")
    late = desk.clock("2026-03-10 02:00")
    assert [tell_unconfirmed(at=late, day=late.date()) for _twice in "12"] == [1, 0]
    assert set(
        Message.objects.filter(kind="plan_unconfirmed").values_list("person__username", flat=True)
    ) == {"head", "ming"}
    desk.clock("2026-03-02 02:00")
    second.refresh_from_db()
    assert (
        told(ming, second, "confirm", 422, way="signature", name="", confirmed_at="2026-03-02T10:00").state
        == "sent"
    )
    told(ming, second, "confirm", way="signature", name="Wang Ling", confirmed_at="2026-03-02T10:00")
    assert (second.state, second.confirmed_name, second.confirmed_digest) == (
        "confirmed",
        "Wang Ling",
        second.digest,
    )
    assert second.confirmed_at is not None
    assert second.confirmed_by == desk.people.ming
    assert "Confirmed by Wang Ling" in ming.get(second.get_absolute_url()).content.decode()
    assert [one.pk for one in ServicePlan.objects.in_force(desk.at.date())] == [second.pk]
    plan.refresh_from_db()
    assert (plan.items.get().content, plan.digest) == ("Yearly calibration", digest)


@pytest.mark.clause("SVC-03")
def test_who_has_no_plan_in_force_is_told_and_items_are_dated_tasks(desk: SimpleNamespace) -> None:
    """A covered grade without a plan: manager and supervisor are told, once; after approval each item is its owner's task."""
    customer = desk.customers.A
    type(customer).objects.filter(pk=customer.pk).update(grade="A")
    limits = desk.as_("head").post("/customers/limits/saved/", {"plan_days@A": "10"})
    assert limits.status_code == 302
    assert [tell_missing(at=desk.at, day=desk.at.date()) for _twice in "12"] == [1, 0]
    told_of = Message.objects.filter(kind="plan_missing").order_by("person__username")
    assert list(told_of.values_list("person__username", flat=True)) == ["head", "ming"]
    ming = desk.as_("ming")
    assert "no plan in force" in ming.get("/customers/A/").content.decode()
    assert ming.get("/plans/without/").context["table"].total == 1
    assert "have a service plan in force" in ming.get("/customers/duties/").content.decode()
    plan = drawn(ming, "A")
    item(ming, plan, desk.people.tess, "Training on site", due_on="2026-05-20")
    plan.refresh_from_db()
    assert "Training on site" not in desk.as_("tess").get("/customers/duties/").content.decode()
    told(ming, plan, "submit", version=plan.version)
    told(desk.as_("head"), plan, "approve", version=plan.version)
    duties = desk.as_("tess").get("/customers/duties/").content.decode()
    assert ["Training on site" in duties, "2026-05-20" in duties] == [True, True]
    assert Message.objects.get(kind="plan_items").person == desk.people.tess
    told(ming, plan, "send")
    told(ming, plan, "confirm", way="signature", name="Wang Ling", confirmed_at="2026-03-02T10:00")
    assert ming.get("/plans/without/").context["table"].total == 0
    assert "no plan in force" not in ming.get("/customers/A/").content.decode()
    over = desk.clock("2027-01-20 02:00")  # the plan has expired, and ten days have passed
    assert tell_missing(at=over, day=over.date()) == 1
    ming = desk.as_("ming")
    assert ming.get("/plans/?tab=expired").context["table"].total == 1
    told(ming, plan, "change", text="go on", name="Wang Ling", way="reply")
    again = ServicePlan.objects.get(revision=2)
    assert "The period of this plan is over." in ming.get(again.get_absolute_url()).content.decode()
    told(ming, again, "submit", 422)
