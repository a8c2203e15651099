"""Changing the company's calendar."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.calendars.models import Calendar, SpecialDay
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.kernel.working import Ranges, check_ranges
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "hours_changed": gettext_lazy("%(who)s changed the working hours of “%(what)s”"),
    "day_marked": gettext_lazy("%(who)s marked %(what)s in the calendar"),
    "day_cleared": gettext_lazy("%(who)s cleared %(what)s from the calendar"),
})  # fmt: skip


@transaction.atomic
def change_hours(
    *, calendar: Calendar, version: int, week: tuple[Ranges, ...], by: Person, at: datetime
) -> Calendar:
    """Set the working ranges of the seven weekdays. Raises Conflict when somebody else was first."""
    allow(by, "manage_calendars")
    for ranges in week:
        check_ranges(ranges)
    plain = [[list(one) for one in day] for day in week]
    if not Calendar.objects.filter(pk=calendar.pk, version=version).update(
        week=plain, version=F("version") + 1
    ):
        raise Conflict(_("Somebody else changed the calendar while you were editing."))
    journal(calendar, "hours_changed", by=by, at=at, before={"week": calendar.week}, after={"week": plain})
    calendar.refresh_from_db()
    return calendar


@transaction.atomic
def mark_day(*, calendar: Calendar, day: date, kind: str, name: str, by: Person, at: datetime) -> SpecialDay:
    """Make a day a holiday or a working day, whatever was shipped for it."""
    allow(by, "manage_calendars")
    if kind not in {"holiday", "work"}:
        raise Invalid(_("A special day is a holiday or a working day."), fields={"kind": _("unknown")})
    before = SpecialDay.objects.filter(calendar=calendar, day=day).first()
    marked, _made = SpecialDay.objects.update_or_create(
        calendar=calendar, day=day, defaults={"kind": kind, "name": name, "shipped": False, "confirmed": True}
    )
    journal(
        marked,
        "day_marked",
        by=by,
        at=at,
        before={"kind": before.kind} if before else {},
        after={"kind": kind},
    )
    return marked


@transaction.atomic
def clear_day(*, special: SpecialDay, by: Person, at: datetime) -> None:
    """Let a day follow its weekday again."""
    allow(by, "manage_calendars")
    journal(special, "day_cleared", by=by, at=at, before={"kind": special.kind})
    special.delete()
