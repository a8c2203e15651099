"""Text to tree. The grammar is in `grammar.lark`; the parser is Lark's LALR."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any as Anything

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken, VisitError

from zhike_engine.errors import ZhikeError
from zhike_engine.language import nodes as n
from zhike_engine.messages import NOTHING, Said, say
from zhike_engine.words import Text

_OPERATORS: dict[str, n.CompareOp] = {"≥": ">=", "≤": "<=", "≠": "!=", "＞": ">", "＜": "<", "＝": "="}


class ExpressionInvalid(ZhikeError):
    """A text is not an expression; `column` counts from 0 inside the text."""

    code = "expression_invalid"

    def __init__(self, message: Said, *, column: int = 0, hint: Said = NOTHING) -> None:
        super().__init__(message, hint=hint)
        self.column = column


@cache
def _parser() -> Lark:
    grammar = resources.files("zhike_engine.language").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


@cache
def parse(text: str) -> n.Node:
    """Read an expression; raises ExpressionInvalid.

    >>> parse("growth >= 15 %")
    Compare(op='>=', left=Name(name='growth'), right=Number(value=Decimal('0.15'), percent=True))
    """
    try:
        tree = _parser().parse(text)
        node = _Builder().transform(tree)
    except UnexpectedCharacters as problem:
        raise ExpressionInvalid(
            say(
                "`{text}` has a sign that means nothing here: `{sign}`",
                text=text,
                sign=text[problem.pos_in_stream or 0],
            ),
            column=problem.pos_in_stream or 0,
            hint=_hint(text),
        ) from None
    except UnexpectedToken as problem:
        shown = str(problem.token)
        column = problem.pos_in_stream if problem.pos_in_stream and problem.pos_in_stream > 0 else 0
        if problem.token.type == "$END":
            raise ExpressionInvalid(
                say("`{text}` ends too early", text=text), column=len(text), hint=_hint(text)
            ) from None
        raise ExpressionInvalid(
            say("`{text}` is not understood at `{shown}`", text=text, shown=shown),
            column=column,
            hint=_hint(text),
        ) from None
    except (UnexpectedEOF, UnexpectedInput):
        raise ExpressionInvalid(
            say("`{text}` ends too early", text=text), column=len(text), hint=_hint(text)
        ) from None
    except RecursionError:
        raise ExpressionInvalid(
            say("`{text}` … is nested too deeply", text=text[:40]), hint=_hint(text[:40])
        ) from None
    except VisitError as problem:
        if isinstance(problem.orig_exc, ExpressionInvalid):
            raise problem.orig_exc from None
        raise
    assert isinstance(node, n.Node)
    return node


def _hint(text: str) -> Said:
    if "==" in text:
        return say("write `=` for equal")
    if "&&" in text or "||" in text:
        return say("write `and`, `or`")
    if "<>" in text:
        return say("write `!=` for not equal")
    return say("write for example `annual_amount >= 500 万 and growth > 15 %`")


class _Builder(Transformer[Token, n.Node]):
    """Lark tree to nodes; each method is named after its alias in the grammar."""

    def any_of(self, items: list[n.Node]) -> n.Node:
        return items[0] if len(items) == 1 else n.Any(tuple(items))

    def all_of(self, items: list[n.Node]) -> n.Node:
        return items[0] if len(items) == 1 else n.All(tuple(items))

    def negate(self, items: list[n.Node]) -> n.Node:
        return n.Not(items[0])

    def compare(self, items: list[Anything]) -> n.Node:
        op = _OPERATORS.get(str(items[1]), str(items[1]))
        return n.Compare(op, items[0], items[2])  # type: ignore[arg-type]

    def between(self, items: list[n.Node]) -> n.Node:
        return n.Between(items[0], items[1], items[2])

    def within(self, items: list[n.Node]) -> n.Node:
        return n.Within(items[0], items[1], items[2])

    def contained(self, items: list[n.Node]) -> n.Node:
        return n.In(items[0], tuple(items[1:]))

    def not_contained(self, items: list[n.Node]) -> n.Node:
        return n.Not(n.In(items[0], tuple(items[1:])))

    def computable(self, items: list[n.Node]) -> n.Node:
        return n.Computable(items[0])

    def not_computable(self, items: list[n.Node]) -> n.Node:
        return n.Not(n.Computable(items[0]))

    def add(self, items: list[n.Node]) -> n.Node:
        return n.Arithmetic("+", items[0], items[1])

    def subtract(self, items: list[n.Node]) -> n.Node:
        return n.Arithmetic("-", items[0], items[1])

    def multiply(self, items: list[n.Node]) -> n.Node:
        return n.Arithmetic("*", items[0], items[1])

    def divide(self, items: list[n.Node]) -> n.Node:
        return n.Arithmetic("/", items[0], items[1])

    def negative(self, items: list[n.Node]) -> n.Node:
        inner = items[0]
        return n.Number(-inner.value, inner.percent) if isinstance(inner, n.Number) else n.Negative(inner)

    def number(self, items: list[Token]) -> n.Node:
        return n.Number(Decimal(str(items[0]).replace("_", "")))

    def percent(self, items: list[Token]) -> n.Node:
        digits = str(items[0]).rstrip("%％").strip().replace("_", "")
        return n.Number(Decimal(digits) / 100, percent=True)

    def ten_thousand(self, items: list[Token]) -> n.Node:
        digits = str(items[0]).rstrip("万").strip().replace("_", "")
        return n.Number(Decimal(digits) * 10000)

    def string(self, items: list[Token]) -> n.Node:
        return n.String(str(items[0])[1:-1])

    def true(self, items: list[Token]) -> n.Node:
        return n.Boolean(True)

    def false(self, items: list[Token]) -> n.Node:
        return n.Boolean(False)

    def name(self, items: list[Token]) -> n.Node:
        return n.Name(str(items[0]))

    def call(self, items: list[Anything]) -> n.Node:
        function = str(items[0]).rstrip("(").strip()
        low, high = n.FUNCTIONS[function]
        arguments = tuple(items[1:])
        if not low <= len(arguments) <= high:
            wanted = (
                str(low)
                if low == high
                else Text(zh="{low} 至 {high}", en="{low} to {high}").format(low=low, high=high)
            )
            raise ExpressionInvalid(
                say(
                    "`{function}` takes {wanted} values, not {count}",
                    function=function,
                    wanted=wanted,
                    count=len(arguments),
                )
            )
        if function in n.ROUNDINGS and len(arguments) == 2 and not _is_decimals(arguments[1]):
            raise ExpressionInvalid(
                say(
                    "`{function}` keeps a number of decimals from 0 to {most}, written as a number",
                    function=function,
                    most=n.MOST_DECIMALS,
                )
            )
        return n.Call(function, arguments)


def _is_decimals(node: n.Node) -> bool:
    if not isinstance(node, n.Number) or node.percent:
        return False
    return node.value == int(node.value) and 0 <= node.value <= n.MOST_DECIMALS
