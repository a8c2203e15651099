"""The shipped policies explain themselves: the year that failed, the points to the next class."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from zhike import presets
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.explain import Explanation, explain
from zhike_engine.policy.load import load_policy, read_values
from zhike_engine.run import run

HEAD = "order,customer,ordered_on,amount,currency,profit,status\n"


def why(folder: Path, preset: str, rating: str, orders: str, as_of: date) -> Explanation:
    """Customer c1 under a shipped policy with its example values."""
    (folder / "customers.csv").write_text(
        "customer,name,since\nc1,岭南纺织,2018-01-01\nc2,其他,2018-01-01\n", "utf-8"
    )
    (folder / "orders.csv").write_text(HEAD + orders, "utf-8")
    policy = load_policy(presets.policy_path(preset))
    backend = DuckDB(folder, threads=1)
    done = run(policy, backend, as_of, read_values(presets.example_values(policy), policy))
    [found] = explain(done, "c1", rating)
    backend.close()
    return found


@pytest.mark.clause("GRD-11")
def test_growth_missed_in_the_earlier_year_is_named(tmp_path):
    years = {2023: 6_000_000, 2024: 6_300_000, 2025: 7_560_000}
    orders = "".join(
        f"o{y}{m},c1,{y}-{m:02}-15,{amount / 12:.2f},CNY,60000,completed\n"
        for y, amount in years.items() for m in range(1, 13)
    )  # fmt: skip
    found = why(tmp_path, "foreign-trade", "value", orders, date(2025, 12, 31))
    failed = [c for c in found.tested("A").each if c.outcome == "failed"]
    assert found.grade == "B"
    assert [(c.sentence.zh, c.value and c.value.zh, c.limit and c.limit.zh) for c in failed] == [
        ("上一年度订单增长率 超过 15 %", "5.00 %", "15 %")
    ]
    growth = next(m for m in found.metrics if m.name == "order_growth_previous")
    assert growth.period is not None
    assert growth.period.zh == "2024-01-01 至 2024-12-31，对比 2023-01-01 至 2023-12-31"
    assert found.miss is not None
    assert [(gap.rigidity, gap.missing.zh) for gap in found.miss.gaps] == [("fixed", "还差 10 个百分点")]


def monthly(months: list[tuple[int, int]], amount: int) -> str:
    return "".join(f"o{y}{m},c1,{y}-{m:02}-15,{amount},CNY,1,completed\n" for y, m in months)


@pytest.mark.clause("GRD-06")
def test_an_important_customer_sees_the_points_it_lacks_to_be_core(tmp_path):
    year = [(2025, m) for m in range(7, 13)] + [(2026, m) for m in range(1, 7)]
    found = why(tmp_path, "key-account", "development", monthly(year[3:], 500_000), date(2026, 6, 30))
    assert found.grade == "important"
    assert found.miss is not None
    assert found.miss.grade == "core"
    assert [(gap.sentence.zh, gap.has.zh, gap.missing.zh) for gap in found.miss.gaps] == [
        ("忠诚度 不低于 80 分", "71.88 分", "还差 8.13 分"),
        ("购买力 不低于 80 分", "56.25 分", "还差 23.75 分"),
    ]
    reached = why(tmp_path, "key-account", "development", monthly(year, 600_000), date(2026, 6, 30))
    assert (reached.grade, reached.misses) == ("core", ())
