"""What the back-test found: one row per method and origin, who won, and the sentence that says why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from zhike_engine.forecast.methods import AMOUNT_METHODS, CHURN_METHODS, Method
from zhike_engine.forecast.ranges import Ranges
from zhike_engine.words import Text, same


@dataclass(frozen=True, slots=True)
class AmountScore:
    """One method at one origin, or over all of them (`origin` None). Money is in units of the policy's currency.

    `mean` is what happened per customer; `ratio` is the sum of the forecasts over the sum of what happened; `error`
    is the geometric mean of `mae` and `rmse`, and decides; `coverage` is the measured share of customers within
    the range. What cannot be measured is NaN.
    """

    method: str
    origin: date | None
    customers: int
    mean: float
    mae: float
    rmse: float
    ratio: float
    error: float
    coverage: float


@dataclass(frozen=True, slots=True)
class ChurnScore:
    """One method at one origin, or over all of them (`origin` None).

    `share` of the customers placed no order, `predicted` is the mean probability; the smaller `brier` decides;
    `auc` tells how well the method ranks. What cannot be measured is NaN.
    """

    method: str
    origin: date | None
    customers: int
    share: float
    predicted: float
    brier: float
    auc: float


@dataclass(frozen=True, eq=False)
class Backtest:
    """The back-test of one history. `ranges` are those of `winner_amount`.

    Without any origin (too short a history) the rows are empty, `ranges` is None and the winners are unproven.
    `months` whole months were there; `needed_amount` and `needed_churn` is how many a first origin needs.
    """

    as_of: date
    horizon_months: int
    churn_months: int
    level: float
    months: int
    needed_amount: int
    needed_churn: int
    amount: tuple[AmountScore, ...]
    churn: tuple[ChurnScore, ...]
    winner_amount: str
    winner_churn: str
    ranges: Ranges | None

    def overall_amount(self, method: str) -> AmountScore | None:
        """The score of an amount method over all origins; None where it has none."""
        return next((row for row in self.amount if row.method == method and row.origin is None), None)

    def overall_churn(self, method: str) -> ChurnScore | None:
        """The score of a churn method over all origins; None where it has none."""
        return next((row for row in self.churn if row.method == method and row.origin is None), None)

    @property
    def coverage(self) -> float:
        """The measured share of customers within the range of the winning method; NaN where not measurable."""
        found = self.overall_amount(self.winner_amount)
        return found.coverage if found else math.nan

    def sentence(self) -> Text:
        """Which methods are used and why."""
        amount, churn = self._amount_sentence(), self._churn_sentence()
        return Text(zh=amount.zh + churn.zh, en=f"{amount.en} {churn.en}")

    def _amount_sentence(self) -> Text:
        used, found = AMOUNT_METHODS[self.winner_amount], self.overall_amount(self.winner_amount)
        if found is None:
            return _UNPROVEN_AMOUNT.format(
                ahead=self.horizon_months, used=used.title, months=self.months, needed=self.needed_amount
            )
        errors = {AMOUNT_METHODS[row.method]: row.error for row in self.amount if row.origin is None}
        return _AMOUNT.format(
            ahead=self.horizon_months,
            used=used.title,
            origins=sum(row.method == used.name and row.origin is not None for row in self.amount),
            mae=f"{found.mae:,.2f}",
            share=percent(found.mae / found.mean if found.mean > 0 else math.nan),
            why=_why(used, errors, "{:,.2f}"),
            range=_range(self.level, found.coverage, self.ranges),
        )

    def _churn_sentence(self) -> Text:
        used, found = CHURN_METHODS[self.winner_churn], self.overall_churn(self.winner_churn)
        if found is None:
            return _UNPROVEN_CHURN.format(
                ahead=self.churn_months, used=used.title, months=self.months, needed=self.needed_churn
            )
        errors = {CHURN_METHODS[row.method]: row.brier for row in self.churn if row.origin is None}
        return _CHURN.format(
            ahead=self.churn_months,
            used=used.title,
            origins=sum(row.method == used.name and row.origin is not None for row in self.churn),
            brier=f"{found.brier:.4f}",
            why=_why(used, errors, "{:.4f}"),
        )


_AMOUNT = Text(
    zh="未来 {ahead} 个月订单金额：采用“{used}”；回测时点 {origins} 个，平均绝对误差每客户 {mae}，为实际均额的 {share}。{why}{range}",
    en="Order amount of the next {ahead} months: “{used}”. Back-test origins: {origins}; mean absolute error "
    "{mae} per customer, {share} of the mean amount.{why}{range}",
)
_UNPROVEN_AMOUNT = Text(
    zh="未来 {ahead} 个月订单金额：采用“{used}”，未经回测，不给区间：订单只覆盖 {months} 个整月，回测需要 {needed} 个月。",
    en="Order amount of the next {ahead} months: “{used}”, unproven and without a range: the orders cover "
    "{months} whole months and a back-test needs {needed}.",
)
_CHURN = Text(
    zh="未来 {ahead} 个月流失风险（不再下单的概率）：采用“{used}”；回测时点 {origins} 个，Brier 误差 {brier}。{why}",
    en="Churn risk (no order) of the next {ahead} months: “{used}”. Back-test origins: {origins}; "
    "Brier score {brier}.{why}",
)
_UNPROVEN_CHURN = Text(
    zh="未来 {ahead} 个月流失风险（不再下单的概率）：采用“{used}”，未经回测：订单只覆盖 {months} 个整月，回测需要 {needed} 个月。",
    en="Churn risk (no order) of the next {ahead} months: “{used}”, unproven: the orders cover {months} whole "
    "months and a back-test needs {needed}.",
)
_MODEL_WINS = Text(
    zh="优于最好的朴素方法“{rival}”（误差 {error} 对 {other}）。",
    en=" It beats the best naive line, “{rival}” (error {error} against {other}).",
)
_NAIVE_WINS = Text(
    zh="朴素方法胜出：最好的模型“{rival}”更差（误差 {other} 对 {error}），故不采用模型。",
    en=" The naive line wins: the best model, “{rival}”, does no better (error {other} against {error}) and is "
    "not used.",
)
_RANGE = Text(
    zh="区间按 {level} 设定，回测实际覆盖 {coverage} 的客户。",
    en=" The range is set to hold {level} of the customers; in the back-test it held {coverage}.",
)
_RANGE_UNMEASURED = Text(
    zh="区间按 {level} 设定；客户太少，无法测量实际覆盖率。",
    en=" The range is set to hold {level} of the customers; they are too few to measure what it held.",
)
_NO_RANGE = Text(zh="客户太少，不给区间。", en=" There are too few customers for a range.")
_NOTHING = same("")


def _why(used: Method, errors: Mapping[Method, float], figure: str) -> Text:
    rivals = [method for method in errors if method.naive != used.naive]
    if not rivals:
        return _NOTHING
    rival = min(rivals, key=lambda method: errors[method])
    template = _NAIVE_WINS if used.naive else _MODEL_WINS
    return template.format(
        rival=rival.title, error=figure.format(errors[used]), other=figure.format(errors[rival])
    )


def _range(level: float, coverage: float, ranges: Ranges | None) -> Text:
    if ranges is None:
        return _NO_RANGE
    template = _RANGE_UNMEASURED if math.isnan(coverage) else _RANGE
    return template.format(level=percent(level), coverage=percent(coverage))


def percent(share: float) -> str:
    """A share in whole per cent; a dash where it could not be measured."""
    return "—" if math.isnan(share) else f"{share * 100:.0f} %"
