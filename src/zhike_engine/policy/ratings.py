"""Ratings: grades and their conditions, and the steps that follow the rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from zhike_engine.policy.conditions import Condition, Expression
from zhike_engine.policy.parts import (
    Above,
    AnyText,
    ArticleNumber,
    Below,
    From,
    Model,
    Number,
    OwnTitle,
    Percent,
    Title,
    UpTo,
)


class Grade(Model):
    """A grade: who gets it, and what it owes. Grades stand best first."""

    article: ArticleNumber = ""
    title: Title
    colour: str = Field("", description="a colour such as #1f7a4d")
    definition: AnyText | None = Field(None, description="the grade in the words of the text")
    all: list[Condition] | None = Field(None, description="every condition holds")
    any: list[Condition] | None = Field(None, description="at least one condition holds")
    starts: From = Field(None, alias="from")
    above: Above = None
    below: Below = None
    up_to: UpTo = None
    values: list[str] | None = Field(None, description="texts of the rating's measure that mean this grade")
    owes: list[str] = Field([], description="obligations that the grade carries, by name")


class Branch(Model):
    """One line of a fallback: this grade when the condition holds, or always."""

    grade: str | None = Field(None, description="grade that the line gives")
    pending: AnyText | None = Field(None, description="no grade: waits for a person, with this reason")
    when: Expression | None = Field(
        None, alias="if", description="the line counts when this holds; always when absent"
    )


class Fallback(Model):
    """What a customer gets that matches no grade; the first line that holds counts."""

    article: ArticleNumber = ""
    mark: AnyText = Field(description="the mark the customer carries on the review list")
    lines: list[Branch] = Field(min_length=1, description="the first line that holds counts")


class Newcomers(Model):
    """Customers too young for the rules get a provisional grade."""

    article: ArticleNumber = ""
    when: Expression = Field(alias="if", description="the condition")
    grade: str = Field(description="provisional grade, or a parameter of type grade")
    title: OwnTitle = None


class Quota(Model):
    """At most so many customers hold a grade; those beyond get the next lower grade."""

    article: ArticleNumber = ""
    title: OwnTitle = None
    grade: str = Field(description="grade with a limited number of places")
    top: Number | str | None = Field(None, description="number of places")
    share: Percent | str | None = Field(None, description="percent of the rated customers")
    by: str = Field(description="metric or score that orders them, highest first")
    ties: Literal["in", "out"] = Field(
        "in", description="customers tied at the last place: all in, or all out"
    )
    rounding: Literal["down", "up", "half_up"] = Field("down", description="how a share becomes whole places")
    within: str | None = Field(None, description="attribute; the quota holds inside each of its values")


class Hysteresis(Model):
    """A customer keeps its grade while each numeric limit of it is missed by no more than this part."""

    article: ArticleNumber = ""
    keep_within: Percent | str = Field(description="percent of the limit, such as 10 %, or a parameter")


class Movement(Model):
    """At most so many grades up or down in one run."""

    article: ArticleNumber = ""
    up: int | None = Field(None, ge=0, description="most grades upward; no limit when absent")
    down: int | None = Field(None, ge=0, description="most grades downward; no limit when absent")


class Protection(Model):
    """A grade cannot fall for so many months after the day it took effect."""

    article: ArticleNumber = ""
    months: Number | str | dict[str, Number | str] = Field(
        description="number of months, or a parameter; by grade where they differ"
    )
    grades: list[str] = Field([], description="protected grades; all when empty")

    def lengths(self, codes: Iterable[str]) -> dict[str, Number | str]:
        """Every protected grade with its months; `codes` are those of the rating."""
        if isinstance(self.months, dict):
            return self.months
        return dict.fromkeys(self.grades or codes, self.months)


class Bound(Model):
    """A floor (at least this grade), a ceiling (at most) or a veto (exactly this grade) when the condition holds."""

    article: ArticleNumber = ""
    title: Title
    grade: str = Field(description="the grade it leads to")
    when: Expression = Field(alias="if", description="the condition")


class Manual(Model):
    """Which records of the overrides table are obeyed; each has reason, approver and end date."""

    article: ArticleNumber = ""
    allowed: list[Literal["override", "floor", "ceiling", "designation", "protection"]] = Field(
        description="kinds of record that count"
    )


class Review(Model):
    """Customers that a person looks at, whatever their grade."""

    article: ArticleNumber = ""
    mark: AnyText = Field(description="the mark the customer carries on the review list")
    when: Expression = Field(alias="if", description="the condition")


class Pending(Model):
    """No grade while this holds; the reason is shown."""

    article: ArticleNumber = ""
    reason: AnyText = Field(description="why there is no grade yet")
    when: Expression = Field(alias="if", description="the condition")


class Matrix(Model):
    """Two measures give a grade: `cells[row][column]`; `*` stands for any other value."""

    rows: str = Field(description="text metric or rating that picks the row")
    columns: str = Field(description="text metric or rating that picks the column")
    cells: dict[str, dict[str, str]] = Field(description="row, then column, then the grade")


class Cycle(Model):
    """How often the rating is renewed, in all or for one grade."""

    every: Literal["year", "half_year", "quarter", "month"] | None = Field(
        None, description="how often everybody is rated"
    )
    grades: dict[str, Literal["year", "half_year", "quarter", "month"]] = Field(
        {}, description="how often the customers of one grade are rated"
    )
    events: list[AnyText] = Field([], description="what else calls for a new rating")


class Rating(Model):
    """A named result for every customer in scope: one grade, or pending with the reason."""

    article: ArticleNumber = ""
    title: Title
    if_: Expression | None = Field(
        None, alias="if", description="rated only when this holds; the others are not rated"
    )
    of: str | None = Field(None, description="metric or score whose bands or values decide")
    matrix: Matrix | None = Field(None, description="two measures that decide together")
    score: str | None = Field(None, description="scorecard or metric shown as the score")
    measure: str | None = Field(None, description="amount used for concentration and near misses")
    grades: dict[str, Grade] = Field(min_length=1, description="the grades, best first")
    precedence: Literal["first", "best", "worst", "unchanged"] = Field(
        "first", description="which grade counts when the conditions of several hold"
    )
    test_order: list[str] | None = Field(
        None, description="order in which grades are tested; best first when absent"
    )
    fallback: Fallback | None = Field(None, description="what a customer gets that matches no grade")
    pending: list[Pending] = Field([], description="reasons to wait with the grade")
    newcomers: Newcomers | None = Field(None, description="provisional grade for young customers")
    quotas: list[Quota] = Field([], description="limited places in a grade")
    hysteresis: Hysteresis | None = Field(None, description="small misses do not cost the grade")
    movement: Movement | None = Field(None, description="how far one run may move a customer")
    protection: Protection | None = Field(None, description="months in which a grade cannot fall")
    floors: list[Bound] = Field([], description="at least this grade")
    ceilings: list[Bound] = Field([], description="at most this grade")
    vetoes: list[Bound] = Field([], description="exactly this grade")
    manual: Manual | None = Field(None, description="approved exceptions that count")
    review: list[Review] = Field([], description="customers a person should look at")
    cycle: Cycle | None = Field(None, description="when the rating is renewed")
