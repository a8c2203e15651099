"""Limits on a number line: the bands of grades, steps of scores, and conditions on one measure, with holes and overlaps in red."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.policies.words import lang
from zhike_engine.language import nodes as n
from zhike_engine.language.sentences import constant_value
from zhike_engine.language.titles import Titles
from zhike_engine.plan.build import Plan
from zhike_engine.plan.rules import Leaf, PlannedRating, Tree
from zhike_engine.policy.check_scales import Band, band, empty, end_value, known, overlaps

WIDTH, LEFT, RIGHT, ROW = 580, 84, 14, 30
COLOURS = 6


@dataclass(frozen=True)
class Scale:
    """One number line: what it measures, its bands from the best grade down, and what is wrong with them."""

    title: str
    unit: str
    bands: tuple[Band, ...]
    exclusive: bool
    unset: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def overlapping(self) -> list[tuple[Decimal | None, Decimal | None]]:
        """Stretches that two bands cover; only where bands exclude each other."""
        if not self.exclusive:
            return []
        return [
            _shared(one, other)
            for index, one in enumerate(self.bands)
            for other in self.bands[index + 1 :]
            if overlaps(one, other)
        ]

    @property
    def uncovered(self) -> list[tuple[Decimal | None, Decimal | None]]:
        """Stretches that no band covers."""
        if not self.exclusive:
            return []
        ordered = sorted((one for one in self.bands if not empty(one)), key=_low)
        if not ordered:
            return [(None, None)]
        found: list[tuple[Decimal | None, Decimal | None]] = []
        if ordered[0].low is not None:
            found.append((None, ordered[0].low))
        reach, inside = ordered[0].high, ordered[0].high_in
        for one in ordered[1:]:
            if reach is None:
                return found
            if one.low is not None and (
                one.low > reach or (one.low == reach and not inside and not one.low_in)
            ):
                found.append((reach, one.low))
            if one.high is None or one.high > reach or (one.high == reach and one.high_in):
                reach, inside = one.high, one.high_in
        if reach is not None:
            found.append((reach, None))
        return found

    @property
    def faults(self) -> list[str]:
        """What is wrong, in words."""
        said = [_("overlap: %(where)s") % {"where": self.said(*one)} for one in self.overlapping]
        return said + [_("hole: %(where)s") % {"where": self.said(*one)} for one in self.uncovered]

    def said(self, low: Decimal | None, high: Decimal | None) -> str:
        """A stretch in words."""
        if low is None and high is None:
            return _("everywhere")
        if low is None:
            return _("below %(end)s") % {"end": shown(high, self.unit)}
        if high is None:
            return _("above %(end)s") % {"end": shown(low, self.unit)}
        if low == high:
            return _("exactly %(value)s") % {"value": shown(low, self.unit)}
        return _("between %(low)s and %(high)s") % {
            "low": shown(low, self.unit),
            "high": shown(high, self.unit),
        }

    def svg(self) -> SafeString:
        """The number line as a picture."""
        return _Picture(self).draw()


def _low(one: Band) -> tuple[int, Decimal]:
    return (0, Decimal(0)) if one.low is None else (1, one.low)


def _shared(one: Band, other: Band) -> tuple[Decimal | None, Decimal | None]:
    lows = [end for end in (one.low, other.low) if end is not None]
    highs = [end for end in (one.high, other.high) if end is not None]
    return max(lows, default=None), min(highs, default=None)


def shown(value: Decimal | None, unit: str) -> str:
    """A number of the scale as people read it."""
    if value is None:
        return ""
    if unit == "share":
        return f"{(value * 100).normalize():f} %"
    if unit == "money" and lang() == "zh" and abs(value) >= 10_000:
        return f"{(value / 10_000).normalize():,f} 万"
    return f"{value.normalize():,f}"


def scales(plan: Plan) -> list[Scale]:
    """Every number line of a policy: banded ratings, stepped scores, then measures on which several grades set limits."""
    titles = Titles(plan)
    found = [*_rating_scales(plan, titles), *_score_scales(plan, titles)]
    for rating in plan.ratings:
        found += _limit_scales(rating, plan, titles)
    return found


def _rating_scales(plan: Plan, titles: Titles) -> Iterator[Scale]:
    for rating in plan.ratings:
        if rating.spec.of is None:
            continue
        rows = [
            (
                grade.spec.title.pick(lang()),
                (grade.spec.starts, grade.spec.above, grade.spec.below, grade.spec.up_to),
            )
            for grade in rating.grades
        ]
        scale = _banded(f"{rating.spec.title.pick(lang())}", rating.spec.of, rows, plan, titles)
        if scale is not None:
            yield scale


def _score_scales(plan: Plan, titles: Titles) -> Iterator[Scale]:
    for card in plan.document.scorecards.values():
        for name, item in card.items.items():
            if item.steps and item.of:
                rows = [
                    (f"{step.points:f}", (step.starts, step.above, step.below, step.up_to))
                    for step in item.steps
                ]  # fmt: skip
                title = item.title.pick(lang()) if item.title else titles.named(item.of).title.pick(lang())
                scale = _banded(f"{card.title.pick(lang())} · {title or name}", item.of, rows, plan, titles)
                if scale is not None:
                    yield scale


def _banded(
    title: str, of: str, rows: Sequence[tuple[str, tuple[Any, ...]]], plan: Plan, titles: Titles
) -> Scale | None:
    ends = [end for _name, four in rows for end in four if end is not None]
    if not ends:
        return None
    missing = tuple(str(end) for end in ends if not known(end, plan))
    bands = tuple(
        band(name, *(end_value(end, plan) for end in four))
        for name, four in rows
        if any(end is not None for end in four) and all(known(end, plan) for end in four)
    )
    used = (end for end in ends if isinstance(end, str) and end in plan.parameters)
    return Scale(title, titles.named(of).unit, bands, not missing, missing, named(used, plan))


def named(used: Iterable[str], plan: Plan) -> tuple[tuple[str, str], ...]:
    """Parameters with what they are called, each once."""
    return tuple((name, plan.parameters[name].spec.title.pick(lang())) for name in dict.fromkeys(used))


def _limit_scales(rating: PlannedRating, plan: Plan, titles: Titles) -> list[Scale]:
    """Measures on which at least two grades set a plain limit: each grade's stretch; several may hold, so no fault follows."""
    limits: dict[str, dict[str, list[n.Node]]] = {}
    for grade in rating.grades:
        for leaf in _single(grade.tree):
            for name, node in _plain(leaf.node, plan):
                limits.setdefault(name, {}).setdefault(grade.spec.title.pick(lang()), []).append(node)
    found = []
    for name, by_grade in limits.items():
        unit = titles.named(name).unit
        bands = [
            one for grade, nodes in by_grade.items() if (one := _stretch(grade, nodes, titles)) is not None
        ]
        unset = sorted({used for nodes in by_grade.values() for node in nodes for used in n.names_in(node)
                        if used in plan.parameters and plan.parameters[used].value is None})  # fmt: skip
        if len(by_grade) > 1 and (bands or unset):
            title = titles.named(name).title.pick(lang())
            used = sorted(
                {
                    one
                    for nodes in by_grade.values()
                    for node in nodes
                    for one in n.names_in(node)
                    if one in plan.parameters
                }
            )
            found.append(Scale(title, unit, tuple(bands), False, tuple(unset), named(used, plan)))
    return found


def _single(tree: Tree | None) -> Iterator[Leaf]:
    """Leaves that must all hold for the grade; alternatives are left out."""
    if isinstance(tree, Leaf):
        yield tree
    elif tree is not None and tree.needed == len(tree.items):
        for item in tree.items:
            yield from _single(item)


def _plain(node: n.Node, plan: Plan) -> Iterator[tuple[str, n.Node]]:
    match node:
        case n.Compare(_, n.Name(name)) if name in plan.document.metrics:
            yield name, node
        case n.Between(n.Name(name)) | n.Within(n.Name(name)) if name in plan.document.metrics:
            yield name, node
        case n.All(items):
            for item in items:
                yield from _plain(item, plan)


def _stretch(grade: str, nodes: list[n.Node], titles: Titles) -> Band | None:
    """Where all limits of a grade on one measure hold; None when one is unset."""
    low: Decimal | None = None
    high: Decimal | None = None
    low_in = high_in = True
    for node in nodes:
        for op, raw in _ends(node):
            value = constant_value(raw, titles)
            if value is None:
                return None
            if op in (">", ">=", "=") and (low is None or value >= low):
                low, low_in = value, op != ">"
            if op in ("<", "<=", "=") and (high is None or value <= high):
                high, high_in = value, op != "<"
    return Band(grade, low, low_in, high, high_in)


def _ends(node: n.Node) -> Iterator[tuple[str, n.Node]]:
    match node:
        case n.Compare(op, _, right):
            yield op, right
        case n.Between(_, low, high):
            yield ">=", low
            yield "<=", high
        case n.Within(_, tolerance, target):
            yield ">=", n.Arithmetic("-", target, tolerance)
            yield "<=", n.Arithmetic("+", target, tolerance)


class _Picture:
    """Draws a scale: one row per band, marks at every end, red for holes and overlaps."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.ends = sorted({end for one in scale.bands for end in (one.low, one.high) if end is not None})
        self.room = WIDTH - LEFT - RIGHT

    def x(self, value: Decimal | None, *, low: bool) -> float:
        """The place of an end. Ends stand at equal distances, so that 10 and 5,000,000 can both be read."""
        if value is None:
            return LEFT if low else WIDTH - RIGHT
        return LEFT + self.room * (self.ends.index(value) + 1) / (len(self.ends) + 1)

    def draw(self) -> SafeString:
        """The picture."""
        rows = len(self.scale.bands)
        height = rows * ROW + 30
        bars = format_html_join(
            "", "{}", ((self.bar(one, number),) for number, one in enumerate(self.scale.bands))
        )
        marks = format_html_join(
            "",
            '<line class="line-mark" x1="{}" x2="{}" y1="2" y2="{}"/><text class="line-end" x="{}" y="{}">{}</text>',
            (
                (
                    self.at(end),
                    self.at(end),
                    rows * ROW + 8,
                    self.at(end),
                    height - 6,
                    shown(end, self.scale.unit),
                )
                for end in self.ends
            ),
        )
        faults = [
            *(("hole", one) for one in self.scale.uncovered),
            *(("overlap", one) for one in self.scale.overlapping),
        ]
        red = format_html_join("", "{}", ((self.fault(kind, *one, rows * ROW),) for kind, one in faults))
        return format_html(
            '<svg class="number-line" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
            WIDTH, height, self.label(), marks, bars, red,
        )  # fmt: skip

    def at(self, value: Decimal) -> str:
        return f"{self.x(value, low=True):.1f}"

    def bar(self, one: Band, number: int) -> SafeString:
        left, right = self.x(one.low, low=True), self.x(one.high, low=False)
        y = number * ROW + 6
        dots = format_html_join(
            "",
            '<circle class="{}" cx="{}" cy="{}" r="4.5"/>',
            (
                ("end-in" if inside else "end-out", f"{place:.1f}", y + 9)
                for value, inside, place in ((one.low, one.low_in, left), (one.high, one.high_in, right))
                if value is not None
            ),
        )
        return format_html(
            '<g class="band band-{}"><text class="band-name" x="0" y="{}">{}</text>'
            '<rect x="{}" y="{}" width="{}" height="18" rx="5"/>{}</g>',
            min(number + 1, COLOURS), y + 13, one.name[:10], f"{left:.1f}", y, f"{max(right - left, 2):.1f}", dots,
        )  # fmt: skip

    def fault(self, kind: str, low: Decimal | None, high: Decimal | None, height: int) -> SafeString:
        left, right = self.x(low, low=True), self.x(high, low=False)
        return format_html(
            '<rect class="fault fault-{}" x="{}" y="0" width="{}" height="{}"><title>{}</title></rect>',
            kind, f"{left - (2 if left == right else 0):.1f}", f"{max(right - left, 4):.1f}", height + 6, self.scale.said(low, high),
        )  # fmt: skip

    def label(self) -> str:
        said = "; ".join(f"{one.name}: {self.scale.said(one.low, one.high)}" for one in self.scale.bands)
        return f"{self.scale.title} — {said}" + "".join(f"; {fault}" for fault in self.scale.faults)
