"""Formulas and conditions of mapping files: a small, total language with columns, texts, numbers and dates.

    = Quantity * Price                         a value
    = concat(Invoice, "-", [Stock code])       a column whose name is no plain word stands in brackets
    Invoice starts with "C" or Price = 0       a condition

There are no loops, no assignments and no way out of the row but `lookup` and `total`.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NoReturn

from zhike.facts.nodes import (
    CONDITIONS,
    Arithmetic,
    Call,
    Column,
    Compare,
    Day,
    Empty,
    Like,
    Logic,
    Lookup,
    Node,
    Not,
    Number,
    OneOf,
    Text,
    Total,
    parts_of,
    walk,
)
from zhike_engine.errors import MappingInvalid
from zhike_engine.issues import did_you_mean

__all__ = [
    "Arithmetic",
    "CONDITIONS",
    "Call",
    "Column",
    "Compare",
    "Day",
    "Empty",
    "FUNCTIONS",
    "Like",
    "Logic",
    "Lookup",
    "Node",
    "Not",
    "Number",
    "OneOf",
    "Text",
    "Total",
    "parse_condition",
    "parse_value",
    "parts_of",
    "walk",
]

LONGEST = 2000
"""The most characters a formula may have."""
NESTED = 60
"""The most brackets, minus signs and `not` a formula may have."""


FUNCTIONS = {
    "concat": (1, 20),
    "trim": (1, 1),
    "upper": (1, 1),
    "lower": (1, 1),
    "first": (1, 20),
    "row": (0, 0),
}
"""Function names with the fewest and the most arguments; `lookup` and `total` have their own form."""

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
      | (?P<day>\d{4}-\d{2}-\d{2})
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*'|“[^”]*”)
      | (?P<column>\[[^\]]+\])
      | (?P<sign><=|>=|!=|<>|[=<>≤≥≠+\-*(),（），])
      | (?P<word>[^\W\d]\w*)""",
    re.VERBOSE,
)
_SAME = {"<>": "!=", "≠": "!=", "≤": "<=", "≥": ">=", "（": "(", "）": ")", "，": ","}
_WORDS = {"and", "or", "not", "in", "is", "empty", "starts", "ends", "with", "contains", "matches"}


def parse_value(text: str) -> Node:
    """Read a formula that gives a value; a leading `=` is optional. Raises MappingInvalid without a place."""
    node = _Parser(text).whole()
    if isinstance(node, CONDITIONS):
        raise MappingInvalid(
            f"`{text}` is a condition, not a value", hint="use `cases` for values that depend on one"
        )
    return node


def parse_condition(text: str) -> Node:
    """Read a condition; a leading `=` is optional. Raises MappingInvalid without a place."""
    node = _Parser(text).whole()
    if not isinstance(node, CONDITIONS):
        raise MappingInvalid(
            f"`{text}` is not a condition", hint='compare something, such as `status = "done"`'
        )
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text.strip()
        if len(self.text) > LONGEST:
            raise MappingInvalid(f"a formula of {len(self.text)} characters is too long", hint="split it up")
        self.tokens = self.split(self.text.removeprefix("="))
        if sum(value.lower() in ("(", "-", "not") for _, value in self.tokens) > NESTED:
            raise MappingInvalid(f"`{self.text[:40]}…` is nested too deeply", hint="split it up")
        self.at = 0

    def split(self, text: str) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                hint = "put column names that are no plain word in brackets, and texts in quotes"
                raise MappingInvalid(f"`{text[at]}` is not understood in `{self.text}`", hint=hint)
            kind = str(found.lastgroup)
            if kind != "blank":
                tokens.append((kind, _SAME.get(found.group(), found.group())))
            at = found.end()
        return tokens

    def whole(self) -> Node:
        if not self.tokens:
            raise MappingInvalid("the formula is empty", hint="write a column name or a formula after `=`")
        node = self.any_of()
        if self.at < len(self.tokens):
            self.refuse(f"`{self.tokens[self.at][1]}` is not expected")
        return node

    def refusal(self, what: str, hint: str = "") -> MappingInvalid:
        return MappingInvalid(f"{what} in `{self.text}`", hint=hint)

    def refuse(self, what: str, hint: str = "") -> NoReturn:
        raise self.refusal(what, hint)

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, *values: str) -> str | None:
        """Take the next token when it is one of these signs or words."""
        kind, value = self.peek()
        if kind in ("sign", "word") and (value if kind == "sign" else value.lower()) in values:
            self.at += 1
            return value.lower()
        return None

    def need(self, value: str) -> None:
        if self.take(value) is None:
            self.refuse(f"`{value}` is missing")

    def any_of(self) -> Node:
        parts = [self.all_of()]
        while self.take("or"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Logic("or", tuple(self.condition(part) for part in parts))

    def all_of(self) -> Node:
        parts = [self.negated()]
        while self.take("and"):
            parts.append(self.negated())
        return parts[0] if len(parts) == 1 else Logic("and", tuple(self.condition(part) for part in parts))

    def negated(self) -> Node:
        return Not(self.condition(self.negated())) if self.take("not") else self.comparison()

    def condition(self, node: Node) -> Node:
        if not isinstance(node, CONDITIONS):
            self.refuse("`and`, `or` and `not` join conditions only", "compare each value with something")
        return node

    def value(self, node: Node) -> Node:
        if isinstance(node, CONDITIONS):
            self.refuse("a condition stands where a value is needed")
        return node

    def comparison(self) -> Node:
        left = self.sum()
        if sign := self.take("=", "!=", "<", "<=", ">", ">="):
            return Compare(sign, self.value(left), self.value(self.sum()))
        if self.take("is"):
            negated = self.take("not")
            self.need("empty")
            test: Node = Empty(self.value(left))
            return Not(test) if negated else test
        if self.peek() == ("word", "not") and self.tokens[self.at + 1 : self.at + 2] == [("word", "in")]:
            self.at += 2
            return Not(self.one_of(left))
        if self.take("in"):
            return self.one_of(left)
        if kind := self.take("starts", "ends", "contains", "matches"):
            return self.like(left, kind)
        return left

    def one_of(self, left: Node) -> Node:
        self.need("(")
        choices = [self.sum()]
        while self.take(","):
            choices.append(self.sum())
        self.need(")")
        if not all(isinstance(choice, (Text, Number, Day)) for choice in choices):
            self.refuse("a list may hold texts, numbers and dates only", "put texts in quotes")
        return OneOf(self.value(left), tuple(choices))

    def like(self, left: Node, kind: str) -> Node:
        if kind in ("starts", "ends"):
            self.need("with")
        pattern = self.sum()
        if not isinstance(pattern, Text):
            self.refuse(f"`{kind}` needs a text in quotes")
        return Like(kind, self.value(left), pattern.value)

    def sum(self) -> Node:
        node = self.product()
        while sign := self.take("+", "-"):
            node = Arithmetic(sign, self.value(node), self.value(self.product()))
        return node

    def product(self) -> Node:
        node = self.atom()
        while self.take("*"):
            node = Arithmetic("*", self.value(node), self.value(self.atom()))
        return node

    def atom(self) -> Node:
        if self.take("-"):
            return Arithmetic("-", Number(Decimal(0)), self.value(self.atom()))
        if self.take("("):
            node = self.any_of()
            self.need(")")
            return node
        kind, value = self.peek()
        self.at += 1
        match kind:
            case "number":
                return Number(Decimal(value))
            case "day":
                return Day(self.day(value))
            case "text":
                quote = value[-1]
                return Text(value[1:-1].replace(quote * 2, quote))
            case "column":
                return Column(value[1:-1].strip())
            case "word" if value.lower() not in _WORDS:
                return self.call(value) if self.take("(") else Column(value)
            case "end":
                raise self.refusal("something is missing at the end")
            case _:
                raise self.refusal(f"`{value}` is not expected")

    def day(self, value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(f"the date `{value}` does not exist")

    def call(self, name: str) -> Node:
        if name == "lookup":
            return self.lookup()
        if name == "total":
            table = self.name()
            self.need(",")
            total = Total(table, self.name())
            self.need(")")
            return total
        if name not in FUNCTIONS:
            self.refuse(f"unknown function `{name}`", did_you_mean(name, [*FUNCTIONS, "lookup", "total"]))
        arguments: list[Node] = []
        while not self.take(")"):
            arguments.append(self.value(self.sum()))
            if self.peek() != ("sign", ")"):
                self.need(",")
        fewest, most = FUNCTIONS[name]
        if not fewest <= len(arguments) <= most:
            self.refuse(f"`{name}` cannot take {len(arguments)} values")
        return Call(name, tuple(arguments))

    def lookup(self) -> Node:
        source = self.name()
        self.need(",")
        theirs = self.name()
        ours: Node = self.value(self.sum()) if self.take("=") else Column(theirs)
        self.need(",")
        found = Lookup(source, theirs, ours, self.name())
        self.need(")")
        return found

    def name(self) -> str:
        node = self.atom()
        if not isinstance(node, Column):
            self.refuse("a name is needed", "write it plainly or in brackets")
        return node.name
