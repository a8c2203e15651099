"""What is known and may go into a paper about a customer: higher nouns offer it, with its source, day and reliability (ANA-09).

    offers("intelligence", Offerer(offer, look, RELIABILITIES))

What a draft takes in is copied as it read on that day, so that the paper can be understood later; whether it has gone stale
since is asked anew each time the paper is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.people.models import Person
from zhike.procedures.committees import Paper


@dataclass(frozen=True)
class Offered:
    """A finding offered as input: why it concerns the customer, where it comes from, and whether it is stale."""

    kind: str
    record: int
    title: str
    why: str
    source: str
    known_on: date
    reliability: str
    stale: bool
    href: str

    @property
    def key(self) -> str:
        """What a form sends."""
        return f"{self.kind}:{self.record}"

    @property
    def reliability_name(self) -> str:
        """How far it can be relied on, in the reader's language."""
        return reliability_name(self.kind, self.reliability)


@dataclass(frozen=True)
class Now:
    """How a finding that was taken in stands today; `href` only for those who may open it."""

    stale: bool = False
    closed: bool = False
    href: str = ""


@dataclass(frozen=True)
class Offerer:
    """What a noun offers: for a customer on a day to a person, how taken ones stand now, and the names of reliabilities."""

    offer: Callable[[Customer, Person, date], list[Offered]]
    look: Callable[[Collection[int], Person, date], dict[int, Now]]
    reliabilities: Mapping[str, Any]


OFFERERS: dict[str, Offerer] = {}


def offers(kind: str, one: Offerer) -> None:
    """Register what a noun offers to papers."""
    OFFERERS[kind] = one


def reliability_name(kind: str, code: str) -> str:
    """How far a finding can be relied on, in the reader's language."""
    known = OFFERERS[kind].reliabilities if kind in OFFERERS else {}
    return str(known.get(code, code))


def offered_for(customer: Customer, person: Person, day: date) -> list[Offered]:
    """Everything that is offered for a customer, to one who sees it."""
    if not customer.is_visible_to(person):
        return []
    return [found for one in OFFERERS.values() for found in one.offer(customer, person, day)]


class PaperInput(models.Model):
    """A finding that a paper builds on, as it read when it was taken in."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="inputs")
    kind = models.CharField(max_length=20)
    record = models.PositiveBigIntegerField()
    title = models.CharField(_("title"), max_length=200)
    why = models.CharField(max_length=200)
    source = models.CharField(_("source"), max_length=200)
    known_on = models.DateField(_("day"))
    reliability = models.CharField(_("reliability"), max_length=10)
    was_stale = models.BooleanField(default=False)
    taken_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "zhike_committee_paper_input"
        ordering = ["id"]
        verbose_name = _("input of a paper")
        constraints = [
            models.UniqueConstraint(fields=["paper", "kind", "record"], name="one_input_per_finding")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """What a form sends."""
        return f"{self.kind}:{self.record}"

    @property
    def reliability_name(self) -> str:
        """How far it can be relied on, in the reader's language."""
        return reliability_name(self.kind, self.reliability)


def standing(rows: Collection[PaperInput], person: Person, day: date) -> list[tuple[PaperInput, Now]]:
    """Inputs of a paper with how each stands today."""
    found: dict[str, dict[int, Now]] = {
        kind: one.look([row.record for row in rows if row.kind == kind], person, day)
        for kind, one in OFFERERS.items()
        if any(row.kind == kind for row in rows)
    }
    return [(row, found.get(row.kind, {}).get(row.record, Now(closed=True))) for row in rows]
