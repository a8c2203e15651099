"""The kinds of metric. The key that names the kind comes with what it measures: `sum: orders.amount`.

Each kind has one model here, one SQL author in `zhike_engine.sql.metrics`, one plain-Python author in
`zhike_engine.oracle`, and one page in `docs/reference/metrics`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from zhike_engine.policy.conditions import Expression
from zhike_engine.policy.parts import AnyText, Model, Number

Period = Literal["month", "quarter", "half_year", "year"]
Unit = Literal[
    "money", "share", "number", "count", "days", "months", "years", "points", "text", "flag", "date"
]


class _Metric(Model):
    article: str = ""
    title: AnyText
    note: AnyText | None = None


class _Aggregate(_Metric):
    over: str = Field(description="window, by name or in words such as `last 12 months`")
    where: Expression | None = Field(None, description="only rows for which this holds")
    by: str | None = Field(None, description="date column that places a row in the window")


class Sum(_Aggregate):
    """Total of a column over a window; 0 when there is no row, not computable when no row has a value."""

    sum: str
    times: str | None = Field(None, description="keyed table of coefficients, by a column of the same table")


class Average(_Aggregate):
    """Mean of a column over a window; not computable when there is no value."""

    average: str
    last: int | None = Field(None, ge=1, description="only the last n rows of the window")


class Minimum(_Aggregate):
    """Smallest value of a column over a window."""

    minimum: str
    last: int | None = Field(None, ge=1)


class Maximum(_Aggregate):
    """Largest value of a column over a window."""

    maximum: str
    last: int | None = Field(None, ge=1)


class Count(_Aggregate):
    """Number of rows over a window; returned and cancelled orders are no orders."""

    count: str


class Distinct(_Aggregate):
    """Number of different values of a column over a window."""

    distinct: str


class Active(_Aggregate):
    """Number of calendar months or quarters in the window with at least one row."""

    active: str
    per: Literal["month", "quarter"] = "month"


class Growth(_Metric):
    """(now - before) / before; not computable when before is not above zero."""

    growth: str
    against: str


class Share(_Metric):
    """The customer's part of the population's total; not computable when the total is not above zero."""

    share: str
    within: str | None = Field(
        None, description="attribute; the total is that of customers with the same value"
    )


class Rank(_Metric):
    """Place in the population, 1 first; equal values share the better place."""

    rank: str
    first: Literal["high", "low"] = "high"
    within: str | None = None


class Percentile(_Metric):
    """Part of the other customers that are strictly behind, 0 to 1."""

    percentile: str
    first: Literal["high", "low"] = "high"
    within: str | None = None


class Quantile(_Metric):
    """Class 1 to n of equal size by value, n the best; ties are broken by customer."""

    quantile: str
    parts: int = Field(5, ge=2, le=100)
    first: Literal["high", "low"] = "high"


class CumulativeShare(_Metric):
    """Part of the total held by all customers ahead of this one, highest first (80/20)."""

    cumulative_share: str


class Tenure(_Metric):
    """Whole years, months or days since cooperation began: the earlier of `since` and the first order."""

    tenure: Literal["years", "months", "days"]
    starts: Literal["since", "first_order", "earlier"] = Field("earlier", alias="from")


class Recency(_Metric):
    """Days from the last row to the as-of date; not computable when there is none."""

    recency: str
    where: Expression | None = None
    by: str | None = None


class LongestGap(_Aggregate):
    """Longest number of days between two successive rows in the window; not computable below two dates."""

    longest_gap: str
    until_as_of: bool = Field(False, description="count the days since the last row as a gap too")


class Streak(_Metric):
    """How many periods running, up to the last closed one, a condition on `value` and `previous` holds."""

    streak: str
    per: Period
    last: int = Field(ge=2, le=36)
    when: Expression
    where: Expression | None = None


class Held(_Metric):
    """In how many of the last n periods a condition on `value` and `previous` holds."""

    held: str
    per: Period
    last: int = Field(ge=1, le=36)
    when: Expression
    where: Expression | None = None


class Volatility(_Metric):
    """Coefficient of variation of the period totals: population standard deviation over mean."""

    volatility: str
    per: Period
    last: int = Field(ge=2, le=36)
    where: Expression | None = None


class Deviation(_Metric):
    """Population standard deviation of the listed metrics; not computable when one of them is not."""

    deviation: list[str] = Field(min_length=2, max_length=12)


class Column(_Metric):
    """An attribute of the customer."""

    column: str
    type: Literal["text", "number", "integer", "money", "flag", "date"] = "text"


class Lookup(_Metric):
    """A value from a keyed table."""

    lookup: str
    unit: Unit = "number"


class Target(_Metric):
    """Sum of the targets of this name whose period lies in the window; not computable when there is none."""

    target: str
    over: str
    unit: Unit = "money"


class Judgement(_Metric):
    """The latest valid judgement of a named person; not computable when there is none in date."""

    judgement: str
    type: Literal["score", "choice", "flag"] = "score"
    choices: list[str] = []
    at_least: Number | None = None
    at_most: Number | None = None
    valid_months: int | None = Field(
        None, ge=1, description="how long it holds when the record states no end"
    )
    question: AnyText | None = None
    who: AnyText | None = None


class Group(_Metric):
    """Roll-up over the customer's group of companies; a customer without group stands alone."""

    group: str
    take: Literal["sum", "highest", "lowest"] = "sum"


class Forecast(_Metric):
    """A stored output of the forecast; the policy says so when a forecast enters a grade."""

    forecast: str
    unit: Unit = "money"


class Formula(_Metric):
    """An expression over other metrics and parameters."""

    formula: Expression
    unit: Unit


KINDS: dict[str, type[_Metric]] = {
    "sum": Sum,
    "average": Average,
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
    Sum | Average | Minimum | Maximum | Count | Distinct | Active | Growth | Share | Rank | Percentile | Quantile
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
