"""A letter's parts as they stand on a page: escaped, with the looks that Word gave them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
Images = Mapping[str, Mapping[str, str]]


def as_html(letter: Mapping[str, Any], language: str) -> SafeString:
    """The sheet; nothing where there are no parts yet."""
    if not letter:
        return mark_safe("")
    images: Images = letter["images"]
    head, body, foot = ("".join(_parts(letter[name], images)) for name in ("head", "body", "foot"))
    top = f'<div class="letter-head">{head}</div>' if letter["head"] else ""
    end = f'<div class="letter-foot">{foot}</div>' if _has_words(letter["foot"]) else ""
    return mark_safe(  # noqa: S308 - every text of it was escaped
        f'<article class="letter-sheet" lang="{escape(language)}">{top}{body}{end}</article>'
    )


def _has_words(parts: Iterable[Mapping[str, Any]]) -> bool:
    return any(one["kind"] == "table" or one["runs"] for one in parts)


def _parts(parts: Iterable[Mapping[str, Any]], images: Images) -> Iterable[str]:
    for one in parts:
        if one["kind"] == "table":
            yield _table(one, images)
        else:
            yield _paragraph(one, images)


def _table(one: Mapping[str, Any], images: Images) -> str:
    whole = sum(one["widths"]) or 1
    columns = "".join(f'<col style="width:{width * 100 / whole:.1f}%">' for width in one["widths"])
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td colspan="{cell["span"]}">{"".join(_parts(cell["parts"], images))}</td>' for cell in row
        )
        + "</tr>"
        for row in one["rows"]
    )
    css = ' class="lined"' if one["lines"] else ""
    return f"<table{css}><colgroup>{columns}</colgroup><tbody>{rows}</tbody></table>"


def _paragraph(one: Mapping[str, Any], images: Images) -> str:
    inside = "".join(_run(run, images) for run in one["runs"]) or "<br>"
    look = [f"text-align:{one['align']}"]
    look += [f"margin-top:{one['before']:.0f}px"] if one["before"] else []
    look += [f"margin-bottom:{one['after']:.0f}px"] if one["after"] else []
    look += [f"text-indent:{one['first'] / 10.5:.1f}em"] if one["first"] > 0 else []
    if one["bullet"] and one["runs"]:
        inside = f'<span aria-hidden="true">{escape(one["bullet"])}</span><span>{inside}</span>'
        return f'<p class="letter-bullet" style="{";".join(look)}">{inside}</p>'
    look += [f"padding-left:{one['indent']:.0f}px"] if one["indent"] > 0 else []
    return f'<p style="{";".join(look)}">{inside}</p>'


def _run(run: Mapping[str, Any], images: Images) -> str:
    if "image" in run:
        image = images.get(run["image"])
        if image is None:
            return ""
        return f'<img alt="" style="width:{run["width"]:.0f}pt" src="data:{escape(image["type"])};base64,{escape(image["data"])}">'
    look = [words for name, words in LOOKS.items() if run[name]]
    look += [f"font-size:{run['size'] / 10.5:.2f}em"] if run["size"] != 10.5 else []
    look += [f"color:{run['colour']}"] if COLOUR.fullmatch(run["colour"]) else []
    said = escape(run["t"])
    text = f'<span style="{";".join(look)}">{said}</span>' if look else said
    href = run.get("href", "")
    return f'<a href="{escape(href)}" rel="noreferrer">{text}</a>' if href else text


LOOKS = {"b": "font-weight:700", "i": "font-style:italic", "u": "text-decoration:underline"}
