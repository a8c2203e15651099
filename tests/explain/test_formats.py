from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from zhike_engine.formats import Formats, counted, half_up, percent, read
from zhike_engine.sql.values import Value
from zhike_engine.words import Text

YUAN = Formats("CNY", "元")
WAN = Formats("CNY", "万元")


@pytest.mark.parametrize(
    ("formats", "amount", "zh", "en"),
    [
        (WAN, "4200000", "420.00 万元", "4,200,000.00 CNY"),
        (WAN, "12345678901", "1,234,567.89 万元", "12,345,678,901.00 CNY"),
        (WAN, "50", "0.01 万元", "50.00 CNY"),
        (WAN, "-50", "-0.01 万元", "-50.00 CNY"),
        (WAN, "-49", "0.00 万元", "-49.00 CNY"),
        (YUAN, "0.005", "0.01 元", "0.01 CNY"),
        (Formats("USD", "万元"), "5000000", "500.00 万美元", "5,000,000.00 USD"),
        (Formats("BRL", "10,000"), "5000000", "500.00 万 BRL", "5,000,000.00 BRL"),
        (Formats("EUR", "1,000,000"), "5250000", "5.25 百万欧元", "5.25 million EUR"),
    ],
)
def test_amounts_stand_in_the_display_unit_rounded_half_up(formats, amount, zh, en):
    assert formats.money(Decimal(amount)) == Text(zh=zh, en=en)


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.1496, "share", "15.0 %"),
        (0.0333, "share", "3.33 %"),
        (-0.4, "share", "-40.0 %"),
        (14.0, "share", "1,400.0 %"),
        (Decimal(12), "count", "12"),
        (Decimal("82.35"), "points", "82.35 分"),
        (True, "flag", "是"),
        (date(2025, 1, 31), "date", "2025-01-31"),
        ("金属", "text", "金属"),
        (None, "money", "无法计算"),
    ],
)
def test_every_unit_has_its_form(value, unit, shown):
    assert WAN.value(value, unit).zh == shown


def test_a_value_is_told_apart_from_a_limit_it_nearly_meets():
    nearly, limit = Decimal("4999999.99"), Decimal(5_000_000)
    assert WAN.value(nearly, "money").zh == "500.00 万元"
    assert WAN.apart(nearly, limit, "money").zh == "499.999999 万元"
    assert WAN.apart(limit, limit, "money").zh == "500.00 万元"
    assert WAN.apart(0.149999, Decimal("0.15"), "share").zh == "14.9999 %"


def test_english_counts_one_and_many():
    assert counted(Decimal(1), "years").en == "1 year"
    assert counted(Decimal(0), "years").en == "0 years"


def test_rounding_is_half_away_from_zero_and_never_minus_zero():
    assert [str(half_up(Decimal(x), 1)) for x in ("0.25", "-0.25", "-0.04")] == ["0.3", "-0.3", "0.0"]
    assert percent(Decimal("0.0005")).en == "0.05 %"


def test_cells_are_read_in_their_units():
    assert read(10_000, Value("m", "exact", "money", 10_000)) == Decimal(1)
    assert read(1, Value("m", "flag", "flag")) is True
    assert read("2025-01-31", Value("m", "date", "date")) == date(2025, 1, 31)
    assert read(None, Value("m", "double", "share")) is None
