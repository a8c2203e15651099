"""Undoing an import: everything back, except what people have done since."""

from __future__ import annotations

import pytest

from tests.product.imports.conftest import NOON, clock, counts, silent
from zhike.customers.actions import change_customer
from zhike.customers.models import Contact, Customer
from zhike.facts.models import Order
from zhike.imports import actions
from zhike.imports.models import Import
from zhike.imports.running import run_rows
from zhike.imports.undoing import undo_rows
from zhike.kernel.journal import Entry, seal, verify
from zhike.kernel.refusals import Conflict

pytestmark = pytest.mark.django_db

MIXED = "code,name,city,address\nA,AAALPHA 有限公司,广州,新址\nN1,新客户一,深圳,\nN2,新客户二,珠海,\n"


def state():
    """Every customer and order as it stands, without what only counts changes."""
    quiet = {"version", "changed_at", "id"}
    return [
        [
            {name: value for name, value in row.items() if name not in quiet}
            for row in model.objects.order_by("pk").values()
        ]
        for model in (Customer, Contact, Order)
    ]


def test_new_records_go_and_changed_ones_are_as_before(desk):
    before = state()
    owner = desk.take("customers", MIXED)
    assert counts(owner) == (2, 1, 0, 0)
    assert Customer.objects.get(code="A").city == "广州"
    undone = desk.undo(owner)
    assert (undone.state, undone.undone, undone.kept) == ("undone", 3, 0)
    after = state()
    for customer in before[0]:
        customer.update(search=None, channels=None, tokens=None, completeness=None)
    for customer in after[0]:
        customer.update(search=None, channels=None, tokens=None, completeness=None)
    assert after == before


def test_what_people_changed_since_stays_and_is_told(desk):
    owner = desk.take("customers", MIXED)
    for code, city in (("A", "北京"), ("N1", "上海")):
        one = Customer.objects.get(code=code)
        change_customer(customer=one, version=one.version, by=desk.by, at=NOON, city=city)
    undone = desk.undo(owner)
    assert (undone.undone, undone.kept) == (1, 2)
    assert dict(Customer.objects.filter(code__in=["A", "N1", "N2"]).values_list("code", "city")) == {
        "A": "北京",
        "N1": "上海",
    }
    assert Customer.objects.get(code="A").address == "AAALPHA road 1", (
        "the field nobody touched since is restored"
    )
    assert all(
        "city" in line.why_kept or "城市" in line.why_kept for line in owner.lines.filter(undone="kept")
    )


def test_a_record_that_others_use_stays(desk):
    owner = desk.take("customers", MIXED)
    desk.take("orders", "order,customer,date,amount,currency\nO1,N1,2026-05-01,5,CNY\n")
    undone = desk.undo(owner)
    assert (undone.undone, undone.kept) == (2, 1)
    assert Customer.objects.filter(code="N1").exists()
    assert str(Order._meta.verbose_name) in owner.lines.get(undone="kept").why_kept


def test_every_step_back_is_in_the_journal(desk):
    owner = desk.take("customers", MIXED)
    mark = Entry.objects.latest("id").pk
    desk.undo(owner)
    assert sorted(Entry.objects.filter(pk__gt=mark).values_list("action", flat=True)) == [
        "import_removed", "import_removed", "import_restored", "import_undo_begun", "import_undone",
    ]  # fmt: skip
    seal()
    assert list(verify()) == []


def test_orders_and_their_figures_go_back(desk, cast):
    rows = "order,customer,date,amount,currency\n" + "".join(f"O{n},A,2026-05-01,10,CNY\n" for n in range(20))
    old = Order.objects.count()
    owner = desk.take("orders", rows)
    cast.customers.A.refresh_from_db()
    assert cast.customers.A.amount_12m == 1200
    desk.undo(owner)
    cast.customers.A.refresh_from_db()
    assert (Order.objects.count(), cast.customers.A.amount_12m) == (old, 1000)


def test_an_import_that_breaks_off_goes_on_behind_the_last_batch(desk, monkeypatch):
    monkeypatch.setattr("zhike.imports.running.BATCH", 3)
    owner = desk.check(desk.bring("customers", "code,name\n" + "".join(f"K{n},客户{n}\n" for n in range(10))))
    actions.begin_import(owner=owner, by=desk.by, at=NOON)

    def break_off(done, total):
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_rows(owner, clock, break_off)
    owner.refresh_from_db()
    assert (owner.state, owner.created, Customer.objects.filter(code__startswith="K").count()) == (
        "running",
        6,
        6,
    )
    done = run_rows(owner, clock, silent)
    assert (done.state, counts(done)) == ("done", (10, 0, 0, 0))
    assert Customer.objects.filter(code__startswith="K").count() == 10


def test_two_workers_at_one_import_double_nothing(desk, monkeypatch):
    monkeypatch.setattr("zhike.imports.running.BATCH", 2)
    owner = desk.check(desk.bring("customers", "code,name\n" + "".join(f"K{n},客户{n}\n" for n in range(6))))
    actions.begin_import(owner=owner, by=desk.by, at=NOON)
    other = Import.objects.select_related("by").get(pk=owner.pk)

    def meanwhile(done, total):
        if done == 2:
            run_rows(other, clock, silent)

    run_rows(owner, clock, meanwhile)
    owner.refresh_from_db()
    assert (owner.state, counts(owner)) == ("done", (6, 0, 0, 0))
    assert Customer.objects.filter(code__startswith="K").count() == 6


def test_a_stopped_import_goes_on_or_back(desk, monkeypatch):
    monkeypatch.setattr("zhike.imports.running.BATCH", 2)
    owner = desk.check(desk.bring("customers", "code,name\n" + "".join(f"K{n},客户{n}\n" for n in range(6))))
    actions.begin_import(owner=owner, by=desk.by, at=NOON)

    def stop(done, total):
        if done == 2:
            actions.stop_import(owner=Import.objects.get(pk=owner.pk), by=desk.by, at=NOON)

    owner = run_rows(owner, clock, stop)
    assert (owner.state, owner.created) == ("stopped", 2)
    assert counts(desk.run(owner)) == (6, 0, 0, 0)
    with pytest.raises(Conflict):
        actions.begin_import(owner=owner, by=desk.by, at=NOON)


def test_undoing_breaks_off_and_goes_on(desk, monkeypatch):
    monkeypatch.setattr("zhike.imports.undoing.BATCH", 2)
    owner = desk.take("customers", "code,name\n" + "".join(f"K{n},客户{n}\n" for n in range(6)))
    actions.undo_import(owner=owner, by=desk.by, at=NOON)

    def break_off(done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo_rows(owner, clock, break_off)
    assert Customer.objects.filter(code__startswith="K").count() == 2
    done = undo_rows(owner, clock, silent)
    assert (done.state, done.undone, done.kept) == ("undone", 6, 0)
