"""A department's figures of a month, and what the orders say beside them (GRD-17, GRD-18)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.kernel.amounts import AmountField
from zhike.people.models import Department, Person

STATES = {
    "submitted": _("submitted"), "returned": _("returned"), "signed": _("signed off"), "replaced": _("replaced"),
}  # fmt: skip
"""State of a submission -> its name; a month without one is missing."""


class Submission(models.Model):
    """The figures of one department for one month; a correction of a signed month is a further one."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("department"))
    month = models.DateField(_("month"))
    number = models.PositiveSmallIntegerField(_("edition"), default=1)
    state = models.CharField(_("state"), max_length=10, default="submitted")
    source = models.CharField(_("source"), max_length=10)
    file_name = models.CharField(_("file"), max_length=160, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    note = models.TextField(_("note"), blank=True)
    submitted_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("submitted by"))
    submitted_at = models.DateTimeField(_("submitted"))
    checked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("verified by")
    )
    checked_at = models.DateTimeField(_("verified"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        db_table = "zhike_submission"
        ordering = ["-month", "department", "-number"]
        verbose_name = _("monthly figures")
        constraints = [
            models.UniqueConstraint(fields=["department", "month", "number"], name="submission_edition"),
            models.UniqueConstraint(
                fields=["department", "month"],
                condition=models.Q(state="submitted"),
                name="one_submission_waits",
            ),
            models.UniqueConstraint(
                fields=["department", "month"],
                condition=models.Q(state="signed"),
                name="one_submission_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.month:%Y-%m}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/submissions/{self.pk}/"


class SubmissionLine(models.Model):
    """A customer's figures of the month as submitted, in the company's currency, with the orders' own sums beside."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="lines")
    customer = models.ForeignKey(
        "zhike.Customer", models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    amount = AmountField(_("order amount"))
    orders = models.PositiveIntegerField(_("orders"))
    profit = AmountField(_("profit"), null=True, blank=True)
    ledger_amount = AmountField(_("amount by the orders"))
    ledger_orders = models.PositiveIntegerField(_("number by the orders"))
    ledger_profit = AmountField(_("profit by the orders"), null=True, blank=True)
    explanation = models.CharField(_("explanation"), max_length=300, blank=True)

    class Meta:
        db_table = "zhike_submission_line"
        ordering = ["submission", "customer"]
        constraints = [models.UniqueConstraint(fields=["submission", "customer"], name="submission_line")]

    def __str__(self) -> str:
        return f"{self.customer}"
