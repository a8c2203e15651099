"""Scales: bands with holes and overlaps, weights that do not add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.language.nodes import Number
from zhike_engine.language.parse import parse
from zhike_engine.messages import Said, say
from zhike_engine.plan.build import Plan
from zhike_engine.policy.load import Policy
from zhike_engine.policy.model import Item, Scorecard, Step
from zhike_engine.policy.places import Spot


@dataclass(frozen=True)
class Band:
    """An interval with stated ends; None is without end."""

    name: str
    low: Decimal | None
    low_in: bool
    high: Decimal | None
    high_in: bool


def band(
    name: str, starts: Decimal | None, above: Decimal | None, below: Decimal | None, up_to: Decimal | None
) -> Band:
    """A band from its four possible ends."""
    low, low_in = (starts, True) if starts is not None else (above, False)
    high, high_in = (up_to, True) if up_to is not None else (below, False)
    return Band(name, low, low_in, high, high_in)


def empty(one: Band) -> bool:
    """Whether no number lies in the band."""
    if one.low is None or one.high is None:
        return False
    return one.low > one.high or (one.low == one.high and not (one.low_in and one.high_in))


def overlaps(a: Band, b: Band) -> bool:
    """Whether a number lies in both bands.

    >>> overlaps(Band("A", Decimal(5), True, None, True), Band("B", Decimal(1), True, Decimal(5), False))
    False
    """
    if empty(a) or empty(b):
        return False
    first, second = sorted((a, b), key=_low_key)
    if first.high is None or second.low is None:
        return True
    return first.high > second.low or (first.high == second.low and first.high_in and second.low_in)


def _low_key(one: Band) -> tuple[int, Decimal, int]:
    return (0, Decimal(0), 0) if one.low is None else (1, one.low, 0 if one.low_in else 1)


def holes(bands: Sequence[Band], *, whole_line: bool = True) -> list[Said]:
    """Stretches of the number line that no band covers, in words such as `between 100 and 200`."""
    ordered = sorted((one for one in bands if not empty(one)), key=_low_key)
    found: list[Said] = []
    if not ordered:
        return [say("everywhere")]
    if whole_line and ordered[0].low is not None:
        found.append(say("below {end}", end=ordered[0].low))
    reach, reach_in = ordered[0].high, ordered[0].high_in
    for one in ordered[1:]:
        if reach is None:
            return found
        if one.low is not None and one.low > reach:
            found.append(say("between {low} and {high}", low=reach, high=one.low))
        elif one.low == reach and not reach_in and not one.low_in:
            found.append(say("exactly {value}", value=reach))
        if one.high is None or one.high > reach or (one.high == reach and one.high_in):
            reach, reach_in = one.high, one.high_in
    if whole_line and reach is not None:
        found.append(say("above {end}", end=reach))
    return found


def end_value(raw: Decimal | str | None, plan: Plan) -> Decimal | None:
    """An end of a band as a number; None when it is open or not known yet."""
    if raw is None or isinstance(raw, Decimal):
        return raw
    if raw in plan.parameters:
        value = plan.parameters[raw].value
        return value if isinstance(value, Decimal) else None
    node = parse(raw)
    return node.value if isinstance(node, Number) else None


def known(raw: Decimal | str | None, plan: Plan) -> bool:
    """Whether an end is open or has a value."""
    return raw is None or end_value(raw, plan) is not None


# scorecards


def score_issues(policy: Policy, plan: Plan) -> Iterator[Issue]:
    """Weights that do not add up to 100, items without a way to score, steps with holes and overlaps."""
    for name, card in policy.document.scorecards.items():
        yield from _weights(policy, plan, name, card)
        for item_name, item in card.items.items():
            path = ("scorecards", name, "items", item_name)
            yield from _item(policy, path, item, card)
            if item.steps:
                yield from step_issues(policy, (*path, "steps"), item.steps, plan)


def _weights(policy: Policy, plan: Plan, name: str, card: Scorecard) -> Iterator[Issue]:
    if card.groups and sum(card.groups.values()) != 100:
        spot = Spot(policy, "scorecards", name, "groups")
        yield spot.error(
            say(
                "group weights of `{name}` add up to {total} %, not 100 %",
                name=name,
                total=sum(card.groups.values()),
            ),
            say("correct them"),
        )
    groups = list(card.groups) or [""]
    for group in groups:
        raw = [item.weight for item in card.items.values() if item.group == group and item.weight is not None]
        values = [_weight(one, plan) for one in raw]
        if not raw and not group:
            continue
        if all(value is not None for value in values) and sum(v for v in values if v is not None) != 100:
            total = Decimal(sum(v for v in values if v is not None))
            where = say("group `{group}` of `{card}`", group=group, card=name) if group else f"`{name}`"
            shown = f"{total.normalize():f}"
            yield Spot(policy, "scorecards", name).error(
                say("weights of {where} add up to {total} %, not 100 %", where=where, total=shown),
                say("correct them"),
            )


def _weight(raw: Decimal | str, plan: Plan) -> Decimal | None:
    value = end_value(raw, plan)
    if isinstance(raw, str) and value is not None and raw in plan.parameters:
        return value * 100 if plan.parameters[raw].unit == "share" else value
    return value


def _item(policy: Policy, path: tuple[str, ...], item: Item, card: Scorecard) -> Iterator[Issue]:
    spot = Spot(policy, *path)
    ways = [w for w in (item.steps, item.linear, item.choices, item.per, item.when) if w is not None]
    if len(ways) > 1:
        yield spot.error(
            say("item `{item}` has several ways to score", item=path[-1]),
            say("keep one of `steps`, `linear`, `choices`, `per`, `when`"),
        )
    if item.of is None and item.when is None and item.points is None:
        yield spot.error(
            say("item `{item}` says not what it scores", item=path[-1]), say("add `of:` or `when:`")
        )
    if item.group and item.group not in card.groups:
        yield spot.error(
            say("there is no group `{group}`", group=item.group), did_you_mean(item.group, card.groups)
        )
    if card.groups and item.weight is not None and not item.group:
        yield spot.error(say("item `{item}` is in no group", item=path[-1]), say("add `group:`"))


def step_issues(
    policy: Policy, path: tuple[str | int, ...], steps: list[Step], plan: Plan
) -> Iterator[Issue]:
    """Holes and overlaps between the steps of a scale whose ends are known."""
    ends = [(s.starts, s.above, s.below, s.up_to) for s in steps]
    if not all(known(end, plan) for four in ends for end in four):
        return
    bands = [
        band(say("step {number}", number=i), *(end_value(end, plan) for end in four))
        for i, four in enumerate(ends, start=1)
    ]
    spot = Spot(policy, *path)
    yield from scale_issues(spot, bands, holes_are="warning", rest=say("such values score 0"))


def scale_issues(spot: Spot, bands: Sequence[Band], *, holes_are: str, rest: Said) -> Iterator[Issue]:
    """Empty bands, overlaps and holes of one scale."""
    for one in bands:
        if empty(one):
            yield spot.error(
                say("no value can be in `{name}`: it ends before it starts", name=one.name),
                say("swap its ends"),
            )
    for index, one in enumerate(bands):
        for other in bands[index + 1 :]:
            if overlaps(one, other):
                yield spot.error(
                    say("`{name}` and `{other}` overlap", name=one.name, other=other.name),
                    say("say with `from`, `above`, `below` or `up_to` where one ends"),
                )
    for hole in holes(bands):
        text = say("no band covers values {where}", where=hole)
        yield spot.error(text, say("close the hole")) if holes_are == "error" else spot.warning(text, rest)
