"""The back-test on public data: who wins there, by how much, and the printed table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from zhike_engine.forecast import Backtest, History, backtest, forecast, history_from_arrays, render
from zhike_engine.forecast.methods import AMOUNT_METHODS, CHURN_METHODS

pytestmark = pytest.mark.real_data

PAGES = Path(__file__).resolve().parents[2] / "docs" / "algorithms"

RETAIL = """
    SELECT "Customer ID" AS customer, CAST("InvoiceDate" AS TIMESTAMP)::DATE AS day,
           CAST(sum(CAST("Quantity" AS DECIMAL(18, 0)) * CAST("Price" AS DECIMAL(18, 4))) * 10000 AS BIGINT) AS amount
    FROM (SELECT * FROM read_csv('{folder}/online_retail_II_2009_2010.csv.gz', all_varchar = true)
          WHERE "InvoiceDate" < '2010-12-01'
          UNION ALL SELECT * FROM read_csv('{folder}/online_retail_2010_2011.csv.gz', all_varchar = true))
    WHERE "Customer ID" <> '' AND "Invoice" NOT LIKE 'A%'
    GROUP BY 1, 2, "Invoice"
"""
MODELS = """
    SELECT o."customerNumber" AS customer, CAST(o."orderDate" AS DATE) AS day,
           CAST(sum(CAST(quantityordered AS DECIMAL(18, 0)) * CAST(priceeach AS DECIMAL(18, 4))) * 10000 AS BIGINT)
               AS amount
    FROM read_csv('{folder}/orders.csv', all_varchar = true) AS o
    JOIN read_csv('{folder}/orderdetails.csv', all_varchar = true) AS d USING (ordernumber)
    WHERE o.status <> 'Cancelled' GROUP BY 1, 2, o.ordernumber
"""


def read(query: str, folder: Path, as_of: date) -> History:
    with duckdb.connect() as database:
        rows = database.execute(query.format(folder=folder.as_posix())).fetchnumpy()
    names = sorted(set(rows["customer"].tolist()))
    place = {name: index for index, name in enumerate(names)}
    who = [place[name] for name in rows["customer"].tolist()]
    return history_from_arrays(names, who, rows["day"], rows["amount"], as_of=as_of)


@pytest.fixture(scope="module")
def retail(real_data: Callable[[str], Path]) -> History:
    return read(RETAIL, real_data("online_retail"), date(2011, 12, 9))


@pytest.fixture(scope="module")
def tested(retail: History) -> Backtest:
    return backtest(retail)


def test_the_table_of_the_wholesaler(tested):
    print("\n" + render(tested, "en"))

    best = tested.overall_amount("decayed_seasonal")
    naive = tested.overall_amount("last_year")
    assert tested.winner_amount == "decayed_seasonal"
    assert (best.mae / best.mean, naive.mae / naive.mean) == pytest.approx((0.690, 0.704), abs=0.002)
    assert (best.rmse / best.mean, naive.rmse / naive.mean) == pytest.approx((2.379, 2.717), abs=0.01)
    assert best.coverage == pytest.approx(0.81, abs=0.02)


def test_the_model_beats_every_naive_churn_line_at_every_origin(tested):
    origins = {row.origin for row in tested.churn}

    winners = {
        origin: min((row.brier, row.method) for row in tested.churn if row.origin == origin)[1]
        for origin in origins
    }

    assert len(origins) == 4
    assert set(winners.values()) == {"bgnbd"}
    assert tested.overall_churn("bgnbd").brier == pytest.approx(0.2004, abs=0.001)
    assert tested.overall_churn("own_rate").brier == pytest.approx(0.2290, abs=0.001)


def test_half_a_year_ahead_the_season_pays_more(retail):
    found = backtest(retail, horizon_months=6)

    best, naive = found.overall_amount("decayed_seasonal"), found.overall_amount("decayed_mean")
    assert found.winner_amount == "decayed_seasonal"
    assert best.error / naive.error == pytest.approx(0.826, abs=0.01)
    assert found.coverage == pytest.approx(0.80, abs=0.02)


def test_every_customer_has_a_figure_or_a_reason(retail, tested):
    found = forecast(retail, retail.as_of, tested=tested)

    figures = len([row for row in found.to_rows() if row.forecast == "expected_amount"])
    assert figures + int((found.amount_reason > 0).sum()) == len(retail.customers)
    assert figures > 5800


@pytest.fixture(scope="module")
def sample(real_data: Callable[[str], Path]) -> Backtest:
    return backtest(read(MODELS, real_data("classicmodels"), date(2005, 5, 31)))


def test_on_the_small_sample_a_naive_churn_line_wins_and_that_is_said(sample):
    print("\n" + render(sample, "zh"))

    assert sample.winner_churn == "base_rate"
    assert "The naive line wins" in sample.sentence().en
    assert sample.winner_amount == "decayed_seasonal"


@pytest.mark.parametrize("page", ["forecast.md", "forecast.zh.md"])
def test_the_page_states_what_is_measured(page, retail, tested, sample):
    lines = (PAGES / page).read_text(encoding="utf-8").replace("**", "").splitlines()
    tables = [line.partition(" | ")[2] for line in lines if line.startswith("| ")]

    half_year = backtest(retail, horizon_months=6)
    for method in AMOUNT_METHODS:
        rows = [found.overall_amount(method) for found in (tested, half_year, sample)]
        assert " | ".join(f"{row.error / row.mean:.3f}" for row in rows) + " |" in tables
    ranges = " | ".join(f"{found.coverage:.0%}".replace("%", " %") for found in (tested, half_year, sample))
    assert ranges + " |" in tables


@pytest.mark.parametrize("page", ["forecast.md", "forecast.zh.md"])
def test_the_page_states_the_churn_scores_measured(page, tested, sample):
    text = (PAGES / page).read_text(encoding="utf-8").replace("**", "")

    for method in CHURN_METHODS:
        rows = [found.overall_churn(method).brier for found in (tested, sample)]
        assert " | ".join(f"{brier:.3f}".lstrip("0") for brier in rows) in text
