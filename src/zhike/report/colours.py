"""Colours of grades: the policy's own, or a palette that people with any colour vision tell apart.

A policy names one colour per grade. The page needs it as a fill beside the background of both themes, and as the ink and
ground of a badge; each is moved towards black or white until it can be read (WCAG 2.2: 3 to 1 for shapes, 4.5 to 1
for words).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

PALETTE = ("#0f8a6a", "#2f6fd6", "#d08a12", "#c2503a", "#8a5bb5", "#5b6b7f", "#1797a8", "#a06a45")
NEUTRAL = "#7b8794"
"""For customers without a grade."""
LIGHT, DARK = "#ffffff", "#15191f"
"""Ground of a card in each theme."""
Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Shades:
    """One colour made fit for a theme: `fill` of a shape, `ink` and `ground` of a badge."""

    fill: str
    ink: str
    ground: str


@dataclass(frozen=True, slots=True)
class GradeColour:
    """A grade's colour in both themes."""

    light: Shades
    dark: Shades


def grade_colours(stated: Sequence[str]) -> list[GradeColour]:
    """The colours of the grades, best first, from the colours the policy states (empty ones from the palette)."""
    chosen = [
        colour if re.fullmatch(r"#[0-9a-fA-F]{6}", colour) else PALETTE[i % len(PALETTE)]
        for i, colour in enumerate(stated)
    ]
    return [GradeColour(shades(colour, LIGHT), shades(colour, DARK)) for colour in chosen]


def shades(colour: str, ground: str) -> Shades:
    """A colour made fit for a ground."""
    dark = luminance(ground) < 0.2
    towards = "#ffffff" if dark else "#000000"
    tint = mix(ground, colour, 0.22 if dark else 0.13)
    return Shades(
        fill=readable(colour, ground, towards, 3.0), ink=readable(colour, tint, towards, 4.6), ground=tint
    )


def readable(colour: str, ground: str, towards: str, ratio: float) -> str:
    """The colour, moved towards another as little as it takes to reach a contrast ratio."""
    for step in range(21):
        moved = mix(colour, towards, step / 20)
        if contrast(moved, ground) >= ratio:
            return moved
    return towards


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, from 0 to 1."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mix(one: str, other: str, part: float) -> str:
    """`part` of `other` in `one`.

    >>> mix("#000000", "#ffffff", 0.5)
    '#808080'
    """
    mixed = (a + (b - a) * part for a, b in zip(_rgb(one), _rgb(other), strict=True))
    return "#" + "".join(f"{round(c * 255):02x}" for c in mixed)


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


THEME: dict[str, tuple[str, str]] = {
    "bg": ("#f5f7fa", "#0d1015"),
    "card": (LIGHT, DARK),
    "raised": ("#f8fafc", "#1a1f27"),
    "line": ("#e4e8ee", "#272d37"),
    "strong-line": ("#c6cdd8", "#3a424f"),
    "ink": ("#151a21", "#e9ecf1"),
    "soft": ("#596273", "#9ba5b4"),
    "brand": ("#2457c5", "#82a9ff"),
    "brand-ground": ("#eaf0fd", "#1c2840"),
    "on-brand": ("#ffffff", "#0d1015"),
    "good": ("#17733f", "#5fc98b"),
    "good-ground": ("#e6f4ec", "#16291f"),
    "bad": ("#b02e24", "#ff8f85"),
    "bad-ground": ("#fdecea", "#331b1a"),
    "warn": ("#825300", "#e8b450"),
    "warn-ground": ("#fdf3dc", "#2e2512"),
    "one": ("#2f6fd6", "#6c9cf5"),
    "two": ("#c25a12", "#f0954e"),
    "track": ("#e9edf2", "#262c35"),
}
"""Name of a colour of the page -> light, dark."""


def theme_css() -> str:
    """The colours of the page as style sheet: light, dark where the reader's system or choice says so, light on paper."""
    light, dark = (
        ";".join(f"--{name}:{pair[i]}" for name, pair in THEME.items()) + f";color-scheme:{scheme}"
        for i, scheme in ((0, "light"), (1, "dark"))
    )
    return _themed(f"{{{light}}}", f"{{{dark}}}", ":root")


def grade_css(class_: str, colour: GradeColour) -> str:
    """The colours of one grade, as a class."""
    light, dark = (
        f"{{--fill:{one.fill};--text:{one.ink};--ground:{one.ground}}}" for one in (colour.light, colour.dark)
    )
    return _themed(light, dark, f".{class_}", ":root")


def _themed(light: str, dark: str, target: str, root: str = "") -> str:
    """One block for each theme; `root` stands before targets that are not the root itself."""
    inside = f" {target}" if root else ""
    return (
        f"{target}{light}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){inside}{dark}}}"
        f":root[data-theme=dark]{inside}{dark}"
        f"@media print{{:root:root:root{inside}{light}}}"
    )
