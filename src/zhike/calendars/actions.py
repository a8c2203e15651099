"""Shipping calendars. Rights are asked by whoever calls: the page in `zhike.system`."""

from __future__ import annotations

from django.db import transaction

from zhike.calendars.china import china
from zhike.calendars.models import USUAL, Calendar, SpecialDay


@transaction.atomic
def ship_calendar(*, year: int) -> int:
    """See to it that the company's calendar is there, with last year's to next year's days; how many days are new.

    A day that somebody edited stays. A year that was not confirmed is replaced once it is.
    """
    calendar, _made = Calendar.objects.get_or_create(
        code="company", defaults={"name_zh": "公司日历", "name_en": "Company calendar", "week": USUAL}
    )
    return sum(take_year(calendar=calendar, year=one) for one in (year - 1, year, year + 1))


@transaction.atomic
def take_year(*, calendar: Calendar, year: int) -> int:
    """Bring in the special days of a year of China; how many are new."""
    known = china(year)
    if known.confirmed:
        SpecialDay.objects.filter(calendar=calendar, day__year=year, shipped=True, confirmed=False).delete()
    before = calendar.days.count()
    SpecialDay.objects.bulk_create(
        (
            SpecialDay(
                calendar=calendar, day=one.day, kind=one.kind, name=one.name, shipped=True, confirmed=known.confirmed
            )
            for one in known.days
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    return calendar.days.count() - before
