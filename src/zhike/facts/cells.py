"""Cells of workbooks as text."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any


def cell_text(value: Any) -> str:
    """A cell as text: numbers as Excel shows them (15 digits), dates as yyyy-mm-dd, errors as they are."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)
