"""Puts the page together: figures, charts, words and the customers' data into one template."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from zhike.report import charts, figures
from zhike.report.charts import Marked
from zhike.report.colours import NEUTRAL, grade_colours, grade_css, theme_css
from zhike.report.customers import Payload, Texts, chosen
from zhike.report.figures import Figures
from zhike.report.overview import Overview
from zhike.report.packed import MOVES, STATES, packed
from zhike.report.policy_text import PolicyText
from zhike.report.quality import findings, handled, table_title
from zhike.report.words import WORDS, say
from zhike_engine.formats import Formats
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.population_results import NO_GRADE, Population, RatingResults, population_results, yearly
from zhike_engine.run import Run
from zhike_engine.words import Lang, Text, same

HERE = Path(__file__).parent / "templates"
SHOWN = 15
"""Rows of a list on the page."""
SCRIPT_WORDS = (
    "count_shown", "count_none", "all", "open_reasons", "best_grade", "no_conditions", "has_now", "seen", "points",
    "held", "failed", "untold", "not_applicable", "pending", "not_rated", "provisional",
    "path", "next_grade", "conditions", "metrics", "scores", "yearly",
    "reach", "judgement", "time", "fixed", "unknown_data",
)  # fmt: skip
"""Texts of the catalogue that the script shows."""
_SAID = re.compile(r'(<(?:title|desc) class="said" data-zh="[^"]*" data-en="([^"]*)">)[^<]*')
"""The title or description of a drawing, which holds one language at a time."""


@dataclass(frozen=True)
class RatingView:
    """One rating as the template reads it."""

    id: str
    rating: PlannedRating
    results: RatingResults
    marked: Mapping[str, Marked]
    order: list[Marked]
    overview: Overview


def both(text: Text | str) -> Markup:
    """A text in both languages, of which the page shows one."""
    if isinstance(text, str):
        return escape(text)
    if text.zh == text.en:
        return escape(text.zh)
    return Markup('<span class="zh" lang="zh-CN">{}</span><span class="en" lang="en">{}</span>').format(
        text.zh, text.en
    )


def attributes(text: Text, name: str) -> Markup:
    """An attribute such as aria-label in both languages, for the script to switch."""
    return Markup('{0}="{1}" data-zh-{0}="{1}" data-en-{0}="{2}"').format(name, text.zh, text.en)


def environment() -> Environment:
    """The templates with what they call; everything is escaped."""
    env = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(both=both, people=figures.people, count=figures.count, part=figures.part, growth=figures.growth,
                       hours=figures.hours, day=figures.day)  # fmt: skip
    env.globals.update(
        say=say, both=both, attributes=attributes, charts=charts, cut=figures.cut, same=same, no_grade=NO_GRADE,
        shown=SHOWN, joined=figures.joined,
    )  # fmt: skip
    return env


def render(run: Run, lang: Lang) -> str:
    """The whole page."""
    population = population_results(run)
    money = Figures.of(run.plan.document)
    script = Markup((HERE / "script.js").read_text("utf-8"))  # noqa: S704
    page = environment().get_template("report.html.j2").render(
        run=run,
        document=run.plan.document,
        lang=lang,
        population=population,
        window=population.window,
        money=money.money,
        unit=Formats.of(run.plan.document).money_unit,
        views=[_view(run, population, result, money) for result in population.ratings],
        months=lambda view: charts.months(population.development.months[view.rating.name], view.order, money)
        if population.development
        else "",
        words=PolicyText(run),
        handled=handled(run.facts.place),
        findings=findings(population.findings),
        table_title=table_title,
        record=json.dumps(run.manifest, ensure_ascii=False, indent=2, sort_keys=True),
        style=Markup(theme_css() + _grades_css(run) + (HERE / "style.css").read_text("utf-8")),  # noqa: S704
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        **_customers(run, population, money),
    )  # fmt: skip
    return page if lang == "zh" else _SAID.sub(r"\1\2", page)


def _customers(run: Run, population: Population, money: Figures) -> dict[str, Any]:
    texts = Texts()
    ids = chosen(run, population)
    data = Payload(run, population, money, texts).build(ids)
    data["words"] = {key: [WORDS[key].zh, WORDS[key].en] for key in SCRIPT_WORDS}
    if population.development:
        data["spans"] = [one.last_day.isoformat() for one in population.development.spans]
        by_customer = yearly(run, _raw_ids(run, ids), len(data["spans"]))
        for customer in data["customers"]:
            customer["t"] = [texts.of(money.money(amount)) for amount in by_customer[customer["i"]]]
    data["customers"] = packed(data["customers"], data["ratings"])
    data |= {"states": STATES, "moves": MOVES}
    return {"data": _json(data), "listed": len(ids)}


def _raw_ids(run: Run, ids: list[str]) -> list[Any]:
    """Ids as the facts hold them: whole numbers or texts."""
    [kinds] = [field.type for field in run.backend.arrow("select r.customer from result r limit 0").schema]
    return [int(one) for one in ids] if "int" in str(kinds) else list(ids)


def _json(data: Any) -> Markup:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704


def _classes(rating: PlannedRating) -> dict[str, str]:
    return {grade.code: f"{rating.prefix}g{grade.rank}" for grade in rating.grades}


def _grades_css(run: Run) -> str:
    found = []
    for rating in run.plan.ratings:
        colours = grade_colours([grade.spec.colour for grade in rating.grades])
        found += [grade_css(c, colour) for c, colour in zip(_classes(rating).values(), colours, strict=True)]
    [neutral] = grade_colours([NEUTRAL])
    return "".join(found) + grade_css("gx", neutral)


def _view(run: Run, population: Population, result: RatingResults, money: Figures) -> RatingView:
    rating = run.plan.rating(result.rating)
    classes = _classes(rating)
    order = [Marked(grade.code, grade.spec.title.text, classes[grade.code]) for grade in rating.grades]
    marked = {one.code: one for one in order}
    for code in result.transitions.before:
        marked.setdefault(code, Marked(code, same(code), "gx"))
    marked[NO_GRADE] = Marked(NO_GRADE, say("no_grade_before"), "gx")
    for state in ("pending", "not_rated"):
        marked[state] = Marked(state, say(state), "gx")
    stacked = [*reversed(order), Marked(NO_GRADE, say("no_grade"), "gx")]
    overview = Overview(result, population.development, money)
    return RatingView(rating.prefix, rating, result, marked, stacked, overview)
