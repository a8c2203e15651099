"""A run in the product, from its own database to results, reasons and board; and the engine on the facts that it froze.

python in_product.py prepare FACTS HOME     a database with the customers, orders and rates of a folder of facts
python in_product.py run HOME               a run as the worker does it, until it is ready for review
python in_product.py engine HOME            the same from the frozen Parquet files, as `zhike grade` makes it
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import without_pandas  # noqa: F401
from meter import measured, tell

AS_OF = date(2026, 10, 31)
NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)
POLICY = "foreign-trade"
PIECE = 50_000
OTHERS = 100
"""The keys below are for the customers of the people who work there."""


def begin(home: Path) -> None:
    """The product over the database of a folder, or over ZHIKE_DATABASE_URL."""
    os.environ["ZHIKE_DATA_DIR"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhike.config.settings"
    sys.path.insert(0, str(Path(__file__).parents[2]))
    import django

    django.setup()


def prepare(facts: Path, home: Path) -> None:
    """Migrate, and put the facts of a folder into the database."""
    shutil.rmtree(home, ignore_errors=True)
    begin(home)
    import pyarrow.parquet as pq
    from django.core.management import call_command
    from django.db import connection, transaction

    from zhike.customers.models import Customer
    from zhike.facts.models import Rate
    from zhike.grading.models import Grade

    def rows(table: str) -> list[dict[str, Any]]:
        return list(pq.read_table(facts / f"{table}.parquet").to_pylist())

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with transaction.atomic():
        place = company()
        Customer.objects.bulk_create(
            (Customer(id=one["customer"] + OTHERS, code=f"C{one['customer']}", name=one["name"], industry=one["industry"], currency="CNY",
                      country=one["country"], life="current", added_at=NOW, changed_at=NOW, **place) for one in rows("customers")),
            batch_size=2_000,
        )  # fmt: skip
        Rate.objects.bulk_create((Rate(**one) for one in rows("exchange_rates")), batch_size=2_000)
        Grade.objects.bulk_create(
            (Grade(customer_id=one["customer"] + OTHERS, rating=f"{POLICY}.value", grade=min(one["grade"], "C"), from_on=date(2025, 11, 1),
                   main=True, cause="import") for one in rows("previous_grades")), batch_size=2_000,
        )  # fmt: skip
        orders(facts)
    with connection.cursor() as cursor:
        cursor.execute("analyze")


def company() -> dict[str, Any]:
    """A department of foreign trade and the shipped policies in force; where its customers belong."""
    from tests.product.cast import assemble
    from zhike.people.models import Department
    from zhike.policies.shipping import ship_policies

    cast = assemble()
    Department.objects.filter(pk=cast.departments.key.pk).update(code="foreign_trade")
    ship_policies(NOW, effective_on=date(2026, 1, 1))
    return {
        "manager": cast.people.ming,
        "department": cast.people.ming.department,
        "region": cast.regions.east,
    }


def orders(facts: Path) -> None:
    """Copy the orders as they are; amounts become the whole numbers that the product stores."""
    import duckdb
    from django.db import connection

    found = duckdb.execute(
        f"select 'SO' || \"order\", customer + {OTHERS}, cast(ordered_on as varchar), cast(amount * 10000 as bigint), currency,"
        f" cast(profit * 10000 as bigint), status, '' from read_parquet('{facts / 'orders.parquet'}')"
    )
    columns = "number, customer_id, ordered_on, amount, currency, profit, status, product"
    with connection.cursor() as cursor:
        while some := found.fetchmany(PIECE):
            if connection.vendor == "sqlite":
                marks = ", ".join(["%s"] * 8)
                cursor.executemany(f"insert into zhike_order ({columns}) values ({marks})", some)
                continue
            with cursor.cursor.copy(f"copy zhike_order ({columns}) from stdin") as into:
                for row in some:
                    into.write_row(row)


def run(home: Path) -> None:
    """A run of the policy in force: `job` is everything from its start until it is ready for review."""
    begin(home)
    from zhike.grading import running
    from zhike.jobs.models import Job
    from zhike.policies.models import PolicyVersion

    steps: dict[str, dict[str, float]] = {}
    version = PolicyVersion.objects.get(policy__code=POLICY)

    with measured(steps, "job"):
        with measured(steps, "check and queue"):
            made = running.start_run(version=version, as_of=AS_OF, by=None, at=NOW)
        Job.objects.filter(pk=made.job.pk).update(state="running", worker="here", attempts=1, started_at=NOW)
        type(made).objects.filter(pk=made.pk).update(state="running")
        with measured(steps, "freeze, grade, results, board"):
            running.find_results(made, running.Attempt(Job.objects.get(pk=made.job.pk), lambda: NOW))
    made.refresh_from_db()
    if made.state != "ready":
        raise SystemExit(f"the run is {made.state}: {made.error}")
    if made.results.count() < made.board["customers"]:
        raise SystemExit("a customer has no result")
    (home / "last").write_text(str(made.pk))
    tell(steps)


def engine(home: Path) -> None:
    """Grades, reasons, record and all results as a whole on the frozen facts, by the functions of `zhike grade`."""
    import json

    from zhike.output import write_record, write_tables
    from zhike_engine.backends.duckdb import DuckDB
    from zhike_engine.policy.load import load_policy
    from zhike_engine.population_results import population_results
    from zhike_engine.run import run as grade

    folder = home / "files" / "runs" / (home / "last").read_text()
    steps: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name, measured(steps, "job"):
        out = Path(name)
        with measured(steps, "grading"):
            policy, values = load_policy(folder / "policy.yaml"), (folder / "values.json").read_text("utf-8")
            backend = DuckDB(folder / "facts")
            done = grade(policy, backend, AS_OF, json.loads(values))
        with measured(steps, "grades and reasons"):
            write_tables(done, out, workbook=False)
            write_record(done, out)
        with measured(steps, "results as a whole"):
            population_results(done)
        backend.close()
    tell(steps)


if __name__ == "__main__":
    {"prepare": prepare, "run": run, "engine": engine}[sys.argv[1]](*map(Path, sys.argv[2:]))
