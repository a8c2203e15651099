"""The wizard as people walk through it: pages, jobs, downloads."""

from __future__ import annotations

import io

import pytest
import python_calamine
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.product.imports.conftest import Walk
from zhike.customers.models import Customer
from zhike.facts.importer import import_facts
from zhike.facts.models import Order
from zhike.imports import actions
from zhike.imports.targets import targets_for
from zhike.jobs.models import Job
from zhike.jobs.running import run_due

pytestmark = pytest.mark.django_db

MESSY = "订单汇总,,,,\n订单号,客户,日期,金额,币种\nO1,A,2026-05-01,10,CNY\nO2,nobody,2026-05-02,20,CNY\nO3,A,2026-13-01,30,CNY\n"


@pytest.fixture
def walk(cast, client_for, data_dir):
    """A person at the wizard."""
    return Walk(client_for(cast.people.ming))


def test_a_messy_file_is_imported_fixed_imported_again_and_undone(walk, cast):
    page = walk.upload("orders", MESSY)
    assert walk.owner.options["header"] == 2
    assert "订单汇总" in page.content.decode()
    walk.match()
    assert walk.owner.state == "checked"
    shown = walk.page().content.decode()
    assert "nobody" in shown
    assert "Import 1 row" in shown
    found = walk.client.get(
        f"/imports/{walk.owner.key}/problems/?field=customer&code=unknown_customer"
    ).content.decode()
    assert "Row 4" in found
    assert "nobody" in found
    walk.post("begin")
    assert (walk.owner.state, walk.owner.created, walk.owner.rejected) == ("done", 1, 2)
    assert Order.objects.get(number="O1").customer == cast.customers.A

    answer = walk.client.get(f"/imports/{walk.owner.key}/rejected.xlsx")
    rows = (
        python_calamine.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert [row[0] for row in rows] == ["订单号", "O2", "O3"]
    assert rows[1][-1] == "customer: There is no customer “nobody” that you see."
    assert "2026-13-01" in rows[2][-1]
    first = walk.owner

    fixed = (
        "\n".join(",".join(row[:5]) for row in rows)
        .replace("nobody", "AAALPHA 有限公司")
        .replace("2026-13-01", "2026-06-01")
    )
    walk.upload("orders", fixed + "\nO1,A,2026-05-01,10,CNY\n")
    walk.match()
    walk.post("begin")
    assert (walk.owner.created, walk.owner.unchanged, walk.owner.rejected) == (2, 1, 0)

    walk.owner = first
    walk.post("undo")
    assert (walk.owner.state, walk.owner.undone, walk.owner.kept) == ("undone", 1, 0)
    assert not Order.objects.filter(number="O1").exists()
    assert "undone" in walk.page().content.decode()


def test_what_is_not_matched_is_told_beside_the_field(walk):
    walk.upload("orders", MESSY)
    answer = walk.match(**{"c-customer": "", "f-amount": "nothing * 2"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Choose a column, or a default value for all rows." in text
    assert "The file has no column “nothing”." in text
    assert walk.owner.state == "mapping"


def test_another_header_row_can_be_chosen(walk):
    walk.upload("orders", MESSY)
    walk.post("sheet", sheet="0", header="3")
    assert walk.owner.options["header"] == 3


def test_a_refused_file_says_why_on_the_form(walk, cast):
    answer = walk.client.post(
        "/imports/new/", {"target": "orders", "upload": SimpleUploadedFile("x.xlsx", b"%PDF-1.7 x")}
    )
    assert answer.status_code == 422
    assert "neither a workbook" in answer.content.decode()
    assert (
        walk.client.post(
            "/imports/new/", {"target": "rates", "upload": SimpleUploadedFile("x.csv", b"a,b\n1,2")}
        ).status_code
        == 422
    )


def test_an_import_of_somebody_else_is_not_there(walk, cast, client_for):
    walk.upload("orders", MESSY)
    for person in ("gao", "fang", "boss", "head"):
        other = client_for(getattr(cast.people, person))
        for way in ("", "progress/", "problems/", "mapping.yaml", "rejected.xlsx"):
            assert other.get(f"/imports/{walk.owner.key}/{way}").status_code in (403, 404)
        assert other.post(f"/imports/{walk.owner.key}/begin/").status_code in (403, 404)


def test_a_step_that_somebody_has_taken_already_is_a_conflict(walk):
    walk.upload("orders", MESSY)
    assert walk.post("begin").status_code == 409
    walk.match()
    walk.post("begin")
    assert walk.post("begin").status_code == 409
    assert walk.post("nonsense").status_code == 404


def test_the_match_is_a_mapping_that_the_engine_carries_out(walk, tmp_path):
    walk.upload("orders", MESSY)
    walk.match()
    text = walk.client.get(f"/imports/{walk.owner.key}/mapping.yaml").content.decode()
    assert yaml.safe_load(text)["tables"]["orders"]["columns"]["order"] == "订单号"
    (tmp_path / "orders.csv").write_text(MESSY, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(text, encoding="utf-8")
    done = import_facts(tmp_path / "mapping.yaml", tmp_path / "facts")
    told = done.quality["tables"]["orders"]
    assert (told["read"], told["kept"]) == (3, 2)


def test_pages_take_the_same_queries_however_many_imports(walk, django_assert_max_num_queries):
    for _ in range(3):
        walk.upload("customers", "code,name\nK1,x\n")
    with django_assert_max_num_queries(12):
        assert walk.client.get("/imports/").status_code == 200
    with django_assert_max_num_queries(12):
        walk.page()
    assert Customer.objects.count() == 3


def test_work_that_broke_off_is_told_and_tried_again(desk, client_for, cast):
    owner = desk.bring("customers", "客户编号,客户名称,国家\nN1,岭南纺织,中国\n")
    actions.match_columns(owner=owner, options=owner.options, by=desk.by, at=timezone.now())
    parked = Job.objects.filter(kind="import_check")
    parked.update(state="parked", error="the disk was full", ended_at=timezone.now())
    client = client_for(desk.by)
    page = client.get(f"/imports/{owner.key}/").content.decode()
    assert "the disk was full" in page
    assert "Try again" in page
    assert "every 1s" not in client.get(f"/imports/{owner.key}/progress/").content.decode()
    assert client.post(f"/imports/{owner.key}/again/").status_code == 302
    assert client.post(f"/imports/{owner.key}/again/").status_code == 409
    run_due(clock=timezone.now)
    owner.refresh_from_db()
    assert (owner.state, owner.rows) == ("checked", 1)


def test_who_may_not_import_something_reads_who_may_and_what_they_may_import(walk):
    shown = walk.client.get("/imports/new/?target=rates")
    assert (shown.context["closed"]["roles"] != "", shown.context["chosen"]) == (True, "rates")
    text = shown.content.decode()
    assert "Your roles do not allow you to import exchange rates." in text
    assert "What you may import stands below." in text
    assert walk.client.get("/imports/new/?target=orders").context["closed"] is None


def test_what_needs_a_field_that_one_does_not_see_is_not_offered(cast, client_for, data_dir):
    """Receivables have an amount, which only those see who see credit: to match it was impossible for the others."""
    blind = open_to = 0
    for person in vars(cast.people).values():
        if not {"import_data", "see_orders"} <= person.access.verbs:
            continue
        offered = "receivables" in {one.code for one in targets_for(person)}
        assert offered == ("credit" in person.access.sees), person
        blind, open_to = blind + (not offered), open_to + offered
    assert blind
    assert open_to


def test_new_customers_begin_as_said_and_prospects_that_order_are_shown(walk):
    walk.upload("customers", "客户编号,客户名称\nP1,潜在甲\nP2,潜在乙\n", "customers.csv")
    assert [(one["value"], one["chosen"]) for one in walk.page().context["beginning"]] == [
        ("prospect", True), ("current", False), ("lapsed", False),
    ]  # fmt: skip
    walk.match(match="code", **{"d-life": "current"})
    walk.post("begin")
    assert set(Customer.objects.filter(code__in=["P1", "P2"]).values_list("life", flat=True)) == {"current"}
    Customer.objects.filter(code="P2").update(life="prospect")
    walk.upload("orders", "订单号,客户,日期,金额,币种\nO1,P1,2026-05-01,10,CNY\nO2,P2,2026-05-01,10,CNY\n")
    walk.match()
    walk.post("begin")
    page = walk.page().context
    assert page["prospects"] == 1
    listed = walk.client.get(page["which_prospects"]).content.decode()
    assert ("潜在乙" in listed, "潜在甲" in listed) == (True, False)


def test_a_file_of_which_nothing_can_come_in_gives_its_rows_back_all_the_same(walk):
    walk.upload(
        "orders",
        "订单号,客户,日期,金额,币种\nO1,nobody,2026-05-01,10,CNY\nO1,nobody,2026-05-01,5,CNY\n合计,,,15,\n",
    )
    walk.match(repeats="sum")
    assert "There is nothing to import" in walk.page().content.decode()
    answer = walk.client.get(f"/imports/{walk.owner.key}/rejected.xlsx")
    book = python_calamine.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert [(row[0], row[3], row[-1]) for row in rows[1:]] == [
        ("O1", amount, "customer: There is no customer “nobody” that you see.") for amount in ("10", "5")
    ]  # fmt: skip


def test_a_namesake_under_another_code_is_told_before_it_is_added_twice(walk, cast):
    name = cast.customers.A.name
    walk.upload("customers", f"code,name\nN-1,{name}\nN-2,Nobody yet\nA,{name}\n", "c.csv")
    walk.match()
    assert walk.owner.checked["notes"] == [["name", "namesake", 1]]
    assert "To update that one instead, match by name." in walk.page().content.decode()


def test_what_undoing_kept_is_named(walk):
    walk.upload("customers", "客户编号,客户名称,城市\nU1,甲公司,\nU2,乙公司,\n", "one.csv")
    walk.match(match="code")
    walk.post("begin")
    walk.upload("customers", "客户编号,客户名称,城市\nU1,甲公司,广州\nU2,乙公司,广州\n", "two.csv")
    walk.match(match="code")
    walk.post("begin")
    Customer.objects.filter(code="U2").update(city="佛山")
    walk.post("undo")
    assert [(line["number"], str(line["record"])) for line in walk.page().context["kept"]] == [(3, "乙公司")]
