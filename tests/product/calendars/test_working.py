"""Working time by the calendar: several ranges a day, holidays and make-up days of 2026, changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.calendars.actions import ship_calendar, take_year
from zhike.calendars.china import china
from zhike.calendars.models import Calendar, SpecialDay, company_calendar
from zhike.kernel.working import Hours, add_working, deadline, working_minutes

OFFICE = ((540, 720), (810, 1080))  # 9:00-12:00, 13:30-18:00: 450 minutes
WEEK = (OFFICE,) * 5 + ((), ())
PLAIN = Hours(WEEK, {}, "Asia/Shanghai")
NEW_YEAR = Hours(
    WEEK, {one.day: OFFICE if one.kind == "work" else () for one in china(2026).days}, "Asia/Shanghai"
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-06-29 09:00", "2026-06-29 18:00", 450),
        ("2026-06-29 11:30", "2026-06-29 14:00", 60),  # the midday break does not count
        ("2026-06-29 12:00", "2026-06-29 13:30", 0),
        ("2026-06-29 06:00", "2026-06-29 23:00", 450),
        ("2026-06-26 17:00", "2026-06-29 10:00", 120),  # over a weekend
        ("2026-06-29 10:00", "2026-06-29 09:00", 0),
    ],
)
def test_working_minutes(start, end, minutes):
    assert working_minutes(PLAIN, at(start), at(end)) == minutes


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-06-29 09:00", 60, "2026-06-29 10:00"),
        ("2026-06-29 11:30", 60, "2026-06-29 14:00"),
        ("2026-06-26 17:30", 60, "2026-06-29 09:30"),
        ("2026-06-27 10:00", 0, "2026-06-29 09:00"),
        ("2026-06-29 09:00", 450, "2026-06-29 18:00"),
    ],
)
def test_add_working(start, minutes, end):
    assert add_working(PLAIN, at(start), minutes) == at(end)


def test_spring_festival_of_2026_and_its_make_up_days():
    assert [day for day in range(14, 25) if not NEW_YEAR.is_working(date(2026, 2, day))] == [
        15,
        16,
        17,
        18,
        19,
        20,
        21,
        22,
        23,
    ]
    assert NEW_YEAR.is_working(date(2026, 2, 14))  # a Saturday that is worked
    assert NEW_YEAR.is_working(date(2026, 2, 28))
    assert add_working(NEW_YEAR, at("2026-02-14 17:00"), 120) == at("2026-02-24 10:00")


def test_a_make_up_sunday_counts_and_a_holiday_on_a_weekday_does_not():
    assert working_minutes(NEW_YEAR, at("2026-10-01 00:00"), at("2026-10-08 00:00")) == 0
    assert working_minutes(NEW_YEAR, at("2026-09-20 00:00"), at("2026-09-21 00:00")) == 450


def test_a_year_without_published_make_up_days_is_not_confirmed():
    assert (china(2026).confirmed, china(2027).confirmed) == (True, False)


def test_the_hour_that_a_change_of_clocks_skips_does_not_count():
    night = Hours((((0, 1440),),) * 7, {}, "Europe/Berlin")
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 3, 29, tzinfo=berlin)
    assert working_minutes(night, start, datetime(2026, 3, 30, tzinfo=berlin)) == 23 * 60


@given(ahead=st.integers(0, 300 * 1440), minutes=st.integers(0, 20_000))
def test_what_was_added_is_what_is_counted(ahead, minutes):
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=ahead)
    assert working_minutes(NEW_YEAR, begin, add_working(NEW_YEAR, begin, minutes)) == minutes


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-06-29 11:00", "2", "2026-06-29 14:30"),  # over the midday break and not a minute of it
        ("2026-06-29 17:00", "2", "2026-06-30 10:00"),  # over a night
        ("2026-06-26 17:30", "1", "2026-06-29 09:30"),  # over a weekend
        ("2026-06-27 12:00", "0.25", "2026-06-29 09:15"),  # from a Saturday on
        ("2026-09-30 17:00", "2", "2026-10-08 10:00"),  # over the holidays of October
        ("2026-09-18 17:00", "2", "2026-09-20 10:00"),  # into a make-up Sunday
    ],
)
def test_a_deadline_in_working_hours_is_where_the_minutes_of_work_run_out(start, limit, due):
    found, begin = deadline(at(start), Decimal(limit), NEW_YEAR), at(start).astimezone(UTC)
    counted, moment = 0, begin
    while counted < Decimal(limit) * 60:  # an oracle: minute by minute
        local = moment.astimezone(ZoneInfo("Asia/Shanghai"))
        minute = local.hour * 60 + local.minute
        counted += any(first <= minute < last for first, last in NEW_YEAR.ranges(local.date()))
        moment += timedelta(minutes=1)
    assert found == moment == at(due)


def test_a_deadline_of_elapsed_hours_counts_nights_and_changes_of_the_clock():
    berlin = ZoneInfo("Europe/Berlin")
    assert deadline(at("2026-06-26 17:30"), Decimal(24)) == at("2026-06-27 17:30")
    assert deadline(datetime(2026, 3, 28, 12, tzinfo=berlin), Decimal(24)) == datetime(
        2026, 3, 29, 13, tzinfo=berlin
    )
    assert deadline(at("2026-06-26 17:30"), Decimal("0.01")) == at("2026-06-26 17:31")


@pytest.mark.parametrize("ranges", [((600, 540),), ((540, 720), (700, 800)), ((0, 1500),)])
def test_ranges_that_make_no_sense_are_refused(ranges):
    with pytest.raises(ValueError, match="follow one another"):
        Hours((ranges,) + ((),) * 6, {}, "UTC")


def test_a_calendar_without_working_time_has_no_answer():
    with pytest.raises(ValueError, match="no working time"):
        add_working(Hours(((),) * 7, {}, "UTC"), datetime(2026, 1, 1, tzinfo=UTC), 1)


@pytest.mark.django_db
def test_the_shipped_calendar_keeps_what_was_edited():
    ship_calendar(year=2026)
    calendar = Calendar.objects.get()
    assert calendar.days.filter(day__year=2026, kind="work").count() == len(
        [1 for d in china(2026).days if d.kind == "work"]
    )
    calendar.days.filter(day=date(2026, 10, 1)).update(kind="work", shipped=False, name="inventory")
    assert ship_calendar(year=2026) == 0
    assert company_calendar().hours().is_working(date(2026, 10, 1))


@pytest.mark.django_db
def test_a_year_is_replaced_once_it_is_confirmed():
    ship_calendar(year=2026)
    calendar = Calendar.objects.get()
    wrong = SpecialDay.objects.create(
        calendar=calendar, day=date(2026, 8, 8), kind="holiday", shipped=True, confirmed=False
    )
    own = SpecialDay.objects.create(calendar=calendar, day=date(2026, 8, 10), kind="holiday")
    take_year(calendar=calendar, year=2026)
    assert not SpecialDay.objects.filter(pk=wrong.pk).exists()
    assert SpecialDay.objects.filter(pk=own.pk).exists()
    assert add_working(calendar.hours(), at("2026-06-29 09:00"), 5) == at("2026-06-29 09:05")
