"""Customers that whoever imports them will not see afterwards are told before, by the rule that decides who sees."""

from __future__ import annotations

import pytest

from tests.product.imports.conftest import Walk
from zhike.customers.models import Assignment, Customer

pytestmark = pytest.mark.django_db
FILE = (
    "客户编号,客户名称,负责人,部门\nW1,一号客户,李明,\nW2,二号客户,高阳,\nW3,三号客户,高阳,key\nW4,四号客户,舒宁,trade\nW5,五号客户,,\n"
    "W6,六号客户,,trade\n"
)


def test_what_will_be_out_of_sight_is_told_before_and_comes_in(head, cast):
    before = (Customer.objects.count(), Assignment.objects.count())
    head.upload("customers", FILE)
    head.match(match="code")
    assert (Customer.objects.count(), Assignment.objects.count()) == before, "nothing is written"
    told = head.owner.checked["unseen"]
    assert (told["count"], told["first"], told["more"]) == (2, [3, 5], False)
    assert told["people"] == ["高阳", "舒宁"], "no region, so that no regional manager sees them"
    text = head.page().content.decode()
    assert "After the import you will not see 2 of these customers" in text
    assert "Rows 3, 5 belong to account managers" in text
    assert "高阳, 舒宁" in text
    head.post("begin")
    assert head.owner.created == 6
    seen = Customer.objects.visible_to(cast.people.head).filter(code__startswith="W")
    assert set(seen.values_list("code", flat=True)) == {"W1", "W3", "W5", "W6"}


def test_a_change_that_takes_a_customer_out_of_sight_is_told(cast, client_for, data_dir):
    walk = Walk(client_for(cast.people.rong))
    walk.upload(
        "customers",
        "客户编号,客户名称,区域\nA,AAALPHA 有限公司,south\nB,BBBRAVO 有限公司,china\nN1,新客户,south\n",
    )
    walk.match(match="code")
    assert walk.owner.checked["counts"]["updated"] == 2
    assert (walk.owner.checked["unseen"]["count"], walk.owner.checked["unseen"]["first"]) == (2, [2, 3])
    assert Customer.objects.get(code="A").region == cast.regions.east, "nothing is written"
    assert {"李明", "高阳", "Tess Berg"} <= set(walk.owner.checked["unseen"]["people"])
    walk.post("begin")
    seen = Customer.objects.visible_to(cast.people.rong)
    assert set(seen.values_list("code", flat=True)) == {"N1"}, "their own new customer stays"


def test_the_warning_stands_above_words_that_are_all_settled(head):
    head.upload("customers", "客户编号,客户名称,负责人\nW1,一号,高阳\nW2,二号,陌生人\n")
    head.match(match="code")
    text = head.page().content.decode()
    assert text.index('id="file-words"') < text.index("you will not see 1 of these customers")
    head.post("words", **{"n-manager-0": "陌生人", "w-manager-0": "shu"})
    text = head.page().content.decode()
    assert text.index("you will not see 2 of these customers") < text.index('id="file-words"')


def test_many_rows_name_the_first_few(head):
    lines = "".join(f"W{n},客户{n},高阳\n" for n in range(1500))
    head.upload("customers", f"客户编号,客户名称,负责人\n{lines}")
    head.match(match="code")
    assert "you will not see 1,500 of these customers" in head.page().content.decode()
    assert (head.owner.checked["unseen"]["count"], head.owner.checked["unseen"]["first"]) == (
        1500,
        [2, 3, 4, 5, 6],
    )
    assert "Rows 2, 3, 4, 5, 6 … belong" in head.page().content.decode()


@pytest.mark.parametrize("name", ["boss", "head"])
def test_who_sees_what_comes_in_is_not_warned(cast, client_for, data_dir, name):
    role = cast.roles.management
    role.verbs = [*role.verbs, "import_data", "add_customer", "assign_customer"]
    role.save()
    walk = Walk(client_for(getattr(cast.people, name)))
    mine = FILE.replace("高阳", "李明").replace("舒宁", "李明").replace("trade", "key")
    walk.upload("customers", FILE if name == "boss" else mine)
    walk.match(match="code")
    assert walk.owner.checked["unseen"] == {}
    assert "After the import you will not see" not in walk.page().content.decode()
