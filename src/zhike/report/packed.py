"""The customers of a report by columns, with what is equal kept once: the page's script unpacks them as it starts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

STATES = ("graded", "provisional", "pending", "not_rated")
MOVES = ("none", "first", "same", "up", "down")
"""Words that stand as their place in these lists."""
SHARED = ("k", "w", "c", "x", "z")
"""Parts of a result that many customers have alike: marks, path, conditions, misses, points."""


@dataclass
class Pool:
    """Values by number; equal ones have one number."""

    kept: list[Any] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, value: Any) -> int:
        """The number of a value."""
        key = json.dumps(value, ensure_ascii=False)
        if key not in self.numbers:
            self.numbers[key] = len(self.kept)
            self.kept.append(value)
        return self.numbers[key]


def packed(customers: Sequence[Mapping[str, Any]], ratings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Customers, as `Payload` builds them, by columns; `pool` holds what results share.

    A grade stands as its place among the rating's grades; a code that is none of them stands as it is.
    """
    pool = Pool()
    columns: dict[str, Any] = {name: [one[name] for one in customers] for name in ("i", "n", "m", "t")
                               if name != "t" or any("t" in one for one in customers)}  # fmt: skip
    for name in ("a", "p"):
        columns[name] = [[one[name][place] for one in customers] for place in (0, 1)]
    columns["r"] = [
        _results([one["r"][at] for one in customers], spec, pool) for at, spec in enumerate(ratings)
    ]
    columns["pool"] = pool.kept
    return columns


def _results(results: Sequence[Mapping[str, Any]], rating: Mapping[str, Any], pool: Pool) -> dict[str, Any]:
    places = {code: place for place, (code, *_) in enumerate(rating["grades"])}
    found: dict[str, Any] = {
        name: [places.get(one[name], one[name]) for one in results] for name in ("g", "b")
    }
    found["s"] = [STATES.index(one["s"]) for one in results]
    found["v"] = [MOVES.index(one["v"]) for one in results]
    found["h"] = [one["h"] for one in results]
    return found | {name: [pool.of(one[name]) for one in results] for name in SHARED}
