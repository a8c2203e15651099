"""What every backend offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

import pyarrow as pa

from zhike_engine.facts.summary import Summary
from zhike_engine.sql.dialect import Dialect
from zhike_engine.words import Text


@dataclass(frozen=True)
class Finding:
    """Something about the facts that people should know: how many rows, why, and a few examples."""

    table: str
    reason: Text
    rows: int
    examples: tuple[str, ...] = ()


@dataclass
class Facts:
    """The fact tables a backend has opened.

    `columns` maps each table to its columns; `attribute_kinds` tells how each column of customers is stored;
    `fingerprint` is a SHA-256 over the facts, or names the place where they cannot be hashed. `sealed` facts were
    checked when they were written; `summaries` then tell what is known of a table without reading it. `rate_digits`
    is the number of decimals that the exchange rates in use need; `rates_fit` says that every amount times its rate is
    known to stay within 18 digits.
    """

    columns: dict[str, frozenset[str]]
    attribute_kinds: dict[str, str]
    fingerprint: str
    place: str
    findings: list[Finding] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    sealed: bool = False
    summaries: dict[str, Summary] = field(default_factory=dict)
    rate_digits: int = 8
    rates_fit: bool = False


class Backend(Protocol):
    """A place where a plan can run."""

    name: str
    version: str
    dialect: Dialect

    def open_facts(self, tables: frozenset[str], as_of: date) -> Facts:
        """Make the fact tables readable as `f_<table>`; raises FactsInvalid."""

    def keep(self, name: str, select: str) -> None:
        """Keep the rows of a SELECT under a name."""

    def drop(self, name: str) -> None:
        """Let go of what is kept under a name; nobody reads it any more."""

    def load(self, name: str, table: pa.Table) -> None:
        """Keep a small Arrow table under a name."""

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """The rows of a small result."""

    def arrow(self, select: str) -> pa.Table:
        """The rows of a result as Arrow."""

    def close(self) -> None:
        """Let go of everything."""


def placeholders(names: Sequence[str]) -> str:
    """A list of names for a message."""
    return ", ".join(f"`{name}`" for name in names)
