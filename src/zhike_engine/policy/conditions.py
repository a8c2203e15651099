"""Conditions of a grade: sentences, or groups of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag

from zhike_engine.language.parse import ExpressionInvalid, parse
from zhike_engine.policy.parts import ArticleNumber, Model, OwnTitle
from zhike_engine.policy.refusals import Refused


def _readable(text: str) -> str:
    try:
        parse(text)
    except ExpressionInvalid as problem:
        raise Refused(problem.message, problem.hint) from None
    return text


Expression = Annotated[str, AfterValidator(_readable)]


class Single(Model):
    """One condition with more to say: its article, its name, and what happens when it is not computable."""

    if_: Expression = Field(alias="if", description="the condition")
    article: ArticleNumber = ""
    title: OwnTitle = None
    unknown: Literal["fails", "holds", "pending"] = Field(
        "fails", description="what follows when it cannot be told"
    )


class AllOf(Model):
    """Every condition of the list holds."""

    all: list[Condition] = Field(description="conditions that must all hold")
    article: ArticleNumber = ""
    title: OwnTitle = None


class AnyOf(Model):
    """At least one condition of the list holds."""

    any: list[Condition] = Field(description="conditions of which one must hold")
    article: ArticleNumber = ""
    title: OwnTitle = None


class AtLeast(Model):
    """At least n conditions of the list hold."""

    at_least: int = Field(ge=1, description="how many of them must hold")
    of: list[Condition] = Field(description="conditions that are counted")
    article: ArticleNumber = ""
    title: OwnTitle = None


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
