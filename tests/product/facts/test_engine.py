"""Grading the product's facts is grading the files they came from."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.product.imports.conftest import Desk
from zhike import presets
from zhike.customers.models import Customer
from zhike.facts.engine import engine_facts
from zhike.people.models import Department
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.policy.load import load_policy, read_values
from zhike_engine.run import run

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 6, 30)


def graded(folder: Path) -> list[dict]:
    """Metrics, ratings and reasons of every customer, without the attributes that only the product has."""
    policy = load_policy(presets.policy_path("foreign-trade"))
    backend = DuckDB(folder, threads=1)
    try:
        done = run(policy, backend, AS_OF, read_values(presets.example_values(policy), policy))
        rows = sorted(done.table().to_pylist(), key=lambda row: row["customer"])
        return [{name: value for name, value in row.items() if name[0] in "cnmr"} for row in rows]
    finally:
        backend.close()


def files(folder: Path) -> dict[str, str]:
    """Twelve customers and their orders of three years as canonical files."""
    draw = random.Random(7)
    folder.mkdir()
    customers = "customer,name,country,since\n" + "".join(
        f"K{n},客户{n},CN,20{draw.randint(15, 25)}-03-01\n" for n in range(12)
    )
    rates = "currency,rate_on,rate\n" + "".join(
        f"USD,20{year}-01-01,7.{draw.randint(10**7, 10**8 - 1)}\n" for year in (23, 24, 25, 26)
    )
    orders = "order,customer,ordered_on,amount,currency,profit,status\n"
    for number in range(400):
        day = AS_OF - timedelta(days=draw.randint(0, 1100))
        back = number % 17 == 0
        amount = draw.randint(1, 9_000_000) * (-1 if back else 1)
        status = "returned" if back else "cancelled" if number % 23 == 0 else "completed"
        profit = "" if number % 9 == 0 else f"{amount // 10}.25"
        customer, decimals, currency = (
            draw.randint(0, 11) ** 2 % 12,
            draw.randint(0, 9999),
            draw.choice(["CNY", "USD"]),
        )
        orders += f"S{number},K{customer},{day},{amount}.{decimals:04d},{currency},{profit},{status}\n"
    found = {"customers": customers, "orders": orders, "exchange_rates": rates}
    for name, text in found.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return found


def test_the_grades_of_product_and_files_are_equal(cast, tmp_path, data_dir):
    texts = files(tmp_path / "given")
    manager, finance = Desk(cast.people.head, tmp_path), Desk(cast.people.fang, tmp_path)
    assert manager.take("customers", texts["customers"]).created == 12
    orders = manager.take("orders", texts["orders"])
    assert orders.created == 400, orders.checked["problems"]
    assert finance.take("rates", texts["exchange_rates"]).created == 4
    Department.objects.filter(pk=cast.people.head.department_id).update(
        code="foreign_trade"
    )  # the scope of the policy
    rows = engine_facts(tmp_path / "product", Customer.objects.filter(code__startswith="K"))
    assert (rows["customers"], rows["orders"], rows["exchange_rates"]) == (12, 400, 4)
    expected = graded(tmp_path / "given")
    assert len(expected) == 12
    assert len({str(row) for row in expected}) == 12
    assert graded(tmp_path / "product") == expected
