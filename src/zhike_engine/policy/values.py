"""What a policy counts with: parameters, fact tables, keyed tables, consistency of values."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from zhike_engine.messages import say
from zhike_engine.policy.conditions import Expression
from zhike_engine.policy.parts import AnyText, ArticleNumber, DateText, Model, Note, Number, OwnTitle, Title
from zhike_engine.policy.refusals import Refused
from zhike_engine.words import OR, quoted


class Dated(Model):
    """A value that holds from a day on."""

    starts: DateText = Field(description="first day on which the value holds")
    value: Any = Field(description="the value, in the parameter's unit")


class Local(Model):
    """Local values inside central bounds, by an attribute of the customer."""

    by: str = Field(description="attribute, such as customers.region")
    values: dict[str, Number] = Field(description="value for each word of the attribute")


MONEY_UNITS = {
    "": 1, "元": 1, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000, "10,000": 10_000, "1,000,000": 1_000_000,
}  # fmt: skip
"""Units that an amount may be written in -> currency units."""


class Parameter(Model):
    """A company-set value: named, typed, with unit, bounds and effective dates; unset until the company fills it."""

    article: ArticleNumber = ""
    title: Title
    type: Literal["money", "percent", "number", "integer", "grade", "text", "flag"] = Field(
        description="what kind of value it is"
    )
    unit: str = Field("", description="for money: 元 or 万元; otherwise a word for people")
    value: Any = Field(None, description="absent means unset")
    values: list[Dated] = Field([], description="values by effective date, instead of `value`")
    local: Local | None = Field(None, description="values that differ by an attribute of the customer")
    at_least: Number | None = Field(None, description="smallest value allowed, in the parameter's unit")
    at_most: Number | None = Field(None, description="largest value allowed, in the parameter's unit")
    choices: list[str] = Field([], description="the answers of a text; any text when absent")
    optional: bool = Field(False, description="a condition that uses it does not apply while it is unset")
    owner: AnyText | None = Field(None, description="who sets the value")
    note: Note = None

    @model_validator(mode="after")
    def _units(self) -> Self:
        if self.type == "money" and self.unit not in MONEY_UNITS:
            units = quoted((unit for unit in MONEY_UNITS if unit), OR)
            raise Refused(
                say("`{unit}` is no unit of money", unit=self.unit), say("use {names}", names=units)
            )
        if self.local is not None and self.type in ("grade", "text", "flag"):
            raise Refused(say("only numbers have local values"), say("use a keyed table instead of `local`"))
        if self.choices and self.type != "text":
            raise Refused(say("only a text has `choices`"), say("take them away, or use `type: text`"))
        return self


class FactNeed(Model):
    """A fact table the policy reads."""

    article: ArticleNumber = ""
    title: OwnTitle = None
    optional: bool = Field(
        False, description="true: grading goes on without the table and counts it as empty"
    )
    note: Note = None


class Cell(Model):
    """One row of a keyed table: the keys in the order of `by`, then the value; `*` matches anything."""

    when: list[Any] = Field(description="one key for each name in `by`; `*` matches anything")
    value: Any = Field(description="value for these keys: a number, a text or a parameter")


class KeyedTable(Model):
    """Values looked up by one or several keys, first match counts."""

    article: ArticleNumber = ""
    title: OwnTitle = None
    by: list[str] = Field(description="names whose values are the keys")
    cells: list[Cell] = Field(description="rows of the table; the first that matches counts")
    otherwise: Any = Field(None, description="value when no row matches; not computable when absent")


class Consistency(Model):
    """A condition over parameters that their values must meet; checked as soon as all of them are set."""

    article: ArticleNumber = ""
    when: Expression = Field(alias="if", description="condition over parameters that must hold")
    title: AnyText | None = Field(None, description="what it means when it does not hold")
