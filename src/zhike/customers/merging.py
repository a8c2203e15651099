"""Merging two archives of one customer: every reference moves in one transaction, and may move back (ARC-01)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.following import refresh
from zhike.customers.models import Customer
from zhike.customers.moving import move, move_back, references
from zhike.customers.sections import SECTION_OF, class_of
from zhike.customers.showing import fact_value
from zhike.kernel.journal import journal, plain, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow, sees

sentences({
    "customers_merged": gettext_lazy("%(who)s merged %(gone)s into %(what)s"),
    "merge_went": gettext_lazy("%(who)s merged %(what)s into %(kept)s"),
    "merge_undone": gettext_lazy("%(who)s took the merge of %(gone)s into %(what)s back"),
    "merge_parted": gettext_lazy("%(who)s took the merge of %(what)s into %(kept)s back"),
})  # fmt: skip
FIGURES: list[Callable[[Any, date], Any]] = []
"""What recomputes the figures of customers as of a day; put in by the layer that keeps their orders."""


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
class Choice:
    """A fact on which two archives differ."""

    fact: str
    name: Any
    kept: Any
    gone: Any


def preview(kept: Customer, gone: Customer, by: Person) -> tuple[list[Choice], list[tuple[Any, int]]]:
    """The facts on which they differ, of the classes that a person sees, and how many rows of what would move."""
    choices = []
    for fact in SECTION_OF:
        mine, theirs = getattr(kept, fact), getattr(gone, fact)
        if mine != theirs and theirs not in ("", None) and sees(by, class_of("customer", fact)):
            name = Customer._meta.get_field(fact).verbose_name  # type: ignore[union-attr]
            choices.append(Choice(fact, name, fact_value(kept, fact, by), fact_value(gone, fact, by)))
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
    take = frozenset(fact for fact in take if sees(by, class_of("customer", fact)))
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
        moved=move(now, gone, by, at),
        before=plain(before),
        after=plain(after),
    )
    _settle(now, gone, at)
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
    journal(gone, "merge_went", by=by, at=at, kept=f"{now} ({now.code})", merge=merge.pk)
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
    if _is_above(gone, now):
        before["parent"], after["parent"] = now.parent_id, gone.parent_id
        now.parent_id = gone.parent_id
    if gone.last_contact_on and (now.last_contact_on is None or gone.last_contact_on > now.last_contact_on):
        now.last_contact_on = gone.last_contact_on
    now.version += 1
    now.save()
    return before, after


def _is_above(customer: Customer, other: Customer) -> bool:
    """Whether a customer is the mother of another, at whatever distance."""
    passed: set[int] = set()
    key = other.parent_id
    while key is not None and key not in passed and key != customer.pk:
        passed.add(key)
        key = Customer.objects.filter(pk=key).values_list("parent_id", flat=True).first()
    return key == customer.pk


def _settle(kept: Customer, gone: Customer, at: datetime) -> None:
    """What follows from rows that have moved: figures, words, completeness, marks, defects."""
    for recompute in FIGURES:
        recompute(Customer.objects.filter(pk__in=[kept.pk, gone.pk]), timezone.localtime(at).date())
    refresh(kept, at)
    refresh(gone, at)


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
    move_back(kept, gone, merge.moved, merge.at)
    before, after = _restore(kept, merge)
    Customer.objects.filter(pk=gone.pk).update(merged_into=None, changed_at=at, version=F("version") + 1)
    _settle(kept, gone, at)
    words: dict[str, Any] = {"gone": f"{gone} ({gone.code})", "merge": merge.pk}
    journal(kept, "merge_undone", by=by, at=at, before=before, after=after, **words)
    journal(gone, "merge_parted", by=by, at=at, kept=f"{kept} ({kept.code})", merge=merge.pk)
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
    kept.last_contact_on = kept.activities.counting().aggregate(last=models.Max("done_on"))["last"]
    kept.version += 1
    kept.save()
    return before, after
