"""What stands around grades: putting proposals before management, and what a grade opens and ends."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.grading.causes import detail_text
from zhike.grading.models import Grade, GradingRun, OfCustomers
from zhike.people.models import Person


class Determination(models.Model):
    """The proposals of a run were put before management: from which day they take effect, until when they are decided (GRD-21)."""

    run = models.OneToOneField(GradingRun, models.PROTECT, related_name="determination")
    effective_on = models.DateField(_("takes effect on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    confirmed = models.PositiveIntegerField(_("grades confirmed"), default=0)
    submitted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("submitted by")
    )
    submitted_at = models.DateTimeField(_("submitted"))
    due_on = models.DateField(_("to be decided by"), null=True, blank=True)
    ended_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        db_table = "zhike_grade_determination"
        ordering = ["-id"]
        verbose_name = _("submission to management")

    def __str__(self) -> str:
        return str(self.run)


class TreatmentQuerySet(OfCustomers):
    """Changes of treatment."""

    def waiting(self) -> TreatmentQuerySet:
        """Those with open items that the manager has not confirmed."""
        return self.filter(confirmed_at__isnull=True, has_ends=True)


class Treatment(models.Model):
    """What a grade opens, and what of the former grade it ends (GRD-23): names of obligations of the two versions.

    The manager confirms what becomes of the items that end; `answers` holds the word for each of them.
    """

    grade = models.OneToOneField(Grade, models.PROTECT, related_name="treatment")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    former = models.ForeignKey(Grade, models.PROTECT, null=True, related_name="+")
    opens = models.JSONField(default=list)
    ends = models.JSONField(default=list)
    stays = models.JSONField(default=list)
    has_ends = models.BooleanField(default=False)
    hours_before = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    hours = models.DecimalField(_("response within hours"), max_digits=7, decimal_places=2, null=True)
    from_on = models.DateField(_("from"))
    answers = models.JSONField(default=dict)
    note = models.CharField(_("note"), max_length=300, blank=True)
    confirmed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    objects = TreatmentQuerySet.as_manager()

    class Meta:
        db_table = "zhike_treatment"
        ordering = ["-from_on", "-id"]
        verbose_name = _("change of treatment")
        indexes = [
            models.Index(
                fields=["customer", "from_on"],
                condition=Q(confirmed_at__isnull=True, has_ends=True),
                name="treatment_waiting",
            )
        ]

    def __str__(self) -> str:
        return str(self.grade)


class GradeEvent(models.Model):
    """Something happened that calls for a new grade: once per customer, kind and what it is about (GRD-24)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="grade_events")
    kind = models.CharField(_("kind"), max_length=16)
    about = models.CharField(max_length=80)
    detail = models.CharField(_("detail"), max_length=300)
    found_on = models.DateField(_("found on"))
    run = models.ForeignKey(GradingRun, models.PROTECT, null=True, related_name="events")

    objects = OfCustomers.as_manager()

    class Meta:
        db_table = "zhike_grade_event"
        ordering = ["-found_on", "-id"]
        verbose_name = _("event")
        constraints = [models.UniqueConstraint(fields=["customer", "kind", "about"], name="grade_event_once")]
        indexes = [models.Index(fields=["run", "customer"], name="grade_event_run")]

    def __str__(self) -> str:
        return detail_text(self.detail)


class Evaluation(models.Model):
    """An evaluation of a customer within the period that its grade asks for: a talk, or a decision (GRD-25, GRD-26)."""

    grade = models.ForeignKey(Grade, models.PROTECT, related_name="evaluations")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="evaluations")
    period_from = models.DateField(_("period from"))
    period_until = models.DateField(_("period until"))
    done_on = models.DateField(_("done on"))
    talked_on = models.DateField(_("talk on"), null=True, blank=True)
    talked_with = models.CharField(_("talked with"), max_length=120, blank=True)
    result = models.TextField(_("result"))
    next_actions = models.TextField(_("next actions"))
    decision = models.CharField(_("decision"), max_length=10, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("evaluated by"))
    at = models.DateTimeField()

    objects = OfCustomers.as_manager()

    class Meta:
        db_table = "zhike_evaluation"
        ordering = ["-done_on", "-id"]
        verbose_name = _("evaluation")
        constraints = [
            models.UniqueConstraint(fields=["grade", "period_from"], name="one_evaluation_per_period")
        ]
        indexes = [models.Index(fields=["customer", "-done_on"], name="evaluation_customer")]

    def __str__(self) -> str:
        return f"{self.customer} · {self.period_until:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/grading/evaluations/{self.grade_id}/{self.period_from:%Y-%m-%d}/"


class Exit(models.Model):
    """Cooperation with a customer ends: it closes when every item of the checklist is dealt with (GRD-26)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="exits")
    evaluation = models.OneToOneField(Evaluation, models.PROTECT, related_name="exit")
    ground = models.TextField(_("reason"))
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("decided by"))
    opened_at = models.DateTimeField(_("decided"))
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = OfCustomers.as_manager()

    class Meta:
        db_table = "zhike_exit"
        ordering = ["-id"]
        verbose_name = _("end of cooperation")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(closed_at__isnull=True), name="one_open_exit"
            )
        ]

    def __str__(self) -> str:
        return str(self.customer)

    def get_absolute_url(self) -> str:
        """Its checklist."""
        return f"/grading/exits/{self.pk}/"


class ExitSettlement(models.Model):
    """How an item of an exit was dealt with, where the facts do not show it by themselves."""

    exit = models.ForeignKey(Exit, models.PROTECT, related_name="settlements")
    item = models.CharField(max_length=90)
    how = models.CharField(_("dealt with by"), max_length=300)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "zhike_exit_settlement"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["exit", "item"], name="exit_item_once")]

    def __str__(self) -> str:
        return self.how
