"""What is known of markets, industries and competitors (ANA-09)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.customers.life import AXES
from zhike.customers.models import Customer
from zhike.people.models import Person

KINDS = {"need": _("need of the market"), "trend": _("trend of an industry"), "move": _("competitor's move")}
"""What a finding is about -> its name."""
RELIABILITIES = {"sure": _("certain"), "likely": _("likely"), "hearsay": _("hearsay")}
"""How far a finding can be relied on -> its name."""
INDUSTRIES = AXES["industry"]


class IntelligenceQuerySet(models.QuerySet["Intelligence"]):
    """Findings."""

    def visible_to(self, person: Person) -> Self:
        """Those about an industry or a competitor at large, those about customers that a person sees, and the person's own."""
        if "all" in person.access.scopes:
            return self
        about = Intelligence.customers.through.objects.filter(
            customer__in=Customer.objects.visible_to(person)
        )
        return self.filter(
            ~Q(industry="")
            | Q(customers__isnull=True)
            | Q(added_by=person)
            | Q(pk__in=about.values("intelligence_id"))
        ).distinct()

    def standing(self) -> Self:
        """Those that nobody has closed."""
        return self.filter(closed_at__isnull=True)


class Intelligence(models.Model):
    """One finding: a need of the market, a trend of an industry, or a competitor's move.

    `confirmed_on` is the day on which it was last known to be true: that of the finding, until somebody confirms it.
    """

    kind = models.CharField(_("kind"), max_length=12)
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(_("what is known"), blank=True)
    industry = models.CharField(_("industry"), max_length=20, blank=True)
    competitor = models.CharField(_("competitor"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=200)
    known_on = models.DateField(_("day"))
    confirmed_on = models.DateField(_("last confirmed"))
    reliability = models.CharField(_("reliability"), max_length=10)
    growth = models.DecimalField(
        _("growth of the industry, percent a year"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    customers: models.ManyToManyField = models.ManyToManyField("zhike.Customer", related_name="+", blank=True)  # type: ignore[type-arg]
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = IntelligenceQuerySet.as_manager()

    class Meta:
        db_table = "zhike_intelligence"
        ordering = ["-known_on", "-id"]
        verbose_name = _("market intelligence")
        indexes = [
            models.Index(fields=["industry", "-known_on", "-id"], name="intelligence_industry"),
            models.Index(fields=["-known_on", "-id"], name="intelligence_day"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/intelligence/{self.pk}/"

    @property
    def kind_name(self) -> str:
        """The kind in the reader's language."""
        return str(KINDS.get(self.kind, self.kind))

    @property
    def industry_name(self) -> str:
        """The industry in the reader's language."""
        return str(INDUSTRIES.get(self.industry, self.industry))

    @property
    def reliability_name(self) -> str:
        """How far it can be relied on, in the reader's language."""
        return str(RELIABILITIES.get(self.reliability, self.reliability))

    def age(self, day: date) -> int:
        """Days since it was last known to be true."""
        return (day - self.confirmed_on).days
