"""The kinds of metric. The key that names the kind comes with what it measures: `sum: orders.amount`.

Each kind has one model here, one SQL author in `zhike_engine.sql.metrics`, one plain-Python author in
`zhike_engine.oracle`, and one page in `docs/reference/metrics`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from zhike_engine.policy.conditions import Expression
from zhike_engine.policy.parts import AnyText, ArticleNumber, Model, Note, Number, Title

Period = Literal["month", "quarter", "half_year", "year"]
Unit = Literal[
    "money", "share", "number", "count", "days", "months", "years", "points", "text", "flag", "date"
]

PeriodLength = Annotated[Period, Field(description="length of a period; periods follow the calendar")]
ValueUnit = Annotated[Unit, Field(description="unit of the result")]
Where = Annotated[Expression | None, Field(description="only rows for which this holds")]
By = Annotated[str | None, Field(description="date column that places a row in time, if not the usual one")]
LastRows = Annotated[int | None, Field(ge=1, description="only the last n rows of the window")]
Trim = Annotated[
    int | None, Field(ge=1, description="leave out the n highest and the n lowest values of the window")
]
First = Annotated[Literal["high", "low"], Field(description="which end comes first")]
Within = Annotated[
    str | None, Field(description="attribute; customers are compared within each of its values")
]


class _Metric(Model):
    article: ArticleNumber = ""
    title: Title
    note: Note = None


class _Aggregate(_Metric):
    over: str = Field(description="window, by name or in words such as `last 12 months`")
    where: Where = None
    by: By = None


class Sum(_Aggregate):
    """Total of a column over a window; 0 when there is no row, not computable when no row has a value."""

    sum: str = Field(description="column that is added up, such as orders.amount")
    times: str | None = Field(None, description="keyed table of coefficients, by a column of the same table")


class Average(_Aggregate):
    """Mean of a column over a window; not computable when there is no value."""

    average: str = Field(description="column, such as orders.amount")
    last: LastRows = None
    trim: Trim = None


class Median(_Aggregate):
    """Middle value of a column over a window, of two the mean; not computable when there is no value."""

    median: str = Field(description="column of numbers, such as receivables.days_late")


class Minimum(_Aggregate):
    """Smallest value of a column over a window."""

    minimum: str = Field(description="column of numbers or dates")
    last: LastRows = None


class Maximum(_Aggregate):
    """Largest value of a column over a window."""

    maximum: str = Field(description="column of numbers or dates")
    last: LastRows = None


class Count(_Aggregate):
    """Number of rows over a window; returned and cancelled orders are no orders."""

    count: str = Field(description="table whose rows are counted")


class Distinct(_Aggregate):
    """Number of different values of a column over a window."""

    distinct: str = Field(description="column whose different values are counted")


class Active(_Aggregate):
    """Number of calendar months or quarters in the window with at least one row."""

    active: str = Field(description="table with the rows")
    per: Literal["month", "quarter"] = Field("month", description="length of a period")


class Growth(_Metric):
    """(now - before) / before; not computable when before is not above zero."""

    growth: str = Field(description="metric of the period now")
    against: str = Field(description="metric of the period before")
    younger: Literal["counts", "not_computable", "annualised"] = Field(
        "counts", description="what of customers whose cooperation began inside the period before"
    )


class Share(_Metric):
    """The customer's part of the population's total; not computable when the total is not above zero."""

    share: str = Field(description="metric whose total is shared out")
    within: str | None = Field(
        None, description="attribute; the total is that of customers with the same value"
    )


class Rank(_Metric):
    """Place in the population, 1 first; equal values share the better place."""

    rank: str = Field(description="metric or score that orders the customers")
    first: First = "high"
    within: Within = None


class Percentile(_Metric):
    """Part of the other customers that are strictly behind, 0 to 1."""

    percentile: str = Field(description="metric or score that orders the customers")
    first: First = "high"
    within: Within = None


class Quantile(_Metric):
    """Class 1 to n of equal size by value, n the best; ties are broken by customer."""

    quantile: str = Field(description="metric or score that orders the customers")
    parts: int = Field(5, ge=2, le=100, description="number of classes")
    first: First = "high"


class CumulativeShare(_Metric):
    """Part of the total held by all customers ahead of this one, highest first (80/20)."""

    cumulative_share: str = Field(description="metric whose total is shared out")


class Tenure(_Metric):
    """Whole years, months or days since cooperation began: the earlier of `since` and the first order."""

    tenure: Literal["years", "months", "days"] = Field(description="unit; only whole ones count")
    starts: Literal["since", "first_order", "earlier"] = Field(
        "earlier", alias="from", description="what begins the cooperation"
    )


class Recency(_Metric):
    """Days from the last row to the as-of date; not computable when there is none."""

    recency: str = Field(description="table with the rows")
    where: Where = None
    by: By = None


class LongestGap(_Aggregate):
    """Longest number of days between two successive rows in the window; not computable below two dates."""

    longest_gap: str = Field(description="table with the rows")
    until_as_of: bool = Field(False, description="count the days since the last row as a gap too")


class Streak(_Metric):
    """How many periods running, up to the last closed one, a condition on `value` and `previous` holds."""

    streak: str = Field(description="column that is added up in each period, or table whose rows are counted")
    per: PeriodLength
    last: int = Field(ge=2, le=36, description="number of closed periods that are looked at")
    when: Expression = Field(description="condition on `value` and `previous`, the totals of two periods")
    where: Where = None


class Held(_Metric):
    """In how many of the last n periods a condition on `value` and `previous` holds."""

    held: str = Field(description="column that is added up in each period, or table whose rows are counted")
    per: PeriodLength
    last: int = Field(ge=1, le=36, description="number of closed periods that are looked at")
    when: Expression = Field(description="condition on `value` and `previous`, the totals of two periods")
    where: Where = None


class Volatility(_Metric):
    """Coefficient of variation of the period totals: population standard deviation over mean."""

    volatility: str = Field(
        description="column that is added up in each period, or table whose rows are counted"
    )
    per: PeriodLength
    last: int = Field(ge=2, le=36, description="number of closed periods that are looked at")
    where: Where = None


class Deviation(_Metric):
    """Population standard deviation of the listed metrics; not computable when one of them is not."""

    deviation: list[str] = Field(min_length=2, max_length=12, description="metrics of one unit")


class Column(_Metric):
    """An attribute of the customer."""

    column: str = Field(description="column of customers, such as customers.industry")
    type: Literal["text", "number", "integer", "money", "flag", "date"] = Field(
        "text", description="how the column is read"
    )


class Lookup(_Metric):
    """A value from a keyed table."""

    lookup: str = Field(description="keyed table, by name")
    unit: ValueUnit = "number"


class Target(_Metric):
    """Sum of the targets of this name whose period lies in the window; not computable when there is none."""

    target: str = Field(description="name of the target, as in the table targets")
    over: str = Field(description="window, by name or in words such as `last 12 months`")
    unit: ValueUnit = "money"


class Judgement(_Metric):
    """The latest valid judgement of a named person; not computable when there is none in date."""

    judgement: str = Field(description="name of the judgement, as in the table judgements")
    type: Literal["score", "choice", "flag"] = Field("score", description="what may be answered")
    choices: list[str] = Field([], description="the answers of a choice")
    at_least: Number | None = Field(None, description="smallest score that may be given")
    at_most: Number | None = Field(None, description="largest score that may be given")
    valid_months: int | None = Field(
        None, ge=1, description="how long it holds when the record states no end"
    )
    reviewer: Literal["required", "optional"] = Field(
        "optional", description="whether it counts only when somebody else has reviewed it"
    )
    question: AnyText | None = Field(None, description="what the person is asked")
    who: AnyText | None = Field(None, description="who answers")


class Group(_Metric):
    """Roll-up over the customer's group of companies; a customer without group stands alone."""

    group: str = Field(description="metric that is rolled up")
    take: Literal["sum", "highest", "lowest"] = Field("sum", description="how it is rolled up")


class Forecast(_Metric):
    """A stored output of the forecast; the policy says so when a forecast enters a grade."""

    forecast: str = Field(description="name of the forecast, as in the table forecasts")
    unit: ValueUnit = "money"


class Formula(_Metric):
    """An expression over other metrics and parameters."""

    formula: Expression = Field(
        description="expression over metrics, scores, parameters and customers.columns"
    )
    unit: ValueUnit


OF_ROWS = ("sum", "average", "median", "minimum", "maximum", "count", "distinct", "active", "recency", "longest_gap", "streak",
           "held", "volatility")  # fmt: skip
"""Kinds whose key names a fact table, or a column of one."""
KINDS: dict[str, type[_Metric]] = {
    "sum": Sum,
    "average": Average,
    "median": Median,
    "minimum": Minimum,
    "maximum": Maximum,
    "count": Count,
    "distinct": Distinct,
    "active": Active,
    "growth": Growth,
    "share": Share,
    "rank": Rank,
    "percentile": Percentile,
    "quantile": Quantile,
    "cumulative_share": CumulativeShare,
    "tenure": Tenure,
    "recency": Recency,
    "longest_gap": LongestGap,
    "streak": Streak,
    "held": Held,
    "volatility": Volatility,
    "deviation": Deviation,
    "column": Column,
    "lookup": Lookup,
    "target": Target,
    "judgement": Judgement,
    "group": Group,
    "forecast": Forecast,
    "formula": Formula,
}
"""Key of the document -> model of the metric kind."""

AnyMetric = (
    Sum | Average | Median | Minimum | Maximum | Count | Distinct | Active | Growth | Share | Rank | Percentile | Quantile
    | CumulativeShare | Tenure | Recency | LongestGap | Streak | Held | Volatility | Deviation | Column | Lookup
    | Target | Judgement | Group | Forecast | Formula
)  # fmt: skip


def kind_of(value: Any) -> str | None:
    """The kind key of a metric, of its document form or of its model; None when no kind is named."""
    if isinstance(value, dict):
        return next((key for key in KINDS if key in value), None)
    return next((key for key, model in KINDS.items() if type(value) is model), None)


Metric = Annotated[
    Annotated[Sum, Tag("sum")]
    | Annotated[Average, Tag("average")]
    | Annotated[Median, Tag("median")]
    | Annotated[Minimum, Tag("minimum")]
    | Annotated[Maximum, Tag("maximum")]
    | Annotated[Count, Tag("count")]
    | Annotated[Distinct, Tag("distinct")]
    | Annotated[Active, Tag("active")]
    | Annotated[Growth, Tag("growth")]
    | Annotated[Share, Tag("share")]
    | Annotated[Rank, Tag("rank")]
    | Annotated[Percentile, Tag("percentile")]
    | Annotated[Quantile, Tag("quantile")]
    | Annotated[CumulativeShare, Tag("cumulative_share")]
    | Annotated[Tenure, Tag("tenure")]
    | Annotated[Recency, Tag("recency")]
    | Annotated[LongestGap, Tag("longest_gap")]
    | Annotated[Streak, Tag("streak")]
    | Annotated[Held, Tag("held")]
    | Annotated[Volatility, Tag("volatility")]
    | Annotated[Deviation, Tag("deviation")]
    | Annotated[Column, Tag("column")]
    | Annotated[Lookup, Tag("lookup")]
    | Annotated[Target, Tag("target")]
    | Annotated[Judgement, Tag("judgement")]
    | Annotated[Group, Tag("group")]
    | Annotated[Forecast, Tag("forecast")]
    | Annotated[Formula, Tag("formula")],
    Discriminator(kind_of),
]
