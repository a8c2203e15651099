"""People, departments, currencies and countries that a file names otherwise: listed once, said once, remembered."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.product.imports.conftest import Walk, counts
from zhike.customers.models import Activity, Customer
from zhike.facts.models import Order
from zhike.imports.colleagues import Colleagues
from zhike.imports.targets import TARGETS
from zhike.imports.words import counted, guess
from zhike.people.models import Person, settle_path

pytestmark = pytest.mark.django_db
MANAGER, PERSON = TARGETS["customers"].field("manager"), TARGETS["activities"].field("person")
FILE = (
    "客户编号,客户名称,负责人\nW1,一号客户,李 明\nW2,二号客户,高阳(离职)\nW3,三号客户,高阳(离职)\nW4,四号客户,陌生人\n"
    "W5,五号客户,Gone Away\nW6,六号客户,\n"
)


def table(walk, code):
    """The table of one field's words, as the page shows it."""
    return next(one for one in walk.page().context["words"] if one["field"].code == code)


def managers(prefix):
    rows = Customer.objects.filter(code__startswith=prefix).order_by("code")
    return dict(rows.values_list("code", "manager__username"))


def test_names_of_managers_are_listed_once_said_and_remembered(head):
    head.upload("customers", FILE, "a.csv")
    head.match(match="code")
    assert head.owner.checked["counts"]["created"] == 2, "李 明, and the empty cell"
    said = table(head, "manager")
    assert [(row["word"], row["count"], row["guessed"], str(row["why"])) for row in said["rows"]] == [
        ("高阳(离职)", "2", True, ""), ("Gone Away", "1", False, "has left"), ("陌生人", "1", False, ""),
    ]  # fmt: skip
    options = {one["value"]: one["label"] for one in said["rows"][0]["options"]}
    assert options["gao"] == "高阳 · Trade"
    assert "old" not in options, "who has left holds no post"
    text = head.page().content.decode()
    assert "An empty cell stands for you" in text
    assert "Left empty, “何主任” holds for new records." in text

    head.post("words", **{"n-manager-0": "高阳(离职)", "w-manager-0": "gao", "n-manager-1": "Gone Away", "w-manager-1": "old",
                          "n-manager-2": "陌生人", "w-manager-2": "-"})  # fmt: skip
    assert head.owner.options["words"] == {"manager": {"高阳(离职)": "gao", "陌生人": ""}}
    assert head.owner.checked["problems"] == [["manager", "has_left", 1]]
    assert [row["word"] for row in table(head, "manager")["rows"]] == ["Gone Away", "高阳(离职)", "陌生人"], (
        "unsettled first"
    )
    cells = [row["cells"][-1] for row in head.page().context["sample"]]
    assert (cells[1]["text"], cells[3]["dropped"]) == ("高阳 · Trade", "陌生人")
    head.post("begin")
    assert managers("W") == {"W1": "ming", "W2": "gao", "W3": "gao", "W4": "head", "W6": "head"}

    head.upload("customers", FILE.replace("W", "V"), "b.csv")
    head.match(match="code")
    assert head.owner.checked["counts"]["created"] == 5


def test_two_people_of_one_name_are_told_apart(head, cast):
    more = {"joined_at": timezone.now(), "pinyin": "gaoyang gy", "display_name": "高阳"}
    Person.objects.create(username="gao2", email="g2@example.com", department=cast.departments.key, **more)
    Person.objects.create(username="gao3", email="g3@example.com", department=cast.departments.key, **more)
    head.upload("customers", "客户编号,客户名称,负责人\nW1,一号客户,高阳\nW2,二号客户,gao2\n")
    head.match(match="code")
    assert head.owner.checked["problems"] == [["manager", "several", 1]]
    [row] = table(head, "manager")["rows"]
    assert (row["word"], row["guessed"], str(row["why"])) == ("高阳", False, "several people are called so")
    assert {one["label"] for one in row["likely"]} == {
        "高阳 · Trade",
        "高阳 · Key · gao2",
        "高阳 · Key · gao3",
    }
    assert "Probably one of these" in head.page().content.decode()
    head.post("words", **{"n-manager-0": "高阳", "w-manager-0": "gao3"})
    head.post("begin")
    assert managers("W") == {"W1": "gao3", "W2": "gao2"}


def test_who_may_assign_nobody_picks_nobody(cast, client_for, data_dir):
    role = cast.roles.salesperson
    role.verbs = [one for one in {*role.verbs, "import_data", "add_customer"} if one != "assign_customer"]
    role.save()
    walk = Walk(client_for(cast.people.tess))
    walk.upload(
        "customers", "客户编号,客户名称,负责人\nW1,一号客户,高阳\nW2,二号客户,Berg Tess\nW3,三号客户,tess\n"
    )
    walk.match(match="code")
    assert walk.owner.checked["problems"] == [["manager", "only_you", 1], ["manager", "unknown_person", 1]]
    rows = {row["word"]: row for row in table(walk, "manager")["rows"]}
    assert [one["value"] for one in rows["高阳"]["options"]] == ["tess"]
    told = walk.page().content.decode()
    assert (
        "Your roles let you name only yourself here. These roles may import with others: Key-account department head"
        in told
    )
    assert (str(rows["高阳"]["why"]), rows["Berg Tess"]["guessed"]) == (
        "your roles let you name only yourself",
        True,
    )
    walk.post(
        "words",
        **{"n-manager-0": "高阳", "w-manager-0": "gao", "n-manager-1": "Berg Tess", "w-manager-1": "tess"},
    )
    assert walk.owner.options["words"] == {"manager": {"Berg Tess": "tess"}}
    walk.post("begin")
    assert managers("W") == {"W2": "tess", "W3": "tess"}


def test_what_somebody_else_said_of_a_name_holds_only_as_far_as_ones_own_roles(head, cast, client_for):
    head.upload("customers", FILE, "a.csv")
    head.match(match="code")
    head.post(
        "words",
        **{"n-manager-0": "高阳(离职)", "w-manager-0": "gao", "n-manager-2": "陌生人", "w-manager-2": "-"},
    )
    assert head.owner.options["words"] == {"manager": {"高阳(离职)": "gao", "陌生人": ""}}
    role = cast.roles.salesperson
    role.verbs = [one for one in {*role.verbs, "import_data", "add_customer"} if one != "assign_customer"]
    role.save()
    walk = Walk(client_for(cast.people.tess))
    walk.upload("customers", FILE.replace("W", "V"), "b.csv")
    walk.match(match="code")
    assert walk.owner.options["words"] == {}
    assert walk.owner.checked["counts"]["created"] == 1


def test_who_has_left_meanwhile_gets_no_customers(desk_of, cast):
    desk = desk_of("head")
    owner = desk.check(desk.bring("customers", FILE), words={"manager": {"高阳(离职)": "gao"}})
    Person.objects.filter(username="gao").update(is_active=False)
    assert counts(desk.run(owner)) == (2, 0, 0, 4)


def test_activities_of_the_past_may_be_of_people_who_have_left(desk):
    file = (
        "客户,日期,方式,主题,跟进人\nA,2020-05-01,拜访,一,Gone Away\nA,2020-05-02,拜访,二,G. Away（离职）\n"
    )
    owner = desk.check(desk.bring("activities", file))
    assert owner.checked["problems"] == [["person", "unknown_person", 1]]
    assert counted(owner) == {"person": [("G. Away（离职）", 1)]}
    desk.run(desk.check(owner, words={"person": {"G. Away（离职）": "old"}}))
    assert list(Activity.objects.filter(subject__in="一二").values_list("person__username", flat=True)) == [
        "old",
        "old",
    ]


@pytest.mark.parametrize(
    ("word", "who"),
    [("李明（调岗）", "ming"), ("ＭＩＮＧ@example.com", "ming"), ("Berg, Tess", "tess"), ("客户经理高阳", "gao"), ("贸易部-高阳", "gao"),
     ("高阳 13900001111", "gao"), ("李明华", ""), ("高杨", ""), ("高阳/李明", ""),
     ("gao@elsewhere.example", "gao"), ("Tess", "tess"), ("离职", ""), ("谁也不是", "")],
)  # fmt: skip
def test_whom_a_spelling_seems_to_mean(cast, word, who):
    found = Colleagues(PERSON, cast.people.ming).likely(word)
    assert (found[0] if len(found) == 1 else "") == who


def test_the_same_sound_is_a_guess(cast):
    Person.objects.filter(username="gao").update(pinyin="gaoyang gy")
    for word in ("高扬", "Gao Yang", "gaoyang"):
        assert Colleagues(MANAGER, cast.people.head).likely(word) == ["gao"]


def test_a_department_that_nobody_knows_leaves_the_cell_empty_until_it_is_said(head, cast):
    head.upload("customers", "客户编号,客户名称,部门\nW1,一号,神秘部\nW2,二号,trade 团队\nW3,三号,trade部\n")
    head.match(match="code")
    assert head.owner.checked["notes"] == [["department", "unknown_left", 2]]
    rows = table(head, "department")["rows"]
    assert [(row["word"], row["guessed"]) for row in rows] == [("trade 团队", True), ("神秘部", False)]
    assert "belongs to the department of its account manager" in head.page().content.decode()
    head.post("words", **{"n-department-0": "trade 团队", "w-department-0": "trade"})
    head.post("begin")
    made = Customer.objects.filter(code__startswith="W").order_by("code")
    assert list(made.values_list("department__code", flat=True)) == ["key", "trade", "trade"]


def test_two_departments_of_one_name_are_told_apart(head, cast):
    for parent in (cast.departments.key, cast.departments.trade):
        place = type(parent).objects.create(
            code=f"{parent.code}-sale", name_zh="销售组", name_en="Selling", parent=parent
        )
        settle_path(type(parent), place)
    head.upload("customers", "客户编号,客户名称,部门\nW1,一号,销售组\nW2,二号,trade-sale\n")
    head.match(match="code")
    [row] = table(head, "department")["rows"]
    assert (row["word"], row["guessed"], str(row["why"])) == ("销售组", False, "several places are called so")
    labels = {one["value"]: one["label"] for one in row["options"]}
    assert (labels["key-sale"], labels["trade-sale"]) == ("Selling · Key", "Selling · Trade")
    head.post("words", **{"n-department-0": "销售组", "w-department-0": "key-sale"})
    head.post("begin")
    made = Customer.objects.filter(code__startswith="W").order_by("code")
    assert list(made.values_list("department__code", flat=True)) == ["key-sale", "trade-sale"]


def test_currencies_and_countries_are_asked_for_too(head):
    head.upload(
        "customers",
        "客户编号,客户名称,国家,币种\nW1,一号,大中国区,美刀\nW2,二号,火星,US Dollars\nW3,三号,德国,usd\nW4,四号,CN,SEK\n",
    )
    head.match(match="code")
    assert (head.owner.checked["counts"]["created"], head.owner.checked["problems"]) == (4, [])
    country, currency = table(head, "country"), table(head, "currency")
    assert [(row["word"], row["guessed"]) for row in country["rows"]] == [("大中国区", True), ("火星", False)]
    assert [(row["word"], row["guessed"]) for row in currency["rows"]] == [
        ("US Dollars", True),
        ("美刀", False),
    ]
    head.post("words", **{"n-country-0": "大中国区", "w-country-0": "CN", "n-currency-0": "US Dollars", "w-currency-0": "USD",
                          "n-currency-1": "美刀", "w-currency-1": "USD"})  # fmt: skip
    assert {row["word"] for row in table(head, "currency")["rows"]} == {"US Dollars", "美刀"}, (
        "what was said stands there still"
    )
    head.post("begin")
    made = Customer.objects.filter(code__startswith="W").order_by("code")
    assert list(made.values_list("country", "currency")) == [
        ("CN", "USD"),
        ("", "USD"),
        ("DE", "USD"),
        ("CN", "SEK"),
    ]


def test_a_currency_and_a_state_of_orders_are_never_left_empty_and_the_page_says_why(
    cast, client_for, data_dir
):
    walk = Walk(client_for(cast.people.ming))
    walk.upload(
        "orders",
        "订单号,客户,日期,金额,币种,状态\nO1,A,2026-05-01,10,人民币元整,完成\nO2,A,2026-05-01,10,CNY,待审\n",
    )
    walk.match()
    assert walk.owner.checked["counts"]["rejected"] == 2
    text = walk.page().content.decode()
    assert "An order without a status counts as completed, so an unknown word is never left empty" in text
    assert "This field is mandatory: a row whose word means nothing is left out." in text
    [currency], [status] = table(walk, "currency")["rows"], table(walk, "status")["rows"]
    assert (currency["word"], currency["guessed"], status["word"], status["guessed"]) == (
        "人民币元整",
        True,
        "待审",
        False,
    )
    walk.post(
        "words",
        **{"n-currency-0": "人民币元整", "w-currency-0": "CNY", "n-status-0": "待审", "w-status-0": "-"},
    )
    assert walk.owner.options["words"] == {"currency": {"人民币元整": "CNY"}}
    walk.post("words", **{"n-status-0": "待审", "w-status-0": "cancelled"})
    walk.post("begin")
    assert list(Order.objects.filter(number__in=["O1", "O2"]).order_by("number").values_list("currency", "status")) == [
        ("CNY", "completed"), ("CNY", "cancelled"),
    ]  # fmt: skip


def test_more_names_than_the_table_holds_follow_once_the_first_are_settled(desk_of, cast, client_for):
    desk = desk_of("head")
    lines = "".join(f"W{n},客户{n},陌{n}\n" for n in range(70))
    owner = desk.check(desk.bring("customers", f"客户编号,客户名称,负责人\n{lines}"))
    client = client_for(cast.people.head)
    shown = client.get(f"/imports/{owner.key}/").context["words"][0]
    assert (len(shown["rows"]), shown["more"]) == (60, True)
    again = desk.check(owner, words={"manager": {row["word"]: "gao" for row in shown["rows"]}})
    shown = client.get(f"/imports/{again.key}/").context["words"][0]
    assert sum(not row["said"] for row in shown["rows"]) == 10


def test_a_word_that_many_names_of_places_hold_is_no_guess(cast):
    place = type(cast.departments.key)
    place.objects.create(code="all", name_zh="公司", name_en="Company")
    place.objects.create(code="foreign_trade", name_zh="外贸部", name_en="")
    field = TARGETS["customers"].field("department")
    assert guess(field, "西北分公司") == ""
    assert [guess(field, word) for word in ("Foreign Trade", "外贸事业部")] == [
        "foreign_trade",
        "foreign_trade",
    ]


def test_words_that_keep_rows_out_stand_first(head):
    head.upload("customers", "客户编号,客户名称,行业,负责人\nW1,一号,天知道,陌生人\n")
    head.match(match="code")
    assert [one["field"].code for one in head.page().context["words"]] == ["manager", "industry"]


def test_a_country_is_guessed_where_one_fits():
    assert guess(TARGETS["customers"].field("country"), "德国慕尼黑") == "DE"
