"""A growing chain of nested SELECTs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass
class Chain:
    """A growing chain of nested SELECTs: each step adds columns to all that came before.

    `first` is the innermost SELECT; each of `steps` selects from what stands at `{source}`.
    """

    first: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def add(self, columns: Sequence[tuple[str, str]]) -> None:
        """Add columns, given as (SQL, name)."""
        if columns:
            shown = ", ".join(f"{sql} as {name}" for sql, name in columns)
            alias = f"y{len(self.steps) + 1}"
            self.steps.append((f"select {alias}.*, {shown} from ", f" {alias}"))

    @property
    def sql(self) -> str:
        """The whole chain as one SELECT."""
        return nested(self.first, self.steps)


def nested(first: str, steps: Sequence[tuple[str, str]]) -> str:
    """Each step around the one before."""
    for head, tail in steps:
        first = f"{head}({first}){tail}"
    return first


def staged(name: str, chain: Chain, deepest: int) -> Iterator[tuple[str, str]]:
    """The chain as stages of at most `deepest` steps each, as (name, SELECT); the last one is called `name`."""
    first, steps, count = chain.first, list(chain.steps), 0
    while len(steps) > deepest:
        count += 1
        stage = f"{name}_{count}"
        yield stage, nested(first, steps[:deepest])
        first, steps = f"select s.* from {stage} s", steps[deepest:]
    yield name, nested(first, steps)
