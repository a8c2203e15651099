"""Constructs of later mechanisms: their place is checked now, their meaning comes with the mechanism."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from zhike_engine.policy.parts import AnyText, ArticleNumber, Identifier, Model, Number, Title


class Obligation(Model):
    """A duty that a grade carries. Reserved: validated now, executed by the obligation mechanism."""

    article: ArticleNumber = ""
    title: Title
    rating: str | None = Field(None, description="rating whose grades carry it")
    grades: list[str] = Field([], description="grades that carry it")
    owner: AnyText | None = Field(None, description="role that fulfils it")
    times: int | None = Field(None, ge=1, description="how many times in each period")
    per: Literal["week", "month", "quarter", "half_year", "year"] | None = Field(
        None, description="the period"
    )
    within_hours: Number | str | None = Field(None, description="hours in which it must be done")
    within_days: Number | str | None = Field(None, description="days in which it must be done")
    proof: AnyText | None = Field(None, description="what shows that it was done")
    escalate_to: AnyText | None = Field(None, description="who hears of it when it was not done")


class Decider(Model):
    """Who decides at a step: exactly one of role, department, committee, person; a role may be narrowed by a department."""

    role: str = Field("", description="code of a role of the product, such as `management`")
    department: str = Field("", description="code of a department; without a role its head decides")
    committee: str = Field("", description="code of a committee, which decides in a session")
    person: str = Field("", description="user name of a person")


class StepLimit(Model):
    """For which cases a step is there; without a limit for all."""

    grades: list[str] = Field([], description="only when one of these grades is concerned")
    amount_from: Number | str | None = Field(None, description="only from this amount on, included")
    amount_below: Number | str | None = Field(None, description="only below this amount")


class ProcedureStep(Model):
    """One step of a procedure: work that somebody does, or with `decides` a decision that the product asks for."""

    code: str = Field("", description="short name that `apart_from` refers to")
    title: Title
    role: AnyText = Field(description="who carries the step out, in words")
    decides: Decider | None = Field(None, description="who decides in the product; absent: work, no decision")
    needs: Literal["any", "all"] = Field("any", description="whether one of those decides, or all must agree")
    apart_from: list[str] = Field(
        [], description="steps whose people may not decide here; `start`: who started the procedure"
    )
    within_days: Number | str | None = Field(None, description="days in which it must be done")
    escalate_to: str = Field(
        "",
        description="role, or `committee:code`, that may decide too when the days are over; the superiors if absent",
    )
    default: Literal["", "approve", "reject"] = Field(
        "",
        description="what counts when nobody decides in time; with `escalate_to` after the same days again",
    )
    when: StepLimit | None = Field(None, description="for which cases the step is there")


class Procedure(Model):
    """Steps with roles. The steps that decide are carried out by the product; the others tell the reader."""

    article: ArticleNumber = ""
    title: Title
    kinds: list[str] = Field(
        [], description="what it rules in the product: `policy_version`, `grading_run`, `grade_proposal`, …"
    )
    order: Literal["in_order", "together"] = Field(
        "in_order", description="whether the deciding steps follow one another or are all open at once"
    )
    steps: list[ProcedureStep] = Field(description="the steps, in order")


class FormField(Model):
    """One field of a form."""

    title: Title
    type: Literal["text", "number", "date", "choice", "flag", "money"] = Field(
        description="what may be filled in"
    )
    required: bool = Field(False, description="whether it must be filled in")
    choices: list[str] = Field([], description="the words of a choice")


class Form(Model):
    """Typed fields kept as evidence. Reserved."""

    article: ArticleNumber = ""
    title: Title
    fields: dict[Identifier, FormField] = Field(description="the fields, in order")


class Gate(Model):
    """A hard precondition inside an action. Reserved."""

    article: ArticleNumber = ""
    title: Title
    action: str = Field(description="action that is held back")
    needs: AnyText = Field(description="what must be there first")


class Indicator(Model):
    """A measured number with a target. Reserved."""

    article: ArticleNumber = ""
    title: Title
    target: Number | str | None = Field(None, description="value to be reached")
    unit: str = Field("", description="unit, a word for people")


class SubordinateRule(Model):
    """A detailed rule that the policy requires; it is kept and approved in the product."""

    article: ArticleNumber = ""
    title: Title
    owner: AnyText | None = Field(None, description="department that writes it")
    months: int | None = Field(None, ge=1, description="months after which it must be approved again")
