"""Every metric and score of a customer, with its days, its judge, and why it is missing where it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from zhike_engine.explain import periods
from zhike_engine.explain.asking import Asked
from zhike_engine.explain.model import Metric, Part, Score
from zhike_engine.explain.reasons import Reasons
from zhike_engine.explain.records import Records
from zhike_engine.formats import Shown, day, percent
from zhike_engine.language.titles import Titles
from zhike_engine.plan.windows import Window
from zhike_engine.policy import metrics as kinds
from zhike_engine.policy.model import Item, Scorecard
from zhike_engine.sql.scores import weights
from zhike_engine.words import Text


def metrics_of(asked: Asked, records: Records, titles: Titles, reasons: Reasons) -> tuple[Metric, ...]:
    """Every metric of the policy, in its order."""
    plan = asked.run.plan
    found = []
    for name, spec in plan.document.metrics.items():
        value, unit = asked.metric(name), asked.run.compiled.values[name].unit
        judged = None
        if isinstance(spec, kinds.Judgement):
            judged = records.judgement(spec.judgement)
        found.append(
            Metric(
                name=name,
                kind=kinds.kind_of(spec) or "",
                title=spec.title.text,
                article=spec.article,
                value=value,
                unit=unit,
                shown=titles.formats.value(value, unit),
                why=reasons.why(name),
                period=_period(name, spec, asked, records),
                note=spec.note.text if spec.note else None,
                judged=judged,
            )
        )
    return tuple(found)


def _period(name: str, spec: Any, asked: Asked, records: Records) -> Text | None:
    if isinstance(spec, kinds.Tenure):
        start = records.beginning(spec.starts)
        return None if start is None else Text(zh=f"自 {day(start)} 起", en=f"since {day(start)}")
    over = getattr(spec, "over", None)
    anchor = asked.run.plan.windows.read(over).anchor if over is not None else None
    event = records.event(anchor) if anchor is not None else None
    if anchor is not None and event is not None:
        first, end = anchor.days(event, asked.run.plan.windows.end)
        return periods.words(Window(first, end))
    found = periods.period(name, asked.run.plan)
    if isinstance(spec, kinds.Growth) and found is not None and (share := records.lived(spec)) < 1:
        frame = Text(zh="{days}（基期只有 {share}，已折算）", en="{days} (scaled up from {share} of it)")
        return frame.format(days=found, share=percent(share))
    return found


def scores_of(asked: Asked, titles: Titles, names: list[str]) -> tuple[Score, ...]:
    """The scorecards of these names, taken apart."""
    cards = asked.run.plan.document.scorecards
    return tuple(_score(name, cards[name], asked, titles) for name in names if name in cards)


def _score(name: str, card: Scorecard, asked: Asked, titles: Titles) -> Score:
    given = weights(card, asked.run.compiled.context)
    points = {item: _decimal(asked.metric(f"{name}.{item}")) for item in card.items}
    known = sum(
        (
            weight
            for item, weight in given.items()
            if weight is not None and not (points[item] is None and card.items[item].unknown == "skip")
        ),
        Decimal(0),
    )
    whole = known if any(item.unknown == "skip" for item in card.items.values()) else Decimal(1)
    parts = tuple(
        _part(item, spec, points[item], given[item], whole, asked, titles)
        for item, spec in card.items.items()
    )
    return Score(
        name=name,
        title=card.title.text,
        value=_decimal(asked.metric(name)),
        base=card.base,
        at_least=card.at_least,
        at_most=card.at_most,
        parts=parts,
    )


def _part(
    name: str,
    item: Item,
    points: Decimal | None,
    weight: Decimal | None,
    whole: Decimal,
    asked: Asked,
    titles: Titles,
) -> Part:
    skipped = points is None and item.unknown == "skip"
    counted = Decimal(0) if points is None and item.unknown == "zero" else points
    share = weight / whole if weight is not None and whole and not skipped else weight
    contribution = None if counted is None or skipped else counted * share if share is not None else counted
    notes = {
        "skip": Text(
            zh="缺少数据，不计入，权重分给其他项", en="no data: left out, its weight goes to the others"
        ),
        "zero": Text(zh="缺少数据，按 0 分计", en="no data: counts as 0 points"),
        "pending": Text(zh="缺少数据，得分待定", en="no data: the score has to wait"),
    }
    return Part(
        name=name,
        title=_item_title(name, item, titles),
        article=item.article,
        shown=_item_value(item, asked, titles),
        points=points,
        weight=weight,
        contribution=contribution,
        note=notes[item.unknown] if points is None else None,
    )


def _item_title(name: str, item: Item, titles: Titles) -> Text:
    if item.title is not None:
        return item.title.text
    return titles.named(item.of or name).title


def _item_value(item: Item, asked: Asked, titles: Titles) -> Text:
    if item.of is None or item.of not in asked.run.compiled.values:
        return Text(zh="—", en="—")
    return titles.formats.value(asked.metric(item.of), asked.run.compiled.values[item.of].unit)


def _decimal(value: Shown | None) -> Decimal | None:
    return value if isinstance(value, Decimal) else None
