"""`zhike forecast`: expected amounts and churn risk per customer, the back-test behind them, and the later error."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click
from rich.console import Console

from zhike.cli.kinds import Code, Day, Place, Whole, lang_option
from zhike.cli.speaking import Speaking
from zhike.forecasts import Orders, check_ending, read_forecasts, read_orders, write_forecasts
from zhike.messages import say
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import FactsInvalid, ParameterInvalid
from zhike_engine.forecast import (
    REASONS,
    Backtest,
    Comparison,
    ForecastRow,
    Forecasts,
    backtest,
    compare,
    forecast,
    render,
)
from zhike_engine.words import Lang, Text

LOOKING = Text(zh="正在回测并预测…", en="back-testing and forecasting …")
COUNTED = Text(
    zh="{customers} 个客户（截至 {as_of}，币种 {currency}）：{amounts} 个有金额预测，{risks} 个有流失风险。",
    en="{customers} customers as of {as_of}, in {currency}: {amounts} with an amount, {risks} with a churn risk.",
)
MISSING = Text(zh="不可计算：{count} 个客户，{reason}", en="not computable: {count}, {reason}")
GROWTH = Text(zh="已乘以每年增长率：{growth}", en="multiplied by yearly growth: {growth}")
WRITTEN = Text(zh="已写入 {path}（{rows} 行）", en="wrote {path} ({rows} rows)")
UNWRITTEN = Text(
    zh="办法：用 --out FILE.parquet 写出每个客户的预测，用 --backtest 查看回测表",
    en="hint: --out FILE.parquet writes the forecast of every customer, --backtest shows the back-test",
)
WAITING = Text(
    zh="{count} 行的预测期在 {as_of} 尚未结束，未比较",
    en="{count} rows speak of a period that is not over on {as_of}, and were not compared",
)
UNKNOWN = Text(
    zh="{count} 个客户不在客户表中，未比较：{names}",
    en="{count} customers are not in the customers table, and were not compared: {names}",
)


@click.command(
    name="forecast",
    cls=Speaking,
    short_help="Forecast order amounts and churn risk, or compare with what came.",
)
@click.option("--facts", "folder", required=True, type=Place(), help="Folder with the fact tables.")
@click.option("--as-of", required=True, type=Day(), help="Last day that counts.")
@click.option("--out", type=Place(), metavar="FILE", help="Write the rows as .parquet or .csv.")
@click.option(
    "--horizon", type=Whole(1, 60), default=12, show_default=True, help="Months ahead of the amount."
)
@click.option(
    "--churn-horizon",
    type=Whole(1, 60),
    default=6,
    show_default=True,
    help="Months without an order that count as churn.",
)
@click.option(
    "--growth",
    "growth",
    multiple=True,
    metavar="INDUSTRY=PERCENT",
    help="Yearly growth of an industry, such as medical=5%; `*=2%` for all others. May be repeated.",
)
@click.option(
    "--currency", type=Code(), metavar="CODE", help="Currency of the forecast; needed where it is not clear."
)
@click.option("--backtest", "show_table", is_flag=True, help="Print the back-test beside the naive lines.")
@click.option(
    "--compare",
    "earlier",
    type=Place(),
    metavar="FILE",
    help="State the error of an earlier forecast instead of making one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@lang_option()
def command(
    folder: Path,
    as_of: date,
    out: Path | None,
    horizon: int,
    churn_horizon: int,
    growth: tuple[str, ...],
    currency: str | None,
    show_table: bool,
    earlier: Path | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Forecast what every customer may order, within which range, and the risk that it orders nothing.

    Every method is tried at earlier dates first; the one with the smallest error is used, be it a naive line, and the
    output says which and why. The rows are the fact table `forecasts`: put the file into a facts folder to let a
    policy use them. With --compare, an earlier forecast is set beside what happened since.
    """
    if out:
        check_ending(out)
    if out and earlier:
        raise ParameterInvalid(
            say("`--out` does not go with `--compare`"), hint=say("use `--json` for every customer")
        )
    rates = _rates(growth)
    before = read_forecasts(earlier) if earlier else None
    orders = _read(folder, as_of, currency)
    if before is not None:
        _tell_comparison(compare(before, orders.actuals(before)), orders, as_json, lang)
        return
    with Console(stderr=True).status(LOOKING.pick(lang)):
        found = _forecast(orders, horizon, churn_horizon, rates)
        rows = found.to_rows()
    if out:
        write_forecasts(rows, out)
    if as_json:
        _print_json(_plain(orders, found, rates, None if out else rows))
        return
    lines = _lines(orders, found, rates, lang)
    lines.append(WRITTEN.format(path=out, rows=len(rows)).pick(lang) if out else UNWRITTEN.pick(lang))
    click.echo(
        "\n".join(
            [render(found.backtest, lang) if show_table else found.backtest.sentence().pick(lang), *lines]
        )
    )


def _rates(growth: Sequence[str]) -> dict[str, Decimal]:
    """`medical=5%` or `medical=0.05`; raises ParameterInvalid."""
    found = {}
    for text in growth:
        name, equals, figure = (part.strip() for part in text.rpartition("="))
        try:
            share = Decimal(figure.removesuffix("%")) / (100 if figure.endswith("%") else 1)
        except InvalidOperation:
            share = Decimal("NaN")
        if not (name and equals and share.is_finite()):
            raise ParameterInvalid(
                say("`{text}` is no growth", text=text), hint=say("write it like `medical=5%`")
            )
        found[name] = share
    return found


def _read(folder: Path, as_of: date, currency: str | None) -> Orders:
    backend = DuckDB(folder)
    try:
        return read_orders(backend, as_of, currency)
    finally:
        backend.close()


def _forecast(orders: Orders, horizon: int, churn_horizon: int, rates: Mapping[str, Decimal]) -> Forecasts:
    if orders.industries is None and set(rates) - {"*"}:
        raise FactsInvalid(
            say("the customers table has no column `industry`, which `--growth` needs"),
            place=orders.facts.place,
            hint=say("add the column, or give one growth for all with `--growth *=2%`"),
        )
    history = orders.history()
    tested = backtest(history, horizon_months=horizon, churn_months=churn_horizon)
    return forecast(
        history,
        orders.as_of,
        horizon_months=horizon,
        churn_months=churn_horizon,
        growth=rates,
        groups=orders.industries,
        tested=tested,
    )


def _lines(orders: Orders, found: Forecasts, rates: Mapping[str, Decimal], lang: Lang) -> list[str]:
    lines = [
        COUNTED.format(
            customers=len(found.customers),
            as_of=found.as_of,
            currency=orders.currency,
            amounts=int((found.amount_reason == 0).sum()),
            risks=int((found.churn_reason == 0).sum()),
        ).pick(lang)
    ]
    for code, count in sorted(Counter(found.amount_reason.tolist()).items()):
        if code in REASONS:
            lines.append("  " + MISSING.format(count=count, reason=REASONS[code]).pick(lang))
    if rates:
        shown = ", ".join(f"{name} {(share * 100).normalize():+f} %" for name, share in sorted(rates.items()))
        lines.append(GROWTH.format(growth=shown).pick(lang))
    lines += [f"{one.table}: {one.reason.pick(lang)} ({one.rows})" for one in orders.facts.findings]
    return lines


def _plain(
    orders: Orders, found: Forecasts, rates: Mapping[str, Decimal], rows: Sequence[ForecastRow] | None
) -> dict[str, object]:
    tested = found.backtest
    reasons = {
        name: {REASONS[code].en: count for code, count in sorted(Counter(codes.tolist()).items()) if code}
        for name, codes in (("amount", found.amount_reason), ("churn", found.churn_reason))
    }
    plain: dict[str, object] = {
        "as_of": found.as_of,
        "currency": orders.currency,
        "customers": len(found.customers),
        "horizon_months": found.horizon_months,
        "churn_months": found.churn_months,
        "method_amount": found.method_amount,
        "method_churn": found.method_churn,
        "range_level": tested.level if tested.ranges else None,
        "range_coverage": tested.coverage,
        "growth": dict(rates),
        "not_computable": reasons,
        "sentence": asdict(tested.sentence()),
        "backtest": _scores(tested),
    }
    return plain if rows is None else plain | {"rows": [row._asdict() for row in rows]}


def _scores(tested: Backtest) -> dict[str, list[dict[str, object]]]:
    return {"amount": [asdict(row) for row in tested.amount], "churn": [asdict(row) for row in tested.churn]}


def _tell_comparison(found: Comparison, orders: Orders, as_json: bool, lang: Lang) -> None:
    if as_json:
        _print_json(
            {
                "as_of": orders.as_of,
                "summaries": [asdict(one) | {"sentence": asdict(one.sentence())} for one in found.summaries],
                "outcomes": [asdict(one) for one in found.outcomes],
                "waiting": found.waiting,
                "unknown": found.unknown,
            }
        )
        return
    for summary in found.summaries:
        click.echo(summary.sentence().pick(lang))
    if found.waiting:
        click.echo(WAITING.format(count=found.waiting, as_of=orders.as_of).pick(lang))
    if found.unknown:
        names = ", ".join(found.unknown[:5]) + (" …" if len(found.unknown) > 5 else "")
        click.echo(UNKNOWN.format(count=len(found.unknown), names=names).pick(lang))


def _print_json(plain: Mapping[str, object]) -> None:
    click.echo(json.dumps(_jsonable(plain), ensure_ascii=False, indent=1))


def _jsonable(value: object) -> object:
    """Decimals as text, so that nothing is lost; days as text; what could not be measured as null."""
    match value:
        case Mapping():
            return {key: _jsonable(one) for key, one in value.items()}
        case list() | tuple():
            return [_jsonable(one) for one in value]
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case float() if math.isnan(value):
            return None
    return value
