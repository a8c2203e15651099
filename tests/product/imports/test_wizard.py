"""Files on their way into the archive: matched, checked, imported, and nothing twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from tests.product.imports.conftest import counts
from zhike.customers.models import Customer
from zhike.facts.models import Order
from zhike.imports import actions
from zhike.imports.models import Import
from zhike.kernel.journal import Entry

pytestmark = pytest.mark.django_db

CUSTOMERS = (
    "客户编号,客户名称,国家,行业,法定代表人,负责人\n"
    "N1,岭南纺织,中国,制造业,王一,\nN2,Nordwind GmbH,Germany,零售,,ming\n"
)
ORDERS = (
    "订单号,客户编号,订单日期,金额(万元),币种,状态\n"
    "O1,A,2026-05-01,1.5,人民币,已完成\nO2,AAALPHA 有限公司,2026年5月2日,2,美元,\n"
)


def test_columns_match_by_their_headers_in_either_language(desk):
    owner = desk.bring("customers", CUSTOMERS)
    assert (owner.state, owner.rows) == ("mapping", 2)
    assert owner.options["columns"] == {
        "code": "客户编号", "name": "客户名称", "country": "国家", "industry": "行业", "legal_representative": "法定代表人", "manager": "负责人",
    }  # fmt: skip
    english = desk.bring("customers", "Customer No,Company Name,Country,Industry\n1,x,China,Retail\n")
    assert english.options["columns"] == {
        "code": "Customer No",
        "name": "Company Name",
        "country": "Country",
        "industry": "Industry",
    }


def test_customers_are_added_with_codes_of_words_and_a_manager(desk):
    owner = desk.take("customers", CUSTOMERS)
    assert counts(owner) == (2, 0, 0, 0)
    one, two = Customer.objects.filter(code__in=["N1", "N2"]).order_by("code")
    assert (one.name, one.country, one.industry, one.manager, one.legal_representative) == (
        "岭南纺织",
        "CN",
        "manufacturing",
        desk.by,
        "王一",
    )
    assert (two.country, two.department_id) == ("DE", desk.by.department_id)
    assert one.assignments.get().post == "manager"
    assert "lnfz" in one.search
    assert one.completeness > 0


def test_the_same_file_twice_changes_nothing(desk):
    desk.take("customers", CUSTOMERS)
    before = Entry.objects.count()
    again = desk.take("customers", CUSTOMERS)
    assert counts(again) == (0, 0, 2, 0)
    assert again.lines.count() == 0
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)[before:]) == [
        "import_begun",
        "import_ended",
    ]


def test_orders_are_found_by_code_or_name_and_read_in_their_unit(desk):
    owner = desk.bring("orders", ORDERS)
    assert owner.options["times"] == {"amount": 10_000}
    assert counts(desk.run(desk.check(owner))) == (2, 0, 0, 0)
    one, two = Order.objects.filter(number__in=["O1", "O2"]).order_by("number")
    assert (one.customer.code, one.amount, one.currency, one.ordered_on, one.status) == (
        "A",
        Decimal(15_000),
        "CNY",
        date(2026, 5, 1),
        "completed",
    )
    assert (two.customer.code, two.currency, two.ordered_on) == ("A", "USD", date(2026, 5, 2))


def test_every_problem_is_told_by_row_and_column(desk):
    rows = [
        "O1,A,2026-05-01,10,CNY,",
        "O2,nobody,2026-05-01,10,CNY,",
        "O3,A,2026-02-30,10,CNY,",
        "O4,A,2026-05-01,ten,CNY,",
        "O5,A,2026-05-01,10,XXX,",
        "O1,A,2026-05-01,10,CNY,",
        ",A,2026-05-01,10,CNY,",
        "O8,A,,,CNY,nonsense",
        "O9,A,2026-05-01,10,CNY,,surplus",
    ]
    owner = desk.check(desk.bring("orders", "订单号,客户,日期,金额,币种,状态\n" + "\n".join(rows) + "\n"))
    assert owner.checked["counts"] == {"created": 1, "updated": 0, "unchanged": 0, "rejected": 8}
    found = {(field, code) for field, code, _ in owner.checked["problems"]}
    assert found == {
        ("customer", "unknown_customer"), ("ordered_on", "date_unreadable"), ("amount", "number_unreadable"),
        ("currency", "unknown_currency"),
        ("number", "twice"), ("number", "empty"), ("ordered_on", "empty"), ("amount", "empty"), ("status", "unknown_word"),
        ("", "row_broken"),
    }  # fmt: skip
    assert Order.objects.filter(number="O1").count() == 0, "a check writes nothing"


def test_a_customer_of_somebody_else_is_as_unknown_as_one_that_is_not(desk):
    rows = "订单号,客户,日期,金额,币种\nO1,B,2026-05-01,1,CNY\nO2,ZZZ,2026-05-01,1,CNY\n"
    owner = desk.check(desk.bring("orders", rows))
    assert [problem["code"] for row in owner.checked["sample"] for problem in row["problems"]] == [
        "unknown_customer"
    ] * 2


def test_nobody_imports_a_field_that_they_do_not_see(desk_of):
    owner = desk_of("shu").bring(
        "orders", "order,customer,date,amount,currency,profit\n1,C,2026-05-01,5,CNY,2\n"
    )
    assert "profit" not in owner.options["columns"]


@pytest.mark.parametrize(
    ("mode", "expected"), [("both", (1, 1, 0, 0)), ("create", (1, 0, 0, 1)), ("update", (0, 1, 0, 1))]
)
def test_modes_keep_records_from_being_added_or_updated(desk, mode, expected):
    rows = "code,name,city\nA,AAALPHA 有限公司,广州\nN9,新客户,深圳\n"
    assert counts(desk.take("customers", rows, mode=mode)) == expected


def test_empty_cells_leave_what_is_there_unless_they_shall_clear_it(desk, cast):
    rows = "code,name,address,group\nA,AAALPHA 有限公司,,\n"
    assert counts(desk.take("customers", rows)) == (0, 0, 1, 0)
    desk.take("customers", rows, blanks="clear")
    cast.customers.A.refresh_from_db()
    assert (cast.customers.A.address, cast.customers.A.group) == ("", "")


def test_rows_of_one_order_can_be_added_up(desk):
    rows = "订单号,客户,日期,数量,单价,币种\nO1,A,2026-05-01,3,0.33335,CNY\nO1,A,2026-05-01,1,0.00003,CNY\n"
    rows += "O2,A,2026-05-01,x,1,CNY\nO2,A,2026-05-01,1,1,CNY\n"
    owner = desk.bring("orders", rows)
    options = {
        **owner.options,
        "columns": {**owner.options["columns"], "amount": "=数量 * 单价"},
        "repeats": "sum",
    }
    done = desk.run(desk.check(owner, **options))
    assert counts(done) == (1, 0, 0, 2), "an order with one line that cannot be read is left out whole"
    assert Order.objects.get(number="O1").amount == Decimal("1.0001")


def test_a_match_is_remembered_for_files_with_the_same_headers(desk, desk_of):
    odd = "a,b,c,d,e\nO1,A,2026-05-01,1,CNY\n"
    columns = dict(zip(("number", "customer", "ordered_on", "amount", "currency"), "abcde", strict=True))
    desk.take("orders", odd, columns=columns)
    assert desk.bring("orders", odd).options["columns"] == columns
    assert desk_of("gao").bring("orders", odd).options["columns"] == columns


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_text_is_read_in_the_encodings_that_excel_writes(desk, encoding):
    assert counts(desk.take("customers", CUSTOMERS.encode(encoding))) == (2, 0, 0, 0)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_text_is_read_with_any_separator(desk, sign):
    assert counts(desk.take("customers", CUSTOMERS.replace(",", sign))) == (2, 0, 0, 0)


def test_a_workbook_is_read_from_its_sheet_and_header_row(desk):
    rows = [
        [],
        ["客户汇总"],
        ["客户编号", "客户名称", "合作日期"],
        [1001, "岭南纺织", date(2024, 3, 5)],
        [],
        [1002, "滨海机电", "2024/3/6"],
    ]
    owner = desk.bring("customers", desk.book(rows, before=("说明",)), "book.xlsx")
    assert (owner.description["name"], owner.options["header"]) == ("Sheet1", 3)
    assert counts(desk.run(desk.check(owner))) == (2, 0, 0, 0)
    assert list(Customer.objects.filter(code__startswith="100").order_by("code").values_list("code", "since")) == [
        ("1001", date(2024, 3, 5)), ("1002", date(2024, 3, 6)),
    ]  # fmt: skip
    assert list(owner.lines.values_list("number", flat=True)) == [4, 6]


def test_days_that_could_be_either_are_told(desk):
    sure = desk.bring("orders", "订单号,客户,日期,金额,币种\n1,A,25/12/2025,1,CNY\n2,A,1/2/2026,1,CNY\n")
    assert (sure.options["dates"], sure.options["doubt"]) == ("d/m/yyyy", False)
    either = desk.bring("orders", "订单号,客户,日期,金额,币种\n1,A,1/2/2026,1,CNY\n")
    assert either.options["doubt"] is True


def test_an_import_is_its_owners_alone(desk, desk_of, cast):
    owner = desk.bring("customers", CUSTOMERS)
    assert not Import.objects.visible_to(cast.people.gao).filter(pk=owner.pk).exists()


def test_contacts_and_activities_and_rates_come_in_too(desk, desk_of, cast):
    contacts = "客户,姓名,职务,手机\nA,张三,采购,13800000001\nB,李四,采购,13800000002\n"
    assert counts(desk.take("contacts", contacts)) == (1, 0, 0, 1)
    assert counts(desk.take("contacts", contacts)) == (0, 0, 1, 1)
    cast.customers.A.refresh_from_db()
    assert "13800000001" in cast.customers.A.channels
    past = "客户,日期,方式,主题,内容,结果,跟进人\nA,2020-05-01,拜访,年度走访,看了样品,满意,Gone Away\n"
    assert counts(desk.take("activities", past)) == (1, 0, 0, 0)
    assert counts(desk.take("activities", past)) == (0, 0, 1, 0)
    activity = cast.customers.A.activities.get()
    assert (activity.person, activity.done_on) == (cast.people.old, date(2020, 5, 1))
    rates = desk_of("fang").take("rates", "币种,日期,汇率\nUSD,2026-01-01,7.12345678\nUSD,2026-02-01,-1\n")
    assert counts(rates) == (1, 0, 0, 1)


def test_returns_with_amounts_above_zero_are_told_or_turned(desk):
    rows = "订单号,客户,日期,金额,币种,状态\nO1,A,2026-05-01,10,CNY,退货\n"
    assert counts(desk.take("orders", rows)) == (0, 0, 0, 1)
    assert counts(desk.take("orders", rows, returns="negate")) == (1, 0, 0, 0)
    assert Order.objects.get(number="O1").amount == -10


def test_codes_of_other_systems_have_pages_and_those_without_an_address_are_refused(desk, client_for):
    names = {"#12": "甲", "A?1": "乙", "甲 1%": "丙", "A&B": "丁"}
    lines = "".join(f"{code},{name}有限公司\n" for code, name in names.items())
    assert counts(desk.take("customers", f"客户编号,客户名称\n{lines}")) == (4, 0, 0, 0)
    browser = client_for(desk.by)
    for code in names:
        customer = Customer.objects.get(code=code)
        page = browser.get(customer.get_absolute_url())
        assert (code, page.status_code, customer.name in page.content.decode()) == (code, 200, True)
    shown = browser.get("/customers/").content.decode()
    assert 'href="/customers/%2312/"' in shown
    assert 'href="/customers/#12/"' not in shown
    refused = desk.take("customers", "客户编号,客户名称\nA/1,一\n..,二\nnew,三\nExports,四\n")
    assert counts(refused)[0] == 0
    assert not Customer.objects.filter(code__in=["A/1", "..", "new", "Exports"]).exists()


def test_the_day_of_the_first_business_is_found_by_its_heading(desk):
    owner = desk.bring("customers", "客户编号,客户名称,合作起始\n1,岭南纺织,2024-03-05\n")
    desk.run(desk.check(owner))
    assert Customer.objects.get(code="1").since == date(2024, 3, 5)


def test_of_several_sheets_the_one_whose_headers_fit_is_read_and_hidden_ones_come_last(desk):
    path = desk.folder / "sheets.xlsx"
    rows = {
        "空白": [[" "], [" "]],
        "客户": [["客户编号", "客户名称", "行业", "国家"], ["N1", "岭南纺织", "制造", "中国"]],
        "旧订单": [
            ["订单号", "客户", "订单日期", "金额", "币种", "状态"],
            ["O0", "A", "2025-05-01", 1, "CNY", "完成"],
        ],
        "订单": [
            ["单位：元"],
            ["订单号", "客户", "订单日期", "金额", "币种"],
            ["O1", "A", "2026-05-01", 10, "CNY"],
        ],
        "表头": [[], ["订单号", "客户", "订单日期", "金额", "币种", "状态"]],
    }
    with xlsxwriter.Workbook(str(path)) as book:
        for name, lines in rows.items():
            page = book.add_worksheet(name)
            for number, line in enumerate(lines):
                page.write_row(number, 0, line)
        book.get_worksheet_by_name("旧订单").hide()
    owner = desk.bring("orders", path.read_bytes(), "book.xlsx")
    assert [(one["name"], one["hidden"]) for one in owner.sheets] == [
        ("客户", False), ("订单", False), ("表头", False), ("旧订单", True),
    ]  # fmt: skip
    assert owner.description["name"] == "订单"
    assert desk.bring("customers", path.read_bytes(), "book.xlsx").description["name"] == "客户"
    chosen = actions.choose_sheet(owner=owner, sheet=3, header=0, by=desk.by)
    assert counts(desk.run(desk.check(chosen))) == (1, 0, 0, 0)
    assert Order.objects.filter(number__in=["O0", "O1"]).get().number == "O0"


def test_the_width_of_brackets_and_blanks_do_not_part_a_name_from_its_customer(desk):
    desk.take("customers", "客户编号,客户名称\nK1,岭南机械（深圳）有限公司\nK2,滨海 贸易\n")
    names = ["岭南机械(深圳)有限公司", "岭南机械 （深圳） 有限公司", "滨海  贸易", "岭南机械"]
    rows = "".join(f"O{nth},{name},2026-05-01,1,CNY\n" for nth, name in enumerate(names, 1))
    owner = desk.take("orders", "订单号,客户,日期,金额,币种\n" + rows)
    assert counts(owner) == (3, 0, 0, 1)
    assert list(Order.objects.filter(number__in=["O1", "O2", "O3"]).order_by("number").values_list("customer__code", flat=True)) == [
        "K1", "K1", "K2",
    ]  # fmt: skip
