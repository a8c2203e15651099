"""Public data: from the raw files to every customer's figures, against a hand computation, to the last bit."""

from __future__ import annotations

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from tests.parity.compare import KINDS_POLICY, STEPS_POLICY, told, unpacked
from tests.parity.worlds import World, write
from zhike.cli.main import cli
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.facts.tables import TABLES
from zhike_engine.policy.load import Policy, load_policy
from zhike_engine.run import run

# Both files are read once: all tests of this file run in one process.
pytestmark = [pytest.mark.real_data, pytest.mark.slow, pytest.mark.xdist_group("real_figures")]
HERE = Path(__file__).parent
NOT_PRODUCTS = {"AMAZONFEE", "B", "BANK CHARGES", "CRUK", "ADJUST", "ADJUST2", "TEST001", "TEST002"}
SETS = {"classicmodels": (date(2005, 5, 31), "USD"), "online_retail": (date(2011, 12, 9), "GBP")}


class Order(NamedTuple):
    customer: str
    day: date
    amount: Decimal
    profit: Decimal | None
    returned: bool


def read(path: Path) -> Iterator[dict[str, str]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    yield from csv.DictReader(io.StringIO(raw.decode("utf-8"), newline=""))


def classicmodels(home: Path) -> list[Order]:
    """Orders as their lines add up; cancelled ones count nowhere."""
    cost = {row["productCode"]: Decimal(row["buyPrice"]) for row in read(home / "products.csv")}
    amount: dict[str, Decimal] = defaultdict(Decimal)
    profit: dict[str, Decimal] = defaultdict(Decimal)
    for row in read(home / "orderdetails.csv"):
        quantity, price = int(row["quantityOrdered"]), Decimal(row["priceEach"])
        amount[row["orderNumber"]] += quantity * price
        profit[row["orderNumber"]] += quantity * (price - cost[row["productCode"]])
    return [
        Order(
            row["customerNumber"], date.fromisoformat(row["orderDate"]), amount[number], profit[number], False
        )
        for row in read(home / "orders.csv")
        if row["status"] != "Cancelled" and (number := row["orderNumber"])
    ]


def online_retail(home: Path) -> list[Order]:
    """Invoices as their lines add up; what is no product, has no price or no customer counts nowhere."""
    found: dict[str, Order] = {}
    for name, until in (("online_retail_II_2009_2010", "2010-12-01"), ("online_retail_2010_2011", "9999")):
        for row in read(home / f"{name}.csv.gz"):
            invoice, price, day = row["Invoice"], Decimal(row["Price"]), row["InvoiceDate"]
            dropped = invoice[0] == "A" or price == 0 or row["StockCode"] in NOT_PRODUCTS or day >= until
            if dropped or not row["Customer ID"]:
                continue
            worth = int(row["Quantity"]) * price
            amount = found[invoice].amount + worth if invoice in found else worth
            found[invoice] = Order(
                row["Customer ID"], date.fromisoformat(day[:10]), amount, None, invoice[0] == "C"
            )
    return [*found.values()]


@pytest.fixture(scope="module")
def imported(tmp_path_factory, real_data: Callable[[str], Path]) -> Callable[[str], tuple[Path, list[Order]]]:
    """Canonical folder of a data set as the importer makes it, and its orders by hand; each is made once."""

    @cache
    def made(name: str) -> tuple[Path, list[Order]]:
        folder = tmp_path_factory.mktemp(name) / "facts"
        mapping = HERE.parents[1] / "mappings" / f"{name}.yaml"
        words = ["facts", str(mapping), "--source", str(real_data(name)), "--out", str(folder)]
        answer = CliRunner().invoke(cli, words, catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return folder, globals()[name](real_data(name))

    return made


@pytest.fixture(params=SETS)
def data_set(request, imported) -> tuple[str, Path, list[Order]]:
    """Name, canonical folder, and the orders by hand."""
    return request.param, *imported(request.param)


def counted_in(policy: Policy, currency: str) -> Policy:
    return Policy(policy.document.model_copy(update={"currency": currency}), policy.source, policy.path)


def figures(orders: list[Order], as_of: date) -> dict[str, dict[str, Any]]:
    """Every figure of `figures.yaml` by hand, with windows of whole years up to the as-of date."""
    end = as_of + timedelta(days=1)
    year, before = end.replace(year=end.year - 1), end.replace(year=end.year - 2)
    mine: dict[str, list[Order]] = defaultdict(list)
    for order in orders:
        if order.day < end:
            mine[order.customer].append(order)
    whole = sum((o.amount for o in orders if year <= o.day < end), Decimal())
    return {customer: _figures(found, year, before, end, whole) for customer, found in mine.items()}


def _figures(orders: list[Order], year: date, before: date, end: date, whole: Decimal) -> dict[str, Any]:
    now = [o for o in orders if o.day >= year]
    amount, past = _sum(now), _sum([o for o in orders if before <= o.day < year])
    profits = [o.profit for o in now if o.profit is not None]
    real, real_now = [o for o in orders if not o.returned], [o for o in now if not o.returned]
    days = sorted({o.day for o in real})
    first = days[0] if days else None
    birthday = first and (end.month, end.day) >= (first.month, first.day)
    gaps = [(b - a).days for a, b in pairwise(days)]
    return {
        "amount": amount,
        "before": past,
        "growth": float((amount - past) / past) if past > 0 else None,
        "share": float(amount / Fraction(whole)),
        "profit": None if now and not profits else sum(map(Fraction, profits), Fraction()),
        "orders_in_year": Fraction(len(real_now)),
        "months": Fraction(len({(o.day.year, o.day.month) for o in real_now})),
        "years": first and Fraction(end.year - first.year - (0 if birthday else 1)),
        "days": first and Fraction((end - first).days),
        "last_order": Fraction((end - days[-1]).days - 1) if days else None,
        "gap": Fraction(max(gaps)) if gaps else None,
        "largest": max((Fraction(o.amount) for o in real), default=None),
        "average": float(_sum(real_now) / len(real_now)) if real_now else None,
    }


def _sum(orders: list[Order]) -> Fraction:
    return sum((Fraction(o.amount) for o in orders), Fraction())


@pytest.mark.clause("GRD-09")
@pytest.mark.clause("GRD-10")
def test_every_figure_from_the_raw_files_to_the_last_bit(data_set):
    name, folder, orders = data_set
    as_of, currency = SETS[name]
    backend = DuckDB(folder)
    found = run(counted_in(load_policy(HERE / "figures.yaml"), currency), backend, as_of)
    expected = figures(orders, as_of)
    nothing = _figures([], as_of, as_of, as_of, Decimal(1))
    rows = found.table().to_pylist()
    backend.close()
    assert len(rows) > 100
    for row in rows:
        mine = {key: unpacked(row[value.sql], value) for key, value in found.compiled.values.items()}
        assert mine == expected.get(row["customer"], nothing), row["customer"]


@pytest.mark.parametrize("policy", [KINDS_POLICY, STEPS_POLICY], ids=lambda policy: policy.name)
def test_the_oracle_agrees_on_a_sample_of_real_customers(policy, data_set, tmp_path):
    name, folder, _ = data_set
    as_of, currency = SETS[name]
    tables = {
        path.stem: pq.read_table(path).to_pylist() for path in folder.glob("*.parquet") if path.stem in TABLES
    }
    ids = sorted(row["customer"] for row in tables["customers"])
    some = {*ids[:: max(1, len(ids) // 120)]}
    kept = {
        table: [row for row in rows if row.get("customer") is None or row["customer"] in some]
        for table, rows in tables.items()
    }
    world = World(as_of, kept)
    assert len(kept["orders"]) > 300
    assert told(counted_in(policy, currency), world, DuckDB(write(world, tmp_path))) == []
