"""Looking ahead from the order history: expected amounts with a range, and the risk that no order comes.

A library without I/O: `history_from_arrays` or `history_from_orders` builds the monthly history, `backtest` measures
every method on it, `forecast` uses the ones that won, and `compare` states the error once the period has passed. What
it returns are rows of the fact table `forecasts`; no figure enters a grade unless a policy names it.
"""

from zhike_engine.forecast.evidence import AmountScore, Backtest, ChurnScore
from zhike_engine.forecast.hindsight import (
    Actuals,
    Comparison,
    Hindsight,
    Outcome,
    actuals_from_arrays,
    actuals_from_orders,
    compare,
    ends_on,
)
from zhike_engine.forecast.history import History, history_from_arrays, history_from_orders
from zhike_engine.forecast.outlook import (
    CHURN_RISK,
    EXPECTED_AMOUNT,
    REASONS,
    ForecastRow,
    Forecasts,
    forecast,
)
from zhike_engine.forecast.rolling import backtest
from zhike_engine.forecast.tables import render

__all__ = [
    "History",
    "history_from_orders",
    "history_from_arrays",
    "Backtest",
    "AmountScore",
    "ChurnScore",
    "backtest",
    "render",
    "Forecasts",
    "ForecastRow",
    "forecast",
    "EXPECTED_AMOUNT",
    "CHURN_RISK",
    "REASONS",
    "Actuals",
    "actuals_from_orders",
    "actuals_from_arrays",
    "ends_on",
    "Outcome",
    "Hindsight",
    "Comparison",
    "compare",
]
