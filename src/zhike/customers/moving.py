"""What moves from one archive to another when they are merged, and home again when that is taken back (ARC-01)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Value

from zhike.customers.budgets import Allocation, Booking
from zhike.customers.handovers import Handover, withdraw_standing
from zhike.customers.models import Assignment, Customer
from zhike.kernel.amounts import AmountField
from zhike.people.models import Person

STAYS = {"Mark", "Defect", "Viewing", "Gap", "Recovery", "Merge", "Handover", "FactSource", "Confirmation"} | {
    "Adjustment", "Evaluation", "Exit", "Grade", "GradeEvent", "Judgement", "Letter", "Proposal",
}  # fmt: skip
"""What stays with the archive that goes: it is computed anew, or tells of that archive's own past, such as its grades."""
BATCH = 500


@dataclass(frozen=True)
class Reference:
    """A column of a table that points at customers."""

    model: type[models.Model]
    column: str

    @property
    def key(self) -> str:
        """Its name in the record of a merge."""
        return f"{self.model.__name__}.{self.column}"


def references() -> Iterator[Reference]:
    """Every column that points at customers and moves with a merge."""
    for relation in Customer._meta.related_objects:
        model: Any = relation.related_model
        points = relation.field.name != "merged_into" and not relation.many_to_many
        if points and model.__name__ not in STAYS:
            yield Reference(model, relation.field.name)


def move(kept: Customer, gone: Customer, by: Person, at: datetime) -> dict[str, Any]:
    """Point every reference at the kept archive; keys per column, and what ended because of it."""
    moved: dict[str, Any] = {
        "ended": _end_posts(kept, gone, at),
        "withdrawn": withdraw_standing(customer=gone, by=by, at=at),
        "replaced": _replace_findings(kept, gone, at),
        "joined": _join_allocations(kept, gone),
    }
    joined = [one["gone"] for one in moved["joined"]]
    for one in references():
        rows = one.model._base_manager.filter(**{one.column: gone})
        if one.key == "Customer.parent":
            rows = rows.exclude(pk=kept.pk)
        if one.key == "Allocation.customer":
            rows = rows.exclude(pk__in=joined)
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            one.model._base_manager.filter(pk__in=keys[start : start + BATCH]).update(**{one.column: kept})
        if keys:
            moved[one.key] = keys
    return moved


def _end_posts(kept: Customer, gone: Customer, at: datetime) -> list[int]:
    """Of two account managers the kept archive's stays, and nobody holds the same post twice."""
    held = set(Assignment.objects.current().filter(customer=kept).values_list("person", "post"))
    rows = Assignment.objects.current().filter(customer=gone)
    posts = [one.pk for one in rows if one.post == "manager" or (one.person_id, one.post) in held]
    Assignment.objects.filter(pk__in=posts).update(ended_at=at)
    return posts


def _replace_findings(kept: Customer, gone: Customer, at: datetime) -> list[int]:
    """Of two current statements of a kind the kept archive's stays current."""
    held = set(kept.findings.filter(replaced_at__isnull=True).values_list("kind", flat=True))
    doubled = list(gone.findings.filter(replaced_at__isnull=True, kind__in=held).values_list("pk", flat=True))
    gone.findings.filter(pk__in=doubled).update(replaced_at=at)
    return doubled


def _join_allocations(kept: Customer, gone: Customer) -> list[dict[str, Any]]:
    """Where both have a part of one budget, the kept archive's part grows by the other, with what was spent from it."""
    own = {one.budget_id: one.pk for one in kept.allocations.all()}
    joined = []
    for one in gone.allocations.filter(budget__in=own):
        into = own[one.budget_id]
        booked = list(Booking.objects.filter(allocation=one).order_by("pk").values_list("pk", flat=True))
        Booking.objects.filter(pk__in=booked).update(allocation=into)
        _grow(into, one.amount)
        Allocation.objects.filter(pk=one.pk).update(amount=0)
        joined.append({"gone": one.pk, "kept": into, "amount": str(one.amount), "booked": booked})
    return joined


def _grow(allocation: int, amount: Any) -> None:
    Allocation.objects.filter(pk=allocation).update(amount=F("amount") + Value(amount, AmountField()))


def move_back(kept: Customer, gone: Customer, moved: dict[str, Any], at: datetime) -> None:
    """Bring home what moved at `at` and still stands where it went."""
    for one in references():
        keys = moved.get(one.key, [])
        for start in range(0, len(keys), BATCH):
            one.model._base_manager.filter(pk__in=keys[start : start + BATCH], **{one.column: kept}).update(
                **{one.column: gone}
            )
    Assignment.objects.filter(pk__in=moved["ended"], ended_at=at).update(ended_at=None)
    Handover.objects.filter(pk__in=moved.get("withdrawn", []), withdrawn_at=at).update(withdrawn_at=None)
    gone.findings.filter(pk__in=moved.get("replaced", []), replaced_at=at).update(replaced_at=None)
    for part in moved.get("joined", []):
        amount = AmountField().to_python(part["amount"])
        assert amount is not None
        left = Allocation.objects.get(pk=part["kept"]).amount
        _grow(part["kept"], -min(amount, left))
        _grow(part["gone"], amount)
        Booking.objects.filter(pk__in=part["booked"], allocation=part["kept"]).update(allocation=part["gone"])
