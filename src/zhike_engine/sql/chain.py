"""A growing chain of nested SELECTs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Chain:
    """A growing chain of nested SELECTs: each step adds columns to all that came before."""

    sql: str
    depth: int = 0

    def add(self, columns: Sequence[tuple[str, str]]) -> None:
        """Add columns, given as (SQL, name)."""
        if columns:
            shown = ", ".join(f"{sql} as {name}" for sql, name in columns)
            self.depth += 1
            self.sql = f"select y{self.depth}.*, {shown} from ({self.sql}) y{self.depth}"
