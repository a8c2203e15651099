"""Tables: what is escaped, where cells go on a phone, what headings lead to, how long fifty rows take."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template.loader import render_to_string

from zhike.ui import grid
from zhike.ui.grid import Bulk, Column, Table

EVIL = """<b onclick="x('y')">&"""
SAFE = "&lt;b onclick=&quot;x(&#x27;y&#x27;)&quot;&gt;&amp;"


@dataclass(frozen=True)
class Row:
    code: str = "C-1"
    name: str = "Acme"


NAME = Column(
    "name",
    "Name",
    lambda row: grid.name(row.name, row.code, f"/c/{row.code}/"),
    css="stick",
    sort=True,
    phone="title",
)
AMOUNT = Column(
    "amount", "Sales", lambda row: grid.money(Decimal("-1234.5"), "CNY", 2), css="r", sort=True, phone="more"
)


def table(rows=(Row(),), query="", **more):
    page = Paginator(rows, 2).get_page(QueryDict(query).get("page"))
    return Table([NAME, AMOUNT], page, QueryDict(query), key=lambda row: row.code, **more)


@pytest.mark.parametrize(
    "cell",
    [
        grid.text(EVIL),
        grid.name(EVIL, EVIL, EVIL, EVIL),
        grid.link(EVIL, EVIL),
        grid.person(EVIL),
        grid.tag(EVIL, EVIL),
        grid.grade(EVIL),
        grid.logo(EVIL, EVIL),
        grid.money(Decimal(1), "<b>"),
    ],
)
def test_a_cell_escapes_everything_it_is_given(cell):
    assert "<b onclick" not in cell
    assert "x('y')" not in cell
    assert '"x(' not in cell


def test_rows_carry_their_key_and_a_box_to_pick_them():
    made = grid.rows([NAME], [Row(code='C"1')], key=lambda row: row.code, pick=True)
    assert made.startswith(
        '<tr data-key="C&quot;1"><td class="stick pick"><input class="check" type="checkbox" name="pick" value="C&quot;1"'
    )


def test_a_column_says_where_its_cell_goes_on_a_phone():
    made = grid.rows([NAME, AMOUNT], [Row()])
    assert '<td class="stick p-title">' in made
    assert '<td class="r p-more" data-l="Sales">−¥1,234.50</td>' in made
    with pytest.raises(ValueError, match="no place `left` on a phone"):
        grid.rows([Column("x", "X", grid.text, phone="left")], [])


def test_a_heading_turns_the_order_and_keeps_the_filters():
    heads = table(query="grade=A&sort=name&page=3").heads
    assert [(head.order, head.href) for head in heads] == [
        ("ascending", "?grade=A&sort=-name"),
        ("", "?grade=A&sort=-amount"),
    ]


def test_the_order_that_nobody_asked_for_is_shown_too():
    assert [head.order for head in table(sort="-amount").heads] == ["", "descending"]


def test_paging_keeps_the_question():
    shown = table([Row(f"C-{number}") for number in range(5)], "q=a&page=2")
    assert (shown.before, shown.after) == ("?q=a&page=1", "?q=a&page=3")


def test_the_frame_shows_rows_pages_and_bulk_actions():
    shown = render_to_string(
        "ui/_grid.html",
        {"table": table([Row(), Row("C-2"), Row("C-3")], bulk=[Bulk("Assign", "/assign/", dialog=True)])},
    )
    assert shown.count("<tr data-key=") == 2
    assert 'rel="next"' in shown
    assert 'hx-post="/assign/" hx-target="#dialog"' in shown


@pytest.mark.parametrize(("filtered", "said"), [(True, "Nothing matches"), (False, "No customers yet")])
def test_an_empty_table_says_why(filtered, said):
    from django.utils import translation

    with translation.override("en"):
        assert said in render_to_string(
            "ui/_grid.html", {"table": table([], filtered=filtered, empty="No customers yet")}
        )


def test_fifty_rows_of_eleven_columns_take_less_than_three_milliseconds():
    columns = [NAME, AMOUNT, *[Column(f"c{n}", "X", lambda row: grid.tag(row.name, "info"), phone="meta") for n in range(7)],
               Column("share", "Share", lambda row: grid.meter(0.4)),
               Column("day", "Day", lambda row: grid.day(date(2026, 11, 20)))]  # fmt: skip
    records = [Row(f"C-{number}", f"Acme {number}") for number in range(50)]
    grid.rows(columns, records, key=lambda row: row.code, pick=True)
    taken = []
    for _ in range(20):
        begun = time.thread_time()
        grid.rows(columns, records, key=lambda row: row.code, pick=True)
        taken.append(time.thread_time() - begun)
    assert min(taken) < 0.003
