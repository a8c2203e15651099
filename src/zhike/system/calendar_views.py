"""The page of the company's calendar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from zhike.calendars.actions import ship_calendar
from zhike.calendars.models import KINDS, Calendar, SpecialDay, company_calendar, unconfirmed
from zhike.kernel.working import Ranges, check_ranges
from zhike.people.doors import door, me
from zhike.people.rules import can
from zhike.system.calendar_actions import change_hours, clear_day, mark_day

WEEKDAYS = (
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
)  # fmt: skip


class RangesField(forms.CharField):
    """Ranges such as `09:00-12:00, 13:30-18:00`; empty means no work."""

    def clean(self, value: Any) -> Ranges:
        text = super().clean(value)
        try:
            ranges = tuple(_range(part) for part in text.replace("，", ",").split(",") if part.strip())
            check_ranges(ranges)
        except ValueError as error:
            raise forms.ValidationError(_("Write ranges such as 09:00-12:00, 13:30-18:00.")) from error
        return ranges


def _range(text: str) -> tuple[int, int]:
    begin, _dash, end = text.strip().partition("-")
    return _minutes(begin), _minutes(end)


def _minutes(text: str) -> int:
    hours, _colon, minutes = text.strip().partition(":")
    if not 0 <= int(minutes) < 60:
        raise ValueError(text)
    return int(hours) * 60 + int(minutes)


def shown(ranges: Any) -> str:
    """Ranges as they are typed."""
    return ", ".join(f"{a // 60:02d}:{a % 60:02d}-{b // 60:02d}:{b % 60:02d}" for a, b in ranges)


class WeekForm(forms.Form):
    """The working hours of the week."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in enumerate(WEEKDAYS):
            self.fields[f"day{number}"] = RangesField(label=name, required=False, max_length=120)

    def week(self) -> tuple[Ranges, ...]:
        """The ranges by weekday."""
        return tuple(self.cleaned_data[f"day{number}"] for number in range(7))


class DayForm(forms.Form):
    """A special day."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=lambda: list(KINDS.items()))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, required=False)


def _calendar(year: int) -> Calendar:
    if not Calendar.objects.exists():
        ship_calendar(year=year)
    return company_calendar()


@door()
def calendar(request: HttpRequest) -> HttpResponse:
    """The week, and the special days of a year."""
    now = timezone.now()
    this_year = timezone.localtime(now).year
    found = _calendar(this_year)
    form = WeekForm(request.POST or None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        change_hours(
            calendar=found, version=form.cleaned_data["version"], week=form.week(), by=me(request), at=now
        )
        return redirect("calendar")
    return _page(request, found, form, DayForm())


def _page(request: HttpRequest, found: Calendar, form: WeekForm, day_form: DayForm) -> HttpResponse:
    this_year = timezone.localdate().year
    asked = request.GET.get("year", "")
    year = (
        int(asked)
        if len(asked) == 4 and asked.isascii() and asked.isdigit() and 1900 <= int(asked) <= 9000
        else this_year
    )
    page = {
        "calendar": found, "form": form, "day_form": day_form, "year": year, "years": range(this_year - 1, this_year + 2),
        "days": [one for one in found.days.all() if one.day.year == year], "unconfirmed": unconfirmed([year]),
        "kinds": KINDS, "may": can(me(request), "manage_calendars"), "week": _week(found),
    }  # fmt: skip
    return render(
        request, "system/calendar.html", page, status=422 if form.errors or day_form.errors else 200
    )


def _initial(found: Calendar) -> dict[str, Any]:
    return {"version": found.version, **{f"day{number}": shown(day) for number, day in enumerate(found.week)}}


def _week(found: Calendar) -> list[tuple[Any, str]]:
    return [(name, shown(day)) for name, day in zip(WEEKDAYS, found.week, strict=True)]


@door("manage_calendars")
@require_POST
def calendar_days(request: HttpRequest) -> HttpResponse:
    """Mark a day."""
    form, found = DayForm(request.POST), _calendar(timezone.localdate().year)
    if not form.is_valid():
        return _page(request, found, WeekForm(initial=_initial(found)), form)
    mark_day(calendar=found, by=me(request), at=timezone.now(), **form.cleaned_data)
    return redirect(f"/calendar/?year={form.cleaned_data['day'].year}")


@door("manage_calendars")
@require_POST
def calendar_day(request: HttpRequest, number: int) -> HttpResponse:
    """Clear a day."""
    special = get_object_or_404(SpecialDay, pk=number)
    clear_day(special=special, by=me(request), at=timezone.now())
    return redirect(f"/calendar/?year={special.day.year}")
