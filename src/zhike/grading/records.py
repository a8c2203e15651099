"""What stands around grades: putting proposals before management, and what a grade opens and ends."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
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
