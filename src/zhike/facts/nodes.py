"""The parts of formulas: frozen values, made by the reader in `formula`, read by `scope`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the source."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text as written."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    value: date


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to values."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The cell `take` of the row of another source whose `theirs` equals our `ours`."""

    source: str
    theirs: str
    ours: Node
    take: str


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of an imported table's column over the rows of this order."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers added, subtracted or multiplied."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values compared; `sign` is one of = != < <= > >=."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class OneOf:
    """Whether a value is in a list."""

    value: Node
    choices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """Whether a value is empty."""

    value: Node


@dataclass(frozen=True, slots=True)
class Like:
    """A test on text; `kind` is one of starts, ends, contains, matches."""

    kind: str
    value: Node
    pattern: str


@dataclass(frozen=True, slots=True)
class Logic:
    """Conditions joined by `and` or `or`."""

    word: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A condition turned round."""

    part: Node


Node = (
    Column
    | Text
    | Number
    | Day
    | Call
    | Lookup
    | Total
    | Arithmetic
    | Compare
    | OneOf
    | Empty
    | Like
    | Logic
    | Not
)
CONDITIONS = (Compare, OneOf, Empty, Like, Logic, Not)


def parts_of(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node."""
    match node:
        case Call(arguments=parts) | Logic(parts=parts):
            return parts
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case OneOf(value=value, choices=choices):
            return (value, *choices)
        case Empty(value=value) | Like(value=value) | Not(part=value) | Lookup(ours=value):
            return (value,)
        case _:
            return ()


def walk(node: Node) -> list[Node]:
    """The node and everything below it, top first."""
    return [node, *(below for part in parts_of(node) for below in walk(part))]
