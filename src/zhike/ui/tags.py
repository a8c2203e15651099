"""Template tags and filters that every template has without loading them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.http import QueryDict
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.ui import figures, grid, manifest

register = template.Library()

LATIN = "inter-latin-wght-normal.woff2"


@register.simple_tag
def vite(entry: str = "src/main.js", script: bool = True) -> SafeString:
    """The style sheets and the script of an entry of the build; pages that run no script ask for none."""
    sheets = format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((url,) for url in manifest.styles(entry))
    )
    font = next(
        (found["file"] for source, found in manifest.manifest().items() if source.endswith(LATIN)), ""
    )
    face = (
        format_html(
            '<link rel="preload" href="{}" as="font" type="font/woff2" crossorigin>', manifest.built(font)
        )
        if font
        else ""
    )
    if not script:
        return format_html("{}\n{}", face, sheets)
    return format_html(
        '{}\n{}\n<script type="module" src="{}"></script>', face, sheets, manifest.asset(entry)
    )


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file by its source name."""
    return manifest.asset(name)


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; with a label it speaks, without it is decoration."""
    return grid.icon(name, css, label)


@register.simple_tag
def logo(name: Any, css: str = "") -> SafeString:
    """The coloured letter tile of a name; css `logo-round` for people, `logo-large` on record pages."""
    return grid.logo(str(name or ""), css)


@register.simple_tag
def who(somebody: Any) -> SafeString:
    """A person: letter tile and name."""
    return grid.person(somebody)


@register.simple_tag
def grade(value: str, rank: int | None = None) -> SafeString:
    """The chip of a grade."""
    return grid.grade(value, rank)


@register.simple_tag
def meter(share: float | Decimal | None, low: bool = False) -> SafeString:
    """A bar from 0 to 1; `low=True` where little is bad, as with completeness."""
    return grid.meter(share, low=low)


@register.simple_tag
def money(value: Decimal | float | None, currency: str = "", places: int = 2) -> str:
    """An amount, rounded half up, with the sign of its currency."""
    return figures.money(value, currency, places)


@register.simple_tag
def words() -> dict[str, str]:
    """What scripts say, in the page's language; `{name}` is filled in by the script."""
    return {
        "close": _("Close"),
        "failed": _("Something went wrong on the server. Nothing was saved; please try again."),
        "refused": _("This was refused. Nothing was saved."),
        "offline": _("The server cannot be reached. Please check the connection and try again."),
        "picked": _("{count} picked"),
        "too_large": _("{name} is larger than {most}."),
        "discard": _("Leave without saving what you have changed?"),
    }


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The query string of this page with changes; an empty value drops its key, and any change drops the page number."""
    request = context.get("request")
    return changed(request.GET if request else QueryDict(), **changes)


def changed(given: QueryDict, **changes: Any) -> str:
    """A query string with changes, starting with `?`."""
    values = given.copy()
    values.pop("page", None)
    for key, value in changes.items():
        values.pop(key, None)
        if value not in (None, ""):
            values[key] = str(value)
    return f"?{values.urlencode()}"


@register.filter(name="money")
def money_filter(value: Decimal | float | None, currency: str = "") -> str:
    """`{{ amount|money:"CNY" }}`."""
    return figures.money(value, currency)


@register.filter
def compact(value: Decimal | float | None, currency: str = "") -> str:
    """`{{ amount|compact:"CNY" }}` -> `¥1.24 亿`."""
    return figures.compact(value, currency)


@register.filter
def percent(value: Decimal | float | None, places: int = 0) -> str:
    """`{{ share|percent }}` -> `28%`."""
    return figures.percent(value, places)


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """`2026-11-20` as a time element."""
    text = figures.day(value)
    return format_html('<time class="num" datetime="{}">{}</time>', text, text) if value else text


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """`2026-11-20 14:05` as a time element."""
    return (
        format_html('<time class="num" datetime="{}">{}</time>', value.isoformat(), figures.moment(value))
        if value
        else figures.NOTHING
    )


@register.filter
def ago(value: datetime | date | None) -> SafeString | str:
    """`5 minutes ago` as a time element, the exact time in its title."""
    if not value:
        return figures.NOTHING
    exact = figures.moment(value) if isinstance(value, datetime) else figures.day(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, figures.ago(value)
    )


@register.filter
def person(somebody: Any) -> str:
    """A person's name, or `—`."""
    return figures.person(somebody)


@register.filter
def without(given: Any, names: str) -> list[Any]:
    """The fields of a form except those named: `{% for field in form|without:"version,code" %}`."""
    left_out = set(names.split(","))
    return [field for field in given if field.name not in left_out]


@register.simple_tag(takes_context=True)
def again(context: template.Context, name: str) -> str:
    """What a block says, once more: the title of the page is also its heading."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    return str(block.render(context)) if block else ""


@register.simple_tag
def spark(values: Sequence[float], tone: str = "primary") -> SafeString:
    """A line of values as a small picture, for tiles."""
    return grid.spark(values, tone)


@register.filter
def chart_rows(data: Mapping[str, Any]) -> list[tuple[Any, list[Any]]]:
    """The data of a chart as the rows of a table, for those who listen to it."""
    series = data.get("series", [])
    return [(label, [one["values"][at] for one in series]) for at, label in enumerate(data.get("labels", []))]


@register.filter
def times(count: Any) -> range:
    """`{% for n in 3|times %}`."""
    return range(int(count))


TITLES = {
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    409: gettext_lazy("Someone was faster"),
    422: gettext_lazy("Not possible like this"),
    429: gettext_lazy("Too much at once"),
    503: gettext_lazy("Not available right now"),
}
"""Status -> the heading of the page that tells of a refusal."""


@register.filter
def problem(status: int) -> str:
    """The heading of a refusal."""
    return str(TITLES.get(status, _("Not possible")))
