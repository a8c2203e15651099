"""Answers to htmx that are no page: a table, a message, a closed dialog, events that parts of the page wait for."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse


def wants_table(request: HttpRequest) -> bool:
    """Whether htmx puts the answer into the table of the page: then it is the table alone."""
    return request.headers.get("HX-Target", "").endswith("#table")


def tell(
    response: HttpResponse, message: Any, level: str = "success", *, close: bool = False, event: str = ""
) -> HttpResponse:
    """Let an answer also show a message (`success`, `info`, `warning`, `error`), close the dialog, and raise an event."""
    happened: dict[str, Any] = {"zhike:toast": {"message": str(message), "level": level}}
    if close:
        happened["zhike:close"] = {}
    if event:
        happened[event] = {}
    response.headers["HX-Trigger"] = json.dumps(happened)
    return response


def done(message: Any, *, close: bool = True, event: str = "") -> HttpResponse:
    """It is done: a message and nothing else; parts with `hx-trigger="<event> from:body"` load themselves again."""
    return tell(HttpResponse(status=204), message, close=close, event=event)
