"""What the page of a plan shows, read in a number of queries that does not depend on how many items and needs there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhike.customers.archive import Need
from zhike.grading.schemes import Schemes
from zhike.grading.treatments import entitled
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.plans.checking import clashing, lacking
from zhike.plans.items import may_finish
from zhike.plans.lists import TONES
from zhike.plans.models import OVER, SETTLED, STANDINGS, PlanItem, ServicePlan
from zhike.plans.needs import offered


@dataclass(frozen=True)
class Row:
    """An item with what may be done about it."""

    item: PlanItem
    needs: list[Need]
    late: bool
    done_late: bool
    may_finish: bool
    may_pass: bool
    may_reopen: bool


class Shown:
    """A plan for one person on one day."""

    def __init__(self, plan: ServicePlan, by: Person, at: datetime, day: date) -> None:
        self.plan, self.by, self.at, self.day = plan, by, at, day
        self.may_draw, self.may_approve = can(by, "draw_plans"), can(by, "approve_plans")

    def rows(self) -> list[Row]:
        """The items in their order."""
        found = []
        for item in self.plan.items.select_related("owner", "done_by", "document").prefetch_related("needs"):
            item.plan = self.plan
            undone = item.done_on is None
            found.append(
                Row(
                    item, list(item.needs.all()), item.is_late(self.day),
                    not undone and item.done_on is not None and item.done_on > item.due_on,
                    undone and may_finish(item, self.by) and self.plan.state == "confirmed",
                    undone and self.may_draw and self.plan.state in SETTLED,
                    not undone and self.may_draw and self.plan.state == "confirmed",
                )
            )  # fmt: skip
        return found

    def may(self) -> dict[str, bool]:
        """What the person may do with the plan as it stands."""
        state, own = self.plan.state, self.by.pk in {self.plan.submitted_by_id, self.plan.drawn_by_id}
        standing = self.plan.standing(self.day)
        withdraws = self.may_draw if state in ("draft", "submitted") else self.may_approve
        return {
            "edit": self.may_draw and state == "draft",
            "approve": self.may_approve and state == "submitted" and not own,
            "return": state in ("submitted", "approved") and (self.may_approve or own),
            "send": self.may_draw and state == "approved",
            "answer": self.may_draw and state == "sent",
            "revise": self.may_draw and standing in ("force", "coming"),
            "withdraw": withdraws
            and standing in ("draft", "submitted", "approved", "sent", "force", "coming"),
        }

    def context(self) -> dict[str, Any]:
        """What the template shows."""
        plan, standing, may, rows = self.plan, self.plan.standing(self.day), self.may(), self.rows()
        others = ServicePlan.objects.filter(number=plan.number).exclude(pk=plan.pk).order_by("-revision")
        draft = plan.state == "draft"
        return {
            "plan": plan, "day": self.day, "rows": rows, "may": may, "state": STANDINGS[standing], "tone": TONES[standing],
            "standing": standing, "offered": [] if plan.state in OVER else offered(plan.customer, self.day),
            "lacking": lacking(plan, self.day) if draft else [], "clash": clashing(plan).first() if draft else None,
            "opens": entitled(plan.customer, self.at) if draft else [],
            "revisions": [(one, STANDINGS[one.standing(self.day)], TONES[one.standing(self.day)]) for one in others],
            "chip": Schemes().chip(plan.policy_version_id, plan.rating, plan.grade) if plan.grade else "",
            "done": sum(1 for row in rows if row.item.done_on is not None),
            "overdue": plan.state == "sent" and plan.confirm_by is not None and plan.confirm_by < self.day,
        }  # fmt: skip
