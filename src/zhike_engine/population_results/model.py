"""What the results of a whole population are made of: frozen values. Money is Decimal in units of the policy's currency.

Shares are floats of one, None where the total is not above zero. Every figure is defined in
docs/algorithms/population.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, Literal, TypeVar

from zhike_engine.backends.base import Finding
from zhike_engine.explain.model import Miss
from zhike_engine.plan.windows import Window
from zhike_engine.words import Text

T = TypeVar("T")
State = Literal["graded", "provisional", "pending", "not_rated"]
MeasureName = Literal["amount", "profit"]
FlagKind = Literal["little_effort", "much_effort"]
MismatchKind = Literal["graded_low", "graded_high", "served_little", "served_much"]
Verdict = Literal["tilted", "not_tilted", "unknown"]
NO_GRADE = ""
"""Stands for "no earlier grade" in transitions, and for customers without a grade in developments."""


@dataclass(frozen=True, slots=True)
class GradeCount:
    """How many customers hold a grade; `customers` counts the provisional ones too, `share` is of all in scope."""

    code: str
    title: Text
    colour: str
    rank: int
    customers: int
    provisional: int
    share: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """Customers in scope by grade and by state."""

    customers: int
    grades: tuple[GradeCount, ...]
    graded: int
    provisional: int
    pending: int
    not_rated: int


@dataclass(frozen=True, slots=True)
class Transitions:
    """Previous grade against new result.

    `before` lists previous grades, best first, then retired ones, then NO_GRADE; `after` lists grades, then the states
    `pending` and `not_rated`. `cells[before, after]` counts customers; pairs without customers are absent.
    `first` are those graded for the first time, `lost` had a grade and have none now.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    cells: Mapping[tuple[str, str], int]
    upgrades: int
    downgrades: int
    unchanged: int
    first: int
    lost: int

    @property
    def compared(self) -> int:
        """Customers with a grade before and now."""
        return self.upgrades + self.downgrades + self.unchanged

    @property
    def known(self) -> bool:
        """Whether any customer had a previous grade."""
        return any(before != NO_GRADE for before, _ in self.cells)


@dataclass(frozen=True, slots=True)
class Top:
    """The largest customers: `percent` of all, rounded up to whole customers, with what they bring and get."""

    percent: int
    customers: int
    total: Decimal
    share: float | None
    hours_share: float | None
    cost_share: float | None


@dataclass(frozen=True, slots=True)
class Concentration:
    """How a measure is spread over the rated customers, largest first.

    `least` is the smallest number of customers that together reach 80 % of the total, None when the total is not above
    zero. `lorenz` holds at most 101 points (share of customers, share of the total), from (0, 0) to (1, 1); it can run
    above 1 where some customers are negative.
    """

    measure: MeasureName
    customers: int
    total: Decimal
    negative: int
    tops: tuple[Top, ...]
    least: int | None
    lorenz: tuple[tuple[float, float], ...]

    def top(self, percent: int) -> Top:
        """The entry of a percentage; raises StopIteration when it was not asked for."""
        return next(top for top in self.tops if top.percent == percent)


@dataclass(frozen=True, slots=True)
class Tilt:
    """What the customers of a grade bring, and what they get. Hours and cost are None without activities."""

    grade: str
    customers: int
    amount: Decimal | None
    profit: Decimal | None
    hours: Decimal | None
    cost: Decimal | None
    customer_share: float
    amount_share: float | None
    profit_share: float | None
    hours_share: float | None
    cost_share: float | None
    flag: FlagKind | None = None

    @property
    def value_share(self) -> float | None:
        """The share of profit, or of the amount where profit is unknown."""
        return self.amount_share if self.profit_share is None else self.profit_share

    @property
    def effort_share(self) -> float | None:
        """The share of hours, or of cost where there are no hours."""
        return self.cost_share if self.hours_share is None else self.hours_share

    @property
    def hours_each(self) -> Decimal | None:
        """Hours per customer, two decimals."""
        if self.hours is None or not self.customers:
            return None
        return (self.hours / self.customers).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Line:
    """A customer on a list. `grade` is None while pending; `profit` None where unknown."""

    customer: str
    name: str
    grade: str | None
    previous: str | None
    state: State
    amount: Decimal | None
    profit: Decimal | None
    hours: Decimal | None
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A customer whose treatment does not fit its value. Places count from 1, the largest."""

    line: Line
    kind: MismatchKind
    value_place: int
    value_share: float | None
    effort_place: int | None
    of: int


@dataclass(frozen=True, slots=True)
class Near:
    """A customer that lacks one condition of the next better grade; `miss` says what is missing."""

    line: Line
    target: str
    miss: Miss | None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A customer for a person to look at, with the marks that say why."""

    line: Line
    marks: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A customer whose grade moved: `steps` up (positive) or down."""

    line: Line
    steps: int


@dataclass(frozen=True)
class Listed(Generic[T]):
    """A list that may be cut: `items` are the first of `total`."""

    items: tuple[T, ...]
    total: int


@dataclass(frozen=True, slots=True)
class RatingResults:
    """Everything about one rating. `marks` counts customers by review mark, pending included."""

    rating: str
    title: Text
    distribution: Distribution
    transitions: Transitions
    concentration: Mapping[MeasureName, Concentration]
    tilt: tuple[Tilt, ...]
    verdict: Verdict
    mismatches: Mapping[MismatchKind, Listed[Mismatch]]
    near: Listed[Near]
    review: Listed[Reviewed]
    marks: tuple[tuple[Text, int], ...]
    upgrades: Listed[Change]
    downgrades: Listed[Change]


@dataclass(frozen=True, slots=True)
class Span:
    """Twelve months in a row, ending on a day; the earliest one may hold everything before.

    `complete` is false when the orders begin inside it or before it, so that it is no base for growth.
    """

    window: Window
    complete: bool = True

    @property
    def first_day(self) -> date | None:
        """The first day, None for everything before the last day."""
        return self.window.start

    @property
    def last_day(self) -> date:
        """The last day."""
        return self.window.end - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Year:
    """What a group of customers did in a span. `customers` are those with a completed order, `new` their first one."""

    amount: Decimal = Decimal(0)
    profit: Decimal = Decimal(0)
    orders: int = 0
    customers: int = 0
    new: int = 0

    def __add__(self, other: Year) -> Year:
        return Year(
            self.amount + other.amount,
            self.profit + other.profit,
            self.orders + other.orders,
            self.customers + other.customers,
            self.new + other.new,
        )

    def growth(self, base: Year) -> float | None:
        """Growth of the amount against an earlier span; None when that was not above zero."""
        return float(self.amount / base.amount - 1) if base.amount > 0 else None


@dataclass(frozen=True, slots=True)
class Development:
    """Orders over time by present grade, oldest span first.

    `years[rating][grade]` holds one Year per span; NO_GRADE holds customers without a grade. `months` maps the first day
    of a month to amounts by grade, for at most 36 months. `has_profit` tells whether orders carry profit at all.
    """

    spans: tuple[Span, ...]
    years: Mapping[str, Mapping[str, tuple[Year, ...]]]
    months: Mapping[str, Mapping[date, Mapping[str, Decimal]]]
    has_profit: bool

    def total(self, rating: str) -> tuple[Year, ...]:
        """All customers in scope together, by span."""
        rows = self.years[rating].values()
        return tuple(sum((row[i] for row in rows), Year()) for i in range(len(self.spans)))


@dataclass(frozen=True, slots=True)
class Population:
    """The results of a run as a whole. `window` is the year of amounts, profit and service effort."""

    as_of: date
    currency: str
    customers: int
    window: Window
    has_activities: bool
    ratings: tuple[RatingResults, ...]
    development: Development | None
    findings: tuple[Finding, ...] = field(default=())

    def rating(self, name: str) -> RatingResults:
        """The results of one rating; raises StopIteration for an unknown name."""
        return next(one for one in self.ratings if one.rating == name)
