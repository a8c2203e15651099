"""Two people editing at once: what was read, what stands there now, what was to be written (ARC-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Meeting:
    """What to write without asking, and the fields on which two people differ."""

    write: list[str]
    asks: list[str] = field(default_factory=list)


def meet(read: Mapping[str, Any], now: Mapping[str, Any], mine: Mapping[str, Any]) -> Meeting:
    """Compare three states of a record, field by field.

    >>> meet({"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 2, "c": 3}, {"a": 9, "b": 8, "c": 1})
    Meeting(write=['a'], asks=['b'])
    """
    write: list[str] = []
    asks: list[str] = []
    for name, value in mine.items():
        before = read.get(name, now[name])
        if value in (before, now[name]):
            continue  # not touched, or both wrote the same
        (write if before == now[name] else asks).append(name)
    return Meeting(write, asks)
