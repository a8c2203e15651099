"""An explanation as one self-contained HTML page that a salesperson understands, in Chinese or English."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from zhike.explain_words import (
    MARKS,
    OUTCOMES,
    RIGIDITIES,
    WORDS,
    gap_notes,
    judged_words,
    limit_words,
    looked_words,
    opened,
    rows,
    value_words,
)  # fmt: skip
from zhike_engine.explain import Explanation, Gap, Score
from zhike_engine.formats import grouped, spelt
from zhike_engine.words import Lang, Text

PALETTE = ("#1f7a4d", "#2f6db5", "#a06a12", "#a33a3a", "#6b4fa0", "#52606d")
"""Colours of grades that the policy gives none, best first."""


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("zhike"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("explain.html")


def page(explanations: Sequence[Explanation], lang: Lang) -> str:
    """The page of a customer: one part per rating. It needs no network and no script."""

    def say(text: Text | str, **values: object) -> str:
        found = WORDS[text] if isinstance(text, str) else text
        return (found.format(**values) if values else found).pick(lang)

    return _template().render(
        explanations=explanations, lang=lang, say=say, marks=MARKS, outcomes=OUTCOMES, rigidities=RIGIDITIES,
        rows=rows, value=value_words, limit=limit_words, notes=gap_notes, judged=judged_words, looked_words=looked_words, opened=opened,
        style=style, tag=tag, done=done, number=shown_number, shown_parts=shown_parts,
    )  # fmt: skip


def colour(explanation: Explanation, code: str | None) -> str:
    """The colour of a grade: the policy's own, or one by rank; grey without a grade."""
    codes = [grade.code for grade in explanation.grades]
    if code not in codes:
        return PALETTE[-1]
    own = explanation.tested(code).colour
    if re.fullmatch(r"#[0-9a-fA-F]{6}", own):
        return own
    return PALETTE[min(codes.index(code), len(PALETTE) - 1)]


def ink(background: str) -> str:
    """White or near black, whichever is legible on a colour such as #1f7a4d (WCAG 2.2: at least 4.5 to 1)."""
    parts = [int(background[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (light + 0.05) >= 4.5 else "#14171a"


def style(explanation: Explanation, code: str | None) -> str:
    """The colours of a grade's tag."""
    own = colour(explanation, code)
    return f"--grade: {own}; --on: {ink(own)}"


def tag(explanation: Explanation, code: str | None) -> Text:
    """What stands in a grade's tag: its code where that is short, otherwise its title."""
    if code is None:
        return Text("—", "—")
    titles = {grade.code: grade.title for grade in explanation.grades}
    return Text(code, code) if spelt(code) or code not in titles else titles[code]


def done(gap: Gap) -> int | None:
    """How much of a limit is reached, in percent; None where there is no sensible distance."""
    if gap.rigidity in ("unknown", "fixed", "judgement") or gap.size > 1:
        return None
    return max(0, min(100, round(100 * (1 - gap.size))))


def shown_number(number: Decimal | None, scale: int = 1) -> str:
    """A number of the score table."""
    return "—" if number is None else grouped(number * scale, 2, strip=True)


def shown_parts(score: Score) -> list[str]:
    """What each line adds to a score, as shown: rounded so that the lines and the base make the total shown beside them.

    Where they do not make it exactly (the score is capped, or a line cannot be told) each is rounded for itself.
    """
    given = [part.contribution for part in score.parts]
    known = [one for one in given if one is not None]
    if (
        score.value is None
        or len(known) < len(given)
        or round(score.base + sum(known), 6) != round(score.value, 6)
    ):
        return [shown_number(one) for one in given]
    cent = Decimal("0.01")
    rounded = [one.quantize(cent, ROUND_HALF_UP) for one in known]
    off = score.value.quantize(cent, ROUND_HALF_UP) - score.base.quantize(cent, ROUND_HALF_UP) - sum(rounded)
    step = cent.copy_sign(off)
    by_loss = sorted(range(len(known)), key=lambda i: (rounded[i] - known[i]) * step)
    for i in by_loss[: int(abs(off) / cent)]:
        rounded[i] += step
    return [shown_number(one) for one in rounded]


def as_data(value: Any) -> Any:
    """An explanation as plain data for JSON: texts as {zh, en}, exact numbers as text, days as ISO dates."""
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [as_data(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
