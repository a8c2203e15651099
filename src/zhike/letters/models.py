"""Templates of letters, and the letters that told customers their grade (GRD-22)."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Contact, Customer
from zhike.grading.models import Grade
from zhike.people.models import Person

STATES = {
    "due": _("to be sent"), "queued": _("being sent"), "printed": _("to be posted"), "sent": _("sent"), "delivered": _("delivered"),
    "received": _("receipt confirmed"), "failed": _("failed"), "suppressed": _("not told, approved"),
    "replaced": _("overtaken by a later grade"),
}  # fmt: skip
"""State of a letter -> its name."""
UNTOLD = ("due", "queued", "printed", "failed")
"""The states in which the customer has not been told yet."""
MEANS = {"mail": _("e-mail"), "print": _("on paper")}
"""Way of sending -> its name."""


class Letterhead(models.Model):
    """How the company signs its letters, and its own periods where a policy names none; one row."""

    company_zh = models.CharField(_("company, in Chinese letters"), max_length=120, blank=True)
    company_en = models.CharField(_("company, in English letters"), max_length=120, blank=True)
    signed_zh = models.CharField(_("signature, in Chinese letters"), max_length=120, blank=True)
    signed_en = models.CharField(_("signature, in English letters"), max_length=120, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("days until a customer is to be told"), default=10)
    link_days = models.PositiveSmallIntegerField(_("days that a letter's page stays open"), default=180)

    class Meta:
        db_table = "zhike_letterhead"

    def __str__(self) -> str:
        return self.company_zh or self.company_en


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
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "grade", "language"],
                condition=Q(replaced_at__isnull=True),
                name="one_letter_template",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/letters/templates/{self.pk}/"

    @property
    def tongue(self) -> str:
        """The name of its language, in that language."""
        return dict(settings.LANGUAGES).get(self.language, self.language)


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters."""

    def visible_to(self, person: Person) -> Self:
        """Those to customers that a person sees."""
        if "all" in person.access.scopes:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(person))

    def untold(self) -> Self:
        """Those whose customer has not been told yet."""
        return self.filter(state__in=UNTOLD)


class Letter(models.Model):
    """One letter about one grade of one customer; what was sent is kept as it was sent."""

    grade = models.OneToOneField(Grade, models.PROTECT, related_name="letter")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="letters")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    template = models.ForeignKey(LetterTemplate, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(_("language"), max_length=10, blank=True)
    state = models.CharField(_("state"), max_length=10, default="due")
    means = models.CharField(_("sent"), max_length=6, blank=True)
    address = models.CharField(_("address"), max_length=254, blank=True)
    due_on = models.DateField(_("to be told by"))
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("owner"))
    word_sha256 = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    blocks = models.JSONField(default=dict)
    document = models.ForeignKey("zhike.Document", models.SET_NULL, null=True, related_name="+")
    attempt = models.PositiveSmallIntegerField(default=0)
    token = models.CharField(max_length=64, unique=True)
    opened_at = models.DateTimeField(_("to be told since"))
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
    suppressed_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        db_table = "zhike_letter"
        ordering = ["due_on", "id"]
        verbose_name = _("letter")
        indexes = [
            models.Index(fields=["state", "due_on", "id"], name="letter_due"),
            models.Index(fields=["due_on", "id"], name="letter_day"),
            models.Index(fields=["customer", "-id"], name="letter_customer"),
        ]

    def __str__(self) -> str:
        return str(self.grade)

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/letters/{self.pk}/"
