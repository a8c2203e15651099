"""The back-test as a table of text, in either language."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from zhike_engine.forecast.evidence import Backtest
from zhike_engine.forecast.methods import AMOUNT_METHODS, CHURN_METHODS, Method
from zhike_engine.words import Lang, Text, same

_AMOUNT_HEAD = (
    Text(zh="订单金额：方法", en="order amount: method"),
    Text(zh="时点", en="origin"),
    Text(zh="客户数", en="customers"),
    Text(zh="平均绝对误差", en="MAE"),
    Text(zh="均方根误差", en="RMSE"),
    Text(zh="MAE/均额", en="MAE/mean"),
    Text(zh="RMSE/均额", en="RMSE/mean"),
    Text(zh="决定误差/均额", en="error/mean"),
    Text(zh="合计/实际", en="sum/actual"),
    Text(zh="区间覆盖", en="in range"),
)
_CHURN_HEAD = (
    Text(zh="流失风险：方法", en="churn risk: method"),
    Text(zh="时点", en="origin"),
    Text(zh="客户数", en="customers"),
    Text(zh="未下单", en="no order"),
    Text(zh="平均概率", en="mean risk"),
    same("Brier"),
    same("AUC"),
)
_ALL = Text(zh="全部", en="all")
_MODEL = Text(zh="模型", en="model")
_NAIVE = Text(zh="朴素", en="naive")


def render(tested: Backtest, lang: Lang) -> str:
    """Two tables, then the sentence that says what is used and why. `*` marks the methods that are used."""
    parts = []
    if tested.amount:
        parts.append(_align([tuple(head.pick(lang) for head in _AMOUNT_HEAD), *_amount_lines(tested, lang)]))
    if tested.churn:
        parts.append(_align([tuple(head.pick(lang) for head in _CHURN_HEAD), *_churn_lines(tested, lang)]))
    return "\n\n".join([*parts, tested.sentence().pick(lang)])


def _amount_lines(tested: Backtest, lang: Lang) -> list[tuple[str, ...]]:
    return [
        (
            _title(AMOUNT_METHODS[row.method], tested.winner_amount, lang),
            _ALL.pick(lang) if row.origin is None else row.origin.isoformat(),
            f"{row.customers:,}",
            _figure(row.mae, ",.2f"),
            _figure(row.rmse, ",.2f"),
            *(
                _figure(value / row.mean if row.mean > 0 else math.nan, ".3f")
                for value in (row.mae, row.rmse, row.error)
            ),
            _figure(row.ratio, ".2f"),
            _figure(row.coverage, ".1%"),
        )
        for row in tested.amount
    ]


def _churn_lines(tested: Backtest, lang: Lang) -> list[tuple[str, ...]]:
    return [
        (
            _title(CHURN_METHODS[row.method], tested.winner_churn, lang),
            _ALL.pick(lang) if row.origin is None else row.origin.isoformat(),
            f"{row.customers:,}",
            _figure(row.share, ".1%"),
            _figure(row.predicted, ".1%"),
            _figure(row.brier, ".4f"),
            _figure(row.auc, ".3f"),
        )
        for row in tested.churn
    ]


def _title(method: Method, winner: str, lang: Lang) -> str:
    kind = (_NAIVE if method.naive else _MODEL).pick(lang)
    return f"{'*' if method.name == winner else ' '} {kind} {method.title.pick(lang)}"


def _figure(value: float, form: str) -> str:
    return "—" if math.isnan(value) else format(value, form)


def _align(rows: Sequence[tuple[str, ...]]) -> str:
    """Left-align the first column and right-align the others; a Chinese character is two columns wide."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        first = row[0] + " " * (widths[0] - _width(row[0]))
        rest = (" " * (width - _width(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append("  ".join([first, *rest]))
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
