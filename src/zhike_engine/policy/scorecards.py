"""Scorecards: items, ways to score them, weights."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from zhike_engine.policy.conditions import Expression
from zhike_engine.policy.parts import (
    Above,
    ArticleNumber,
    Below,
    From,
    Identifier,
    Model,
    Number,
    OwnTitle,
    Percent,
    Title,
    UpTo,
)


class Step(Model):
    """Points for values inside a band; every end says whether it belongs: from/up_to do, above/below do not."""

    starts: From = Field(None, alias="from")
    above: Above = None
    below: Below = None
    up_to: UpTo = None
    points: Number = Field(description="points for a value in the band")


class Linear(Model):
    """Points grow straight from `points_from` at `from` to `points_to` at `to`, and stay there beyond."""

    starts: Number = Field(alias="from", description="value at which the line begins")
    to: Number = Field(description="value at which the line ends")
    points_from: Number = Field(Decimal(0), description="points where the line begins")
    points_to: Number = Field(Decimal(100), description="points where the line ends")


class PerUnit(Model):
    """Points per unit of the metric, in full units, at most `cap` points; negative points deduct."""

    each: Number = Field(Decimal(1), description="size of one unit")
    points: Number = Field(description="points for every full unit; negative points deduct")
    cap: Number | None = Field(None, description="largest number of points, without sign")


class Item(Model):
    """One line of a scorecard."""

    article: ArticleNumber = ""
    title: OwnTitle = None
    of: str | None = Field(None, description="metric, score or judgement that is scored")
    group: str = Field("", description="name of the group the item belongs to")
    weight: Percent | str | None = Field(
        None, description="percent of the score; bonus and deduction items have none"
    )
    steps: list[Step] | None = Field(None, description="points by bands of the value; 0 outside all of them")
    linear: Linear | None = Field(None, description="points on a straight line")
    choices: dict[str, Number] | None = Field(None, description="points for each word of a text")
    per: PerUnit | None = Field(None, description="points for every full unit")
    when: Expression | None = Field(None, description="points given when this holds")
    points: Number | None = Field(None, description="how many, with `when`")
    unknown: Literal["zero", "skip", "pending"] = Field(
        "pending",
        description="value not computable: `zero` points, `skip` item and weight, or the score is not computable",
    )


class Scorecard(Model):
    """A weighted score of 0 to 100; deductions and bonus items come on top, then the score is cut to its ends."""

    article: ArticleNumber = ""
    title: Title
    groups: dict[Identifier, Percent] = Field(
        {}, description="weight of each group; item weights are then of the group"
    )
    items: dict[Identifier, Item] = Field(description="lines of the scorecard")
    base: Number = Field(Decimal(0), description="points everybody starts with")
    at_least: Number = Field(Decimal(0), description="a lower score counts as this")
    at_most: Number = Field(Decimal(100), description="a higher score counts as this")
