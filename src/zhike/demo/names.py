"""Invented company names.

Chinese ones are place, trade name, trade and legal form; foreign ones stem, trade and legal form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from zhike.demo.frames import pick


@cache
def parts() -> dict[str, Any]:
    """The document `names.yaml`."""
    loaded: dict[str, Any] = yaml.safe_load((files("zhike.demo") / "names.yaml").read_text(encoding="utf-8"))
    return loaded


def countries() -> dict[str, dict[str, Any]]:
    """Where export customers sit, by country code: region, currencies, weight and parts of names."""
    found: dict[str, dict[str, Any]] = parts()["countries"]
    return found


def cities() -> tuple[tuple[str, str], ...]:
    """Every Chinese place with its sales region."""
    return tuple((city, region) for region, group in parts()["cities"].items() for city in group)


def draw_countries(rng: np.random.Generator, count: int) -> list[str]:
    """`count` country codes, weighted."""
    return list(pick(rng, {code: country["weight"] for code, country in countries().items()}, count))


class Namer:
    """Hands out invented names; none twice."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._draws = rng.random(100_003)
        self._at = 0
        self._used: set[str] = set()

    def chinese(self, city: str, segment: str | None, industry: str | None) -> str:
        """A Chinese company in `city`, called after what it does."""
        industries = parts()["industries"]
        trades = parts()["segments"].get(segment) or industries.get(industry) or industries["other"]
        return self._new(lambda: city + self._stem() + self._one(trades))

    def group(self) -> str:
        """A group of Chinese companies."""
        return self._new(lambda: self._stem() + "集团")

    def foreign(self, code: str) -> str:
        """A company of the country `code`, with that country's legal form."""
        country = countries()[code]

        def build() -> str:
            stem = self._one(country["heads"]) + self._one(country["tails"])
            return self._one(country["forms"]).format(f"{stem} {self._one(country['trades'])}")

        return self._new(build)

    def _stem(self) -> str:
        return "".join(self._one(characters) for characters in parts()["stems"])

    def _one(self, choices: Sequence[str]) -> str:
        self._at = (self._at + 1) % len(self._draws)
        return choices[int(self._draws[self._at] * len(choices))]

    def _new(self, build: Callable[[], str]) -> str:
        """The first name that is free; from the eleventh try on with a branch number, so that it ends."""
        name, tries = build(), 1
        while name in self._used:
            tries += 1
            name = build() if tries <= 10 else f"{build()} ({tries - 9})"
        self._used.add(name)
        return name
