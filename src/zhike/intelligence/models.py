"""What is known of markets, industries and competitors (ANA-09)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.people.models import Person


class Intelligence(models.Model):
    """One finding: a need of the market, a trend of an industry, or a competitor's move."""

    kind = models.CharField(_("kind"), max_length=12)
    title = models.CharField(_("title"), max_length=160)
    text = models.TextField(_("what is known"), blank=True)
    industry = models.CharField(_("industry"), max_length=20, blank=True)
    competitor = models.CharField(_("competitor"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=200)
    known_on = models.DateField(_("day"))
    reliability = models.CharField(_("reliability"), max_length=10)
    growth = models.DecimalField(
        _("growth of the industry, percent"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    customers: models.ManyToManyField = models.ManyToManyField("zhike.Customer", related_name="+", blank=True)  # type: ignore[type-arg]
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_intelligence"
        ordering = ["-known_on", "-id"]
        verbose_name = _("market intelligence")
        indexes = [models.Index(fields=["industry", "-known_on"], name="intelligence_industry")]

    def __str__(self) -> str:
        return self.title
