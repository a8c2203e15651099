"""Tables of records, rendered by Python: fifty rows of eleven columns in about a millisecond.

    COLUMNS = [
        Column("name", _("Customer"), lambda c: name(c.name, c.code, c.get_absolute_url()), css="stick", sort=True, phone="title"),
        Column("grade", _("Grade"), lambda c: grade(c.grade), sort=True, phone="aside"),
        Column("amount", _("Sales"), lambda c: money(c.amount_12m), css="r", sort=True, phone="more"),
    ]
    table = Table(COLUMNS, page, request.GET, key=lambda c: c.code)      # a view
    {% include "ui/_grid.html" with table=table only %}                  {# its template #}

A cell returns the inside of its <td>, already escaped: every helper below escapes, `text` escapes a bare value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from html import escape
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhike.ui import figures, manifest

Cell = Callable[[Any], str]
RANKS = {"A": 1, "B": 2, "C": 3, "D": 4, "E": 5}
PHONE = {"title", "aside", "meta", "more", ""}


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `phone`: where its cell goes on the card of a phone: `title`, `aside` (at the right), `meta` (second line),
    `more` (second line, after its label), or nowhere. `css`: `r` right, `stick` stays at the left, `ink-2` quieter, `strong`."""

    key: str
    label: Any
    cell: Cell
    css: str = ""
    sort: bool = False
    width: str = ""
    phone: str = ""
    help: Any = ""


# cells


def text(value: Any) -> str:
    """Any value, escaped; `—` where there is none."""
    return escape(str(value)) if value not in (None, "") else figures.NOTHING


def lines(value: Any, css: str = "max-w-[22rem]") -> str:
    """A longer text: it wraps within its column instead of pushing the others away."""
    return f'<span class="inline-block whitespace-normal {escape(css)}">{text(value)}</span>'


@lru_cache(maxsize=1024)
def _icon(sprite: str, name: str, css: str, label: str) -> SafeString:
    spoken = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(
        f'<svg class="icon {escape(css)}" {spoken}><use href="{sprite}#{escape(name)}"></use></svg>'
    )


def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of the sprite."""
    return _icon(manifest.sprite(), name, css, label)


@lru_cache(maxsize=4096)
def logo(name: str, css: str = "") -> SafeString:
    """The coloured letter tile of a name."""
    return mark_safe(
        f'<span class="logo h{figures.hue(name)} {escape(css)}" aria-hidden="true">{escape(figures.initials(name))}</span>'
    )


def name(title: str, under: str = "", href: str = "", tile: str = "") -> str:
    """The name of a record: letter tile, name, a smaller line under it, linked."""
    small = f"<small>{escape(under)}</small>" if under else ""
    inside = f"{logo(tile or title)}<span><b>{escape(title)}</b>{small}</span>"
    return (
        f'<a class="name" href="{escape(href)}">{inside}</a>'
        if href
        else f'<span class="name">{inside}</span>'
    )


def link(label: str, href: str) -> str:
    """A plain link."""
    return f'<a class="link" href="{escape(href)}">{escape(label)}</a>'


@lru_cache(maxsize=4096)
def _who(shown: str) -> SafeString:
    return mark_safe(f'<span class="who">{logo(shown, "logo-round")}{escape(shown)}</span>')


def person(somebody: Any) -> SafeString:
    """Letter tile and name of a person."""
    return _who(str(somebody)) if somebody else mark_safe(figures.NOTHING)


@lru_cache(maxsize=1024)
def _tag(label: str, tone: str) -> str:
    return f'<span class="tag tone-{escape(tone)}"><i></i>{escape(label)}</span>'


def tag(label: Any, tone: str = "quiet") -> str:
    """A state: a dot and a word. Tones: success, info, warning, error, primary, quiet."""
    return _tag(str(label), tone) if label else figures.NOTHING


@lru_cache(maxsize=256)
def _grade(value: str, rank: int) -> SafeString:
    return mark_safe(f'<span class="grade g{rank}">{escape(value)}</span>')


def grade(value: str | None, rank: int | None = None) -> SafeString:
    """The chip of a grade; its colour from its rank (1 is best), else from its letter."""
    if not value:
        return mark_safe(f'<span class="grade grade-none">{figures.NOTHING}</span>')
    return _grade(value, min(rank or RANKS.get(value[0].upper(), 4), 5))


@lru_cache(maxsize=512)
def _meter(whole: int, tone: str, css: str) -> SafeString:
    return mark_safe(
        f'<span class="meter {escape(css)}"><span class="meter-bar {tone}"><i style="width:{min(whole, 100)}%"></i></span>'
        f'<span class="meter-text">{whole}%</span></span>'
    )


def meter(share: float | Decimal | None, *, low: bool = False, css: str = "") -> SafeString:
    """A share from 0 to 1 as a bar with its number; amber above 70 and red above 90 %, or with `low` below 80 and 50 %."""
    if share is None:
        return mark_safe(figures.NOTHING)
    whole = max(0, round(float(share) * 100))
    bad, poor = (whole < 50, whole < 80) if low else (whole > 90, whole > 70)
    return _meter(whole, "tone-error" if bad else "tone-warning" if poor else "", css)


def money(value: Decimal | float | None, currency: str = "", places: int = 0) -> str:
    """An amount; use with css `r`."""
    return escape(figures.money(value, currency, places))


def day(value: date | datetime | None) -> str:
    """A day."""
    return figures.day(value)


def ago(value: date | datetime | None) -> str:
    """How long ago; the exact time in its title."""
    if not value:
        return figures.NOTHING
    exact = figures.moment(value) if isinstance(value, datetime) else figures.day(value)
    return f'<time datetime="{value.isoformat()}" title="{exact}">{escape(figures.ago(value))}</time>'


def spark(values: Sequence[float], tone: str = "primary") -> SafeString:
    """A line of values as a small picture of 100 x 32, stretched to its place; fewer than two values draw nothing."""
    if len(values) < 2:
        return mark_safe("")
    low, high = min(values), max(values)
    reach = (high - low) or 1
    points = [
        f"{index * 100 / (len(values) - 1):.1f},{29 - (float(value) - low) / reach * 26:.1f}"
        for index, value in enumerate(values)
    ]
    line = " ".join(points)
    return mark_safe(
        f'<svg class="spark tone-{escape(tone)}" viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true">'
        f'<polygon points="0,32 {line} 100,32"></polygon><polyline points="{line}"></polyline></svg>'
    )


# rows


def rows(
    columns: Iterable[Column],
    records: Iterable[Any],
    *,
    key: Callable[[Any], Any] | None = None,
    pick: bool = False,
) -> SafeString:
    """The rows of a table body. With `key` each row carries it, with `pick` also a box to pick it."""
    cells = [(_opening(column), column.cell) for column in columns]
    choose = escape(_("Pick"))
    parts = []
    for record in records:
        if key is None:
            parts.append("<tr>")
        else:
            mark = escape(str(key(record)))
            parts.append(f'<tr data-key="{mark}">')
            if pick:
                parts.append(
                    f'<td class="stick pick"><input class="check" type="checkbox" name="pick" value="{mark}"'
                    f' aria-label="{choose} {mark}"></td>'
                )
        for opening, cell in cells:
            parts.append(opening)
            parts.append(cell(record))
            parts.append("</td>")
        parts.append("</tr>")
    return mark_safe("".join(parts))


def _opening(column: Column) -> str:
    if column.phone not in PHONE:
        raise ValueError(f"column `{column.key}`: no place `{column.phone}` on a phone")
    css = f"{column.css} p-{column.phone}".strip() if column.phone else column.css
    label = f' data-l="{escape(str(column.label))}"' if column.phone == "more" else ""
    return f'<td class="{escape(css)}"{label}>' if css else "<td>"


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading, with the address that sorts by it."""

    label: Any
    css: str
    width: str
    help: Any
    order: str  # ascending, descending or empty
    href: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """Something to do with the picked rows: the form posts `pick` (keys) or `every=1` to `href`; with `dialog` the answer opens
    in the dialog."""

    label: Any
    href: str
    icon: str = ""
    dialog: bool = False
    danger: bool = False


@dataclass
class Table:
    """A page of records with sortable headings, picking and paging; `ui/_grid.html` shows it.

    `page` is a page of Django's paginator. `query` is the query string: its `sort` (`name`, `-name`) and all filters go into
    the links. `key` marks the rows (needed for the keyboard and for picking).
    """

    columns: Sequence[Column]
    page: Any
    query: QueryDict
    key: Callable[[Any], Any] | None = None
    bulk: Sequence[Bulk] = ()
    id: str = "table"
    path: str = ""
    sort: str = ""
    caption: Any = ""
    empty: Any = ""
    hint: Any = ""
    filtered: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    def address(self, **changes: Any) -> str:
        """This table with another sort or page."""
        values = self.query.copy()
        values.pop("page", None)
        for name_, value in changes.items():
            values[name_] = str(value)
        return f"{self.path}?{values.urlencode()}"

    @property
    def pick(self) -> bool:
        """Whether rows can be picked."""
        return bool(self.bulk and self.key)

    @cached_property
    def heads(self) -> list[Head]:
        """The headings."""
        sorted_by = self.query.get("sort") or self.sort
        found = []
        for column in self.columns:
            order = {column.key: "ascending", f"-{column.key}": "descending"}.get(sorted_by, "")
            turned = (
                column.key
                if order == "descending" or (not order and "r" not in column.css.split())
                else f"-{column.key}"
            )
            href = self.address(sort=turned) if column.sort else ""
            found.append(Head(column.label, column.css, column.width, column.help, order, href))
        return found

    @cached_property
    def rows(self) -> SafeString:
        """The body."""
        return rows(self.columns, self.page.object_list, key=self.key, pick=self.pick)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on this page."""
        return not self.page.object_list

    @property
    def total(self) -> int:
        """How many records match."""
        return int(self.page.paginator.count)

    @property
    def shown_total(self) -> str:
        """How many records match, as people read it; with `+` where counting stopped."""
        return f"{self.total:,}+" if getattr(self.page, "more", False) else f"{self.total:,}"

    @property
    def before(self) -> str:
        """The page before, or nothing."""
        return self.address(page=self.page.previous_page_number()) if self.page.has_previous() else ""

    @property
    def after(self) -> str:
        """The page after, or nothing."""
        return self.address(page=self.page.next_page_number()) if self.page.has_next() else ""
