"""What was typed or pasted into a page, without signs that no text has."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Signs that stand in no text and that neither a database nor a workbook takes; office programs leave them when text is copied."""


class TypedText:
    """Drops them from everything that an address or a form says, before a page reads it."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        """Before the page, behind the doors: who is refused there has nothing read."""
        request.GET = cleaned(request.GET)
        request.POST = cleaned(request.POST)


def cleaned(said: QueryDict) -> QueryDict:
    """The same without control characters; itself where there are none."""
    if not any(CONTROL.search(text) for _name, texts in said.lists() for text in texts):
        return said
    plain = said.copy()
    for name, texts in said.lists():
        plain.setlist(name, [CONTROL.sub("", text) for text in texts])
    return plain
