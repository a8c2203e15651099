"""Procedures that run, their steps, and what people decided."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.people.models import Department, Person, Role
from zhike.people.rules import can
from zhike.procedures.definitions import said

STATES = {
    "open": _("open"), "approved": _("approved"), "rejected": _("turned down"), "returned": _("sent back"),
    "withdrawn": _("withdrawn"),
}  # fmt: skip
"""State of a procedure -> its name."""
STEP_STATES = {
    "waiting": _("waiting"), "open": _("open"), "done": _("done"), "skipped": _("skipped"), "cancelled": _("cancelled"),
}  # fmt: skip
"""State of a step -> its name."""
CHOICES = {
    "approve": _("approve"), "change": _("approve with changes"), "reject": _("reject"), "return": _("return"),
}  # fmt: skip
"""What a person can decide."""


PARTS = {"signer": _("signs too"), "barred": _("may not decide")}
"""Part of a person in a step -> its name."""


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    """Procedures."""

    def visible_to(self, person: Person) -> Self:
        """Those a person started, decided in, was named in or is asked by; those who read the journal see all of their customers."""
        from zhike.procedures.inbox import waiting_for

        day = timezone.localdate()
        concerned = (
            Q(started_by=person)
            | Q(
                pk__in=StepDecision.objects.filter(Q(person=person) | Q(seat=person)).values(
                    "step__procedure"
                )
            )
            | Q(pk__in=StepPerson.objects.filter(person=person, part="signer").values("step__procedure"))
            | Q(pk__in=waiting_for(person, day).order_by().values("procedure"))
            | Q(steps__committee__members=person)
        )
        if can(person, "see_journal"):
            concerned |= Q(customer__isnull=True) | Q(customer__in=Customer.objects.visible_to(person))
        return self.filter(pk__in=Procedure.objects.filter(concerned).order_by().values("pk"))


class Procedure(models.Model):
    """A running procedure about one record; it keeps the definition under which it was started.

    `noun` and `record` name what it is about (`_meta.model_name` and key). `definition` is the JSON of
    `procedures.definitions.Definition`; `facts` are the amounts and grades that limits of steps read.
    """

    kind = models.CharField(_("kind"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    noun = models.CharField(max_length=40)
    record = models.BigIntegerField()
    href = models.CharField(max_length=200, blank=True)
    customer = models.ForeignKey("zhike.Customer", models.PROTECT, null=True, blank=True, related_name="+")
    definition = models.JSONField()
    facts = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, default="open")
    started_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        db_table = "zhike_procedure"
        ordering = ["-id"]
        verbose_name = _("procedure")
        indexes = [
            models.Index(fields=["noun", "record"], name="procedure_record"),
            models.Index(fields=["state", "-id"], name="procedure_state"),
            models.Index(fields=["started_by", "-id"], name="procedure_starter"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "noun", "record"], condition=Q(state="open"), name="one_open_procedure"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def is_visible_to(self, person: Person) -> bool:
        """Whether a person may open its page."""
        return Procedure.objects.visible_to(person).filter(pk=self.pk).exists()

    @property
    def state_name(self) -> Any:
        """Its state in the reader's language."""
        return STATES[self.state]


class ProcedureStep(models.Model):
    """One step of a running procedure: who it waits for, since when, until when.

    After `due_on` those to whom it escalates may decide too; after `ends_on` the `default` counts. Both follow from the days
    alone: `escalated_at` and `stuck_at` (nobody can decide) are kept so that each is told of once.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="steps")
    place = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    title = models.JSONField(default=dict)
    role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    committee = models.ForeignKey("zhike.Committee", models.PROTECT, null=True, blank=True, related_name="+")
    needs_all = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="waiting")
    outcome = models.CharField(max_length=10, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    default = models.CharField(max_length=10, blank=True)
    escalate_role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, related_name="+")
    escalate_committee = models.ForeignKey(
        "zhike.Committee", models.PROTECT, null=True, blank=True, related_name="+"
    )
    stuck_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_procedure_step"
        ordering = ["procedure", "place", "id"]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(state="open"), name="step_open"),
            models.Index(fields=["role"], condition=Q(state="open"), name="step_open_role"),
            models.Index(fields=["ends_on"], condition=Q(state="open"), name="step_open_ends"),
        ]
        constraints = [models.UniqueConstraint(fields=["procedure", "code"], name="one_step_per_code")]

    def __str__(self) -> str:
        return said(self.title) or self.code

    @property
    def state_name(self) -> Any:
        """Its state in the reader's language."""
        return STEP_STATES[self.state]


class StepPerson(models.Model):
    """A person named at a step besides the rule: a signer who was added, or somebody who may not decide there."""

    step = models.ForeignKey(ProcedureStep, models.PROTECT, related_name="named")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    part = models.CharField(max_length=8)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "zhike_procedure_person"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["step", "person", "part"], name="named_once_at_a_step")
        ]
        indexes = [models.Index(fields=["person", "part"], name="step_person")]

    def __str__(self) -> str:
        return f"{self.person} · {PARTS[self.part]}"


class StepDecision(models.Model):
    """What one person decided at a step, for themselves or for whom they stand in; exactly one per seat."""

    step = models.ForeignKey(ProcedureStep, models.PROTECT, related_name="decisions")
    seat = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    choice = models.CharField(max_length=10)
    ground = models.TextField(blank=True)
    at = models.DateTimeField()
    resolution = models.ForeignKey(
        "zhike.Resolution", models.PROTECT, null=True, blank=True, related_name="decisions"
    )

    class Meta:
        db_table = "zhike_procedure_decision"
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["step", "seat"], name="one_decision_per_seat")]
        indexes = [models.Index(fields=["person"], name="decision_person")]

    def __str__(self) -> str:
        return f"{self.person} · {self.choice}"

    @property
    def stands_in(self) -> bool:
        """Whether somebody decided for somebody else."""
        return self.seat_id is not None and self.seat_id != self.person_id

    @property
    def choice_name(self) -> Any:
        """The choice in the reader's language."""
        return CHOICES[self.choice]


class ProcedureNote(models.Model):
    """A comment on a procedure, with or without a file."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="notes")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(_("comment"), blank=True)
    file_name = models.CharField(_("file"), max_length=160, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "zhike_procedure_note"
        ordering = ["id"]
        verbose_name = _("comment")

    def __str__(self) -> str:
        return self.text[:80] or self.file_name
