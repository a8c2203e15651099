"""Amounts, days and names as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from zhike.ui import figures

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)  # noon in Shanghai


@pytest.mark.parametrize(
    ("value", "currency", "places", "read"),
    [
        (Decimal("1234.505"), "CNY", 2, "¥1,234.51"),
        (Decimal("-0.5"), "", 0, "−1"),
        (Decimal("-0.4"), "", 0, "0"),
        (Decimal(0), "USD", 2, "US$0.00"),
        (Decimal(5), "JPY", 0, "JP¥5"),
        (None, "CNY", 2, "—"),
    ],
)
def test_an_amount_is_rounded_half_up_once(value, currency, places, read):
    assert figures.money(value, currency, places) == read


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (123_456_789, "1.23 亿", "123M"),
        (98_765, "9.88 万", "98.8K"),
        (9_999, "9,999", "10.0K"),
        (-30_000, "−3.00 万", "−30.0K"),
    ],
)
def test_a_large_number_is_read_as_the_language_counts(value, chinese, english):
    with translation.override("zh-hans"):
        assert figures.compact(Decimal(value)) == chinese
    with translation.override("en"):
        assert figures.compact(Decimal(value)) == english


@pytest.mark.parametrize(
    ("then", "read"),
    [
        (NOW - timedelta(seconds=30), "just now"),
        (NOW - timedelta(minutes=1), "1 minute ago"),
        (NOW - timedelta(hours=19), "19 hours ago"),
        (NOW - timedelta(hours=21), "yesterday"),
        (date(2026, 11, 22), "today"),
        (date(2026, 11, 19), "3 days ago"),
        (date(2026, 10, 1), "2026-10-01"),
        (date(2026, 11, 25), "2026-11-25"),
        (None, "—"),
    ],
)
def test_how_long_ago_something_was(then, read):
    with translation.override("en"):
        assert figures.ago(then, NOW) == read


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Hòa Bình", "HB"),
        ("陈嘉怡", "嘉"),
        ("苏州三江有限公司", "三"),
        ("浙江省宁波市海川机械厂", "海"),
        ("上海", "上"),
        ("", "?"),
        ("acme", "A"),
    ],
)
def test_a_tile_bears_one_or_two_letters(name, letters):
    assert figures.initials(name) == letters


def test_a_name_always_has_the_same_colour():
    assert figures.hue("Acme") == figures.hue("Acme") < figures.HUES


def test_a_moment_is_read_in_the_companys_time_zone():
    assert figures.moment(datetime(2026, 11, 21, 17, 30, tzinfo=UTC)) == "2026-11-22 01:30"
    assert figures.day(datetime(2026, 11, 21, 17, 30, tzinfo=UTC)) == "2026-11-22"
