"""Words that a file has and a field does not know: told with what is possible, mended once for all rows, remembered."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.product.imports.conftest import Walk, counts
from zhike.customers.models import Customer
from zhike.imports.problems import sentence
from zhike.imports.targets import TARGETS
from zhike.imports.words import counted, guess, values_of

FILE = (
    "客户编号,客户名称,行业,生命周期,规模\n"
    "W1,一号客户,机械制造,正在谈,大\nW2,二号客户,机械制造,,巨型\nW3,三号客户,天知道,在册,small\nW4,四号客户,服务,现有,\n"
)
INDUSTRY, STATUS = TARGETS["customers"].field("industry"), TARGETS["orders"].field("status")


@pytest.mark.parametrize(
    ("word", "code"),
    [("机械制造", "manufacturing"), ("制造类", "manufacturing"), ("现代服务业", "service"), ("工业品贸易", ""), ("天知道", ""),
     ("Retail trade", "retail")],
)  # fmt: skip
def test_a_word_is_guessed_only_where_one_value_fits(word, code):
    assert guess(INDUSTRY, word) == code


def test_of_two_names_in_a_word_the_longer_one_counts():
    assert guess(TARGETS["customers"].field("segment"), "大型工业企业客户") == "large_industrial"
    assert guess(TARGETS["customers"].field("scale"), "中大型") == ""


def test_a_sentence_names_what_is_possible_and_shortens_many():
    with translation.override("en"):
        told = sentence({"code": "unknown_word"}, "xyz", known=values_of(STATUS))
        assert told == "“xyz” is none of the values that are possible here: completed、returned、cancelled."
        assert values_of(TARGETS["customers"].field("segment")).endswith("、general customer、…")


@pytest.mark.django_db
def test_an_unknown_word_leaves_an_optional_cell_empty_and_is_told(desk):
    owner = desk.check(desk.bring("customers", FILE))
    assert (owner.checked["counts"]["created"], owner.checked["problems"]) == (4, [])
    assert owner.checked["notes"] == [
        ["industry", "unknown_left", 3],
        ["life", "unknown_left", 1],
        ["scale", "unknown_left", 1],
    ]
    desk.run(owner)
    made = Customer.objects.filter(code__startswith="W").order_by("code")
    assert list(made.values_list("industry", "life", "scale")) == [
        ("", "prospect", "large"), ("", "prospect", ""), ("", "current", "small"), ("service", "current", ""),
    ]  # fmt: skip


@pytest.mark.django_db
def test_an_unknown_word_takes_the_value_given_and_clears_nothing(desk):
    desk.take("customers", "客户编号,客户名称,规模\nW1,一号客户,大\n")
    again = desk.bring("customers", "客户编号,客户名称,规模,生命周期\nW1,一号客户,巨型,\nW2,二号客户,,谈着\n")
    assert counts(desk.run(desk.check(again, blanks="clear", defaults={"life": "current"}))) == (1, 0, 1, 0)
    assert list(Customer.objects.filter(code__startswith="W").order_by("code").values_list("scale", "life")) == [
        ("large", "prospect"), ("", "current"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_one_setting_mends_all_rows_and_is_remembered(cast, client_for, data_dir):
    walk = Walk(client_for(cast.people.ming))
    walk.upload("customers", FILE, "a.csv")
    walk.match(match="code")
    page = walk.page()
    [scale, industry] = [one for one in page.context["words"] if one["field"].code in ("industry", "scale")]
    assert [(row["word"], row["count"], row["guessed"]) for row in industry["rows"]] == [
        ("机械制造", "2", True),
        ("天知道", "1", False),
    ]
    assert [row["word"] for row in scale["rows"]] == ["巨型"]
    text = page.content.decode()
    assert "A guess counts only once" in text
    assert '<s class="ink-2" title="left empty">天知道</s>' in text
    assert text.count(' id="words"') == 1, "the name of the words that the scripts of the page read"
    walk.post("words", **{"n-industry-0": "机械制造", "w-industry-0": "manufacturing", "n-industry-1": "天知道", "w-industry-1": "-",
                          "n-scale-0": "巨型", "w-scale-0": "nonsense"})  # fmt: skip
    assert walk.owner.options["words"] == {"industry": {"机械制造": "manufacturing", "天知道": ""}}
    assert [note[:2] for note in walk.owner.checked["notes"]] == [
        ["life", "unknown_left"],
        ["scale", "unknown_left"],
    ]
    walk.post("begin")
    assert "is none of the values" in walk.page().content.decode()
    assert list(Customer.objects.filter(code__startswith="W").order_by("code").values_list("industry", flat=True)) == [
        "manufacturing", "manufacturing", "", "service",
    ]  # fmt: skip
    walk.upload("customers", FILE.replace("W", "V"), "b.csv")
    walk.match(match="code")
    assert [note[0] for note in walk.owner.checked["notes"]] == ["name", "life", "scale"]  # namesakes now


@pytest.mark.django_db
def test_a_state_of_orders_that_nobody_knows_keeps_the_row_out_until_it_is_said(desk):
    file = "订单号,客户,日期,金额,币种,状态\nO1,A,2026-05-01,10,CNY,待审\nO2,A,2026-05-01,10,CNY,完成\n"
    owner = desk.check(desk.bring("orders", file))
    assert owner.checked["problems"] == [["status", "unknown_word", 1]]
    said = desk.check(owner, words={"status": {"待审": "cancelled", "x": "nonsense"}, "amount": {"a": "b"}})
    assert (said.checked["counts"]["created"], said.options["words"]) == (
        2,
        {"status": {"待审": "cancelled"}},
    )
    assert counts(desk.run(said)) == (2, 0, 0, 0)


@pytest.mark.django_db
def test_a_region_that_nobody_knows_leaves_the_cell_empty_until_it_is_said(desk, cast):
    file = "客户编号,客户名称,区域\nW1,一号,神秘大区\nW2,二号,神秘大区\nW3,三号,\n"
    owner = desk.check(desk.bring("customers", file))
    assert (owner.checked["counts"]["created"], owner.checked["notes"]) == (
        3,
        [["region", "unknown_left", 2]],
    )
    assert counted(owner) == {"region": [("神秘大区", 2)]}
    south = cast.regions.south
    said = desk.check(owner, words={"region": {"神秘大区": south.code, "x": "nowhere"}})
    assert (said.checked["notes"], said.options["words"]) == ([], {"region": {"神秘大区": south.code}})
    desk.run(said)
    assert list(Customer.objects.filter(code__startswith="W").order_by("code").values_list("region", flat=True)) == [
        south.pk, south.pk, None,
    ]  # fmt: skip
