"""Conditions of a grade: sentences, or groups of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from zhike_engine.language.parse import ExpressionInvalid, parse
from zhike_engine.policy.parts import AnyText, Model


def _readable(text: str) -> str:
    try:
        parse(text)
    except ExpressionInvalid as problem:
        raise ValueError(problem.message + (f"; {problem.hint}" if problem.hint else "")) from None
    return text


Expression = Annotated[str, AfterValidator(_readable)]


class Single(Model):
    """One condition with more to say: its article, its name, and what happens when it is not computable."""

    if_: Expression = Field(alias="if")
    article: str = ""
    title: AnyText | None = None
    unknown: Literal["fails", "holds", "pending"] = "fails"


class AllOf(Model):
    """Every condition of the list holds."""

    all: list[Condition]
    article: str = ""
    title: AnyText | None = None


class AnyOf(Model):
    """At least one condition of the list holds."""

    any: list[Condition]
    article: str = ""
    title: AnyText | None = None


class AtLeast(Model):
    """At least n conditions of the list hold."""

    at_least: int = Field(ge=1)
    of: list[Condition]
    article: str = ""
    title: AnyText | None = None


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        for key in ("all", "any", "at_least"):
            if key in value:
                return key
        return "single"
    if isinstance(value, AllOf):
        return "all"
    if isinstance(value, AnyOf):
        return "any"
    if isinstance(value, AtLeast):
        return "at_least"
    return "single" if isinstance(value, Single) else "sentence"


Condition = Annotated[
    Annotated[Expression, Tag("sentence")]
    | Annotated[Single, Tag("single")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[AtLeast, Tag("at_least")],
    Discriminator(_kind),
]
for _model in (AllOf, AnyOf, AtLeast):
    _model.model_rebuild()
