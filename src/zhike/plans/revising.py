"""Copying plans: into a further revision, or into a plan of another period; and the text that a customer confirms."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import Any

from zhike.customers.models import Customer
from zhike.grading.history import grade_on
from zhike.people.models import Person
from zhike.plans.models import PlanItem, ServicePlan

KEPT_OF_ITEM = ("place", "component", "content", "method", "proof")


def graded(customer: Customer, day: date) -> dict[str, Any]:
    """The grade of a customer on a day, as a plan keeps it."""
    found = grade_on(customer, "", day)
    if found is None:
        return {"rating": "", "grade": "", "policy_version": None}
    return {"rating": found.rating, "grade": found.grade, "policy_version": found.version}


def copy_items(
    former: ServicePlan, plan: ServicePlan, *, instead: Person | None = None, shift: int | None = None
) -> int:
    """Give a plan the items of another one; how many.

    In a further revision (`shift` None) they keep their days, their progress and the needs they answer. Into another period
    they go `shift` days later, undone, and answer no needs yet: those are offered anew. `instead` takes the place of whoever
    has left.
    """
    count = 0
    for one in former.items.select_related("owner").prefetch_related("needs"):
        owner = one.owner if one.owner.is_active or instead is None else instead
        values: dict[str, Any] = {name: getattr(one, name) for name in KEPT_OF_ITEM}
        if shift is None:
            values |= {
                name: getattr(one, name)
                for name in ("from_on", "due_on", "done_on", "result", "done_by", "done_at", "document")
            }
            made = PlanItem.objects.create(plan=plan, former=one, owner=owner, **values)
            made.needs.set(one.needs.all())
        else:
            due = min(max(one.due_on + timedelta(days=shift), plan.from_on), plan.until_on)
            begun = one.from_on + timedelta(days=shift) if one.from_on else None
            if begun is not None and not plan.from_on <= begun <= due:
                begun = None
            PlanItem.objects.create(plan=plan, owner=owner, from_on=begun, due_on=due, **values)
        count += 1
    return count


def carry_progress(plan: ServicePlan) -> None:
    """What was done under the former revision while this one was being agreed counts in this one too."""
    for one in plan.items.filter(done_on__isnull=True, former__done_on__isnull=False).select_related(
        "former"
    ):
        assert one.former is not None
        PlanItem.objects.filter(pk=one.pk, done_on__isnull=True).update(
            done_on=one.former.done_on, result=one.former.result, done_by=one.former.done_by, done_at=one.former.done_at,
            document=one.former.document,
        )  # fmt: skip


def text_of(plan: ServicePlan) -> dict[str, Any]:
    """What the customer confirms, apart from any language of the page: codes, days and the words that people wrote."""
    return {
        "number": plan.number,
        "revision": plan.revision,
        "customer": plan.customer.name,
        "title": plan.title,
        "kind": plan.kind,
        "goal": plan.goal,
        "mode": plan.mode,
        "from": plan.from_on.isoformat(),
        "until": plan.until_on.isoformat(),
        "items": [
            {
                "place": one.place, "component": one.component, "content": one.content, "method": one.method,
                "responsible": str(one.owner), "from": one.from_on.isoformat() if one.from_on else "",
                "due": one.due_on.isoformat(), "proof": one.proof,
            }
            for one in plan.items.select_related("owner")
        ],
    }  # fmt: skip


def digest_of(text: dict[str, Any]) -> str:
    """The SHA-256 of a plan's text."""
    plain = json.dumps(text, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()
