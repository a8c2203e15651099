"""What an archive holds beside the customer itself: where facts come from, what is known, needed, used (ARC-03, 07, 08, 13)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Contact, Customer
from zhike.people.models import Person


class OfCustomer(models.QuerySet[Any]):
    """Rows of customers."""

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees."""
        return self.filter(customer__in=Customer.objects.visible_to(person))


class FactSource(models.Model):
    """Where a fact of a customer comes from, and when somebody last made sure of it."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="sources")
    fact = models.CharField(max_length=40)
    source = models.CharField(_("source"), max_length=12)
    verified_on = models.DateField(_("verified on"))
    by = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")

    objects = OfCustomer.as_manager()

    class Meta:
        db_table = "zhike_fact_source"
        constraints = [models.UniqueConstraint(fields=["customer", "fact"], name="one_source_per_fact")]


class Confirmation(models.Model):
    """When a section of an archive was last confirmed, and by whom; the journal keeps the earlier ones."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="confirmations")
    section = models.CharField(max_length=12)
    confirmed_on = models.DateField(_("confirmed on"))
    by = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")

    objects = OfCustomer.as_manager()

    class Meta:
        db_table = "zhike_confirmation"
        constraints = [models.UniqueConstraint(fields=["customer", "section"], name="one_confirmation")]

    def __str__(self) -> str:
        from zhike.customers.sections import SECTIONS

        return str(SECTIONS[self.section].name)


class Finding(models.Model):
    """A dated statement about a customer's business or market; a later one takes its place and it stays as history (ARC-03)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="findings")
    kind = models.CharField(_("kind"), max_length=24)
    value = models.TextField(_("value"))
    source = models.CharField(_("source"), max_length=12)
    stated_on = models.DateField(_("day"))
    by = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = OfCustomer.as_manager()

    class Meta:
        db_table = "zhike_finding"
        verbose_name = _("statement")
        ordering = ["kind", "-stated_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"], condition=Q(replaced_at__isnull=True), name="one_current_finding"
            )
        ]

    def __str__(self) -> str:
        from zhike.customers.life import FINDINGS

        return str(FINDINGS[self.kind].name)


@dataclass(frozen=True)
class Answer:
    """What a higher layer does about a need: said in words, where it stands, and whether it has been done."""

    said: str
    href: str
    done: bool = False


ANSWERED: list[Callable[[], models.QuerySet[Any]]] = []
"""What gives the keys of needs that something in a higher layer answers, such as an item of a service plan."""
ANSWERING: list[Callable[[Iterable[Need]], dict[int, Answer]]] = []
"""What tells of some needs, by key, what answers them; each reads in a fixed number of queries."""


class NeedQuerySet(OfCustomer):
    """Needs of customers."""

    def unanswered(self) -> Self:
        """Those that nothing answers yet: no words, and nothing of a higher layer."""
        rows = self.filter(status="open")
        for answered in ANSWERED:
            rows = rows.exclude(pk__in=answered())
        return rows


class Need(models.Model):
    """A need, pain point, preference, expectation or direction of a customer, and what answers it (ARC-07)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="needs")
    kind = models.CharField(_("kind"), max_length=12)
    text = models.TextField(_("need"))
    source = models.CharField(_("source"), max_length=12)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    activity = models.ForeignKey(
        "zhike.Activity", models.SET_NULL, null=True, blank=True, related_name="needs"
    )
    stated_on = models.DateField(_("day"))
    by = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=10, default="open")
    answer_by = models.DateField(_("answer by"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")

    objects = NeedQuerySet.as_manager()

    class Meta:
        db_table = "zhike_need"
        verbose_name = _("need")
        ordering = ["-stated_on", "-id"]
        indexes = [
            models.Index(fields=["answer_by"], condition=Q(status="open"), name="need_unanswered"),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    def is_late(self, day: date) -> bool:
        """Whether it waits for an answer past its day."""
        return self.status == "open" and self.answer_by is not None and self.answer_by < day


def answers_of(needs: Iterable[Need]) -> dict[int, Answer]:
    """Need -> what of a higher layer answers it, of those that no words answer."""
    waiting = [one for one in needs if one.status == "open"]
    return {key: answer for tell in ANSWERING for key, answer in tell(waiting).items()}


class Unit(models.Model):
    """A product of the company in use at a customer (ARC-08)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="units")
    model = models.CharField(_("type"), max_length=80)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    site = models.CharField(_("site"), max_length=160, blank=True)
    installed_on = models.DateField(_("installed on"), null=True, blank=True)
    condition = models.CharField(_("condition"), max_length=12, default="running")
    usage = models.TextField(_("usage"), blank=True)
    retired_on = models.DateField(_("taken out of use"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = OfCustomer.as_manager()

    class Meta:
        db_table = "zhike_unit"
        verbose_name = _("product in use")
        ordering = ["retired_on", "model", "id"]
        constraints = [
            models.UniqueConstraint(fields=["model", "serial"], condition=~Q(serial=""), name="unit_serial")
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.serial}".strip()


class UnitRecord(models.Model):
    """A repair, defect report or finding about a unit."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="records")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="unit_records")
    kind = models.CharField(_("kind"), max_length=10)
    done_on = models.DateField(_("day"))
    text = models.TextField(_("what was found and done"))
    by = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")

    objects = OfCustomer.as_manager()

    class Meta:
        db_table = "zhike_unit_record"
        verbose_name = _("unit's record")
        ordering = ["-done_on", "-id"]

    def __str__(self) -> str:
        return self.text[:80]
