"""The gap of one comparison, in the customer's own numbers. The rules are told in docs/algorithms/nearest-miss.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from zhike_engine.explain.conditions import Conditions
from zhike_engine.explain.levers import ORDER, TROUBLES, lever, tables_of
from zhike_engine.explain.metrics import scores_of
from zhike_engine.explain.model import Gap, Rigidity
from zhike_engine.explain.periods import hull, windows_of, words
from zhike_engine.explain.records import Records
from zhike_engine.formats import Shown, counted, day, grouped, number_of, percentage_points
from zhike_engine.language import nodes as n
from zhike_engine.language.sentences import constant_value, to_text
from zhike_engine.language.titles import inline
from zhike_engine.plan.windows import add_months
from zhike_engine.policy import metrics as kinds
from zhike_engine.policy.model import Item
from zhike_engine.sql.values import MONEY
from zhike_engine.words import Text, same

WHOLE = ("count", "days", "months", "years")
"""Units that come in whole numbers."""
_TURNED: dict[n.CompareOp, n.CompareOp] = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "=", "!=": "!="}


@dataclass(frozen=True)
class Gaps:
    """Measures gaps for one rating of one customer."""

    conditions: Conditions
    records: Records

    @property
    def plan(self) -> Any:
        return self.conditions.asked.run.plan

    def gap(self, atom: n.Node, condition: str) -> Gap:
        """The gap of an atom that does not hold."""
        if isinstance(atom, n.Compare):
            return self.compared(atom, condition)
        return self.stated(atom, condition, self.rigidity(atom, up=True))

    def compared(self, atom: n.Compare, condition: str) -> Gap:
        """A comparison: the customer's own value on the left, the limit on the right."""
        titles = self.conditions.titles
        if constant_value(atom.left, titles) is not None and constant_value(atom.right, titles) is None:
            atom = n.Compare(_TURNED[atom.op], atom.right, atom.left)
        value, limit = self.conditions.of(atom.left), self.conditions.of(atom.right)
        if value is None or limit is None:
            return self.missing(atom, condition)
        if atom.op != "!=" and isinstance(value, Decimal | float) and isinstance(limit, Decimal | float):
            return self.measured(atom, condition, value, limit)
        return self.stated(atom, condition, self.rigidity(atom.left, up=atom.op in (">", ">=")))

    def measured(
        self, atom: n.Compare, condition: str, value: Decimal | float, limit: Decimal | float
    ) -> Gap:
        """The distance between two numbers."""
        have, need = number_of(value), number_of(limit)
        up = atom.op in (">", ">=") or (atom.op == "=" and have < need)
        rigidity = self.rigidity(atom.left, up=up)
        unit = self.conditions.unit(atom.left, atom.right)
        distance = _distance(abs(need - have), unit, strict=atom.op in (">", "<"))
        hint, first = self.hint(atom, rigidity, up, value, limit)
        return Gap(
            condition=condition,
            sentence=to_text(atom, self.conditions.titles),
            rigidity=rigidity,
            has=self.conditions.shown(value, unit, limit),
            missing=self.amount(distance, unit, up=up),
            hint=hint,
            size=float(distance / abs(need)) if need else float(distance),
            day=first,
            names=self.names(atom),
        )

    def stated(self, atom: n.Node, condition: str, rigidity: Rigidity) -> Gap:
        """A condition without a distance: a word, a yes or no."""
        value, _ = self.conditions.sides(atom)
        return Gap(
            condition=condition,
            sentence=to_text(atom, self.conditions.titles),
            rigidity=rigidity,
            has=value or same("—"),
            missing=Text(zh="须改变", en="has to change"),
            hint=self.fixed_hint(atom) if rigidity == "fixed" else None,
            size=1.0,
            names=self.names(atom),
        )

    def missing(self, atom: n.Node, condition: str) -> Gap:
        """A value is not computable."""
        names = sorted(n.names_in(atom))
        why = self.conditions.reasons.nested(names)
        return Gap(
            condition=condition,
            sentence=to_text(atom, self.conditions.titles),
            rigidity="unknown",
            has=self.conditions.titles.formats.value(None, "any"),
            missing=Text(zh="缺少数据", en="data is missing"),
            hint=why,
            size=1.0,
            names=self.names(atom),
        )

    def names(self, atom: n.Node) -> tuple[str, ...]:
        """What an atom reads of the customer."""
        return tuple(seen.name for seen in self.conditions.seen(atom))

    # sizes

    def amount(self, distance: Decimal, unit: str, *, up: bool) -> Text:
        """How much more or less, rounded up so that it is enough."""
        formats = self.conditions.titles.formats
        if distance == 0:
            return Text(zh="正好在界限上", en="exactly at the limit")
        if unit == "money":
            shown = formats.money(_ceiling(distance, formats.money_unit.zh))
        elif unit == "share":
            shown = percentage_points((distance * 10_000).to_integral_value(ROUND_CEILING) / 10_000)
        elif unit in ("days", "months", "years", "points"):
            shown = counted((distance * 100).to_integral_value(ROUND_CEILING) / 100, unit)
        else:
            shown = same(grouped((distance * 100).to_integral_value(ROUND_CEILING) / 100, 2, strip=True))
        if up:
            return Text(zh=f"还差 {shown.zh}", en=f"{shown.en} more")
        return Text(zh=f"超出 {shown.zh}", en=f"{shown.en} too {'many' if unit in WHOLE else 'much'}")

    # what can change it

    def rigidity(self, node: n.Node, *, up: bool) -> Rigidity:
        """The easiest lever among the names of a side."""
        if isinstance(node, n.Negative):
            return self.rigidity(node.of, up=not up)
        names = sorted(name for name in n.names_in(node) if name not in self.plan.parameters)
        found = [lever(name, up=up, plan=self.plan) for name in names]
        return min(found, key=ORDER.__getitem__, default="fixed")

    def fixed_hint(self, node: n.Node) -> Text | None:
        """Why nobody can change it: a period that is over, or a property of the customer."""
        names = [name for name in sorted(n.names_in(node)) if name in self.plan.document.metrics]
        windows = [window for name in names for window in windows_of(name, self.plan)]
        if windows and hull(windows).end < self.plan.windows.end:
            frame = Text(
                zh="该期间（{when}）已结束，只有基准日后移才会变",
                en="that period is over ({when}); only a later as-of date changes it",
            )
            return frame.format(when=words(hull(windows)))
        if any(window.anchor for window in windows):
            frame = Text(zh="只计{when}", en="counts {when} only")
            return frame.format(when=words(hull(windows)))
        return Text(zh="不因业务改变", en="business does not change it")

    def hint(
        self, atom: n.Compare, rigidity: Rigidity, up: bool, value: Shown, limit: Shown
    ) -> tuple[Text | None, date | None]:
        """More about a gap: the day on which time closes it, or the same gap in money."""
        name = atom.left.name if isinstance(atom.left, n.Name) else ""
        spec: Any = self.plan.document.metrics.get(name)
        if isinstance(spec, kinds.Tenure) and up:
            return self.not_before(spec, atom, limit)
        if rigidity in ("fixed", "time"):
            return self.fixed_hint(atom.left) if rigidity == "fixed" else self.waiting_hint(atom.left), None
        return self.in_the_small(name, spec, value, limit) if up else None, None

    def waiting_hint(self, node: n.Node) -> Text:
        """A value that falls only when rows grow old."""
        if any(tables_of(name, self.plan) & set(TROUBLES) for name in n.names_in(node)):
            return Text(
                zh="先了结未结的，再等旧的记录移出期间",
                en="once settled, only as older records leave the period",
            )
        return Text(zh="只能等旧的记录移出期间", en="only as older records leave the period")

    def in_the_small(self, name: str, spec: Any, value: Shown, limit: Shown) -> Text | None:
        """The same gap in the numbers it is made of: money, or points of items."""
        if isinstance(spec, kinds.Growth):
            return self.in_money_growth(spec, limit)
        if isinstance(spec, kinds.Share):
            return self.in_money_share(spec, value, limit)
        return self.in_points(name) if name in self.plan.document.scorecards else None

    def not_before(
        self, spec: kinds.Tenure, atom: n.Compare, limit: Shown
    ) -> tuple[Text | None, date | None]:
        """The first as-of date on which years, months or days of cooperation reach the limit."""
        start = self.records.beginning(spec.starts)
        if start is None:
            return None, None
        number = number_of(limit)
        needed = int(number.to_integral_value(ROUND_CEILING))
        needed += atom.op == ">" and needed == number
        first = reached(start, needed, spec.tenure) - timedelta(days=1)
        text = Text(zh="最早 {day} 起符合", en="not before {day}").format(day=day(first))
        return text, first

    def in_money_growth(self, spec: kinds.Growth, limit: Shown) -> Text | None:
        """How much more the later period needs for the growth asked for."""
        now, before = (self.conditions.of_name(name) for name in (spec.growth, spec.against))
        if not isinstance(now, Decimal) or not isinstance(before, Decimal):
            return None
        needed = before / self.records.lived(spec) * (1 + number_of(limit)) - now
        return self.as_amount(spec.growth, needed)

    def in_money_share(self, spec: kinds.Share, value: Shown, limit: Shown) -> Text | None:
        """How much more of its own the customer needs for the share asked for, the others unchanged."""
        own, share = self.conditions.of_name(spec.share), number_of(limit)
        if not isinstance(own, Decimal) or share >= 1 or number_of(value) <= 0:
            return None
        others = own / number_of(value) - own
        return self.as_amount(spec.share, share * others / (1 - share) - own)

    def in_points(self, name: str) -> Text | None:
        """The items of a scorecard that can still add most, with how much each can add."""
        asked, titles = self.conditions.asked, self.conditions.titles
        [score] = scores_of(asked, titles, [name])
        items = asked.run.plan.document.scorecards[name].items
        room = [
            ((most(items[part.name]) - part.points) * part.weight, part.title)
            for part in score.parts
            if part.points is not None and part.weight is not None
        ]
        best = sorted((one for one in room if one[0] > 0), key=lambda one: -one[0])[:2]
        if not best:
            return None
        frame = Text(zh="{t}最多再加 {n} 分", en="{t} can add up to {n}")
        said = [frame.format(t=title, n=grouped(points, 2, strip=True)) for points, title in best]
        return Text(zh="，".join(one.zh for one in said), en=", ".join(one.en for one in said))

    def as_amount(self, name: str, needed: Decimal) -> Text | None:
        """`needed` more of a metric, when it is an amount or a count that is above zero."""
        named, formats = self.conditions.titles.named(name), self.conditions.titles.formats
        if needed <= 0 or named.unit not in ("money", "count"):
            return None
        if named.unit == "money":
            shown = formats.money(_ceiling(needed, formats.money_unit.zh))
        else:
            shown = same(grouped(needed.to_integral_value(ROUND_CEILING), 0))
        return Text(
            zh=f"约合{named.title.zh}再增加 {shown.zh}", en=f"about {shown.en} more {inline(named.title.en)}"
        )


def most(item: Item) -> Decimal:
    """The most points an item can give."""
    given = [step.points for step in item.steps or ()] + list((item.choices or {}).values())
    if item.linear is not None:
        given += [item.linear.points_from, item.linear.points_to]
    if item.when is not None and item.points is not None:
        given.append(item.points)
    return max(given, default=Decimal(100))


def _distance(distance: Decimal, unit: str, *, strict: bool) -> Decimal:
    """The distance to a value that meets the limit: whole where the unit is, and beyond it where it is strict."""
    if unit not in WHOLE:
        return distance
    whole = distance.to_integral_value(ROUND_CEILING)
    return whole + 1 if strict and whole == distance else whole


def _ceiling(amount: Decimal, unit: str) -> Decimal:
    """An amount rounded up to what the display unit can show with two decimals."""
    grain = (
        Decimal(100)
        if unit.startswith("万")
        else Decimal(10_000)
        if unit.startswith("百万")
        else Decimal("0.01")
    )
    exact = amount.quantize(Decimal(1) / MONEY)
    return (exact / grain).to_integral_value(ROUND_CEILING) * grain


def reached(start: date, number: int, unit: str) -> date:
    """The day after the first as-of date on which `number` whole units have passed since `start`.

    >>> reached(date(2024, 2, 29), 1, "years")
    datetime.date(2025, 3, 1)
    """
    if unit == "days":
        return start + timedelta(days=number)
    months = number * (12 if unit == "years" else 1)
    found = add_months(start, months)
    return found if found.day == start.day else found + timedelta(days=1)
