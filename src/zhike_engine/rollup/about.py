"""What a rollup was made from, and how to read it; kept in its file as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhike_engine.backends.base import Finding
from zhike_engine.sql.facts import Shape
from zhike_engine.sql.rolled import Monthly
from zhike_engine.words import Text

SMALL = ("customers", "previous_grades", "overrides", "judgements", "forecasts")
"""Tables that are kept as they are; the others are added up by month."""
TOUCHED = "touched_"
"""What stands before the name of a monthly table that holds only customers whose `base` is out of date."""
FORMAT = 2


@dataclass(frozen=True)
class About:
    """What a rollup was made from, and how to read it."""

    policy_hash: str
    policy: str
    currency: str
    until: date
    fingerprint: str
    read: frozenset[str]
    shape: Shape
    tables: tuple[Monthly, ...]
    rows: Mapping[str, int]
    findings: tuple[Finding, ...]

    def to_json(self) -> str:
        """As it is written into the file."""
        return json.dumps(
            {
                "format": FORMAT,
                "policy_hash": self.policy_hash,
                "policy": self.policy,
                "currency": self.currency,
                "until": self.until.isoformat(),
                "fingerprint": self.fingerprint,
                "read": sorted(self.read),
                "columns": {name: sorted(columns) for name, columns in self.shape.tables.items()},
                "foreign": sorted(self.shape.foreign),
                "attribute_kinds": dict(self.shape.attribute_kinds),
                "monthly": [
                    [t.name, t.table, t.day, t.standing, [[*p] for p in t.partials]] for t in self.tables
                ],
                "rows": dict(self.rows),
                "findings": [[f.table, f.reason.zh, f.reason.en, f.rows, f.examples] for f in self.findings],
            },
            ensure_ascii=False,
        )

    @staticmethod
    def from_json(text: str) -> About:
        """Read it back."""
        plain = json.loads(text)
        columns = {name: frozenset(found) for name, found in plain["columns"].items()}
        return About(
            policy_hash=plain["policy_hash"],
            policy=plain["policy"],
            currency=plain["currency"],
            until=date.fromisoformat(plain["until"]),
            fingerprint=plain["fingerprint"],
            read=frozenset(plain["read"]),
            shape=Shape(columns, frozenset(plain["foreign"]), plain["attribute_kinds"]),
            tables=tuple(_monthly(*one) for one in plain["monthly"]),
            rows=plain["rows"],
            findings=tuple(
                Finding(table, Text(zh, en), rows, tuple(examples))
                for table, zh, en, rows, examples in plain["findings"]
            ),
        )


def _monthly(name: str, table: str, day: str, standing: list[str], partials: list[Any]) -> Monthly:
    kept = {(function, sql, tuple(filters)): f"p{i}" for i, (function, sql, filters) in enumerate(partials)}
    return Monthly(name, table, day, tuple(standing), kept)
