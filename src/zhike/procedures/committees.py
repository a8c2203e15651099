"""Committees: members, sessions, papers, decisions and actions (ORG-03)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.people.models import Person


class Committee(models.Model):
    """A body with named members that decides in sessions."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    chair = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("chair")
    )
    members: models.ManyToManyField[Person, Person] = models.ManyToManyField(
        Person, related_name="committees", blank=True
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        db_table = "zhike_committee"
        ordering = ["id"]
        verbose_name = _("committee")

    def __str__(self) -> str:
        from django.utils.translation import get_language

        return self.name_zh if (get_language() or "").startswith("zh") or not self.name_en else self.name_en
