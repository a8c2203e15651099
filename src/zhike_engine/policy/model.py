"""The policy document as typed models: what may stand where. Meaning across elements is checked in `check.py`.

Every model refuses unknown keys. An element names the article it executes in `article`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from zhike_engine.policy.conditions import Condition, Expression
from zhike_engine.policy.metrics import Metric
from zhike_engine.policy.parts import AnyText, DateText, Identifier, Model, Number, RatingName


class Control(Model):
    """Control block of a controlled document (受控文件)."""

    number: str = Field("", description="document number")
    status: Literal["draft", "controlled", "superseded", "withdrawn"] = Field(
        "draft", description="controlled status"
    )
    executing: AnyText | None = Field(None, description="executing department")
    supervising: AnyText | None = Field(None, description="supervising department")
    drafted_on: DateText | None = None
    reviewed_on: DateText | None = None
    approved_on: DateText | None = None
    amended_on: DateText | None = None
    amendment_mark: str = ""
    amendment_count: int | None = Field(None, description="number of places amended", ge=0)
    supersedes: str = ""


class Effective(Model):
    """The days on which the policy is in force; the end day is included and may be open."""

    starts: DateText
    ends: DateText | None = None


class Calendar(Model):
    """Which calendar the periods follow."""

    timezone: str = "Asia/Shanghai"
    year_starts: int = Field(1, ge=1, le=12, description="month in which the business year starts")


class Scope(Model):
    """Whom the policy binds: departments, roles, business activities, and which customers it grades."""

    article: str = ""
    text: AnyText | None = None
    departments: list[str] = []
    roles: list[AnyText] = []
    activities: list[AnyText] = []
    customers: Expression | None = Field(
        None, description="a customer is in scope when this holds; all when absent"
    )


class Article(Model):
    """A numbered place of the company's own text. A `text` article is answered by a person."""

    title: AnyText
    text: AnyText | None = None
    kind: Literal["rule", "text"] = "rule"
    owner: AnyText | None = Field(None, description="who answers an article that stays text")
    review_on: DateText | None = None


class Dated(Model):
    """A value that holds from a day on."""

    starts: DateText
    value: Any


class Local(Model):
    """Local values inside central bounds, by an attribute of the customer."""

    by: str = Field(description="attribute, such as customers.region")
    values: dict[str, Number]


class Parameter(Model):
    """A company-set value: named, typed, with unit, bounds and effective dates; unset until the company fills it."""

    article: str = ""
    title: AnyText
    type: Literal["money", "percent", "number", "integer", "grade", "text", "flag"]
    unit: str = Field("", description="for money: 元 or 万元; otherwise a word for people")
    value: Any = Field(None, description="absent means unset")
    values: list[Dated] = Field([], description="values by effective date, instead of `value`")
    local: Local | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    optional: bool = Field(False, description="a condition that uses it does not apply while it is unset")
    owner: AnyText | None = None
    note: AnyText | None = None


class FactNeed(Model):
    """A fact table the policy reads."""

    article: str = ""
    title: AnyText | None = None
    optional: bool = Field(
        False, description="true: grading goes on without the table and counts it as empty"
    )
    note: AnyText | None = None


class Cell(Model):
    """One row of a keyed table: the keys in the order of `by`, then the value; `*` matches anything."""

    when: list[Any]
    value: Any


class KeyedTable(Model):
    """Values looked up by one or several keys, first match counts."""

    article: str = ""
    title: AnyText | None = None
    by: list[str]
    cells: list[Cell]
    otherwise: Any = None


class Step(Model):
    """Points for values inside a band; every end says whether it belongs: from/up_to do, above/below do not."""

    starts: Number | str | None = Field(None, alias="from")
    above: Number | str | None = None
    below: Number | str | None = None
    up_to: Number | str | None = None
    points: Number


class Linear(Model):
    """Points grow straight from `points_from` at `from` to `points_to` at `to`, and stay there beyond."""

    starts: Number = Field(alias="from")
    to: Number
    points_from: Number = Decimal(0)
    points_to: Number = Decimal(100)


class PerUnit(Model):
    """Points per unit of the metric, in full units, at most `cap` points; negative points deduct."""

    each: Number = Decimal(1)
    points: Number
    cap: Number | None = Field(None, description="largest number of points, without sign")


class Item(Model):
    """One line of a scorecard."""

    article: str = ""
    title: AnyText | None = None
    of: str | None = Field(None, description="metric, score or judgement that is scored")
    group: str = Field("", description="name of the group the item belongs to")
    weight: Number | str | None = Field(
        None, description="percent of the score; bonus and deduction items have none"
    )
    steps: list[Step] | None = None
    linear: Linear | None = None
    choices: dict[str, Number] | None = None
    per: PerUnit | None = None
    when: Expression | None = Field(None, description="points given when this holds")
    points: Number | None = None
    unknown: Literal["zero", "skip", "pending"] = "pending"


class Scorecard(Model):
    """A weighted score of 0 to 100; deductions and bonus items come on top, then the score is cut to its ends."""

    article: str = ""
    title: AnyText
    groups: dict[Identifier, Number] = Field(
        {}, description="weight of each group; item weights are then of the group"
    )
    items: dict[Identifier, Item]
    base: Number = Field(Decimal(0), description="points everybody starts with")
    at_least: Number = Decimal(0)
    at_most: Number = Decimal(100)


class Grade(Model):
    """A grade: who gets it, and what it owes. Grades stand best first."""

    article: str = ""
    title: AnyText
    colour: str = Field("", description="a colour such as #1f7a4d")
    definition: AnyText | None = None
    all: list[Condition] | None = Field(None, description="every condition holds")
    any: list[Condition] | None = Field(None, description="at least one condition holds")
    starts: Number | str | None = Field(
        None, alias="from", description="band of the rating's measure: this or more"
    )
    above: Number | str | None = None
    below: Number | str | None = None
    up_to: Number | str | None = None
    values: list[str] | None = Field(None, description="texts of the rating's measure that mean this grade")
    owes: list[str] = []


class Branch(Model):
    """One line of a fallback: this grade when the condition holds, or always."""

    grade: str | None = None
    pending: AnyText | None = Field(None, description="no grade: waits for a person, with this reason")
    when: Expression | None = Field(None, alias="if")


class Fallback(Model):
    """What a customer gets that matches no grade; the first line that holds counts."""

    article: str = ""
    mark: AnyText = Field(description="the mark the customer carries on the review list")
    lines: list[Branch]


class Newcomers(Model):
    """Customers too young for the rules get a provisional grade."""

    article: str = ""
    when: Expression = Field(alias="if")
    grade: str
    title: AnyText | None = None


class Quota(Model):
    """At most so many customers hold a grade; those beyond get the next lower grade."""

    article: str = ""
    title: AnyText | None = None
    grade: str
    top: Number | str | None = Field(None, description="number of places")
    share: Number | str | None = Field(None, description="percent of the rated customers")
    by: str = Field(description="metric or score that orders them, highest first")
    ties: Literal["in", "out"] = Field(
        "in", description="customers tied at the last place: all in, or all out"
    )
    rounding: Literal["down", "up", "half_up"] = "down"
    within: str | None = Field(None, description="attribute; the quota holds inside each of its values")


class Hysteresis(Model):
    """A customer keeps its grade while each numeric limit of it is missed by no more than this part."""

    article: str = ""
    keep_within: Number | str


class Movement(Model):
    """At most so many grades up or down in one run."""

    article: str = ""
    up: int | None = Field(None, ge=0)
    down: int | None = Field(None, ge=0)


class Protection(Model):
    """A grade cannot fall for so many months after the day it took effect."""

    article: str = ""
    months: Number | str
    grades: list[str] = Field([], description="protected grades; all when empty")


class Bound(Model):
    """A floor (at least this grade), a ceiling (at most) or a veto (exactly this grade) when the condition holds."""

    article: str = ""
    title: AnyText
    grade: str
    when: Expression = Field(alias="if")


class Manual(Model):
    """Which records of the overrides table are obeyed; each has reason, approver and end date."""

    article: str = ""
    allowed: list[Literal["override", "floor", "ceiling", "designation", "protection"]]


class Review(Model):
    """Customers that a person looks at, whatever their grade."""

    article: str = ""
    mark: AnyText
    when: Expression = Field(alias="if")


class Pending(Model):
    """No grade while this holds; the reason is shown."""

    article: str = ""
    reason: AnyText
    when: Expression = Field(alias="if")


class Matrix(Model):
    """Two measures give a grade: `cells[row][column]`; `*` stands for any other value."""

    rows: str
    columns: str
    cells: dict[str, dict[str, str]]


class Cycle(Model):
    """How often the rating is renewed, in all or for one grade."""

    every: Literal["year", "half_year", "quarter", "month"] | None = None
    grades: dict[str, Literal["year", "half_year", "quarter", "month"]] = {}
    events: list[AnyText] = []


class Rating(Model):
    """A named result for every customer in scope: one grade, or pending with the reason."""

    article: str = ""
    title: AnyText
    if_: Expression | None = Field(
        None, alias="if", description="rated only when this holds; the others are not rated"
    )
    of: str | None = Field(None, description="metric or score whose bands or values decide")
    matrix: Matrix | None = None
    score: str | None = Field(None, description="scorecard or metric shown as the score")
    measure: str | None = Field(None, description="amount used for concentration and near misses")
    grades: dict[str, Grade]
    precedence: Literal["first", "best", "worst", "unchanged"] = "first"
    test_order: list[str] | None = Field(
        None, description="order in which grades are tested; best first when absent"
    )
    fallback: Fallback | None = None
    pending: list[Pending] = []
    newcomers: Newcomers | None = None
    quotas: list[Quota] = []
    hysteresis: Hysteresis | None = None
    movement: Movement | None = None
    protection: Protection | None = None
    floors: list[Bound] = []
    ceilings: list[Bound] = []
    vetoes: list[Bound] = []
    manual: Manual | None = None
    review: list[Review] = []
    cycle: Cycle | None = None


class Obligation(Model):
    """A duty that a grade carries. Reserved: validated now, executed by the obligation mechanism."""

    article: str = ""
    title: AnyText
    rating: str | None = None
    grades: list[str] = []
    owner: AnyText | None = None
    times: int | None = Field(None, ge=1)
    per: Literal["week", "month", "quarter", "half_year", "year"] | None = None
    within_hours: Number | None = None
    proof: AnyText | None = None
    escalate_to: AnyText | None = None


class ProcedureStep(Model):
    """One step of a procedure."""

    title: AnyText
    role: AnyText
    within_days: Number | None = None


class Procedure(Model):
    """Ordered steps with roles. Reserved."""

    article: str = ""
    title: AnyText
    steps: list[ProcedureStep]


class Clock(Model):
    """A time limit by grade. Reserved."""

    article: str = ""
    title: AnyText
    starts: AnyText | None = None
    hours: dict[str, Number | str] = {}
    calendar: Literal["elapsed", "working"] = "elapsed"


class FormField(Model):
    """One field of a form."""

    title: AnyText
    type: Literal["text", "number", "date", "choice", "flag", "money"]
    required: bool = False
    choices: list[str] = []


class Form(Model):
    """Typed fields kept as evidence. Reserved."""

    article: str = ""
    title: AnyText
    fields: dict[Identifier, FormField]


class Gate(Model):
    """A hard precondition inside an action. Reserved."""

    article: str = ""
    title: AnyText
    action: str
    needs: AnyText


class Indicator(Model):
    """A measured number with a target. Reserved."""

    article: str = ""
    title: AnyText
    target: Number | str | None = None
    unit: str = ""


class Consistency(Model):
    """A condition over parameters that their values must meet; checked as soon as all of them are set."""

    article: str = ""
    when: Expression = Field(alias="if")
    title: AnyText | None = Field(None, description="what it means when it does not hold")


class OpenQuestion(Model):
    """A defect of the source text: what is unclear, the reading taken, by whom and when."""

    article: str = ""
    question: AnyText
    decision: AnyText | None = None
    decided_by: AnyText | None = None
    decided_on: DateText | None = None


class PolicyDocument(Model):
    """One policy. `zhike` is the version of this file format."""

    zhike: Literal[1]
    policy: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="short name, such as foreign-trade")
    version: str
    title: AnyText
    owner: AnyText | None = None
    control: Control = Control()
    effective: Effective | None = None
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO code; every amount is converted into it")
    display_unit: Literal["元", "万元", "1", "10,000", "1,000,000"] = Field(
        "元", description="unit of amounts in reports"
    )
    calendar: Calendar = Calendar()
    scope: Scope = Scope()
    articles: dict[str, Article]
    parameters: dict[Identifier, Parameter] = {}
    consistency: list[Consistency] = []
    facts: dict[str, FactNeed] = {}
    windows: dict[Identifier, str] = {}
    tables: dict[Identifier, KeyedTable] = {}
    metrics: dict[Identifier, Metric] = {}
    scorecards: dict[Identifier, Scorecard] = {}
    ratings: dict[RatingName, Rating]
    obligations: dict[Identifier, Obligation] = {}
    procedures: dict[Identifier, Procedure] = {}
    clocks: dict[Identifier, Clock] = {}
    forms: dict[Identifier, Form] = {}
    gates: dict[Identifier, Gate] = {}
    indicators: dict[Identifier, Indicator] = {}
    open_questions: list[OpenQuestion] = []
