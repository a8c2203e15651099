"""Runs: from the product's own database to a result for every customer, frozen for ever."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from tests.product.grading import world
from zhike.customers.models import Customer
from zhike.facts.models import Order
from zhike.grading.explaining import explanation
from zhike.grading.frozen import close_all, folder_of, run_again, write_result
from zhike.grading.models import Grade, GradingResult
from zhike.grading.running import start_run
from zhike.kernel.refusals import Forbidden, Invalid
from zhike.policies.models import Policy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


@pytest.fixture(autouse=True)
def closed():  # type: ignore[no-untyped-def]
    yield
    close_all()


@pytest.fixture
def ready(cast):  # type: ignore[no-untyped-def]
    """A run over a few customers that is ready, and everything around it."""
    lin, version = world.foreign(cast)
    old = date(2018, 3, 1)
    best = world.customer(cast, "BEST", old)
    world.orders(best, {2023: "5000000", 2024: "6000000", 2025: "7500000"})
    late = world.customer(cast, "LATE", old)
    world.orders(late, {2023: "6000000", 2024: "6100000", 2025: "7500000"})
    swings = world.customer(cast, "SWING", old, name='摆动 "公司", %s\r\n二\x1f三')
    world.orders(swings, {2022: "500000", 2023: "800000", 2024: "480000", 2025: "490000"}, share="0.01")
    world.customer(cast, "FRESH", date(2025, 11, 1))
    Grade.objects.create(customer=late, rating="foreign-trade.value", grade="A", from_on=date(2025, 1, 20))
    run = start_run(version=version, as_of=world.AS_OF, by=lin, at=world.NOW)
    world.work()
    run.refresh_from_db()
    assert run.state == "ready", (run.error, run.job and run.job.error)
    return lin, version, run


@pytest.mark.clause("GRD-15")
@pytest.mark.clause("GRD-16")
@pytest.mark.clause("GRD-19")
def test_a_run_gives_everybody_one_result_and_can_be_repeated(cast, ready):
    lin, version, run = ready
    results = {one.customer.code: one for one in run.results.select_related("customer")}
    # the cut holds every text, whatever stands in it
    names = pq.read_table(
        folder_of(run).facts / "customers.parquet", columns=["code", "name", "industry", "group"]
    )
    assert {
        "code": "SWING",
        "name": '摆动 "公司", %s  二 三',
        "industry": "retail",
        "group": None,
    } in names.to_pylist()
    # everybody in scope once; customers of other departments not at all
    assert {code: (one.grade, one.state) for code, one in results.items()} == {
        "A": ("C", "provisional"), "BEST": ("A", "graded"), "FRESH": ("C", "provisional"), "LATE": ("B", "graded"),
        "SWING": ("C", "graded"),
    }  # fmt: skip
    late = results["LATE"]
    assert (late.previous, late.moved, late.missing) == ("A", -1, 1)
    assert late.amount == Decimal(7_500_000)
    assert late.metrics["order_growth"] == pytest.approx(14 / 61)
    assert results["FRESH"].metrics["order_growth"] is None  # not computable, never zero
    assert run.manifest["policy_hash"]
    assert Grade.objects.count() == 1  # nothing takes effect yet
    # the failing year is named, with value and limit
    why = explanation(late)
    assert why is not None
    failed = [one for one in why.tested("A").each if one.outcome == "failed"]
    assert len(failed) == 1
    assert "2024" in str(failed[0].seen) or "1.6" in str(failed[0].value)
    # orders, owners and policy change; the run does not, and it comes out the same to the byte
    bytes_then = hashlib.sha256((folder_of(run).path / "result.parquet").read_bytes()).hexdigest()
    Order.objects.filter(customer=late.customer).update(amount=1)
    Customer.objects.filter(pk=late.customer_id).update(manager=cast.people.gao)
    Policy.objects.update(title_en="Another")
    again = run_again(folder_of(run), run.as_of, threads=1)
    again.backend.execute("set preserve_insertion_order = true")
    write_result(again, folder_of(run).path / "again.parquet")
    assert again.manifest["facts_fingerprint"] == run.manifest["facts_fingerprint"]
    again.backend.close()
    assert hashlib.sha256((folder_of(run).path / "again.parquet").read_bytes()).hexdigest() == bytes_then
    # who may not start one, and what is not published, does not run
    with pytest.raises(Forbidden):
        start_run(version=version, as_of=world.AS_OF, by=cast.people.ming, at=world.NOW)
    version.state = "draft"
    with pytest.raises(Invalid):
        start_run(version=version, as_of=world.AS_OF, by=lin, at=world.NOW)
    assert GradingResult.objects.filter(run=run).count() == 5
