"""A page that is one table: heading, buttons, tabs, rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhike.ui import grid
from zhike.ui.answers import wants_table

PAGE = 50


@dataclass(frozen=True)
class Way:
    """A button or a tab: where it leads and what it is called."""

    label: Any
    href: str
    icon: str = ""
    current: bool = False
    count: Any = ""


def table_page(
    request: HttpRequest, columns: Sequence[grid.Column], rows: Any, *, title: Any, ways: Sequence[Way] = (),
    tabs: Sequence[Way] = (), empty: Any = "", hint: Any = "", note: Any = "", tone: str = "info",
    filtered: bool = False, context: dict[str, Any] | None = None, template: str = "people/table.html",
) -> HttpResponse:  # fmt: skip
    """Answer with a page of rows; to htmx with the table alone."""
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    table = grid.Table(columns, page, request.GET, caption=title, empty=empty, hint=hint, filtered=filtered)
    if wants_table(request):
        return render(request, "ui/_grid.html", {"table": table})
    given = {
        "table": table,
        "title": title,
        "ways": ways,
        "tabs": tabs,
        "note": note,
        "tone": tone,
        **(context or {}),
    }
    return render(request, template, given)
