"""Expression tree to a sentence in Chinese or English, in the words of the policy's own titles.

    annual_order_amount > a_amount      年度订单金额 超过 500 万元
                                        annual order amount is above 500 万元 (5,000,000 CNY)

Parameters stand with their value and unit; a parameter that is unset stands with its title and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any

from zhike_engine.formats import Shown, percentage_points
from zhike_engine.language import nodes as n
from zhike_engine.language.titles import UNSET, WORDS, Named, Titles, inline, plural
from zhike_engine.words import Lang, Text

__all__ = ["Titles", "constant_value", "group_words", "inverse", "reads", "to_sentence", "to_text", "unit_of"]

_OPS: dict[str, Text] = {
    ">": Text(zh="超过", en="above"),
    ">=": Text(zh="不低于", en="at least"),
    "<": Text(zh="低于", en="below"),
    "<=": Text(zh="不超过", en="at most"),
    "=": Text(zh="为", en=""),
    "!=": Text(zh="不为", en="not"),
}
_COUNTED = ("count", "days", "months", "years")
_COUNTED_OPS = {">=": "不少于", "<": "少于"}
_DATE_OPS: dict[str, Text] = {
    ">": Text(zh="晚于", en="after"),
    ">=": Text(zh="不早于", en="on or after"),
    "<": Text(zh="早于", en="before"),
    "<=": Text(zh="不晚于", en="on or before"),
    "=": Text(zh="为", en=""),
    "!=": Text(zh="不为", en="not"),
}
_INVERSE: dict[n.CompareOp, n.CompareOp] = {">": "<=", "<=": ">", "<": ">=", ">=": "<", "=": "!=", "!=": "="}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_LEVEL = {"+": 1, "-": 1, "*": 2, "/": 2}


def to_sentence(node: n.Node, titles: Titles, lang: Lang) -> str:
    """A condition or a value in words; the first letter stays small, there is no final stop."""
    return _Writer(titles, lang).write(node)


def to_text(node: n.Node, titles: Titles) -> Text:
    """The sentence in both languages."""
    return Text(zh=to_sentence(node, titles, "zh"), en=to_sentence(node, titles, "en"))


def reads(kind: type[n.Node]) -> bool:
    """Whether there are words for a node class."""
    return kind in _WRITERS


def group_words(needed: int, total: int) -> Text:
    """The head of a group of conditions.

    >>> group_words(1, 3).pick("en")
    'at least one of these holds'
    """
    if needed >= total:
        return Text(zh="以下条件全部成立", en="all of these hold")
    if needed == 1:
        return Text(zh="以下条件至少一项成立", en="at least one of these holds")
    return Text(zh=f"以下条件至少 {needed} 项成立", en=f"at least {needed} of these hold")


def inverse(node: n.Node) -> n.Node | None:
    """The condition that holds exactly when `node` does not, where one node can say it."""
    match node:
        case n.Compare(op, left, right):
            return n.Compare(_INVERSE[op], left, right)
        case n.Not(of):
            return of
    return None


def unit_of(node: n.Node, titles: Titles) -> str:
    """The unit a value counts in; `any` where it has none, `flag` of a condition."""
    match node:
        case n.Name(name):
            return titles.named(name).unit
        case n.Number(_, percent):
            return "share" if percent else "any"
        case n.String():
            return "text"
        case n.Negative(of):
            return unit_of(of, titles)
        case n.Arithmetic():
            return _arithmetic_unit(node, titles)
        case n.Call(function, arguments):
            inner = arguments[1:] if function == "if" else arguments
            units = [unit_of(one, titles) for one in inner]
            return next((unit for unit in units if unit != "any"), "any")
    return "flag"


def _arithmetic_unit(node: n.Arithmetic, titles: Titles) -> str:
    left, right = unit_of(node.left, titles), unit_of(node.right, titles)
    plain = ("any", "number")
    if node.op == "/":
        if right in plain or (left == "money" and left != right):
            return left
        return "share" if left == right else "number"
    if node.op == "*":
        return right if left in (*plain, "share") and right not in plain else left
    return right if left == "any" else left


def constant_value(node: n.Node, titles: Titles) -> Decimal | None:
    """The number a side stands for when only numbers and set parameters enter it; otherwise None."""
    match node:
        case n.Number(value):
            return value
        case n.Name(name):
            found = titles.named(name)
            known = found.kind == "parameter" and isinstance(found.value, Decimal)
            return found.value if known else None  # type: ignore[return-value]
        case n.Negative(of):
            inner = constant_value(of, titles)
            return None if inner is None else -inner
        case n.Arithmetic(op, left, right):
            return _calculated(op, constant_value(left, titles), constant_value(right, titles))
        case n.Call(function, arguments) if function in ("min", "max"):
            values = [constant_value(one, titles) for one in arguments]
            known_values = [value for value in values if value is not None]
            choose = min if function == "min" else max
            return choose(known_values) if len(known_values) == len(values) else None
    return None


def _calculated(op: str, left: Decimal | None, right: Decimal | None) -> Decimal | None:
    if left is None or right is None:
        return None
    try:
        return {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[op](right)
    except (DivisionByZero, InvalidOperation):
        return None


@dataclass(frozen=True)
class _Writer:
    titles: Titles
    lang: Lang

    @property
    def zh(self) -> bool:
        return self.lang == "zh"

    def say(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def write(self, node: n.Node, unit: str = "any") -> str:
        """A node in words; `unit` is that of the value it stands beside."""
        return _WRITERS[type(node)](self, node, unit)

    # values

    def number(self, node: n.Number, unit: str) -> str:
        unit = "share" if node.percent else unit
        return self.titles.formats.limit(node.value, unit).pick(self.lang)

    def string(self, node: n.String, unit: str) -> str:
        if unit == "date":
            return node.value
        own = WORDS.get(node.value) if self.titles.table else None
        word = (own or self.titles.formats.word(node.value)).pick(self.lang)
        return word if unit == "rating" else f"“{word}”"

    def boolean(self, node: n.Boolean, unit: str) -> str:
        return self.say("是", "yes") if node.value else self.say("否", "no")

    def name(self, node: n.Name, unit: str) -> str:
        found = self.titles.named(node.name)
        if found.kind == "parameter":
            return self.parameter(found, unit)
        return self.title(found)

    def title(self, found: Named) -> str:
        return found.title.zh if self.zh else inline(found.title.en)

    def parameter(self, found: Named, unit: str) -> str:
        if found.shown is None:
            return f"“{found.title.pick(self.lang)}”{UNSET.pick(self.lang)}"
        if found.unit == "flag":
            shown = found.shown.pick(self.lang)
            return self.say(f"“{found.title.zh}”已设为“{shown}”", f"“{found.title.en}” is set to “{shown}”")
        if found.unit == "any" and unit in ("share", "points", "years", "months", "days"):
            return self.shown(found.value, unit)
        return found.shown.pick(self.lang)

    def shown(self, value: Shown | None, unit: str) -> str:
        assert value is not None
        return self.titles.formats.limit(value, unit).pick(self.lang)

    def negative(self, node: n.Negative, unit: str) -> str:
        return f"−{self.inner(node.of, unit, 2)}"

    def arithmetic(self, node: n.Arithmetic, unit: str) -> str:
        level = _LEVEL[node.op]
        left = self.inner(node.left, unit, level)
        right = self.inner(node.right, "any" if node.op in "*/" else unit, level + 1)
        said = f"{left} {_SIGNS[node.op]} {right}"
        result = constant_value(node, self.titles)
        if result is None:
            return said
        own = unit_of(node, self.titles)
        shown = self.shown(result, unit if own == "any" else own)
        return self.say(f"{shown}（即 {said}）", f"{shown} (that is {said})")

    def inner(self, node: n.Node, unit: str, level: int) -> str:
        """A part of a calculation, in brackets where it binds less tightly than its surroundings."""
        if isinstance(node, n.Arithmetic):
            left = self.inner(node.left, unit, _LEVEL[node.op])
            right = self.inner(node.right, unit, _LEVEL[node.op] + 1)
            said = f"{left} {_SIGNS[node.op]} {right}"
            return f"({said})" if _LEVEL[node.op] < level else said
        return self.write(node, unit)

    def call(self, node: n.Call, unit: str) -> str:
        if node.function == "if":
            test = self.write(node.arguments[0])
            yes, no = (self.write(one, unit) for one in node.arguments[1:])
            return self.say(f"（若{test}则为 {yes}，否则为 {no}）", f"({yes} if {test}, otherwise {no})")
        if node.function in n.ROUNDINGS:
            return self.rounding(node, unit)
        items = [self.write(one, unit) for one in node.arguments]
        listed = self.series(items, self.say("与", "and"))
        return {
            "abs": self.say(f"{listed} 的绝对值", f"the absolute value of {listed}"),
            "min": self.say(f"{listed} 中的最小者", f"the smallest of {listed}"),
            "max": self.say(f"{listed} 中的最大者", f"the largest of {listed}"),
            "first_known": self.say(
                f"{listed} 中第一个可计算的", f"the first of {listed} that can be computed"
            ),
        }[node.function]

    def rounding(self, node: n.Call, unit: str) -> str:
        """A value with cut decimals; a share is cut to parts of a hundred."""
        of, kept = node.arguments[0], node.decimals
        if unit_of(of, self.titles) == "share":
            grain = self.shown(Decimal(1).scaleb(-kept), "share")
            to = self.say(f" {grain}", grain)
        elif kept == 0:
            to = self.say("整数", "whole numbers")
        else:
            to = self.say(f" {kept} 位小数", f"{kept} decimal{'' if kept == 1 else 's'}")
        how = {
            "round": self.say("四舍五入到", "rounded to"),
            "round_down": self.say("向下取到", "rounded down to"),
            "round_up": self.say("向上取到", "rounded up to"),
        }[node.function]
        return f"{self.write(of, unit)}" + self.say(f"（{how}{to}）", f" {how} {to}")

    def series(self, items: list[str], last: str) -> str:
        """Items in a row with a word before the last one."""
        if len(items) == 1:
            return items[0]
        comma = self.say("、", ", ")
        return f"{comma.join(items[:-1])} {last} {items[-1]}"

    # conditions

    def subject(self, node: n.Node, unit: str = "any") -> str:
        """The left side of a condition; in English with its verb."""
        said = self.write(node, unit)
        if self.zh:
            return said
        many = isinstance(node, n.Name) and plural(self.titles.named(node.name).title.en)
        return f"{said} {'are' if many else 'is'}"

    def compare(self, node: n.Compare, _unit: str) -> str:
        left, right, op = node.left, node.right, node.op
        if isinstance(right, n.Boolean) and op in ("=", "!="):
            holds = right.value == (op == "=")
            return self.condition(left) if holds else self.negate(n.Not(left), "any")
        unit = self.common_unit(left, right)
        said = (_DATE_OPS if unit == "date" else _OPS)[op]
        if self.zh:
            word = _COUNTED_OPS.get(op, said.zh) if unit in _COUNTED else said.zh
            return f"{self.write(left, unit)} {word} {self.write(right, unit)}"
        if op == "=" and unit == "count" and right == n.Number(Decimal(0)):
            return f"there {self.subject(left).rpartition(' ')[2]} no {self.write(left)}"
        return " ".join(filter(None, (self.subject(left, unit), said.en, self.write(right, unit))))

    def common_unit(self, *sides: n.Node) -> str:
        """The unit that plain numbers on either side are meant in; `rating` beside a grade."""
        for side in sides:
            if isinstance(side, n.Name) and self.titles.named(side.name).kind == "rating":
                return "rating"
            if side == n.Name("previous_grade"):
                return "rating"
        units = [unit_of(side, self.titles) for side in sides]
        return next((unit for unit in units if unit not in ("any", "number")), units[0])

    def within(self, node: n.Within, _unit: str) -> str:
        unit = self.common_unit(node.of, node.target)
        target = self.write(node.target, unit)
        room = self.room(node.tolerance, unit)
        if self.zh:
            return f"{self.subject(node.of)} 约 {target}（上下浮动 {room}）"
        return f"{self.subject(node.of)} about {target} ({room} either way)"

    def room(self, node: n.Node, unit: str) -> str:
        value = constant_value(node, self.titles)
        if unit == "share" and value is not None:
            return percentage_points(value).pick(self.lang)
        return self.write(node, unit)

    def between(self, node: n.Between, _unit: str) -> str:
        unit = self.common_unit(node.of, node.low, node.high)
        low, high = self.write(node.low, unit), self.write(node.high, unit)
        if self.zh:
            return f"{self.write(node.of, unit)} 在 {low} 至 {high} 之间（含两端）"
        return f"{self.subject(node.of, unit)} between {low} and {high}, both included"

    def contained(self, node: n.In, _unit: str) -> str:
        return self.membership(node, self.say("属于", "one of"), self.say("为", ""))

    def membership(self, node: n.In, many: str, one: str) -> str:
        unit = self.common_unit(node.of, *node.items)
        items = [self.write(item, unit) for item in node.items]
        if len(items) == 1:
            return " ".join(filter(None, (self.subject(node.of), one, items[0])))
        return f"{self.subject(node.of)} {many} {self.series(items, self.say('或', 'or'))}"

    def computable(self, node: n.Computable, _unit: str) -> str:
        if isinstance(node.of, n.Name) and self.titles.named(node.of.name).kind == "column":
            return self.say(f"{self.write(node.of)} 已填写", f"{self.write(node.of)} is recorded")
        return self.say(f"{self.write(node.of)} 可以计算", f"{self.write(node.of)} can be computed")

    def negate(self, node: n.Not, _unit: str) -> str:
        of = node.of
        other = inverse(of)
        if other is not None:
            return self.write(other)
        match of:
            case n.In():
                return self.membership(of, self.say("不属于", "none of"), self.say("不为", "not"))
            case n.Computable(value):
                said = self.write(value)
                if isinstance(value, n.Name) and self.titles.named(value.name).kind == "column":
                    return self.say(f"{said} 没有填写", f"{said} is not recorded")
                return self.say(f"{said} 无法计算", f"{said} cannot be computed")
            case n.Name(name) if self.titles.named(name).kind != "parameter":
                return self.flag(self.titles.named(name), holds=False)
            case n.Boolean(value):
                return self.boolean(n.Boolean(not value), "flag")
        return self.say(f"并非（{self.write(of)}）", f"it is not so that {self.write(of)}")

    def flag(self, found: Named, *, holds: bool) -> str:
        """A yes/no name as a condition."""
        if self.zh:
            return found.title.zh if holds else f"不是“{found.title.zh}”"
        return inline(found.title.en) if holds else f"not {inline(found.title.en)}"

    def both(self, node: n.All, _unit: str) -> str:
        return self.joined(node.items, self.say(" 且 ", " and "))

    def either(self, node: n.Any, _unit: str) -> str:
        return self.joined(node.items, self.say(" 或 ", " or "))

    def joined(self, items: tuple[n.Node, ...], word: str) -> str:
        parts = []
        for item in items:
            said = self.condition(item)
            group = isinstance(item, n.All | n.Any)
            parts.append(self.say(f"（{said}）", f"({said})") if group else said)
        return word.join(parts)

    def condition(self, node: n.Node) -> str:
        """A node where a condition is meant: a lone yes/no name says that it holds."""
        if isinstance(node, n.Name) and self.titles.named(node.name).kind != "parameter":
            return self.flag(self.titles.named(node.name), holds=True)
        return self.write(node)


_WRITERS: dict[type[n.Node], Callable[[_Writer, Any, str], str]] = {
    n.Number: _Writer.number,
    n.String: _Writer.string,
    n.Boolean: _Writer.boolean,
    n.Name: _Writer.name,
    n.Negative: _Writer.negative,
    n.Arithmetic: _Writer.arithmetic,
    n.Call: _Writer.call,
    n.Compare: _Writer.compare,
    n.Within: _Writer.within,
    n.Between: _Writer.between,
    n.In: _Writer.contained,
    n.Computable: _Writer.computable,
    n.Not: _Writer.negate,
    n.All: _Writer.both,
    n.Any: _Writer.either,
}
