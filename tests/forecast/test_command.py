"""`zhike forecast`: from a folder of facts to a file of forecasts, and back to its error."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.forecast.worlds import month
from zhike.cli.forecast import command
from zhike.forecasts import read_forecasts, read_orders, write_forecasts
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import FactsInvalid, NotFound, OutputFailed, ParameterInvalid, ZhikeError
from zhike_engine.forecast import ForecastRow

AS_OF = date(2026, 10, 31)
ROW = ForecastRow("岭南纺织", "expected_amount", Decimal("12.50"), None, None, 12, AS_OF, "last_year/1")


def write(folder: Path, table: str, header: str, *lines: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{table}.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """Nine customers who order every month, a tenth who never did; three years in yuan."""
    folder = tmp_path / "facts"
    names = [f"c{place},客户{place},{'medical' if place < 4 else 'retail'}" for place in range(1, 11)]
    write(folder, "customers", "customer,name,industry", *names)
    orders = [
        f"{place}-{back},c{place},{month(back)},{100 * place}.00,CNY,completed"
        for place in range(1, 10)
        for back in range(37)
    ]
    write(folder, "orders", "order,customer,ordered_on,amount,currency,status", *orders)
    return folder


def run(folder: Path, *options: str, as_of: str = "2026-10-31") -> str:
    arguments = ["--facts", str(folder), "--as-of", as_of, *options]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.clause("GRD-20")
def test_a_forecast_is_written_and_a_year_later_compared(facts, tmp_path, ending):
    out = tmp_path / f"next.{ending}"

    run(facts, "--out", str(out), "--growth", "medical=5%", as_of="2025-10-31")
    told = run(facts, "--compare", str(out))

    rows = {row.customer: row for row in read_forecasts(out) if row.forecast == "expected_amount"}
    assert rows["c2"] == ForecastRow(
        "c2", "expected_amount", Decimal(2520), rows["c2"].low, rows["c2"].high, 12, date(2025, 10, 31),
        "last_year/1, range 80 %, growth 0.05",
    )  # fmt: skip
    assert rows["c9"].value == rows["c9"].high == 10800
    assert "9 customers, 54,360.00 forecast, 54,000.00 came; mean absolute error 40.00" in told


def test_the_text_says_what_is_used_and_who_has_no_figure(facts):
    english, chinese = run(facts, "--backtest"), run(facts, "--backtest", "--lang", "zh")

    assert "* naive the same months of last year again" in english
    assert "The naive line wins" in english
    assert "10 customers as of 2026-10-31, in CNY: 9 with an amount" in english
    assert "not computable: 1, no order up to the as-of date" in english
    assert "朴素方法胜出" in chinese
    assert "1 个客户，截止日前没有订单" in chinese


def test_json_holds_figures_as_text_and_the_whole_back_test(facts):
    plain = json.loads(run(facts, "--json"))

    assert plain["rows"][0]["value"] == "1200.00"
    assert plain["not_computable"] == {
        "amount": {"no order up to the as-of date": 1},
        "churn": {"no order up to the as-of date": 1},
    }
    assert {row["method"] for row in plain["backtest"]["amount"]} >= {"zero", "last_year", "last_half_year"}
    assert plain["sentence"]["zh"].startswith("未来 12 个月订单金额")


def test_the_same_facts_give_the_same_bytes(facts, tmp_path):
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"

    run(facts, "--out", str(one))
    run(facts, "--out", str(two))

    assert one.read_bytes() == two.read_bytes()


def read(folder: Path, currency: str | None = None) -> dict[str, object]:
    backend = DuckDB(folder)
    try:
        found = read_orders(backend, AS_OF, currency)
    finally:
        backend.close()
    names = [found.customers[place] for place in found.customer]
    rows = sorted(zip(names, found.amount.tolist(), found.orders.tolist(), strict=True))
    return {"rows": rows, "currency": found.currency}


def test_orders_are_converted_by_the_latest_rate_and_only_those_that_count_are_read(tmp_path):
    write(tmp_path, "customers", "customer,name", "a,甲", "b,乙")
    write(tmp_path, "exchange_rates", "currency,rate_on,rate", "USD,2026-01-01,7.1", "USD,2026-10-10,7.25")
    write(
        tmp_path, "orders", "order,customer,ordered_on,amount,currency,status,known_on",
        "1,a,2026-10-09,10.0001,USD,completed,",
        "2,a,2026-10-10,10,USD,returned,",
        "3,b,2026-10-31,5,CNY,completed,2026-10-31",
        "4,b,2026-10-31,6,CNY,cancelled,",
        "5,b,2026-10-31,7,CNY,completed,2026-11-01",
        "6,b,2026-11-01,8,CNY,completed,",
        "7,stranger,2026-10-01,9,CNY,completed,",
    )  # fmt: skip

    found = read(tmp_path)

    assert found == {"rows": [("a", 710007, 1), ("a", 725000, 0), ("b", 50000, 1)], "currency": "CNY"}


def test_several_currencies_without_a_hint_are_refused(tmp_path):
    write(tmp_path, "customers", "customer,name", "a,甲")
    write(
        tmp_path, "orders", "order,customer,ordered_on,amount,currency,status",
        "1,a,2026-10-09,1,USD,completed", "2,a,2026-10-09,1,EUR,completed",
    )  # fmt: skip

    with pytest.raises(ParameterInvalid, match="the orders are in EUR, USD") as caught:
        read(tmp_path)
    assert caught.value.hint == "name it, such as `--currency EUR`"
    with pytest.raises(FactsInvalid, match="there is no table `exchange_rates`"):
        read(tmp_path, "USD")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--growth", "medical"), "`medical` is no growth"),
        (("--growth", "medical=much"), "`medical=much` is no growth"),
        (("--growth", "medcal=5%"), "no customer belongs to `medcal`"),
        (("--out", "next.xlsx"), "`next.xlsx` ends in neither"),
        (("--out", "a.csv", "--compare", "b.csv"), "`--out` does not go with `--compare`"),
        (("--compare", "nowhere.csv"), "there is no file `nowhere.csv`"),
    ],
)
def test_a_wrong_option_is_refused_in_one_line(facts, options, message):
    with pytest.raises(ZhikeError, match=message):
        run(facts, *options)


def test_growth_by_industry_needs_the_column(facts):
    write(facts, "customers", "customer,name", *(f"c{place},客户" for place in range(1, 11)))

    with pytest.raises(FactsInvalid, match="no column `industry`"):
        run(facts, "--growth", "medical=5%")
    assert "multiplied by yearly growth: * +2.5 %" in run(facts, "--growth", "*=2.5%")


def test_a_folder_without_orders_is_refused(tmp_path):
    write(tmp_path, "customers", "customer,name", "a,甲")

    with pytest.raises(FactsInvalid, match="has no table `orders`"):
        run(tmp_path)


def test_orders_without_rows_give_no_figures(tmp_path):
    write(tmp_path, "customers", "customer,name", "a,甲")
    write(tmp_path, "orders", "order,customer,ordered_on,amount,currency,status")

    assert "0 with an amount, 0 with a churn risk" in run(tmp_path)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_is_written_is_read_again(tmp_path, ending):
    rows = [ROW, ROW._replace(low=Decimal("0.01"), high=Decimal("99.99"))]

    write_forecasts(rows, tmp_path / f"rows.{ending}")

    assert read_forecasts(tmp_path / f"rows.{ending}") == rows
    assert [path.name for path in tmp_path.iterdir()] == [f"rows.{ending}"]


def test_a_csv_file_has_the_columns_of_the_fact_table(tmp_path):
    write_forecasts([ROW], tmp_path / "rows.csv")

    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["customer", "forecast", "value", "low", "high", "horizon_months", "made_on", "model"],
            ["岭南纺织", "expected_amount", "12.50", "", "", "12", "2026-10-31", "last_year/1"],
        ]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    with pytest.raises(OutputFailed, match="cannot be written"):
        write_forecasts([ROW], tmp_path / "no folder" / "rows.csv")
    with pytest.raises(OutputFailed, match="too large"):
        write_forecasts([ROW._replace(value=Decimal(10) ** 10)], tmp_path / "rows.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"customer,forecast\n", "lacks the column `value`"),
        ("a.csv", "customer,forecast\n客户".encode("gb18030"), "not CSV in UTF-8"),
        ("a.parquet", b"PAR0", "not Parquet"),
        (
            "a.csv",
            b"customer,forecast,value,horizon_months,made_on,model\na,x,much,12,2026-10-31,m\n",
            "no number",
        ),
        (
            "a.csv",
            b"customer,forecast,value,horizon_months,made_on,model\na,x,1,12,2026-02-30,m\n",
            "no date",
        ),
        (
            "a.csv",
            b"customer,forecast,value,horizon_months,made_on,model\na,x,,12,2026-02-01,m\n",
            "no number",
        ),
    ],
)
def test_a_file_of_forecasts_that_cannot_be_read_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(FactsInvalid, match=message) as caught:
        read_forecasts(tmp_path / name)
    assert caught.value.place.startswith(str(tmp_path / name))


def test_a_missing_file_of_forecasts_is_named(tmp_path):
    with pytest.raises(NotFound, match=r"there is no file `.*none.csv`"):
        read_forecasts(tmp_path / "none.csv")
