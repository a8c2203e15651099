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
from zhike.messages import NOTHING, Said, say
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
            say("`{text}` is a condition, not a value", text=text),
            hint=say("use `cases` for values that depend on one"),
        )
    return node


def parse_condition(text: str) -> Node:
    """Read a condition; a leading `=` is optional. Raises MappingInvalid without a place."""
    node = _Parser(text).whole()
    if not isinstance(node, CONDITIONS):
        raise MappingInvalid(
            say("`{text}` is not a condition", text=text),
            hint=say('compare something, such as `status = "done"`'),
        )
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text.strip()
        if len(self.text) > LONGEST:
            raise MappingInvalid(
                say("a formula of {count} characters is too long", count=len(self.text)),
                hint=say("split it up"),
            )
        self.tokens = self.split(self.text.removeprefix("="))
        if sum(value.lower() in ("(", "-", "not") for _, value in self.tokens) > NESTED:
            raise MappingInvalid(
                say("`{text}…` is nested too deeply", text=self.text[:40]), hint=say("split it up")
            )
        self.at = 0

    def split(self, text: str) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                hint = say("put column names that are no plain word in brackets, and texts in quotes")
                raise MappingInvalid(
                    say("`{sign}` is not understood in `{formula}`", sign=text[at], formula=self.text),
                    hint=hint,
                )
            kind = str(found.lastgroup)
            if kind != "blank":
                tokens.append((kind, _SAME.get(found.group(), found.group())))
            at = found.end()
        return tokens

    def whole(self) -> Node:
        if not self.tokens:
            raise MappingInvalid(
                say("the formula is empty"), hint=say("write a column name or a formula after `=`")
            )
        node = self.any_of()
        if self.at < len(self.tokens):
            self.refuse(say("`{value}` is not expected", value=self.tokens[self.at][1]))
        return node

    def refusal(self, what: Said, hint: Said = NOTHING) -> MappingInvalid:
        return MappingInvalid(say("{what} in `{formula}`", what=what, formula=self.text), hint=hint)

    def refuse(self, what: Said, hint: Said = NOTHING) -> NoReturn:
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
            self.refuse(say("`{value}` is missing", value=value))

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
            self.refuse(
                say("`and`, `or` and `not` join conditions only"), say("compare each value with something")
            )
        return node

    def value(self, node: Node) -> Node:
        if isinstance(node, CONDITIONS):
            self.refuse(say("a condition stands where a value is needed"))
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
            self.refuse(say("a list may hold texts, numbers and dates only"), say("put texts in quotes"))
        return OneOf(self.value(left), tuple(choices))

    def like(self, left: Node, kind: str) -> Node:
        if kind in ("starts", "ends"):
            self.need("with")
        pattern = self.sum()
        if not isinstance(pattern, Text):
            self.refuse(say("`{word}` needs a text in quotes", word=kind))
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
                raise self.refusal(say("something is missing at the end"))
            case _:
                raise self.refusal(say("`{value}` is not expected", value=value))

    def day(self, value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(say("the date `{value}` does not exist", value=value))

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
            self.refuse(
                say("unknown function `{name}`", name=name),
                did_you_mean(name, [*FUNCTIONS, "lookup", "total"]),
            )
        arguments: list[Node] = []
        while not self.take(")"):
            arguments.append(self.value(self.sum()))
            if self.peek() != ("sign", ")"):
                self.need(",")
        fewest, most = FUNCTIONS[name]
        if not fewest <= len(arguments) <= most:
            self.refuse(say("`{name}` cannot take {count} values", name=name, count=len(arguments)))
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
            self.refuse(say("a name is needed"), say("write it plainly or in brackets"))
        return node.name
