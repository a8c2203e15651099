"""Codes for signing in to the portal, and visits: apart from the sessions of the company's people."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.accesses.models import PortalAccess

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5


class PortalCode(models.Model):
    """Somebody asked for a code to an address, from one browser: only there it can be used, once, within ten minutes.

    A row is written for every address that is typed, also where nobody has access: then no code is ever made.
    """

    token = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    code = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "zhike_portal_code"
        verbose_name = _("portal code")

    def __str__(self) -> str:
        return f"{self.pk}"


class PortalVisit(models.Model):
    """A browser that has proven an address; `access` is the one it uses, of those opened for that address."""

    token = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    access = models.ForeignKey(PortalAccess, models.CASCADE, null=True, related_name="visits")
    begun_at = models.DateTimeField(db_index=True)
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "zhike_portal_visit"
        verbose_name = _("visit to the portal")

    def __str__(self) -> str:
        return f"{self.pk}"

    def is_over(self, at: datetime, idle: timedelta, whole: timedelta) -> bool:
        """Whether it has ended: left, idle too long, or begun too long ago."""
        return self.ended_at is not None or at - self.seen_at > idle or at - self.begun_at > whole
