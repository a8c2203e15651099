"""The policy document as typed models: what may stand where. Meaning across elements is checked in `check.py`.

Every model refuses unknown keys. An element names the article it executes in `article`. The parts of the document
have modules of their own: `header`, `values`, `metrics`, `scorecards`, `ratings`, `clocks`, `reserved`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from zhike_engine.policy.clocks import Clock
from zhike_engine.policy.header import Article, Calendar, Control, Effective, Scope
from zhike_engine.policy.metrics import Metric
from zhike_engine.policy.parts import AnyText, ArticleNumber, DateText, Identifier, Model, RatingName, Title
from zhike_engine.policy.ratings import Bound, Fallback, Grade, Matrix, Quota, Rating
from zhike_engine.policy.reserved import Form, Gate, Indicator, Obligation, Procedure, SubordinateRule
from zhike_engine.policy.scorecards import Item, Linear, PerUnit, Scorecard, Step
from zhike_engine.policy.values import Cell, Consistency, Dated, FactNeed, KeyedTable, Local, Parameter

__all__ = [
    "Article", "Bound", "Calendar", "Cell", "Clock", "Consistency", "Control", "Dated", "Effective", "FactNeed",
    "Fallback", "Form", "Gate", "Grade", "Indicator", "Item", "KeyedTable", "Linear", "Local", "Matrix",
    "Obligation", "OpenQuestion", "Parameter", "PerUnit", "PolicyDocument", "Procedure", "Quota", "Rating", "Scope",
    "Scorecard", "Step", "SubordinateRule",
]  # fmt: skip


class OpenQuestion(Model):
    """A defect of the source text: what is unclear, the reading taken, by whom and when."""

    article: ArticleNumber = ""
    question: AnyText = Field(description="what the text leaves open")
    decision: AnyText | None = Field(None, description="the reading taken; a warning while it is absent")
    decided_by: AnyText | None = Field(None, description="who took the decision")
    decided_on: DateText | None = Field(None, description="day of the decision")


class PolicyDocument(Model):
    """One policy. `zhike` is the version of this file format."""

    zhike: Literal[1] = Field(description="version of the file format")
    policy: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="short name, such as foreign-trade")
    version: str = Field(description="version of the policy, in quotes; once used it never changes")
    title: Title
    owner: AnyText | None = Field(None, description="department that owns the policy")
    control: Control = Field(Control(), description="control block of a controlled document")
    effective: Effective | None = Field(None, description="days on which the policy is in force")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO code; every amount is converted into it")
    display_unit: Literal["元", "万元", "1", "10,000", "1,000,000"] = Field(
        "元", description="unit of amounts in reports"
    )
    calendar: Calendar = Field(Calendar(), description="calendar that the periods follow")
    scope: Scope = Field(Scope(), description="whom the policy binds and whom it grades")
    articles: dict[str, Article] = Field(description="articles of the text, by number")
    parameters: dict[Identifier, Parameter] = Field({}, description="values that the company sets")
    consistency: list[Consistency] = Field([], description="conditions that the values must meet together")
    facts: dict[str, FactNeed] = Field({}, description="fact tables that the policy reads")
    windows: dict[Identifier, str] = Field({}, description="named stretches of time")
    tables: dict[Identifier, KeyedTable] = Field({}, description="keyed tables")
    words: dict[str, AnyText] = Field({}, description="what people see for codes of facts and answers")
    metrics: dict[Identifier, Metric] = Field({}, description="what is measured")
    scorecards: dict[Identifier, Scorecard] = Field({}, description="weighted scores")
    ratings: dict[RatingName, Rating] = Field(min_length=1, description="how customers are graded")
    obligations: dict[Identifier, Obligation] = Field({}, description="reserved: duties of grades")
    procedures: dict[Identifier, Procedure] = Field({}, description="reserved: steps with roles")
    clocks: dict[Identifier, Clock] = Field({}, description="within which hours requests are answered")
    forms: dict[Identifier, Form] = Field({}, description="reserved: evidence forms")
    gates: dict[Identifier, Gate] = Field({}, description="reserved: preconditions of actions")
    indicators: dict[Identifier, Indicator] = Field({}, description="reserved: numbers with targets")
    subordinate_rules: dict[Identifier, SubordinateRule] = Field(
        {}, description="detailed rules that must exist under the policy"
    )
    open_questions: list[OpenQuestion] = Field([], description="defects of the text and the readings taken")
