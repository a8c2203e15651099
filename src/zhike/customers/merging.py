"""Merging two archives of one customer: every reference moves in one transaction, and may move back (ARC-01)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.following import refresh
from zhike.customers.models import Assignment, Customer
from zhike.customers.sections import SECTION_OF
from zhike.kernel.amounts import AmountField
from zhike.kernel.journal import journal, plain, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "customers_merged": gettext_lazy("%(who)s merged %(gone)s into %(what)s"),
    "merge_undone": gettext_lazy("%(who)s took the merge of %(gone)s into %(what)s back"),
})  # fmt: skip
STAYS = {"Mark", "Defect", "Viewing", "Gap", "Recovery", "Merge", "Handover", "FactSource", "Confirmation"}
"""What stays with the archive that goes: it is computed anew, or tells of that archive's own past."""
BATCH = 500


class Merge(models.Model):
    """Which archive went into which, what moved, and what stood in the kept one before."""

    kept = models.ForeignKey(Customer, models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    by = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    moved = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "zhike_merge"
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.kept)


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
        if model.__name__ not in STAYS and relation.field.name != "merged_into":
            yield Reference(model, relation.field.name)


@dataclass(frozen=True)
class Choice:
    """A fact on which two archives differ."""

    fact: str
    name: Any
    kept: Any
    gone: Any


def preview(kept: Customer, gone: Customer) -> tuple[list[Choice], list[tuple[Any, int]]]:
    """The facts on which they differ, and how many rows of what would move."""
    choices = []
    for fact in SECTION_OF:
        mine, theirs = getattr(kept, fact), getattr(gone, fact)
        if mine != theirs and (theirs or theirs == 0):
            choices.append(Choice(fact, Customer._meta.get_field(fact).verbose_name, mine, theirs))  # type: ignore[union-attr]
    counts = [
        (one.model._meta.verbose_name, number)
        for one in references()
        if (number := one.model._default_manager.filter(**{one.column: gone}).count())
    ]
    return choices, counts


@transaction.atomic
def merge_customers(
    *, kept: Customer, gone: Customer, take: frozenset[str] = frozenset(), by: Person, at: datetime
) -> Merge:
    """Merge `gone` into `kept`; facts in `take`, and those that `kept` lacks, come from `gone`. Nothing is removed."""
    allow(by, "merge_customers", kept)
    allow(by, "merge_customers", gone)
    if kept.pk == gone.pk:
        raise Invalid(_("A customer is not merged into itself."))
    if take - set(SECTION_OF):
        raise Invalid(_("These fields have a verb of their own."))
    claimed = Customer.objects.filter(pk=gone.pk, merged_into__isnull=True).update(
        merged_into=kept, changed_at=at, version=F("version") + 1
    )
    now = Customer.objects.select_for_update().get(pk=kept.pk)
    if not claimed or now.merged_into_id is not None:
        raise Conflict(_("One of the two has been merged meanwhile."))
    before, after = _fill(now, gone, take)
    merge = Merge.objects.create(
        kept=now,
        gone=gone,
        by=by,
        at=at,
        moved=_move(now, gone, at),
        before=plain(before),
        after=plain(after),
    )
    _roll_up(now, gone)
    refresh(now, at)
    gone.refresh_from_db()
    refresh(gone, at)
    journal(
        now,
        "customers_merged",
        by=by,
        at=at,
        before=before,
        after=after,
        gone=f"{gone} ({gone.code})",
        merge=merge.pk,
    )
    journal(gone, "customers_merged", by=by, at=at, gone=f"{gone} ({gone.code})", merge=merge.pk)
    return merge


def _column(fact: str) -> str:
    field = Customer._meta.get_field(fact)
    return field.attname if isinstance(field, models.ForeignKey) else fact


def _fill(now: Customer, gone: Customer, take: frozenset[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for fact in SECTION_OF:
        column = _column(fact)
        mine, theirs = getattr(now, column), getattr(gone, column)
        if mine != theirs and theirs not in ("", None) and (fact in take or mine in ("", None)):
            if column == "parent_id" and theirs == now.pk:
                continue
            before[fact], after[fact] = mine, theirs
            setattr(now, column, theirs)
    now.version += 1
    now.save()
    return before, after


def _move(kept: Customer, gone: Customer, at: datetime) -> dict[str, Any]:
    """Point every reference at the kept archive; keys per column, and the posts that ended."""
    posts = list(
        Assignment.objects.current().filter(customer=gone, post="manager").values_list("pk", flat=True)
    )
    Assignment.objects.filter(pk__in=posts).update(ended_at=at)
    moved: dict[str, Any] = {"ended": posts}
    for one in references():
        rows = one.model._base_manager.filter(**{one.column: gone})
        if one.key == "Customer.parent":
            rows = rows.exclude(pk=kept.pk)
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        if one.key == "Finding.customer":
            _replace_findings(kept, gone, at, moved)
        for start in range(0, len(keys), BATCH):
            one.model._base_manager.filter(pk__in=keys[start : start + BATCH]).update(**{one.column: kept})
        if keys:
            moved[one.key] = keys
    return moved


def _replace_findings(kept: Customer, gone: Customer, at: datetime, moved: dict[str, Any]) -> None:
    """Of two current statements of a kind the kept archive's stays current."""
    held = set(kept.findings.filter(replaced_at__isnull=True).values_list("kind", flat=True))
    doubled = list(gone.findings.filter(replaced_at__isnull=True, kind__in=held).values_list("pk", flat=True))
    gone.findings.filter(pk__in=doubled).update(replaced_at=at)
    moved["replaced"] = doubled


SUMS = ("amount_12m", "receivable", "overdue")
LATEST = ("last_order_on", "last_contact_on")


def _roll_up(kept: Customer, gone: Customer, sign: int = 1) -> None:
    """Add the gone archive's figures to the kept one's; with `sign` -1 take them off again."""
    values: dict[str, Any] = {
        name: F(name) + models.Value(sign * getattr(gone, name), AmountField()) for name in SUMS
    }
    if sign > 0:
        for name in LATEST:
            days = [day for day in (getattr(kept, name), getattr(gone, name)) if day]
            values[name] = max(days) if days else None
    Customer.objects.filter(pk=kept.pk).update(**values)


@transaction.atomic
def undo_merge(*, merge: Merge, by: Person, at: datetime) -> Customer:
    """Take a merge back: what moved goes home, facts that nobody has changed since get their earlier value."""
    allow(by, "merge_customers", merge.kept)
    if Customer.objects.filter(pk=merge.kept_id, merged_into__isnull=False).exists():
        raise Conflict(_("The kept archive has itself been merged since; undo that first."))
    if not Merge.objects.filter(pk=merge.pk, undone_at__isnull=True).update(undone_at=at, undone_by=by):
        raise Conflict(_("This merge has been taken back already."))
    kept = Customer.objects.select_for_update().get(pk=merge.kept_id)
    gone = Customer.objects.select_for_update().get(pk=merge.gone_id)
    for one in references():
        keys = merge.moved.get(one.key, [])
        for start in range(0, len(keys), BATCH):
            one.model._base_manager.filter(pk__in=keys[start : start + BATCH], **{one.column: kept}).update(
                **{one.column: gone}
            )
    Assignment.objects.filter(pk__in=merge.moved["ended"], ended_at=merge.at).update(ended_at=None)
    gone.findings.filter(pk__in=merge.moved.get("replaced", []), replaced_at=merge.at).update(
        replaced_at=None
    )
    before, after = _restore(kept, merge)
    _roll_up(kept, gone, -1)
    Customer.objects.filter(pk=gone.pk).update(merged_into=None, changed_at=at, version=F("version") + 1)
    refresh(kept, at)
    refresh(gone, at)
    words: dict[str, Any] = {"gone": f"{gone} ({gone.code})", "merge": merge.pk}
    journal(kept, "merge_undone", by=by, at=at, before=before, after=after, **words)
    journal(gone, "merge_undone", by=by, at=at, **words)
    return gone


def _restore(kept: Customer, merge: Merge) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for fact, old in merge.before.items():
        column = _column(fact)
        stands = getattr(kept, column)
        if plain(stands) == merge.after[fact]:
            field: Any = Customer._meta.get_field(fact)
            value = field.to_python(old) if old is not None else None
            before[fact], after[fact] = stands, value
            setattr(kept, column, value)
    days = {
        "last_order_on": _latest(kept, "orders", "ordered_on"),
        "last_contact_on": _latest(kept, "activities", "done_on"),
    }
    for name, day in days.items():
        setattr(kept, name, day)
    kept.version += 1
    kept.save()
    return before, after


def _latest(customer: Customer, relation: str, day: str) -> Any:
    rows = getattr(customer, relation)
    rows = rows.counting() if relation == "activities" else rows.filter(status="completed")
    return rows.aggregate(last=models.Max(day))["last"]
