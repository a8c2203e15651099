"""The board of a run as a page shows it: texts in the reader's language, lists of the customers that the reader sees."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.grading.marks import told
from zhike.grading.models import GradingRun
from zhike.grading.secrecy import Reader
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike.policies.chips import word_for
from zhike.policies.words import lang
from zhike_engine.facts.tables import TABLES

LISTS = ("review", "near", "up", "down")
MISMATCHES: dict[str, Any] = {
    "graded_low": gettext_lazy("large, yet a low grade"), "graded_high": gettext_lazy("small, yet a high grade"),
    "served_little": gettext_lazy("large, yet little contact"), "served_much": gettext_lazy("small, yet much contact"),
}  # fmt: skip
STATES: dict[str, Any] = {"pending": gettext_lazy("pending"), "not_rated": gettext_lazy("not rated")}
FLAGS: dict[str, Any] = {
    "little_effort": gettext_lazy("gets less than it brings"), "much_effort": gettext_lazy("gets more than it brings"),
}  # fmt: skip


class Shown:
    """One rating of a run's board."""

    def __init__(self, run: GradingRun, rating: str, names: dict[int, tuple[str, str]] | None = None) -> None:
        self.run = run
        self.ratings = run.board["ratings"]
        self.name = rating if rating in self.ratings else next(iter(self.ratings))
        self.data: dict[str, Any] = self.ratings[self.name]
        self.names = names or {}
        self.price = self.figures = False

    @property
    def title(self) -> str:
        """The rating's title."""
        return told(self.data["title"])

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Every rating with its title."""
        return [(name, told(one["title"])) for name, one in self.ratings.items()]

    @cached_property
    def grades(self) -> list[dict[str, Any]]:
        """Grades with titles, number before and now."""
        most = max((one["customers"] for one in self.data["grades"]), default=0) or 1
        return [
            {**one, "title": told(one["title"]), "wide": round(one["customers"] / most * 100), "more": one["customers"] - one["before"],
             "percent": one["share"] * 100, "short": word_for(one["code"], one["title"])}
            for one in self.data["grades"]
        ]  # fmt: skip

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Grade -> rank."""
        return {one["code"]: one["rank"] for one in self.data["grades"]}

    def word(self, code: str) -> str:
        """What stands for a grade or a state."""
        if code in STATES:
            return str(STATES[code])
        found = next((one for one in self.grades if one["code"] == code), None)
        return str(found["short"]) if found else code or _("none")

    @cached_property
    def matrix(self) -> dict[str, Any]:
        """Grades before against results now: only rows and columns that hold somebody."""
        moves = self.data["moves"]
        cells = {(old, new): number for old, new, number in moves["cells"]}
        before = [code for code in moves["before"] if any(old == code for old, _new in cells)]
        after = [
            code for code in moves["after"] if code in self.ranks or any(new == code for _old, new in cells)
        ]
        lines = [
            {"code": old, "word": self.word(old), "cells": [self._cell(old, new, cells.get((old, new), 0)) for new in after],
             "total": sum(cells.get((old, new), 0) for new in after)}
            for old in before
        ]  # fmt: skip
        return {**moves, "after": [{"code": new, "word": self.word(new)} for new in after], "lines": lines}

    def _cell(self, old: str, new: str, number: int) -> dict[str, Any]:
        a, b = self.ranks.get(old), self.ranks.get(new)
        kind = "" if a is None or b is None else "same" if a == b else "up" if b < a else "down"
        return {"number": number, "kind": kind if number else "none"}

    @property
    def moves(self) -> dict[str, Any]:
        """How many moved."""
        return dict(self.data["moves"])

    @property
    def changed(self) -> int:
        """How many get another grade."""
        return int(self.data["moves"]["up"] + self.data["moves"]["down"])

    @cached_property
    def spread(self) -> dict[str, Any] | None:
        """How the amount is spread over the customers."""
        found = self.data["concentration"].get("amount")
        if not found or not found["customers"]:
            return None
        tops = [{**one, "wide": round((one["share"] or 0) * 100)} for one in found["tops"]]
        least = found["least"]
        share = round(least / found["customers"] * 100, 1) if least else None
        points = " ".join(f"{x * 100:.1f},{100 - y * 100:.1f}" for x, y in found["lorenz"])
        return {
            **found,
            "tops": tops,
            "least_share": share,
            "points": points,
            "total": Decimal(found["total"]),
        }

    @cached_property
    def tilt(self) -> list[dict[str, Any]]:
        """What each grade brings and gets."""
        keys = ("customer_share", "amount_share", "profit_share", "effort_share")
        return [
            {**one, "word": self.word(one["grade"]), "flag": FLAGS.get(one["flag"], ""),
             **{key: None if one[key] is None else round(one[key] * 100, 1) for key in keys}}
            for one in self.data["tilt"]
        ]  # fmt: skip

    @cached_property
    def lists(self) -> dict[str, dict[str, Any]]:
        """The lists of customers, as far as the reader sees them."""
        return {
            name: {"total": self.data[name]["total"], "rows": self._rows(self.data[name]["items"])}
            for name in LISTS
        }

    @cached_property
    def mismatches(self) -> list[dict[str, Any]]:
        """Customers whose treatment does not fit their value."""
        return [
            {
                "title": MISMATCHES.get(kind, kind),
                "total": found["total"],
                "rows": self._rows(found["items"])[:8],
            }
            for kind, found in self.data["mismatches"].items()
        ]

    def _rows(self, items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        found = []
        for one in items:
            if one["customer"] not in self.names:
                continue
            code, name = self.names[one["customer"]]
            found.append(
                {**one, "code": code, "name": name, "rank": self.ranks.get(one["grade"]), "was": self.ranks.get(one["previous"]),
                 "grade": self.word(one["grade"]) if one["grade"] else "",
                 "previous": self.word(one["previous"]) if one["previous"] else "",
                 "target": self.word(one["target"]) if "target" in one else "", "way": self._way(one),
                 "marks": [told(mark) for mark in one.get("marks", ())],
                 "amount": Decimal(one["amount"]) if one["amount"] and self.price else None}
            )  # fmt: skip
        return found

    def _way(self, one: dict[str, Any]) -> str:
        """What is missing, in the customer's figures for those who may read them."""
        if not one.get("way"):
            return ""
        return told(one["way"]) if self.figures else _("one condition is missing")

    @property
    def marks(self) -> list[dict[str, Any]]:
        """Reasons to look at a customer, with how many carry each."""
        return [{"text": told(one["text"]), "customers": one["customers"]} for one in self.data["marks"]]

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What was odd about the facts."""
        return [
            {
                **one,
                "text": told(one["text"]),
                "table": TABLES[one["table"]].title.pick(lang()) if one["table"] in TABLES else one["table"],
            }
            for one in self.run.board.get("findings", ())
        ]


def shown(run: GradingRun, person: Person, rating: str) -> Shown:
    """The board of a rating for a person: one query for the customers on its lists."""
    found = Shown(run, rating)
    found.price, found.figures = sees(person, "price"), Reader(person, run.version.text).reads_all
    keys = {one["customer"] for name in LISTS for one in found.data[name]["items"]}
    keys |= {one["customer"] for kind in found.data["mismatches"].values() for one in kind["items"]}
    rows = (
        Customer.objects.visible_to(person)
        .filter(pk__in=keys)
        .values_list("pk", "code", "short_name", "name")
    )
    found.names = {key: (code, short or name) for key, code, short, name in rows}
    return found
