"""The charts: drawn here, so that the page needs no library. Each comes in a wide and a narrow drawing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import pi

from markupsafe import Markup

from zhike.report.figures import Figures, part, people
from zhike.report.svg import chart, label, line, number, tag, ticks, tip
from zhike.report.words import say
from zhike_engine.population_results import Concentration, Distribution, Tilt, Transitions
from zhike_engine.words import Text, same

WIDE, NARROW, FULL = 720.0, 340.0, 1120.0
_Along = Callable[[float], float]
_Place = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Marked:
    """A grade or a state on a chart: its words and the class that gives it its colour."""

    code: str
    title: Text
    class_: str

    @property
    def short(self) -> Text:
        """The code where it is short, otherwise the words."""
        return same(self.code) if 0 < len(self.code) <= 3 else self.title


def both_widths(draw_wide: Markup, draw_narrow: Markup) -> Markup:
    """The two drawings of a chart; the style sheet shows one."""
    return tag("div", draw_wide, class_="wide") + tag("div", draw_narrow, class_="narrow")


# distribution


def donut(found: Distribution, marked: Mapping[str, Marked]) -> Markup:
    """Customers by grade and by state as a ring."""
    size, radius, thick = 200.0, 76.0, 26.0
    around = 2 * pi * radius
    parts = [(grade.code, grade.customers) for grade in found.grades]
    parts += [("pending", found.pending), ("not_rated", found.not_rated)]
    shown = [(code, count) for code, count in parts if count]
    gap = 2.5 if len(shown) > 1 else 0.0
    circle = {"cx": size / 2, "cy": size / 2, "r": radius, "fill": "none", "stroke_width": thick}
    content = [tag("circle", class_="track", **circle)]
    start = 0.0
    for code, count in shown:
        length = around * count / found.customers
        share = part(count / found.customers)
        attributes = tip(say("donut_tip", grade=marked[code].title, who=people(count), share=share))
        attributes["class_"] += f" stroke {marked[code].class_}"
        content.append(
            tag("circle", **circle, **attributes, stroke_dasharray=f"{number(max(length - gap, 1))} {number(around)}",
                stroke_dashoffset=number(-start), transform=f"rotate(-90 {number(size / 2)} {number(size / 2)})")
        )  # fmt: skip
        start += length
    content.append(label(size / 2, size / 2 + 4, same(f"{found.customers:,}"), "big", "middle"))
    content.append(label(size / 2, size / 2 + 24, say("customers"), "soft", "middle"))
    told = say("distribution_caption")
    return chart(size, size, say("donut_title"), told, content, "donut")


# movement


def flow(found: Transitions, marked: Mapping[str, Marked]) -> Markup:
    """Grades before to grades now, as bands."""
    return both_widths(_flow(found, marked, WIDE, 320.0), _flow(found, marked, NARROW, 320.0))


def _flow(found: Transitions, marked: Mapping[str, Marked], width: float, height: float) -> Markup:
    edge, thick, gap = (150.0, 12.0, 14.0) if width > 500 else (74.0, 10.0, 12.0)
    total = sum(found.cells.values())
    left = {b: sum(found.cells.get((b, a), 0) for a in found.after) for b in found.before}
    right = {a: sum(found.cells.get((b, a), 0) for b in found.before) for a in found.after}
    sides = [{code: count for code, count in side.items() if count} for side in (left, right)]
    scale = (height - gap * (max(len(side) for side in sides) - 1)) / max(total, 1)
    tops = [_stacked(side, scale, gap, height) for side in sides]
    from_y, to_y = dict(tops[0]), dict(tops[1])
    x0, x1 = edge, width - edge - thick
    content = []
    for before in sides[0]:
        for after in sides[1]:
            count = found.cells.get((before, after), 0)
            if not count:
                continue
            y0, y1, deep = from_y[before], to_y[after], max(count * scale, 0.8)
            from_y[before] += count * scale
            to_y[after] += count * scale
            said = say("flow_tip", before=marked[before].title, after=marked[after].title, who=people(count))
            attributes = tip(said)
            attributes["class_"] += f" band {marked[before].class_}"
            content.append(tag("path", d=_band(x0 + thick, y0, x1, y1, deep), **attributes))
    for side, x, places in ((sides[0], x0, tops[0]), (sides[1], x1, tops[1])):
        for code, count in side.items():
            content += _node(
                marked[code], count, x, dict(places)[code], max(count * scale, 2.0), thick, x == x0, width
            )
    return chart(width, height, say("movement_title"), say("movement_note"), content, "flow")


def _stacked(side: Mapping[str, int], scale: float, gap: float, height: float) -> list[tuple[str, float]]:
    """Where each node begins, the whole centred."""
    whole = sum(side.values()) * scale + gap * (len(side) - 1)
    y, found = (height - whole) / 2, []
    for code, count in side.items():
        found.append((code, y))
        y += count * scale + gap
    return found


def _band(x0: float, y0: float, x1: float, y1: float, deep: float) -> str:
    middle = number((x0 + x1) / 2)
    a, b, c, d = (number(y) for y in (y0, y1, y1 + deep, y0 + deep))
    return f"M{number(x0)} {a}C{middle} {a} {middle} {b} {number(x1)} {b}V{c}C{middle} {c} {middle} {d} {number(x0)} {d}Z"


def _node(
    mark: Marked, count: int, x: float, y: float, deep: float, thick: float, left: bool, width: float
) -> list[Markup]:
    anchor, at = ("end", x - 10) if left else ("start", x + thick + 10)
    name = (
        mark.title if width > 500 else mark.title if len(mark.code) > 3 or not mark.code else same(mark.code)
    )
    return [
        tag("rect", x=x, y=y, width=thick, height=deep, rx=3.0, class_=f"fill {mark.class_}"),
        label(at, y + deep / 2 - 1, name, "strong", anchor),
        label(at, y + deep / 2 + 14, same(f"{count:,}"), "soft", anchor),
    ]


# concentration


def curve(found: Sequence[tuple[Concentration, Text]]) -> Markup:
    """Concentration curves of one or two measures."""
    return both_widths(_curve(found, 620.0, 430.0), _curve(found, NARROW, 300.0))


def _curve(found: Sequence[tuple[Concentration, Text]], width: float, height: float) -> Markup:
    left, top, right, bottom = 46.0, 14.0, 14.0, 44.0
    highest = max([1.0, *(y for one, _ in found for _, y in one.lorenz)])
    roof = 1.0 if highest <= 1.001 else ticks(highest * 5, 5)[-1] / 5
    w, h = width - left - right, height - top - bottom

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * w, top + (1 - y / roof) * h

    content = []
    for step in range(int(roof * 5 + 0.001) + 1):
        y = at(0, step / 5)[1]
        content.append(tag("line", x1=left, x2=left + w, y1=y, y2=y, class_="axis" if step == 0 else "grid"))
        content.append(label(left - 8, y + 4, same(f"{step * 20} %"), "soft", "end"))
    feet = [(at(step / 5, 0)[0], same(f"{step * 20} %")) for step in range(6)]
    content += [label(x, top + h + 18, words, "soft", "middle") for x, words in feet]
    content.append(label(left + w / 2, height - 6, say("curve_x"), "soft", "middle"))
    content.append(tag("path", d=line([at(0, 0), at(1, 1)]), class_="even"))
    for i, (one, _) in enumerate(found):
        content.append(tag("path", d=line([at(x, y) for x, y in one.lorenz]), class_=f"curve m{i}"))
    content += _twenty(found, at, left + w)
    if width > 500:
        content += _strips(found, at, top, h)
    return chart(width, height, say("curve_title"), say("curve_desc"), content, "curves")


def _twenty(found: Sequence[tuple[Concentration, Text]], at: _Place, edge: float) -> list[Markup]:
    """The points at 20 % of the customers, with what they bring."""
    known = [(i, one) for i, (one, _) in enumerate(found) if one.top(20).share is not None]
    highest = max((one.top(20).share or 0.0 for _, one in known), default=0.0)
    content = []
    for i, one in known:
        top = one.top(20)
        share = top.share or 0.0
        x, y = at(top.customers / one.customers, share)
        content.append(tag("circle", cx=x, cy=y, r=5.0, class_=f"dot m{i}"))
        if share == highest and x > at(0.1, 0)[0]:
            content.append(label(x - 9, y - 8, part(share), f"strong mark m{i}", "end"))
        else:
            content.append(label(min(x + 10, edge - 60), y + 22, part(share), f"strong mark m{i}"))
    return content


def _strips(
    found: Sequence[tuple[Concentration, Text]], at: _Place, top: float, height: float
) -> list[Markup]:
    """Invisible strips that tell the values when pointed at."""
    content = []
    xs = [x for x, _ in found[0][0].lorenz] if found else []
    for i, x in enumerate(xs[1:], start=1):
        told = [(one.lorenz[min(i, len(one.lorenz) - 1)][1], title) for one, title in found]
        zh = "\n".join(f"{title.zh} {part(y).zh}" for y, title in told)
        en = "\n".join(f"{title.en} {part(y).en}" for y, title in told)
        attributes = tip(say("curve_tip", x=part(x), lines=Text(zh=zh, en=en)))
        attributes["class_"] += " strip"
        x0, x1 = at(xs[i - 1], 0)[0], at(x, 0)[0]
        content.append(tag("rect", x=x0, y=top, width=max(x1 - x0, 0.5), height=height, **attributes))
    return content


# tilt


def dumbbells(rows: Sequence[Tilt], marked: Mapping[str, Marked]) -> Markup:
    """For every grade its share of customers, of value and of effort, on one line each."""
    return both_widths(_dumbbells(rows, marked, FULL), _dumbbells(rows, marked, NARROW))


def _dumbbells(rows: Sequence[Tilt], marked: Mapping[str, Marked], width: float) -> Markup:
    left, right, deep, top = (
        (150.0, 30.0, 46.0, 8.0) if width > 500 else (_room(marked.values()), 24.0, 46.0, 8.0)
    )
    shares = [
        s for row in rows for s in (row.customer_share, row.value_share, row.effort_share) if s is not None
    ]
    scale = ticks(max([0.05, *shares]) * 100)
    height = top + deep * len(rows) + 26

    def at(share: float) -> float:
        return left + share * 100 / scale[-1] * (width - left - right)

    content = []
    for value in scale:
        x = at(value / 100)
        content.append(tag("line", x1=x, x2=x, y1=top, y2=top + deep * len(rows), class_="grid"))
        content.append(label(x, height - 6, same(f"{number(value)} %"), "soft", "middle"))
    for i, row in enumerate(rows):
        content += _dumbbell(row, marked[row.grade], top + deep * (i + 0.5), at, left, width > 500)
    return chart(width, height, say("tilt"), say("tilt_caption"), content, "dumbbells")


def _room(marked: Iterable[Marked]) -> float:
    """Room for the longest short name on a narrow drawing."""
    names = [clipped(one.short, 10) for one in marked if one.class_ != "gx"]
    return 24.0 + 6.5 * max((_wide(name) for one in names for name in (one.zh, one.en)), default=1)


def clipped(text: Text, most: int) -> Text:
    """A text cut to so many letters; a Chinese character counts as two."""
    return Text(zh=_cut(text.zh, most), en=_cut(text.en, most))


def _cut(words: str, most: int) -> str:
    while _wide(words) > most:
        words = words.rstrip("…")[:-1] + "…"
    return words


def _wide(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in words)


def _dumbbell(row: Tilt, mark: Marked, y: float, at: _Along, left: float, wide: bool) -> list[Markup]:
    points = [
        ("value", row.value_share, say("share_of_amount" if row.profit_share is None else "share_of_profit")),
        ("effort", row.effort_share, say("share_of_cost" if row.hours_share is None else "share_of_hours")),
        ("heads", row.customer_share, say("share_of_customers")),
    ]
    known = [(kind, share, title) for kind, share, title in points if share is not None]
    zh = "\n".join([mark.title.zh, *(f"{title.zh} {part(share).zh}" for _, share, title in known)])
    en = "\n".join([mark.title.en, *(f"{title.en} {part(share).en}" for _, share, title in known)])
    attributes = tip(Text(zh=zh, en=en))
    xs = [at(share) for _, share, _ in known]
    content = [
        label(left - 14, y + 4, clipped(mark.title, 22) if wide else clipped(mark.short, 10), "strong", "end")
    ]
    content.append(tag("line", x1=min(xs), x2=max(xs), y1=y, y2=y, class_="bar"))
    for kind, share, _ in reversed(known):
        content.append(_point(kind, at(share), y, mark.class_))
    content.append(
        tag(
            "rect",
            x=min(xs) - 10,
            y=y - 18,
            width=max(xs) - min(xs) + 20,
            height=36.0,
            opacity="0",
            **attributes,
        )
    )
    return content


def _point(kind: str, x: float, y: float, class_: str) -> Markup:
    """Value is a full circle, effort a diamond, the number of customers a ring."""
    if kind == "effort":
        return tag("path", d=f"M{number(x)} {number(y - 8)}l8 8l-8 8l-8 -8z", class_="effort")
    return tag("circle", cx=x, cy=y, r=8.0 if kind == "value" else 5.5, class_=f"{kind} {class_}")


# development


def months(found: Mapping[date, Mapping[str, Decimal]], order: Sequence[Marked], figures: Figures) -> Markup:
    """Amounts by month, stacked by present grade."""
    return both_widths(
        _months(found, order, figures, FULL, 300.0), _months(found, order, figures, NARROW, 230.0)
    )


def _months(
    found: Mapping[date, Mapping[str, Decimal]],
    order: Sequence[Marked],
    figures: Figures,
    width: float,
    height: float,
) -> Markup:
    left, top, right, bottom = 64.0, 12.0, 8.0, 28.0
    sums = {month: sum((a for a in row.values() if a > 0), Decimal(0)) for month, row in found.items()}
    scale = ticks(float(max(sums.values(), default=Decimal(1))))
    w, h = width - left - right, height - top - bottom
    step = w / max(len(found), 1)
    content = []
    for value in scale:
        y = top + h * (1 - value / scale[-1])
        content.append(tag("line", x1=left, x2=left + w, y1=y, y2=y, class_="grid" if value else "axis"))
        content.append(
            label(left - 8, y + 4, figures.money(Decimal(repr(value))) if value else same("0"), "soft", "end")
        )
    for i, (month, row) in enumerate(found.items()):
        x, y = left + i * step, top + h
        for mark in order:
            amount = float(row.get(mark.code, 0))
            if amount > 0:
                deep = h * amount / scale[-1]
                y -= deep
                content.append(
                    tag(
                        "rect",
                        x=x + step * 0.14,
                        y=y,
                        width=step * 0.72,
                        height=deep,
                        class_=f"fill {mark.class_}",
                    )
                )
        if month.month == 1 or (i == 0 and month.month < 10):
            content.append(label(x + step / 2, height - 8, same(f"{month:%Y-%m}"), "soft", "middle"))
        attributes = tip(_month_words(month, row, order, figures))
        attributes["class_"] += " strip"
        content.append(tag("rect", x=x, y=top, width=step, height=h, **attributes))
    return chart(width, height, say("months_title"), say("development_note"), content, "months")


def _month_words(month: date, row: Mapping[str, Decimal], order: Sequence[Marked], figures: Figures) -> Text:
    shown = [(mark.title, figures.money(row[mark.code])) for mark in order if row.get(mark.code)]
    whole = figures.money(sum(row.values(), Decimal(0)))
    shown.append((say("total"), whole))
    lines = Text(
        zh="\n".join(f"{title.zh} {amount.zh}" for title, amount in shown),
        en="\n".join(f"{title.en} {amount.en}" for title, amount in shown),
    )
    return say("months_tip", month=f"{month:%Y-%m}", lines=lines)


def spark(values: Sequence[Decimal]) -> Markup:
    """A small line without axes; empty with fewer than three values."""
    if len(values) < 3:
        return Markup("")
    low, high = min(*values, Decimal(0)), max(values)
    span = float(high - low) or 1.0
    points = [
        (i * 240 / (len(values) - 1), 44 - 38 * float(value - low) / span) for i, value in enumerate(values)
    ]
    area = f"{line(points)}V48H0Z"
    return tag(
        "svg", tag("path", d=area, class_="area"), tag("path", d=line(points), class_="stroke"), viewBox="0 0 240 48",
        preserveAspectRatio="none", class_="spark", aria_hidden="true",
    )  # fmt: skip


def bar(share: float | None, class_: str) -> Markup:
    """A bar in a table cell; its number stands beside it as text."""
    width = min(max(share or 0.0, 0.0), 1.0) * 100
    return tag(
        "svg", tag("rect", width=100.0, height=6.0, class_="track"), tag("rect", width=width, height=6.0, class_=f"fill {class_}"),
        viewBox="0 0 100 6", preserveAspectRatio="none", class_="cellbar", aria_hidden="true",
    )  # fmt: skip
