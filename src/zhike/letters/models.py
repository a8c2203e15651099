"""Templates of letters, and the letters that told customers their grade (GRD-22)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Contact, Customer
from zhike.grading.models import Grade
from zhike.people.models import Person

STATES = {
    "due": _("to be sent"), "queued": _("being sent"), "sent": _("sent"), "delivered": _("delivered"),
    "received": _("receipt confirmed"), "failed": _("failed"), "suppressed": _("not told, approved"),
}  # fmt: skip
"""State of a letter -> its name."""


class LetterTemplate(models.Model):
    """A Word file with placeholders, for a grade (empty: every grade) and a language; a change is a further edition."""

    policy = models.CharField(_("policy"), max_length=60, blank=True)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10)
    name = models.CharField(_("name"), max_length=120)
    wording = models.CharField(_("what the customer reads for the grade"), max_length=120, blank=True)
    file = models.BinaryField()
    file_name = models.CharField(_("file"), max_length=160)
    edition = models.PositiveIntegerField(default=1)
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_letter_template"
        ordering = ["policy", "grade", "language", "-edition"]
        verbose_name = _("letter template")

    def __str__(self) -> str:
        return self.name


class Letter(models.Model):
    """One letter about one grade of one customer; what was sent is kept as it was sent."""

    grade = models.OneToOneField(Grade, models.PROTECT, related_name="letter")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="letters")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    template = models.ForeignKey(LetterTemplate, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(_("language"), max_length=10, blank=True)
    state = models.CharField(_("state"), max_length=10, default="due")
    means = models.CharField(_("sent by"), max_length=6, blank=True)
    address = models.CharField(_("address"), max_length=254, blank=True)
    due_on = models.DateField(_("due"))
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("owner"))
    file = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    token = models.CharField(max_length=64, unique=True)
    sent_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("sent by")
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    received_at = models.DateTimeField(_("receipt confirmed"), null=True, blank=True)
    received_by = models.CharField(_("confirmed by"), max_length=80, blank=True)
    error = models.CharField(max_length=300, blank=True)
    ground = models.TextField(_("reason"), blank=True)
    suppressed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "zhike_letter"
        ordering = ["due_on", "id"]
        verbose_name = _("letter")
        indexes = [models.Index(fields=["state", "due_on", "id"], name="letter_due")]

    def __str__(self) -> str:
        return f"{self.customer} · {self.grade.grade}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/letters/{self.pk}/"
