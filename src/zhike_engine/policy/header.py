"""The head of a policy: control block, days in force, calendar, scope, articles."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from zhike_engine.policy.conditions import Expression
from zhike_engine.policy.parts import AnyText, ArticleNumber, DateText, Model, Title


class Approver(Model):
    """Who approves the policy and its amendments: holders of a role, or a committee, by its code in the product."""

    role: str = Field("", description="code of the role whose holders approve")
    committee: str = Field("", description="code of the committee that approves")
    title: AnyText | None = Field(None, description="the approver in the words of the text")


class Control(Model):
    """Control block of a controlled document (受控文件)."""

    number: str = Field("", description="document number")
    status: Literal["draft", "controlled", "superseded", "withdrawn"] = Field(
        "draft", description="controlled status"
    )
    executing: AnyText | None = Field(None, description="executing department")
    supervising: AnyText | None = Field(None, description="supervising department")
    drafted_on: DateText | None = Field(None, description="day it was drafted")
    reviewed_on: DateText | None = Field(None, description="day it was reviewed")
    approved_on: DateText | None = Field(None, description="day it was approved")
    amended_on: DateText | None = Field(None, description="day of the last amendment")
    amendment_mark: str = Field("", description="mark of the last amendment")
    amendment_count: int | None = Field(None, description="number of places amended", ge=0)
    approver: Approver | None = Field(None, description="who approves the policy and every amendment")
    supersedes: str = Field("", description="number of the document that this one replaces")


class Effective(Model):
    """The days on which the policy is in force; the end day is included and may be open."""

    starts: DateText = Field(description="first day in force")
    ends: DateText | None = Field(None, description="last day in force; open when absent")


class Calendar(Model):
    """Which calendar the periods follow."""

    timezone: str = Field("Asia/Shanghai", description="time zone in which a day begins and ends")
    year_starts: int = Field(1, ge=1, le=12, description="month in which the business year starts")


class Scope(Model):
    """Whom the policy binds: departments, roles, business activities, and which customers it grades."""

    article: ArticleNumber = ""
    text: AnyText | None = Field(None, description="the scope in the words of the text")
    departments: list[str] = Field([], description="departments it binds")
    roles: list[AnyText] = Field([], description="roles it binds")
    activities: list[AnyText] = Field([], description="business activities it governs")
    customers: Expression | None = Field(
        None, description="a customer is in scope when this holds; all when absent"
    )


class Article(Model):
    """A numbered place of the company's own text. A `text` article is answered by a person."""

    title: Title
    text: AnyText | None = Field(None, description="wording of the article")
    kind: Literal["rule", "text"] = Field(
        "rule", description="`rule`: an element carries it out; `text`: a person answers it"
    )
    owner: AnyText | None = Field(None, description="who answers an article that stays text")
    review_on: DateText | None = Field(None, description="day on which the owner looks at it again")
