"""Calendars and their special days."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhike.kernel.working import Hours, Ranges

OFFICE = [[540, 720], [810, 1080]]
USUAL = [OFFICE] * 5 + [[], []]
KINDS = {"holiday": _("holiday"), "work": _("make-up working day")}
"""Kind of a special day -> its name."""


class Calendar(models.Model):
    """Working hours by weekday: a list of seven lists of ranges in minutes after midnight, Monday first."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)
    week = models.JSONField(_("working hours"), default=list)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "zhike_calendar"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    def hours(self) -> Hours:
        """What `zhike.kernel.working` counts with."""
        week: tuple[Ranges, ...] = tuple(tuple((begin, end) for begin, end in day) for day in self.week)
        usual = next((ranges for ranges in week if ranges), ())
        days = {one.day: usual if one.kind == "work" else () for one in self.days.all()}
        return Hours(week, days, settings.TIME_ZONE)


class SpecialDay(models.Model):
    """A day on which another rule holds than on its weekday; `confirmed` once the make-up days of its year are published."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="days")
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=8)
    name = models.CharField(_("name"), max_length=80, blank=True)
    shipped = models.BooleanField(default=False)
    confirmed = models.BooleanField(default=True)

    class Meta:
        db_table = "zhike_special_day"
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="one_rule_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


def company_calendar() -> Calendar:
    """The calendar that counts when no other is named."""
    return Calendar.objects.prefetch_related("days").order_by("pk")[0]


def unconfirmed(years: list[int]) -> list[int]:
    """Years whose make-up days are not published yet, or not brought in."""
    return [
        year
        for year in years
        if not SpecialDay.objects.filter(
            day__gte=date(year, 1, 1), day__lte=date(year, 12, 31), confirmed=True
        ).exists()
    ]
