"""A department's figures of a month, and what the orders say beside them (GRD-17, GRD-18)."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.kernel.amounts import AmountField
from zhike.people.models import Department, Person

STATES = {
    "submitted": pgettext_lazy("figures", "submitted"), "returned": pgettext_lazy("figures", "returned"), "signed": _("signed off"), "replaced": _("replaced"),
}  # fmt: skip
"""State of a submission -> its name; a month without one is missing."""
SOURCES = {"orders": _("from the orders"), "sheet": _("uploaded sheet")}
"""Where the figures come from -> its name."""


def departments_of(person: Person) -> models.QuerySet[Department]:
    """The departments whose figures a person sees: all, or the own one and those below; regions cut across departments."""
    scopes = person.access.scopes
    if "all" in scopes:
        return Department.objects.all()
    found = Q(head=person)
    if "department" in scopes and person.department is not None:
        found |= Q(path__startswith=person.department.path)
    return Department.objects.filter(found)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Submissions."""

    def visible_to(self, person: Person) -> Self:
        """Those of departments whose figures a person sees."""
        return self.filter(department__in=departments_of(person))

    def standing(self) -> Self:
        """Those that stand for their month: submitted or signed off."""
        return self.filter(state__in=["submitted", "signed"])


class Submission(models.Model):
    """The figures of one department for one month; a correction of a signed month is a further one.

    `drift` counts the customers whose orders of the month have changed since the submission; a job keeps it up.
    """

    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("department"))
    month = models.DateField(_("month"))
    number = models.PositiveSmallIntegerField(_("edition"), default=1)
    state = models.CharField(_("state"), max_length=10, default="submitted")
    source = models.CharField(_("source"), max_length=10)
    currency = models.CharField(_("currency"), max_length=3)
    file_name = models.CharField(_("file"), max_length=160, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    note = models.TextField(_("note"), blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrections")
    submitted_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("submitted by"))
    submitted_at = models.DateTimeField(_("submitted"))
    checked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("verified by")
    )
    checked_at = models.DateTimeField(_("verified"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    customers = models.PositiveIntegerField(_("customers"), default=0)
    differences = models.PositiveIntegerField(_("differences"), default=0)
    amount = AmountField(_("order amount"), default=0)
    drift = models.PositiveIntegerField(default=0)
    drift_at = models.DateTimeField(null=True, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        db_table = "zhike_submission"
        ordering = ["-month", "department", "-number"]
        verbose_name = _("monthly figures")
        constraints = [
            models.UniqueConstraint(fields=["department", "month", "number"], name="submission_edition"),
            models.UniqueConstraint(
                fields=["department", "month"],
                condition=Q(state="submitted"),
                name="one_submission_waits",
            ),
            models.UniqueConstraint(
                fields=["department", "month"],
                condition=Q(state="signed"),
                name="one_submission_signed",
            ),
        ]
        indexes = [models.Index(fields=["month", "department"], name="submission_month")]

    def __str__(self) -> str:
        return f"{self.department} {self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/submissions/{self.pk}/"

    def is_visible_to(self, person: Person) -> bool:
        """Whether a person sees these figures."""
        return Submission.objects.visible_to(person).filter(pk=self.pk).exists()

    @property
    def file(self) -> Path:
        """Where the uploaded sheet lies."""
        return Path(settings.MEDIA_ROOT) / "submissions" / self.sha256[:2] / self.sha256


class LineQuerySet(models.QuerySet["SubmissionLine"]):
    """Lines of submissions."""

    def differing(self) -> Self:
        """Those with a difference."""
        return self.exclude(differs="")

    def unexplained(self) -> Self:
        """Those with a difference that nobody has explained."""
        return self.differing().filter(explanation="")


class SubmissionLine(models.Model):
    """A customer's figures of the month as submitted, in the company's currency, with the orders' own sums beside.

    `differs` names what does not agree, codes of `reconciling.DIFFERENCES` between commas; empty where all agrees. What
    a sheet does not hold is None; a name that no customer bears stands in `label` alone. `usual` is the amount of an
    ordinary month of this customer.
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="lines")
    customer = models.ForeignKey(
        "zhike.Customer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    label = models.CharField(_("customer in the sheet"), max_length=160, blank=True)
    row = models.PositiveIntegerField(_("row"), default=0)
    amount = AmountField(_("order amount"), null=True, blank=True)
    orders = models.IntegerField(_("orders"), null=True, blank=True)
    profit = AmountField(_("profit"), null=True, blank=True)
    ledger_amount = AmountField(_("amount by the orders"))
    ledger_orders = models.PositiveIntegerField(_("number by the orders"))
    ledger_profit = AmountField(_("profit by the orders"), null=True, blank=True)
    usual = AmountField(_("usual month"), null=True, blank=True)
    differs = models.CharField(max_length=80, blank=True)
    explanation = models.CharField(_("explanation"), max_length=300, blank=True)
    explained_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("explained by")
    )
    explained_at = models.DateTimeField(null=True, blank=True)

    objects = LineQuerySet.as_manager()

    class Meta:
        db_table = "zhike_submission_line"
        ordering = ["submission", "id"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "customer"], name="submission_line"),
        ]
        indexes = [
            models.Index(fields=["submission", "id"], condition=~Q(differs=""), name="submission_difference"),
        ]

    def __str__(self) -> str:
        return str(self.customer or self.label)


class Chase(models.Model):
    """Somebody was told that figures are late: the head of the department first, then whoever stands above."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    month = models.DateField()
    stage = models.CharField(max_length=10)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    day = models.DateField()

    class Meta:
        db_table = "zhike_submission_chase"
        ordering = ["-month", "department", "id"]
        constraints = [models.UniqueConstraint(fields=["department", "month", "stage"], name="chased_once")]

    def __str__(self) -> str:
        return f"{self.department} {self.month:%Y-%m} {self.stage}"
