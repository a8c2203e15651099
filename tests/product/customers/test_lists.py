"""The list of customers: what may be asked, how many queries a page takes, views, bulk work, files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.utils import timezone
from python_calamine import load_workbook

from tests.product.cast import Cast
from zhike.customers import list_views
from zhike.customers.actions import change_all, settle
from zhike.customers.export_right import ExportRecord
from zhike.customers.models import Customer
from zhike.customers.quality import Defect
from zhike.jobs.running import run_due
from zhike.kernel.journal import Entry
from zhike.kernel.refusals import Conflict
from zhike.lists.files import safe
from zhike.lists.models import View
from zhike.people.models import Person, Region

pytestmark = pytest.mark.django_db
ClientFor = Callable[[Person | None], Client]


def add(number: int, **values: object) -> Customer:
    at = timezone.now()
    one = Customer(
        **{"code": f"X{number:05}", "name": f"客户{number}号", "added_at": at, "changed_at": at, **values}
    )  # type: ignore[arg-type]
    settle(one)
    one.save()
    return one


@pytest.fixture
def keeper(cast: Cast, client_for: ClientFor) -> Client:
    return client_for(cast.people.keep)


@pytest.mark.parametrize("number", [3, 120])
def test_a_page_takes_the_same_queries_whatever_its_size(
    keeper: Client, number: int, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for at in range(number):
        add(at)
    keeper.get("/customers/")  # counts are kept for half a minute
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        assert keeper.get("/customers/?sort=name").status_code == 200
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        answer = keeper.get("/customers/?sort=name", headers={"HX-Request": "true", "HX-Target": "div#table"})
    assert answer.content.count(b"data-key=") == min(number + 3, 50)


@pytest.mark.parametrize("words", ["重庆", "海川", "cqhc", "chongqing", "X00007", "海川 重庆", "ＣＱＨＣ"])
def test_words_find_names_pinyin_initials_and_codes(keeper: Client, words: str) -> None:
    add(7, name="重庆海川液压有限公司")
    add(8, name="重庆长城机械有限公司", short_name="长城") if words not in {"重庆", "chongqing"} else None
    answer = keeper.get("/customers/", {"q": words}).content.decode()
    assert "重庆海川液压" in answer
    assert answer.count("data-key=") == 1


def test_a_phone_finds_only_for_those_who_see_phones(cast: Cast, client_for: ClientFor) -> None:
    add(7, name="重庆海川", phone="023-8765 4321", manager=cast.people.ming)
    assert "重庆海川" in client_for(cast.people.ming).get("/customers/?q=87654321").content.decode()
    add(9, name="重庆海川二", phone="023-1111 2222")
    assert "重庆海川二" not in client_for(cast.people.fang).get("/customers/?q=11112222").content.decode()


@pytest.mark.clause("GRD-03")
def test_a_customer_is_found_by_any_combination_of_axes(keeper: Client) -> None:
    add(1, scale="medium", industry="service", importance="core", name="中型服务核心")
    add(2, scale="medium", industry="service", importance="ordinary", name="中型服务普通")
    add(3, scale="large", industry="retail", importance="core", name="大型零售核心")
    found = keeper.get("/customers/?c=importance:in:core&c=industry:in:service").content.decode()
    assert ("中型服务核心" in found, "中型服务普通" in found, "大型零售核心" in found) == (True, False, False)
    either = keeper.get("/customers/?c=importance:in:core&c=industry:in:service&any=1").content.decode()
    assert all(name in either for name in ("中型服务核心", "中型服务普通", "大型零售核心"))


@pytest.mark.parametrize(
    "asked",
    ["c=receivable:ge:1", "sort=receivable", "c=nonsense:in:1", "c=amount:ge:1e99", "c=last_order:is:2026-02-30", "page=-1",
     "page=99999999999999999999", "q=%00", "sort=password", "columns=receivable,name", "group=receivable", "c=region:in:x"],
)  # fmt: skip
def test_what_a_person_may_not_ask_counts_as_not_asked(cast: Cast, client_for: ClientFor, asked: str) -> None:
    for number in range(3):
        add(number, receivable=number, manager=cast.people.tess)
    client = client_for(cast.people.tess)  # a salesperson: no credit
    plain = client.get("/customers/").content.decode()
    found = client.get(f"/customers/?{asked}").content.decode()
    assert found.count("data-key=") == plain.count("data-key=")
    assert "receivable" not in found.split("<tbody>")[0].split("<thead>")[1]


def test_pages_in_order_hold_every_row_once(keeper: Client) -> None:
    for number in range(120):
        add(number, amount_12m=number % 3)
    seen: list[str] = []
    for page in (1, 2, 3):
        answer = keeper.get(f"/customers/?page={page}").content.decode()
        seen += [part.split('"')[0] for part in answer.split('data-key="')[1:]]
    assert len(seen) == len(set(seen)) == 123


def test_a_saved_view_is_private_until_shared_and_may_open_by_default(
    cast: Cast, client_for: ClientFor
) -> None:
    add(1, grade="A")
    ming, keep = client_for(cast.people.ming), client_for(cast.people.keep)
    keep.post("/customers/views/", {"name": "大客户", "query": "c=grade:in:A&sort=name", "first": "on"})
    assert keep.get("/customers/")["Location"].startswith("/customers/?c=grade%3Ain%3AA&sort=name&view=")
    assert "大客户" not in ming.get("/customers/").content.decode()
    keep.post("/customers/views/", {"name": "大客户", "query": "c=grade:in:A", "shared": "on"})
    assert "大客户" in ming.get("/customers/").content.decode()
    view = View.objects.get()
    assert ming.post(f"/customers/views/{view.pk}/").status_code == 403
    keep.post(f"/customers/views/{view.pk}/")
    assert not View.objects.exists()


def test_sharing_a_view_wants_its_right(cast: Cast, client_for: ClientFor) -> None:
    answer = client_for(cast.people.ming).post(
        "/customers/views/", {"name": "mine", "query": "", "shared": "on"}
    )
    assert (answer.status_code, View.objects.count()) == (403, 0)


def test_chosen_columns_stay(keeper: Client) -> None:
    keeper.post("/customers/columns/", {"column": ["name", "city"], "query": ""})
    head = keeper.get("/customers/?sort=name").content.decode().split("<thead>")[1].split("</thead>")[0]
    assert ("City" in head, "Grade" in head) == (True, False)


def test_groups_count_and_lead_to_their_customers(keeper: Client) -> None:
    add(1, industry="retail")
    add(2, industry="retail")
    answer = keeper.get("/customers/?group=industry").content.decode()
    assert "retail" in answer
    assert "c=industry%3Ain%3Aretail" in answer


def test_the_group_of_those_without_a_value_leads_to_them_alone(keeper: Client) -> None:
    add(1, industry="")
    answer = keeper.get("/customers/?group=industry").content.decode()
    address = answer.split('href="?')[-1].split('"')[0].replace("&amp;", "&")
    links = [part.split('"')[0].replace("&amp;", "&") for part in answer.split('class="link" href="')[1:]]
    assert len(links) == 2, address
    assert sorted(keeper.get(f"/customers/{one}").content.decode().count("data-key=") for one in links) == [
        1,
        3,
    ]


def test_groups_of_closed_places_have_names(keeper: Client, cast: Cast) -> None:
    add(1, region=cast.regions.south)
    Region.objects.filter(pk=cast.regions.south.pk).update(closed_on=date(2026, 1, 1))
    Customer.objects.filter(manager=cast.people.ming).update(manager=cast.people.old)
    assert "South" in keeper.get("/customers/?group=region").content.decode()
    assert "Gone Away" in keeper.get("/customers/?group=manager").content.decode()


def test_groups_and_the_quality_of_archives_are_counted_in_an_index(cast: Cast) -> None:
    """No row of a customer is read for a group, whether all are seen or those of a region; defects come in the order of their index."""
    for person in (cast.people.keep, cast.people.rong):
        for field in ("region_id", "department_id", "manager_id"):
            rows = Customer.objects.visible_to(person).living().order_by()
            plan = rows.values_list(field).annotate(number=Count("pk")).explain()
            read = [line for line in plan.splitlines() if "zhike_customer" in line]
            if connection.vendor == "sqlite":
                assert all("COVERING" in line or "PRIMARY KEY" in line for line in read), plan
    plan = Defect.objects.standing().visible_to(cast.people.keep).select_related("customer").explain()
    if connection.vendor == "sqlite":
        assert "INDEX defect_standing" in plan, plan


def test_everything_is_one_step_away_from_a_view_that_opens_by_default(keeper: Client) -> None:
    add(1, grade="A")
    keeper.post("/customers/views/", {"name": "A", "query": "c=grade:in:A&sort=name", "first": "on"})
    opened = keeper.get(keeper.get("/customers/")["Location"]).content.decode()
    assert opened.count("data-key=") == 1
    address = opened.split('class="tab" href="')[1].split('"')[0].replace("&amp;", "&")
    everything = keeper.get(f"/customers/{address}")
    assert (everything.status_code, everything.content.decode().count("data-key=")) == (200, 4)


def test_a_narrowed_page_takes_no_more_queries_than_the_first(
    keeper: Client, cast: Cast, django_assert_max_num_queries: Callable[..., object]
) -> None:
    add(1, grade="A", region=cast.regions.east)
    for query in (
        "c=grade:in:A",
        f"c=region:in:{cast.regions.east.pk}&c=life:in:prospect",
        "q=客户",
        "c=manager:filled:",
    ):
        keeper.get("/customers/")
        with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
            assert keeper.get(f"/customers/?{query}").status_code == 200, query


def test_one_cell_is_edited_in_place_and_only_as_it_was_read(keeper: Client) -> None:
    one = add(1)
    address = f"/customers/{one.code}/cell/industry/"
    assert "<select" in keeper.get(address).content.decode()
    assert keeper.post(address, {"value": "retail", "version": one.version}).status_code == 200
    assert Customer.objects.get(pk=one.pk).industry == "retail"
    assert keeper.post(address, {"value": "finance", "version": one.version}).status_code == 409
    assert keeper.post(address, {"value": "nonsense"}).status_code == 422
    assert keeper.get(f"/customers/{one.code}/cell/amount/").status_code == 404


def test_chosen_customers_go_to_a_colleague_at_once(cast: Cast, client_for: ClientFor) -> None:
    client = client_for(cast.people.rong)
    rows = [add(number, region=cast.regions.east) for number in range(3)]
    foreign = add(9, region=cast.regions.south)
    client.post(
        "/customers/assign/",
        {"sent": "1", "pick": [*(row.code for row in rows), foreign.code], "person": cast.people.gao.pk},
    )
    assert list(Customer.objects.filter(code__startswith="X").order_by("code").values_list("manager", flat=True)) == [
        *[cast.people.gao.pk] * 3, None
    ]  # fmt: skip
    assert Entry.objects.filter(action="post_assigned").count() == 3
    client.post("/customers/assign/", {"sent": "1", "pick": [rows[0].code], "person": cast.people.ming.pk})
    assert (
        Entry.objects.filter(action="handover_opened").count() == 1
    )  # who has a manager is handed over, signed by both


def test_chosen_customers_move_along_their_life_cycle_each_by_itself(
    cast: Cast, client_for: ClientFor
) -> None:
    client = client_for(cast.people.ming)
    mine = [
        add(number, life=life, manager=cast.people.ming)
        for number, life in enumerate(["prospect", "current", "lapsed"])
    ]
    foreign = add(9, life="current", manager=cast.people.gao)
    pick = [one.code for one in (*mine, foreign)]
    states = client.post("/customers/many/life/", {"pick": pick}).context["states"]
    assert [code for code, _ in states] == ["current", "lapsed"], "closing takes a right of its own"
    answer = client.post("/customers/many/life/", {"sent": "1", "pick": pick, "life": "lapsed"}, follow=True)
    assert list(Customer.objects.filter(code__startswith="X").order_by("code").values_list("life", flat=True)) == [
        "prospect", "lapsed", "lapsed", "current",
    ]  # fmt: skip
    assert Entry.objects.filter(action="customer_moved").count() == 1
    told = [str(one) for one in answer.context["messages"]]
    assert told[0] == "1 customer is now: lapsed."
    assert told[1].startswith("1 stays as it is. ")
    client.post(
        "/customers/many/life/", {"sent": "1", "pick": pick, "life": "current", "query": "c=life:in:lapsed"}
    )
    assert not Customer.objects.filter(code__startswith="X", life="prospect").exclude(pk=mine[0].pk).exists()
    assert Customer.objects.get(pk=mine[0].pk).life == "prospect", (
        "an incomplete archive does not become current"
    )
    assert (
        client.post("/customers/many/life/", {"sent": "1", "pick": pick, "life": "closed"}).status_code == 422
    )
    assert client_for(cast.people.audit).post("/customers/many/life/", {"pick": pick}).status_code == 403


def test_everything_that_matches_is_handed_over_and_never_more_than_can_be_done_at_once(
    cast: Cast, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(cast.people.rong)
    for number in range(5):
        add(number, region=cast.regions.east, grade="B")
    asked = {
        "sent": "1",
        "every": "1",
        "query": "c=grade:in:B",
        "pick": ["X00000"],
        "person": cast.people.gao.pk,
    }
    monkeypatch.setattr(list_views, "MOST_AT_ONCE", 4)
    assert client.post("/customers/assign/", asked).status_code == 422
    assert not Customer.objects.filter(code__startswith="X", manager__isnull=False).exists()
    monkeypatch.setattr(list_views, "MOST_AT_ONCE", 5)
    client.post("/customers/assign/", asked)
    assert Customer.objects.filter(code__startswith="X", manager=cast.people.gao).count() == 5


def test_one_fact_of_many_customers_is_changed_at_once_or_not_at_all(
    keeper: Client, cast: Cast, client_for: ClientFor
) -> None:
    rows = [add(number, industry="retail" if number == 2 else "") for number in range(3)]
    asked = {"pick": [row.code for row in rows], "fact": "industry", "query": "c=grade:in:B"}
    first = keeper.post("/customers/many/change/", asked).content.decode()
    assert 'name="industry"' in first
    assert (
        'name="sent"'
        not in keeper.post("/customers/many/change/", {**asked, "fact": "manager"}).content.decode()
    )
    assert keeper.post("/customers/many/change/", {**asked, "sent": "1", "industry": ""}).status_code == 422
    assert (
        keeper.post("/customers/many/change/", {**asked, "sent": "1", "industry": "nonsense"}).status_code
        == 422
    )
    sent = {**asked, "sent": "1", "industry": "retail", "told_by": "colleague"}
    assert client_for(cast.people.audit).post("/customers/many/change/", sent).status_code == 403
    assert not Entry.objects.filter(action="customer_changed").exists()
    answer = keeper.post("/customers/many/change/", sent)
    assert answer.headers["Location"] == "/customers/?c=grade:in:B"
    assert {row.industry for row in Customer.objects.filter(code__startswith="X")} == {"retail"}
    assert Entry.objects.filter(action="customer_changed").count() == 2
    with pytest.raises(Conflict):  # as they were read before
        change_all(customers=rows, by=cast.people.keep, at=timezone.now(), industry="finance")
    assert {row.industry for row in Customer.objects.filter(code__startswith="X")} == {"retail"}


def test_a_cell_that_may_be_edited_leads_to_its_form(cast: Cast, client_for: ClientFor) -> None:
    address = "/customers/A/cell/industry/"
    assert address in client_for(cast.people.ming).get("/customers/?sort=name").content.decode()
    assert address not in client_for(cast.people.boss).get("/customers/?sort=name").content.decode()


@pytest.mark.clause("SEC-03")
def test_a_file_wants_the_right_and_a_purpose_and_bears_name_and_time(
    cast: Cast, client_for: ClientFor, data_dir: Path
) -> None:
    assert client_for(cast.people.ming).get("/customers/export/").status_code == 403
    keep = client_for(cast.people.keep)
    assert keep.post("/customers/export/", {"purpose": "", "form": "xlsx"}).status_code == 422
    add(1, name="=cmd|' /C calc'!A0", city="宁波")
    keep.post("/customers/export/", {"purpose": "年度盘点核对", "form": "xlsx", "query": "sort=name"})
    run_due(clock=timezone.now)
    record = ExportRecord.objects.get()
    file = keep.get(f"/customers/exports/{record.pk}/")
    path = data_dir / "got.xlsx"
    path.write_bytes(b"".join(file.streaming_content))  # type: ignore[attr-defined]
    cells = [str(cell) for row in load_workbook(path).get_sheet_by_index(0).to_python() for cell in row]
    assert any(cast.people.keep.display_name in cell and record.number() in cell for cell in cells)
    assert "=cmd|' /C calc'!A0" in cells
    assert (record.rows, record.purpose) == (4, "年度盘点核对")
    assert ("retail" in cells, "prospect" in cells) == (True, True)
    assert client_for(cast.people.boss).get(f"/customers/exports/{record.pk}/").status_code == 404


def test_a_file_says_what_the_page_says_in_the_language_of_who_asked(
    cast: Cast, client_for: ClientFor, data_dir: Path
) -> None:
    keep = client_for(cast.people.keep)
    keep.cookies["zhike_language"] = "zh-hans"
    keep.post("/customers/export/", {"purpose": "年度盘点核对", "form": "csv", "query": "sort=name"})
    run_due(clock=timezone.now)
    file = keep.get(f"/customers/exports/{ExportRecord.objects.get().pk}/")
    text = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert ("潜在" in text, "零售" in text, "prospect" in text) == (True, True, False)


def test_what_repeats_the_question_follows_a_filter(keeper: Client) -> None:
    add(1, grade="A")
    headers = {"HX-Request": "true", "HX-Target": "div#table"}
    answer = keeper.get("/customers/?quick_grade=A&sort=name", headers=headers).content.decode()
    assert answer.count("data-key=") == 1
    for part in (
        'id="list-count"',
        'id="list-export"',
        'id="list-kept"',
        'id="columns-query"',
        'id="view-query"',
        'id="conditions"',
        'id="grouping"',
    ):
        element = answer[answer.rindex("<", 0, answer.index(part)) :].partition(">")[0]
        assert "hx-swap-oob" in element, part
    assert "/customers/export/?c=grade%3Ain%3AA&amp;sort=name" in answer


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\r\n=1", "\x00=1", "\u3000=1", "＝1", " ＋1"]
)
def test_no_text_becomes_a_formula(text: str) -> None:
    assert safe(text).startswith("'")
