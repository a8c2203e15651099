"""Procedures that run, their steps, and what people decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.people.models import Department, Person, Role

STATES = {
    "open": _("open"), "approved": _("approved"), "rejected": _("rejected"), "returned": _("returned"),
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
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        db_table = "zhike_procedure"
        ordering = ["-id"]
        verbose_name = _("procedure")
        indexes = [models.Index(fields=["noun", "record"], name="procedure_record")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "noun", "record"], condition=Q(state="open"), name="one_open_procedure"
            )
        ]

    def __str__(self) -> str:
        return self.title


class ProcedureStep(models.Model):
    """One step of a running procedure: who it waits for, since when, until when."""

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
    escalated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_procedure_step"
        ordering = ["procedure", "place", "id"]
        indexes = [models.Index(fields=["due_on", "id"], condition=Q(state="open"), name="step_open")]

    def __str__(self) -> str:
        return self.code


class StepDecision(models.Model):
    """What one person decided at a step, for themselves or for whom they stand in; exactly one per seat."""

    step = models.ForeignKey(ProcedureStep, models.PROTECT, related_name="decisions")
    seat = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    choice = models.CharField(max_length=10)
    ground = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "zhike_procedure_decision"
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["step", "seat"], name="one_decision_per_seat")]

    def __str__(self) -> str:
        return f"{self.person} · {self.choice}"
