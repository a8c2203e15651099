"""Every change of a plan's items: put in, drawn from needs, changed, taken out, carried out, passed on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.archive import Need
from zhike.customers.documents import Document
from zhike.customers.owners import Chain
from zhike.grading.treatments import Duty
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow, can
from zhike.plans.actions import claim
from zhike.plans.models import COMPONENTS, SETTLED, PlanItem, ServicePlan
from zhike.plans.telling import tell_of

sentences({
    "plan_item_added": gettext_lazy("%(who)s put “%(what)s” into the service plan %(plan)s"),
    "plan_item_changed": gettext_lazy("%(who)s changed “%(what)s” in the service plan %(plan)s"),
    "plan_item_removed": gettext_lazy("%(who)s took “%(what)s” out of the service plan %(plan)s"),
    "plan_need_linked": gettext_lazy("%(who)s let “%(what)s” in the service plan %(plan)s answer the need “%(need)s”"),
    "plan_item_done": gettext_lazy("%(who)s carried out “%(what)s” of the service plan %(plan)s: %(result)s"),
    "plan_item_reopened": gettext_lazy("%(who)s took back that “%(what)s” of the service plan %(plan)s was done: %(ground)s"),
    "plan_item_passed": gettext_lazy("%(who)s passed “%(what)s” of the service plan %(plan)s from %(former)s to %(owner)s"),
})  # fmt: skip
FITTING = {
    "product": "customisation",
    "service": "aftersales",
    "solution": "solution",
    "pain": "technical",
    "direction": "advice",
}
"""Kind of need -> the component that an item made from it begins with; the others begin as `other`."""
MOST = 200
"""So many items a plan may have."""


def wrong_item(plan: ServicePlan, values: Mapping[str, Any]) -> dict[str, Any]:
    """Field -> what is wrong with the values of an item."""
    wrong: dict[str, Any] = {}
    if values["component"] not in COMPONENTS:
        wrong["component"] = _("unknown")
    if not values["content"].strip():
        wrong["content"] = _("missing")
    begin, due = values.get("from_on"), values["due_on"]
    if not plan.from_on <= due <= plan.until_on:
        wrong["due_on"] = _("outside the period of the plan")
    elif begin is not None and not plan.from_on <= begin <= due:
        wrong["from_on"] = _("outside the period of the plan") if begin < plan.from_on else _("after its end")
    wrong |= _wrong_owner(plan, values["owner"])
    if any(one.customer_id != plan.customer_id for one in values.get("needs", ())):
        wrong["needs"] = _("unknown")
    return wrong


def _wrong_owner(plan: ServicePlan, owner: Person) -> dict[str, Any]:
    if not owner.is_active:
        return {"owner": _("has left")}
    return {} if plan.customer.is_visible_to(owner) else {"owner": _("does not see this customer")}


@transaction.atomic
def add_item(*, plan: ServicePlan, by: Person, at: datetime, **values: Any) -> PlanItem:
    """Put an item into a draft: component, content, method, owner, from_on, due_on, proof, needs."""
    allow(by, "draw_plans", plan)
    _refuse(wrong_item(plan, values))
    claim(plan, "draft")
    return _add(plan, values, by, at)


@transaction.atomic
def add_items(
    *, plan: ServicePlan, rows: Iterable[Mapping[str, Any]], by: Person, at: datetime
) -> list[PlanItem]:
    """Put several items into a draft, all or none."""
    allow(by, "draw_plans", plan)
    given = list(rows)
    for place, values in enumerate(given):
        _refuse(wrong_item(plan, values), place)
    if not given:
        raise Invalid(_("Say what at least one item is about."))
    claim(plan, "draft")
    return [_add(plan, values, by, at) for values in given]


def _add(plan: ServicePlan, values: Mapping[str, Any], by: Person, at: datetime) -> PlanItem:
    last = plan.items.aggregate(last=Max("place"))["last"] or 0
    if last >= MOST:
        raise Invalid(_("A plan has at most %(most)s items.") % {"most": MOST})
    made = PlanItem.objects.create(plan=plan, place=last + 1, **_plain(values))
    needs = list(values.get("needs", ()))
    made.needs.set(needs)
    journal(
        made, "plan_item_added", by=by, at=at, plan=plan.number, after={"needs": [one.pk for one in needs]}
    )
    return made


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an item, trimmed."""
    return {
        "component": values["component"], "content": values["content"].strip(), "method": values.get("method", "").strip(),
        "owner": values["owner"], "from_on": values.get("from_on"), "due_on": values["due_on"],
        "proof": values.get("proof", "").strip(),
    }  # fmt: skip


@transaction.atomic
def change_item(*, item: PlanItem, by: Person, at: datetime, **values: Any) -> PlanItem:
    """Change an item of a draft."""
    plan = item.plan
    allow(by, "draw_plans", plan)
    _refuse(wrong_item(plan, values))
    if item.done_on is not None:
        raise Conflict(_("This item has been carried out: it stays as it is."))
    claim(plan, "draft")
    columns = _plain(values)
    before, after = changes(item, columns)
    _claim(item, **columns)
    needs = [
        *values.get("needs", ()),
        *item.needs.exclude(status="open"),
    ]  # what words have answered too is not offered
    held = sorted(item.needs.values_list("pk", flat=True))
    if held != sorted(one.pk for one in needs):
        before["needs"], after["needs"] = held, sorted(one.pk for one in needs)
        item.needs.set(needs)
    if after:
        journal(item, "plan_item_changed", by=by, at=at, plan=plan.number, before=before, after=after)
    return item


@transaction.atomic
def remove_item(*, item: PlanItem, by: Person, at: datetime) -> ServicePlan:
    """Take an item out of a draft; its needs wait for an answer again."""
    plan = item.plan
    allow(by, "draw_plans", plan)
    if item.done_on is not None:
        raise Conflict(_("This item has been carried out: it stays as it is."))
    claim(plan, "draft")
    before = {**_plain(vars(item) | {"owner": item.owner}), "owner": item.owner_id, "due_on": item.due_on}
    journal(item, "plan_item_removed", by=by, at=at, plan=plan.number, before=before, after={})
    item.needs.clear()
    item.delete()
    return plan


@transaction.atomic
def answer_need(
    *, plan: ServicePlan, need: Need, by: Person, at: datetime, item: PlanItem | None = None
) -> PlanItem:
    """Let a need of the customer be answered by an item of a draft: by a new one made from it, or by one that is there."""
    allow(by, "draw_plans", plan)
    if need.customer_id != plan.customer_id or (item is not None and item.plan_id != plan.pk):
        raise Invalid(_("The need is another customer's."), fields={"need": _("unknown")})
    if need.status != "open":
        raise Conflict(_("This need has been answered or dropped meanwhile."))
    if item is None:
        return add_item(plan=plan, by=by, at=at, needs=[need], **drawn_from(plan, need, at))
    claim(plan, "draft")
    item.needs.add(need)
    journal(
        item, "plan_need_linked", by=by, at=at, plan=plan.number, need=str(need), after={"needs": [need.pk]}
    )
    return item


def drawn_from(plan: ServicePlan, need: Need, at: datetime) -> dict[str, Any]:
    """The item that a need suggests: its words, the account manager, by the day it is to be answered if that fits."""
    owner = Chain().owner(plan.customer) or plan.drawn_by
    due = need.answer_by
    if due is None or not plan.from_on <= due <= plan.until_on or due < timezone.localtime(at).date():
        due = plan.until_on
    return {
        "component": FITTING.get(need.kind, "other"),
        "content": need.text[:4000],
        "owner": owner,
        "due_on": due,
    }


def drawn_from_grade(plan: ServicePlan, duty: Duty) -> dict[str, Any]:
    """The item that something suggests which the customer's grade opens."""
    owner = Chain().owner(plan.customer) or plan.drawn_by
    return {
        "component": "other",
        "content": duty.title[:4000],
        "method": duty.rhythm[:300],
        "owner": owner,
        "due_on": plan.until_on,
    }


@transaction.atomic
def finish(
    *, item: PlanItem, done_on: date, result: str, by: Person, at: datetime, document: Document | None = None
) -> PlanItem:
    """Note that an item of a confirmed plan was carried out: its owner, or whoever draws up plans."""
    _allow_work(item, by)
    day = timezone.localtime(at).date()
    wrong: dict[str, Any] = {} if result.strip() else {"result": _("missing")}
    if done_on > day:
        wrong["done_on"] = _("later than today")
    elif done_on.year < 2000:
        wrong["done_on"] = _("no such year")
    if document is not None and document.customer_id != item.customer_id:
        wrong["document"] = _("unknown")
    _refuse(wrong)
    if item.plan.state != "confirmed":
        raise Conflict(
            _("The customer has not confirmed this plan, or it is over."), link=item.plan.get_absolute_url()
        )
    _claim(item, done_on=done_on, result=result.strip(), done_by=by, done_at=at, document=document)
    journal(
        item,
        "plan_item_done",
        by=by,
        at=at,
        plan=item.plan.number,
        result=result.strip(),
        after={"done_on": done_on},
    )
    return item


@transaction.atomic
def reopen(*, item: PlanItem, ground: str, by: Person, at: datetime) -> PlanItem:
    """Take back that an item was carried out, with the ground."""
    allow(by, "draw_plans", item)
    if not ground.strip():
        raise Invalid(_("Say why."), fields={"ground": _("missing")})
    standing = PlanItem.objects.filter(
        pk=item.pk, version=item.version, done_on__isnull=False, plan__state="confirmed"
    )
    before = {"done_on": item.done_on, "result": item.result}
    if not standing.update(
        done_on=None, result="", done_by=None, done_at=None, document=None, version=F("version") + 1
    ):
        raise Conflict(_("This item has changed meanwhile."))
    item.refresh_from_db()
    journal(
        item,
        "plan_item_reopened",
        by=by,
        at=at,
        plan=item.plan.number,
        ground=ground.strip(),
        before=before,
        after={},
    )
    return item


@transaction.atomic
def pass_item(*, item: PlanItem, owner: Person, by: Person, at: datetime) -> PlanItem:
    """Give a task to another person; what the customer confirmed keeps the former name."""
    allow(by, "draw_plans", item)
    _refuse(_wrong_owner(item.plan, owner))
    if item.plan.state not in SETTLED:
        raise Conflict(_("Only tasks of an approved plan are passed on; change the draft instead."))
    former = item.owner
    if owner == former:
        return item
    _claim(item, owner=owner)
    journal(
        item, "plan_item_passed", by=by, at=at, plan=item.plan.number, former=str(former), owner=str(owner)
    )
    tell_of(item.plan, "plan_items", to=owner, by=by, at=at, count=1)
    return item


def may_finish(item: PlanItem, by: Person) -> bool:
    """Whether a person may note that an item was carried out."""
    return item.owner_id == by.pk or can(by, "draw_plans")


def _allow_work(item: PlanItem, by: Person) -> None:
    if not may_finish(item, by):
        raise Forbidden(_("Only its responsible person notes what was carried out."))
    allow(by, "see_customers", item)


def _claim(item: PlanItem, **values: Any) -> None:
    """Change an item that is not done and stands as it was read. Raises Conflict for whoever comes second."""
    standing = PlanItem.objects.filter(pk=item.pk, version=item.version, done_on__isnull=True)
    if not standing.update(version=F("version") + 1, **values):
        raise Conflict(_("This item has changed meanwhile."), link=item.plan.get_absolute_url())
    plan = item.plan
    item.refresh_from_db()
    item.plan = plan


class WrongRow(Invalid):
    """One of several items cannot be kept: which one, from 0."""

    def __init__(self, place: int, fields: dict[str, Any]) -> None:
        super().__init__(
            _("Item %(number)s of those given cannot be kept.") % {"number": place + 1}, fields=fields
        )
        self.place = place


def _refuse(wrong: dict[str, Any], place: int | None = None) -> None:
    if wrong and place is not None:
        raise WrongRow(place, wrong)
    if wrong:
        raise Invalid(_("The item cannot be kept like this."), fields=wrong)
