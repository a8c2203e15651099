"""The nodes of an expression: frozen values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

ArithOp = Literal["+", "-", "*", "/"]
CompareOp = Literal["=", "!=", "<", "<=", ">", ">="]
FUNCTIONS: dict[str, tuple[int, int]] = {
    "min": (2, 9),
    "max": (2, 9),
    "abs": (1, 1),
    "if": (3, 3),
    "first_known": (2, 9),
    "round": (1, 2),
    "round_down": (1, 2),
    "round_up": (1, 2),
}
"""Functions and how many arguments each takes, at the least and at the most."""
ROUNDINGS = ("round", "round_down", "round_up")
"""Functions that cut decimals; their second argument says how many stay."""
MOST_DECIMALS = 4


class Node:
    """Any expression."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal; `15 %` has the value 0.15 and is a share, `500 万` has the value 5000000."""

    value: Decimal
    percent: bool = False


@dataclass(frozen=True, slots=True)
class String(Node):
    """A literal text."""

    value: str


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    """true or false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A metric, parameter, score, rating or column, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """Minus `of`."""

    of: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left op right`; a division by zero is not computable."""

    op: ArithOp
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """One of FUNCTIONS."""

    function: str
    arguments: tuple[Node, ...]

    @property
    def decimals(self) -> int:
        """How many decimals one of ROUNDINGS keeps; none where it does not say."""
        kept = self.arguments[1] if len(self.arguments) > 1 else None
        return int(kept.value) if isinstance(kept, Number) else 0


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`left op right`; unknown when a side is not computable."""

    op: CompareOp
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Within(Node):
    """`of within tolerance of target`: target - tolerance <= of <= target + tolerance."""

    of: Node
    tolerance: Node
    target: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`of between low and high`, both ends included."""

    of: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`of in [items]`."""

    of: Node
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Computable(Node):
    """`of is computable`: never unknown itself."""

    of: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    """Not `of`; unknown stays unknown."""

    of: Node


@dataclass(frozen=True, slots=True)
class All(Node):
    """Every item holds."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any(Node):
    """At least one item holds."""

    items: tuple[Node, ...]


def children(node: Node) -> Iterator[Node]:
    """The direct parts of a node, in reading order."""
    for field in fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))


def names_in(node: Node) -> frozenset[str]:
    """Every name that an expression mentions.

    >>> sorted(names_in(Compare(">", Name("growth"), Name("a_growth"))))
    ['a_growth', 'growth']
    """
    if isinstance(node, Name):
        return frozenset({node.name})
    return frozenset().union(*(names_in(child) for child in children(node)))
