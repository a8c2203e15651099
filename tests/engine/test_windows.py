from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from zhike_engine.plan.windows import Window, WindowInvalid, Windows, add_months
from zhike_engine.policy.check import check
from zhike_engine.policy.load import load_policy


def windows(as_of: date, **named: str) -> Windows:
    return Windows(as_of, 1, named)


@pytest.mark.parametrize(
    ("as_of", "words", "start", "end"),
    [
        (date(2025, 12, 31), "last 12 months", date(2025, 1, 1), date(2026, 1, 1)),
        (date(2025, 11, 15), "last 12 months", date(2024, 11, 16), date(2025, 11, 16)),
        (date(2024, 2, 29), "last 1 year", date(2023, 3, 1), date(2024, 3, 1)),
        (date(2023, 2, 28), "last 1 year", date(2022, 3, 1), date(2023, 3, 1)),
        (date(2024, 3, 30), "last 1 month", date(2024, 2, 29), date(2024, 3, 31)),
        (date(2025, 12, 31), "last 30 days", date(2025, 12, 2), date(2026, 1, 1)),
        (date(2025, 12, 31), "last 2 weeks", date(2025, 12, 18), date(2026, 1, 1)),
        (date(2025, 8, 15), "this quarter", date(2025, 7, 1), date(2025, 8, 16)),
        (date(2025, 8, 15), "closed quarter", date(2025, 4, 1), date(2025, 7, 1)),
        (date(2025, 9, 30), "closed quarter", date(2025, 7, 1), date(2025, 10, 1)),
        (date(2025, 8, 15), "last 3 closed months", date(2025, 5, 1), date(2025, 8, 1)),
        (date(2025, 8, 15), "this half-year", date(2025, 7, 1), date(2025, 8, 16)),
        (date(2025, 8, 15), "2025-01-01 to 2025-12-31", date(2025, 1, 1), date(2025, 8, 16)),
        (date(2025, 8, 15), "this year, 1 year earlier", date(2024, 1, 1), date(2024, 8, 16)),
        (date(2024, 2, 29), "closed month, 1 year earlier", date(2023, 2, 1), date(2023, 3, 1)),
        (date(2025, 3, 31), "last 30 days, 2 weeks earlier", date(2025, 2, 16), date(2025, 3, 18)),
        (date(2025, 8, 15), "all time, 1 quarter earlier", None, date(2025, 5, 16)),
        (date(2025, 4, 20), "season 03-01 to 05-31", date(2025, 3, 1), date(2025, 4, 21)),
        (date(2025, 2, 28), "season 03-01 to 05-31", date(2024, 3, 1), date(2024, 6, 1)),
        (date(2025, 5, 31), "closed season 03-01 to 05-31", date(2025, 3, 1), date(2025, 6, 1)),
        (date(2025, 5, 30), "closed season 03-01 to 05-31", date(2024, 3, 1), date(2024, 6, 1)),
        (date(2026, 1, 5), "season 11-15 to 02-29", date(2025, 11, 15), date(2026, 1, 6)),
        (date(2025, 11, 14), "closed season 11-15 to 02-29", date(2024, 11, 15), date(2025, 3, 1)),
        (date(2025, 12, 31), "last 99999999 days", date(1, 1, 1), date(2026, 1, 1)),
    ],
)
def test_words_become_half_open_days(as_of: date, words: str, start: date, end: date) -> None:
    assert windows(as_of).read(words) == Window(start, end)


def test_a_named_window_can_stand_before_another() -> None:
    read = windows(date(2025, 12, 31), this="last 12 months", before="12 months before this").read
    assert read("before") == Window(date(2024, 1, 1), date(2025, 1, 1))


def test_a_business_year_may_start_in_april() -> None:
    assert Windows(date(2025, 5, 1), 4, {}).read("this year").start == date(2025, 4, 1)
    assert Windows(date(2025, 3, 31), 4, {}).read("closed year") == Window(date(2024, 4, 1), date(2025, 4, 1))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("this year, 0 years earlier", "empty"),
        ("since first_order, 1 year earlier", "days of its own"),
        ("season 02-30 to 05-31", "does not exist"),
        ("2025-01-01 to 9999-12-31", "does not exist"),
        ("last twelve months", "not understood"),
        ("last 0 months", "empty"),
        ("12 months before all time", "nothing lies before"),
        ("2025-02-30 to 2025-03-01", "does not exist"),
        ("2025-03-02 to 2025-03-01", "ends before it starts"),
    ],
)
def test_words_that_mean_nothing_are_refused(words: str, message: str) -> None:
    with pytest.raises(WindowInvalid, match=message):
        windows(date(2025, 12, 31)).read(words)


def test_windows_that_define_each_other_are_refused() -> None:
    with pytest.raises(WindowInvalid, match="by itself"):
        windows(date(2025, 12, 31), a="1 month before b", b="1 month before a").read("a")


def test_months_are_clamped_to_the_last_day() -> None:
    assert add_months(date(2024, 5, 31), -3) == date(2024, 2, 29)
    assert add_months(date(2023, 5, 31), -3) == date(2023, 2, 28)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("words", "event", "first", "end"),
    [
        ("first 6 months after first_order", date(2025, 1, 31), date(2025, 1, 31), date(2025, 7, 31)),
        ("first 1 month after first_order", date(2025, 1, 31), date(2025, 1, 31), date(2025, 3, 1)),
        ("first 1 year after customers.since", date(2024, 2, 29), date(2024, 2, 29), date(2025, 3, 1)),
        ("first 2 weeks after customers.since", date(2025, 12, 20), date(2025, 12, 20), date(2026, 1, 1)),
        ("first 90 days after customers.signed_on", date(2025, 3, 1), date(2025, 3, 1), date(2025, 5, 30)),
        ("since customers.since", date(2020, 5, 5), date(2020, 5, 5), date(2026, 1, 1)),
        ("since anniversary of customers.since", date(2020, 5, 5), date(2025, 5, 5), date(2026, 1, 1)),
        ("since anniversary of customers.since", date(2020, 12, 31), date(2025, 12, 31), date(2026, 1, 1)),
        ("since anniversary of customers.since", date(2024, 2, 29), date(2025, 3, 1), date(2026, 1, 1)),
        ("since anniversary of first_order", date(2025, 6, 1), date(2025, 6, 1), date(2026, 1, 1)),
    ],
)
def test_a_window_may_start_at_an_event_of_the_customer(
    words: str, event: date, first: date, end: date
) -> None:
    found = windows(date(2025, 12, 31), own=words).read("own")
    assert found.anchor is not None
    assert (found.start, found.end) == (None, date(2026, 1, 1))
    assert found.anchor.days(event, found.end) == (first, end)


@pytest.mark.parametrize(
    "words",
    ["first 0 months after first_order", "first 6 months after last_order", "since orders.ordered_on"],
)
def test_an_event_must_be_one_of_the_customer(words: str) -> None:
    with pytest.raises(WindowInvalid, match="not understood"):
        windows(date(2025, 12, 31)).read(words)


def test_nothing_stands_before_a_window_of_the_customers_own() -> None:
    with pytest.raises(WindowInvalid, match="nothing lies before"):
        windows(date(2025, 12, 31)).read("12 months before since customers.since")


@pytest.mark.parametrize("metric", ["active: orders", "target: sales"])
def test_some_kinds_need_fixed_days(tmp_path: Path, metric: str) -> None:
    (tmp_path / "policy.yaml").write_text(
        'zhike: 1\npolicy: own\nversion: "1"\ntitle: own\ncurrency: CNY\narticles: {"1": {title: one}}\n'
        f"metrics: {{own: {{title: own, {metric}, over: since first_order}}}}\n"
        "ratings: {value: {title: v, of: own, grades: {A: {title: A, from: 0}}}}\n",
        "utf-8",
    )
    messages = [str(one.message) for one in check(load_policy(tmp_path)) if one.level == "error"]
    assert messages[:1] == [
        "`own` needs a window of fixed days, not one that starts at an event of the customer"
    ]
