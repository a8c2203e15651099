"""Committees: members, sessions, the papers before them, their resolutions, and what is to be done (ORG-03)."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.people.models import Department, Person
from zhike.people.rules import can

KINDS: dict[str, Any] = {
    "strategy": _("strategy for key accounts"),
    "policy": _("policy"),
    "issue": _("issue between departments"),
    "other": _("other matter"),
}
"""Kind of paper -> its name."""
STATES: dict[str, Any] = {
    "draft": pgettext_lazy("paper", "draft"),
    "submitted": pgettext_lazy("paper", "before the committee"),
    "effective": pgettext_lazy("paper", "in effect"),
    "settled": pgettext_lazy("paper", "settled"),
    "rejected": pgettext_lazy("paper", "rejected"),
    "closed": pgettext_lazy("paper", "closed"),
}
"""State of a paper -> its name."""


class Committee(models.Model):
    """A body with named members that decides in sessions; without a quorum of its own, more than half must be there."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    chair = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("chair")
    )
    members: models.ManyToManyField[Person, Person] = models.ManyToManyField(
        Person, related_name="committees", blank=True
    )
    quorum = models.PositiveSmallIntegerField(_("quorum"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        db_table = "zhike_committee"
        ordering = ["id"]
        verbose_name = _("committee")

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") or not self.name_en else self.name_en

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("committee", args=[self.code])

    def needed(self) -> int:
        """How many members must be there; those who have left do not count."""
        there = self.members.filter(is_active=True).count()
        return min(self.quorum, there) if self.quorum else there // 2 + 1

    def is_led_by(self, person: Person) -> bool:
        """Whether a person calls its sessions and records its resolutions."""
        return person.is_active and (person.pk == self.chair_id or can(person, "manage_committees"))


class Session(models.Model):
    """A meeting of a committee: planned with an agenda, held with those present, closed with its minutes."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="sessions")
    number = models.PositiveIntegerField()
    held_on = models.DateField(_("day"))
    place = models.CharField(_("meeting place"), max_length=120, blank=True)
    present: models.ManyToManyField[Person, Person] = models.ManyToManyField(
        Person, related_name="+", blank=True
    )
    minutes = models.TextField(_("minutes"), blank=True)
    called_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    called_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_committee_session"
        ordering = ["-held_on", "-id"]
        verbose_name = _("session")
        constraints = [models.UniqueConstraint(fields=["committee", "number"], name="one_session_number")]

    def __str__(self) -> str:
        return f"{self.committee} {self.number}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("committee_session", args=[self.pk])


class PaperQuerySet(models.QuerySet["Paper"]):
    """Papers."""

    def visible_to(self, person: Person) -> Self:
        """Those one wrote, those of one's committees once submitted, those in effect; managers of committees see all.

        What is in effect for one customer is read by those who see the customer.
        """
        if can(person, "manage_committees"):
            return self
        mine = Q(written_by=person) | Q(departments__head=person)
        sent = ~Q(state="draft") & (Q(committee__members=person) | Q(committee__chair=person))
        known = Q(customer__isnull=True) | Q(customer__in=Customer.objects.visible_to(person))
        return self.filter(
            pk__in=Paper.objects.filter(mine | sent | Q(state="effective") & known).order_by().values("pk")
        )


class Paper(models.Model):
    """A matter before a committee. It is a draft until submitted, and takes effect only by a resolution, which it is linked with.

    A paper that stands for a step of another procedure (`step`) has that procedure's state: the resolution decides the step.
    """

    committee = models.ForeignKey(
        Committee, models.PROTECT, related_name="papers", verbose_name=_("committee")
    )
    kind = models.CharField(_("kind"), max_length=10)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    departments: models.ManyToManyField[Department, Department] = models.ManyToManyField(
        Department, related_name="+", blank=True
    )
    state = models.CharField(_("state"), max_length=10, default="draft")
    effective_on = models.DateField(_("in effect since"), null=True, blank=True)
    written_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField()
    step = models.ForeignKey(
        "zhike.ProcedureStep", models.PROTECT, null=True, blank=True, related_name="papers"
    )
    session = models.ForeignKey(Session, models.PROTECT, null=True, blank=True, related_name="papers")
    place = models.PositiveSmallIntegerField(default=0)

    objects = PaperQuerySet.as_manager()

    class Meta:
        db_table = "zhike_committee_paper"
        ordering = ["place", "id"]
        verbose_name = _("paper")
        indexes = [models.Index(fields=["committee", "state"], name="paper_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "committee"], condition=Q(state="submitted"), name="one_paper_per_step"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("committee_paper", args=[self.pk])

    @property
    def state_name(self) -> Any:
        """Its state in the reader's language."""
        return STATES[self.state]

    @property
    def kind_name(self) -> Any:
        """Its kind in the reader's language."""
        return KINDS[self.kind]


class Resolution(models.Model):
    """What a session decided on a paper, with the votes; at most one per session and paper."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="resolutions")
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="resolutions")
    choice = models.CharField(_("decision"), max_length=10)
    ground = models.TextField(_("reasons"), blank=True)
    votes_for = models.PositiveSmallIntegerField(_("for"))
    votes_against = models.PositiveSmallIntegerField(_("against"), default=0)
    abstained = models.PositiveSmallIntegerField(_("abstained"), default=0)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "zhike_committee_resolution"
        ordering = ["id"]
        verbose_name = _("resolution")
        constraints = [models.UniqueConstraint(fields=["session", "paper"], name="one_resolution_per_paper")]

    def __str__(self) -> str:
        return f"{self.session} · {self.paper}"

    @property
    def choice_name(self) -> Any:
        """The decision in the reader's language."""
        from zhike.procedures.models import CHOICES

        return CHOICES[self.choice]


class Action(models.Model):
    """What a session asks somebody to do by a day."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="actions")
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="actions")
    what = models.CharField(_("what is to be done"), max_length=200)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("who"))
    due_on = models.DateField(_("until"))
    done_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(_("result"), max_length=200, blank=True)

    class Meta:
        db_table = "zhike_committee_action"
        ordering = ["due_on", "id"]
        verbose_name = _("action")
        indexes = [
            models.Index(fields=["person", "due_on"], condition=Q(done_at__isnull=True), name="action_open")
        ]

    def __str__(self) -> str:
        return self.what

    def is_late(self, day: date) -> bool:
        """Whether its day has passed."""
        return self.done_at is None and self.due_on < day
