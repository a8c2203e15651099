"""The small parts that charts are drawn from. Everything that is put in is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10

from markupsafe import Markup, escape

from zhike_engine.words import Text


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    shown = f"{value:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


def tag(name: str, *content: Markup, **attributes: object) -> Markup:
    """An element; underscores in attribute names become hyphens, a trailing one is dropped, None leaves it out."""
    shown = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _plain(value))
        for key, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(content)
    return Markup("<{0}{1}>{2}</{0}>").format(name, shown, inner)


def _plain(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)


def label(x: float, y: float, text: Text, class_: str = "", anchor: str = "start") -> Markup:
    """Words at a point, in both languages."""
    if text.zh == text.en:
        return tag("text", escape(text.zh), x=x, y=y, class_=class_ or None, text_anchor=anchor)
    return Markup("").join(
        tag("text", escape(words), x=x, y=y, class_=f"{class_} {lang}".strip(), text_anchor=anchor, lang=lang)
        for lang, words in (("zh", text.zh), ("en", text.en))
    )


def tip(text: Text) -> dict[str, str]:
    """The attributes of a shape that tells something when pointed at."""
    return {"class_": "tip", "data_zh": text.zh, "data_en": text.en}


def line(points: Iterable[tuple[float, float]]) -> str:
    """The path through points."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def chart(
    width: float, height: float, title: Text, desc: Text, content: Sequence[Markup], class_: str = ""
) -> Markup:
    """A drawing with its title and description for people who do not see it."""
    words = {"data_zh": title.zh, "data_en": title.en}
    told = {"data_zh": desc.zh, "data_en": desc.en}
    return tag(
        "svg",
        tag("title", escape(title.zh), class_="said", **words),
        tag("desc", escape(desc.zh), class_="said", **told),
        *content,
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        class_=class_ or None,
        width=width,
        height=height,
    )


def ticks(top: float, wanted: int = 4) -> list[float]:
    """Round values from 0 to at least `top`.

    >>> ticks(37)
    [0.0, 10.0, 20.0, 30.0, 40.0]
    """
    if top <= 0:
        return [0.0, 1.0]
    power = 10.0 ** floor(log10(top / wanted))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m * wanted >= top * 0.999999)
    count = ceil(top / step - 0.000001)
    return [step * i for i in range(count + 1)]
