"""What the names in an expression are called, and in which unit they count: for sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from zhike_engine.facts.tables import TABLES
from zhike_engine.formats import CURRENCIES, Formats, Shown, counted, grouped, percentage_points
from zhike_engine.plan.build import Plan
from zhike_engine.plan.parameters import FACTORS, ParameterValue
from zhike_engine.sql.compile import compile_plan
from zhike_engine.sql.dialect import DIALECTS
from zhike_engine.sql.facts import VIRTUAL, full_shape
from zhike_engine.sql.values import Value
from zhike_engine.words import Text, same

Kind = Literal["metric", "parameter", "rating", "column"]
UNSET = Text(zh="（未设定）", en=" (unset)")
_VIRTUAL_TITLES = {
    "paid": Text(zh="已付清", en="paid"),
    "on_time": Text(zh="按期付清", en="paid on time"),
    "overdue": Text(zh="逾期未付", en="overdue"),
    "days_late": Text(zh="逾期天数", en="days late"),
    "outstanding": Text(zh="未付金额", en="outstanding amount"),
    "open": Text(zh="未结", en="open"),
}
_PERIOD_TITLES = {
    "value": Text(zh="当期值", en="the value of the period"),
    "previous": Text(zh="上一期值", en="the value of the period before"),
    "previous_grade": Text(zh="上期等级", en="previous grade"),
    "as_of": Text(zh="基准日", en="as-of date"),
}
WORDS = {
    "completed": Text(zh="成交", en="completed"),
    "returned": Text(zh="退货", en="returned"),
    "cancelled": Text(zh="取消", en="cancelled"),
    "dispute": Text(zh="纠纷", en="dispute"),
    "quality": Text(zh="质量", en="quality"),
    "delivery": Text(zh="交付", en="delivery"),
    "service": Text(zh="服务", en="service"),
    "other": Text(zh="其他", en="other"),
    "minor": Text(zh="一般", en="minor"),
    "major": Text(zh="重大", en="major"),
}
"""The words of the fact tables' choices."""
_UNIT_WORDS = {
    "年": "years",
    "月": "months",
    "个月": "months",
    "天": "days",
    "日": "days",
    "分": "points",
    "years": "years",
    "months": "months",
    "days": "days",
    "points": "points",
}
"""Words that a policy's author writes as unit of a plain number -> unit of the engine."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name: what it is called, its unit; of a parameter also the value and how it is shown, None while unset."""

    kind: Kind
    title: Text
    unit: str = "any"
    value: Shown | None = None
    shown: Text | None = None


class Titles:
    """The names of a planned policy. `values` are the typed columns of a compiled run, where one is at hand.

    `table` lets the columns of a fact table stand for themselves: for the `where` of a metric.
    `here` overrides parameters by name, for a customer with local values.
    """

    def __init__(
        self,
        plan: Plan,
        values: Mapping[str, Value] | None = None,
        *,
        table: str = "",
        here: Mapping[str, Decimal] | None = None,
    ) -> None:
        self.plan = plan
        self.formats = Formats.of(plan.document)
        self.table = table
        self.here = here or {}
        self._values = values
        self._named: dict[str, Named] = {}

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """Typed column of every metric and score."""
        if self._values is not None:
            return self._values
        return compile_plan(self.plan, full_shape(), DIALECTS["duckdb"], draft=True).values

    def rows_of(self, table: str) -> Titles:
        """The same titles, with the columns of a fact table."""
        return Titles(self.plan, self._values, table=table, here=self.here)

    def named(self, name: str) -> Named:
        """What a name stands for; an unknown name stands for itself."""
        if name not in self._named:
            self._named[name] = self._find(name)
        return self._named[name]

    def _find(self, name: str) -> Named:
        document = self.plan.document
        if self.table and (found := self._column(self.table, name)):
            return found
        if name in document.metrics:
            return Named("metric", document.metrics[name].title.text, self._unit(name))
        if name in document.scorecards:
            return Named("metric", document.scorecards[name].title.text, "points")
        if name in self.plan.parameters:
            return self._parameter(self.plan.parameters[name])
        if name in document.ratings:
            return Named("rating", document.ratings[name].title.text, "text")
        if name.startswith("customers."):
            column = name.removeprefix("customers.")
            return self._column("customers", column) or Named("column", same(column), "text")
        if name in _PERIOD_TITLES:
            return Named("metric", _PERIOD_TITLES[name], "text" if name == "previous_grade" else "any")
        return Named("column", same(name))

    def _unit(self, name: str) -> str:
        value = self.values.get(name)
        return value.unit if value is not None else "any"

    def _column(self, table: str, name: str) -> Named | None:
        if name in VIRTUAL.get(table, {}):
            return Named("column", _VIRTUAL_TITLES[name], VIRTUAL[table][name])
        column = next((c for c in TABLES[table].columns if c.name == name), None)
        if column is None:
            return None
        unit = {"money": "money", "decimal": "number", "date": "date", "bool": "flag", "integer": "any"}
        return Named("column", column.title, unit.get(column.kind, "text"))

    def _parameter(self, parameter: ParameterValue) -> Named:
        title, unit = parameter.spec.title.text, parameter.unit
        value = self.here.get(parameter.name, parameter.value)
        if unit == "any":
            unit = _UNIT_WORDS.get(parameter.spec.unit, "any")
        if value is None:
            return Named("parameter", title, unit)
        shown = self._shown(parameter, value, unit)
        if parameter.local and parameter.name not in self.here:
            shown = Text(zh=f"{shown.zh}（部分客户另有规定）", en=f"{shown.en} (some customers differ)")
        return Named("parameter", title, unit, value, shown)

    def _shown(self, parameter: ParameterValue, value: Shown, unit: str) -> Text:
        """A parameter as its author writes it: in its own unit."""
        written = parameter.spec.unit
        if not isinstance(value, Decimal):
            return self.formats.limit(value, unit)
        if unit == "money":
            return self._amount(value, written)
        if unit == "share" and written in ("百分点", "points"):
            return percentage_points(value)
        if unit in ("years", "months", "days", "points"):
            return counted(value, unit, more=6)
        if unit == "any" and written:
            plain = grouped(value, 8, strip=True)
            return Text(zh=f"{plain} {written}", en=f"{plain} {written}" if written.isascii() else plain)
        return self.formats.limit(value, unit)

    def _amount(self, value: Decimal, written: str) -> Text:
        """An amount; one written in 万元 keeps that, and English tells the full number beside it."""
        shown = self.formats.limit(value, "money")
        if not written.endswith("元") or written == "元":
            return shown
        name = written.removesuffix("元") + CURRENCIES.get(self.formats.currency, self.formats.currency)
        own = f"{grouped(value / FACTORS[written], 8, strip=True)} {name}"
        return Text(zh=own, en=f"{own} ({shown.en})")


def set_off(title: Text) -> Text:
    """A grade's title inside a sentence: in quotes where it would not be seen as a title, or cuts the sentence.

    >>> set_off(Text(zh="A级：最重要", en="Grade A")), set_off(Text(zh="B级客户", en="Grade B")).zh
    (Text(zh='“A级：最重要”', en='Grade A'), 'B级客户')
    """
    plain = title.zh.endswith(("级", "客户")) and not _cuts(title.zh)
    return Text(
        zh=title.zh if plain or title.zh.isascii() else f"“{title.zh}”",
        en=f"“{title.en}”" if _cuts(title.en) else title.en,
    )


def _cuts(title: str) -> bool:
    return any(sign in title for sign in "：:，,；;（(")


def inline(title: str) -> str:
    """An English title inside a sentence: lower case at its head, unless the head is a name or an abbreviation.

    >>> inline("Annual order amount"), inline("RFM class"), inline("A limit")
    ('annual order amount', 'RFM class', 'A limit')
    """
    head = title.split(" ", 1)[0]
    return title[:1].lower() + title[1:] if len(head) > 1 and head[1:].islower() else title


def plural(title: str) -> bool:
    """Whether an English title reads as more than one: its main word ends in s.

    >>> plural("Years of cooperation"), plural("Annual order amount"), plural("Orders in the year")
    (True, False, True)
    """
    main = title
    for joint in (" of ", " in ", " with ", " for ", " per ", " over ", " between ", " raised ", " (", ","):
        main = main.split(joint, 1)[0]
    word = main.split(" ")[-1].lower()
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))
