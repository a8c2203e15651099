"""A growing chain of nested SELECTs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from zhike_engine.sql.dialect import Dialect


@dataclass
class Chain:
    """A growing chain of nested SELECTs: each step adds columns to all that came before.

    `first` is the innermost SELECT and `columns` its columns; each of `steps` stands around the one before and has
    added the columns of the same place in `added`.
    """

    first: str
    d: Dialect
    columns: tuple[str, ...] = ()
    steps: list[tuple[str, str]] = field(default_factory=list)
    added: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, columns: Sequence[tuple[str, str]]) -> None:
        """Add columns, given as (SQL, name)."""
        if columns:
            shown = ", ".join(f"{sql} as {name}" for sql, name in columns)
            alias = f"y{len(self.steps) + 1}"
            self.steps.append((f"select {alias}.*, {shown} from ", f" {alias}"))
            self.added.append(tuple(name for _, name in columns))

    def columns_after(self, steps: int) -> tuple[str, ...]:
        """The columns that are there after so many steps."""
        return (*self.columns, *(name for added in self.added[:steps] for name in added))

    @property
    def sql(self) -> str:
        """The whole chain as one SELECT."""
        return nested(self.first, self.steps, self.d.fence)


def nested(first: str, steps: Sequence[tuple[str, str]], fence: str) -> str:
    """Each step around the one before; `fence` ends every inner SELECT."""
    for head, tail in steps:
        first = f"{head}({first}{fence}){tail}"
    return first


def staged(name: str, chain: Chain) -> Iterator[tuple[str, str]]:
    """The chain in pieces that the engine plans well, as (name, SELECT); the last one is called `name`."""
    d, first, steps, count = chain.d, chain.first, list(chain.steps), 0
    while d.deepest is not None and len(steps) > d.deepest:
        count += 1
        stage = f"{name}_{count}"
        yield stage, nested(first, steps[: d.deepest], d.fence)
        first, steps = f"select s.* from {stage} s", steps[d.deepest :]
    yield name, nested(first, steps, d.fence)
