"""Sheets as Chinese sales and finance programs export them, with everything people put around and into the cells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.product.imports.conftest import Walk
from zhike.customers.models import Customer
from zhike.facts.models import Order
from zhike.imports.checking import problem_page
from zhike.imports.guessing import fingerprint, first_options
from zhike.imports.headings import HEADINGS
from zhike.imports.targets import TARGETS
from zhike.people.models import Person

SHEETS = {
    # U8 and NC, K3, 管家婆, a CRM
    "customers": [
        ("客户编码 客户名称 客户简称 税号 法人 地址 电话 Email地址 分管部门名称 专管业务员名称 发展日期 币种", ("code name short_name registration"
         " legal_representative address phone email department manager since currency")),
        ("编码 全称 简称 客户分类 通讯地址 联系电话 公司网址 统一社会信用代码 结算币别 销售员 销售部门 所属行业", ("code name short_name - address phone"
         " website registration currency manager department industry")),
        ("单位编号 单位全名 单位简名 法人代表 联系地址 省份 城市", "code name short_name legal_representative address province city"),
        ("客户ID 公司名称 客户类型 客户等级 客户来源 企业规模 负责人 首次成交日期 上级客户", "code name - - source scale manager since parent"),
    ],
    "contacts": [
        ("客户名称 联系人姓名 职务 手机号码 办公电话 电子邮件 微信号 生日 备注", "customer name post mobile phone email chat important_date preferences"),
        ("往来单位 主要联系人 岗位 移动电话 固定电话 邮箱地址", "customer name post mobile phone email"),
    ],
    "activities": [
        ("所属客户 跟进时间 跟进方式 跟进主题 跟进内容 跟进结果 下次跟进时间 跟进人", "customer done_on channel subject content result follow_up_on person"),
        ("拜访单位 拜访日期 拜访方式 拜访目的 拜访记录 客户反馈 下一步计划 拜访人员 拜访对象", ("customer done_on channel subject content result follow_up"
         " person contact")),
    ],
    "orders": [
        ("单据编号 单据日期 客户编码 客户名称 业务员 币别 原币金额 本币金额 毛利 单据状态", "number ordered_on customer - - currency amount - profit status"),
        ("发票号码 开票日期 购方名称 购方识别号 货物或应税劳务名称 金额 税率 税额 价税合计 币种", "number ordered_on customer - product - - - amount currency"),
        ("销售订单号 往来单位 订货日期 销售额 币别", "number customer ordered_on amount currency"),
        ("合同编号 客户全称 签订日期 合同总额(万元) 结算币别 销售毛利(万元)", "number customer ordered_on amount currency profit"),
    ],
    "receivables": [
        ("单据编号 往来单位 开票日期 到期日 币别 原币余额 本币余额 业务员", "number customer issued_on due_on currency amount - -"),
        ("应收单号 客户编码 客户名称 源单编号 业务日期 付款到期日 应收金额 已收金额 未收金额 币种 核销日期", ("number customer - order issued_on due_on amount - -"
         " currency paid_on")),
    ],
    "rates": [("源币别 生效日期 直接汇率", "currency rate_on rate"), ("货币名称 发布时间 中行折算价", "currency rate_on rate")],
}  # fmt: skip
"""Kind -> headings of a real sheet, and the field that each fills; `-` is a column that fills none."""


class Everybody:
    """Somebody who sees every class of fields."""

    class access:  # noqa: N801
        sees = frozenset(["basic", "contact", "price", "profit", "credit", "risk"])


@pytest.mark.parametrize("kind", sorted(TARGETS))
def test_headings_of_chinese_programs_are_known(kind):
    target = TARGETS[kind]
    known = {heading for some in HEADINGS[kind].values() for heading in some}
    assert len(known) >= 40
    for field, headings in HEADINGS[kind].items():
        for heading in headings:
            columns = first_options(target.fields, [heading], target.keys)["columns"]
            first = next(code for code, some in HEADINGS[kind].items() if heading in some)
            assert columns == {field: heading} or (first != field and columns == {first: heading}), heading
    for headings, fields in SHEETS[kind]:
        names = headings.split()
        expected = {code: name for name, code in zip(names, fields.split(), strict=True) if code != "-"}
        assert first_options(target.fields, names, target.keys)["columns"] == expected, headings


def test_units_and_currencies_of_headings_are_heeded():
    def of(names: str, above: str = "") -> dict[str, object]:
        found = first_options(TARGETS["orders"].fields, names.split(), TARGETS["orders"].keys, above)
        return {"amount": found["columns"]["amount"], "times": found["times"], "currency": found["columns"].get("currency"),
                "default": found["defaults"].get("currency")}  # fmt: skip

    assert of("单号 客户 日期 金额/万元 币别") == {
        "amount": "金额/万元", "times": {"amount": 10_000}, "currency": "币别", "default": None,
    }  # fmt: skip
    assert of("单号 客户 日期 本币金额 币别") == {
        "amount": "本币金额",
        "times": {},
        "currency": None,
        "default": "CNY",
    }
    assert of("单号 客户 日期 金额（万美元）")["default"] == "USD"
    assert of("单号 客户 日期 金额", "人民币万元") == {
        "amount": "金额", "times": {"amount": 10_000}, "currency": None, "default": "CNY",
    }  # fmt: skip
    assert of("单号 客户 日期 金额(元)", "万元")["times"] == {}
    shapes = {fingerprint("orders", ["单号", name], above) for name, above in
              [("金额", ""), ("金额(万元)", ""), ("金额/元", ""), ("金额", "万元")]}  # fmt: skip
    assert len(shapes) == 4, "a match with a unit is not remembered for sheets in another"
    assert fingerprint("orders", ["单号", "原因 Reason"]) == fingerprint("orders", ["单号"])


MESS = [
    ["华东区 2026 年上半年销售明细表", "", "", "", "", "", ""],
    ["编制单位：销售一部", "", "", "", "", "金额单位：元", ""],
    [],
    ["序号", "单据\n编号", "客户全称", "单据日期 ", "价税合计", "币别", "备注"],
    [1, "X-1", "AAALPHA 有限公司", "2026.1.5", "￥1,234.50", "人民币", ""],
    [2, "X-2", "AAALPHA 有限公司", "2026年1月5日", "１，２００．５", "CNY", ""],
    [3, "X-3", "AAALPHA 有限公司", 46027, "12.5万元", "RMB", "序列日期"],
    [4, "X-4", "AAALPHA 有限公司", date(2026, 1, 5), 88.8, "元", ""],
    [5, "X-5", "AAALPHA 有限公司", "２０２６－０１－０５", "USD 300", "美元", ""],
    [6, "X-6", "AAALPHA 有限公司", "2026/1/5 10:30", "US$1,000.00", "美元", ""],
    ["小计", "", "", "", 127_000, "", ""],
    ["序号", "单据\n编号", "客户全称", "单据日期 ", "价税合计", "币别", "备注"],
    [7, "X-7", "AAALPHA 有限公司", "2026-02-30", 10, "CNY", ""],
    [8, "X-8", "AAALPHA 有限公司", "2026-01-05", "约 300", "CNY", ""],
    [9, "X-9", "AAALPHA 有限公司", "2026-01-05", "USD 300", "CNY", ""],
    [10, "X-10", "AAALPHA", "26.1.5", "1,23", "", "每一格都错"],
    [11, "", "AAALPHA 有限公司", "2026-01-05", "(300.00)", "CNY", ""],
    ["合　计", "", "", "", "￥130,000.00", "", ""],
    ["制表：张三", "", "", "审核：李四", "", "打印日期：2026-07-01", ""],
]


@pytest.mark.django_db
def test_a_hostile_workbook_gives_the_right_value_or_one_clear_problem(desk, client_for, cast):
    person = Person.objects.get(pk=cast.people.ming.pk)
    walk = Walk(client_for(person))
    page = walk.upload("orders", desk.book(MESS), "上半年.xlsx")
    assert walk.owner.options["header"] == 4
    assert walk.owner.options["columns"] == {
        "number": "单据 编号", "customer": "客户全称", "ordered_on": "单据日期", "amount": "价税合计", "currency": "币别",
    }  # fmt: skip
    assert "单据 编号" in page.content.decode()
    walk.match(dates=walk.owner.options["dates"])
    assert walk.owner.checked["counts"] == {"created": 6, "updated": 0, "unchanged": 0, "rejected": 5}
    assert walk.owner.checked["left_out"] == 4
    found = problem_page(walk.owner, field="", code="", page=1)
    told = sorted((row["number"], row["field"], row["code"]) for row in found)
    assert told == sorted([
        (11, "", "no_record"), (12, "", "no_record"),
        (13, "ordered_on", "date_unreadable"), (14, "amount", "number_unreadable"), (15, "amount", "other_currency"),
        (16, "customer", "unknown_customer"), (16, "ordered_on", "date_unreadable"), (16, "amount", "number_unreadable"),
        (16, "currency", "empty"), (17, "number", "empty"), (18, "", "no_record"), (19, "", "no_record"),
    ])  # fmt: skip
    shown = walk.client.get(f"/imports/{walk.owner.key}/problems/").content.decode()
    assert "The row is a sum, a note or a header" in shown
    walk.post("begin")
    assert (walk.owner.rejected, walk.owner.lines.filter(outcome="rejected").count()) == (5, 5)
    report = walk.page()
    assert (report.context["left_out"], "not among the rejected ones" in report.content.decode()) == (4, True)
    day, made = date(2026, 1, 5), Order.objects.filter(number__startswith="X-").order_by("number")
    assert [(one.number, one.ordered_on, one.amount, one.currency) for one in made] == [
        ("X-1", day, Decimal("1234.5"), "CNY"), ("X-2", day, Decimal("1200.5"), "CNY"), ("X-3", day, Decimal(125_000), "CNY"),
        ("X-4", day, Decimal("88.8"), "CNY"), ("X-5", day, Decimal(300), "USD"), ("X-6", day, Decimal(1000), "USD"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_codes_and_telephones_are_narrow(desk):
    desk.take("customers", "客户编码,客户全称,联系电话\nＨ－００１,岭南（华东）纺织,０５７４－８７６５\n")
    one = Customer.objects.get(code="H-001")
    assert (one.phone, one.name) == ("0574-8765", "岭南（华东）纺织")
