"""`zhike facts`: what a person sees, and what a script gets."""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

from tests.facts.conftest import Desk, Result
from zhike.cli.facts import command
from zhike.facts.importer import import_facts
from zhike_engine.errors import FactsInvalid

MAPPING = Path(__file__).resolve().parents[2] / "mappings" / "excel-orders.yaml"

ORDERS = [
    ["2024 年销售订单汇总"],
    [
        "订单号",
        "客户名称",
        "国家",
        "行业",
        "订单日期",
        "产品",
        "金额(万元)",
        "利润(万元)",
        "币种",
        "状态",
        "业务员",
    ],
    ["A-001", "岭南纺织", "中国", "纺织", date(2024, 1, 15), "平车", 12.5, 2.1, "人民币", "已完成", "陈敏"],
    ["A-002", "岭南纺织 ", "中国", "纺织", "2024年3月8日", "包缝机", "3.25", "-", "", "已发货", "陈敏"],
    ["A-003", "Nordwind GmbH", "德国", "机械", "2024.4.1", "平车", 8, 1, "EUR", "执行中", "王磊"],
    ["A-004", "Nordwind GmbH", "德国", "机械", "2024-04-20", "平车", 1.5, 0.2, "欧元", "退货", "赵婷"],
    ["A-005", "岭南纺织", "中国", "纺织", "2024/5/6", "平车", 2, 0.3, "RMB", "取消", "陈敏"],
    ["A-006", "测试客户", "中国", "", "2024-05-07", "平车", 1, 0, "RMB", "已完成", "陈敏"],
    ["A-007", "岭南纺织", "中国", "纺织", "2023-02-30", "平车", 1, 0, "RMB", "已完成", "陈敏"],
    ["A-008", "岭南纺织", "中国", "纺织", "2024-06-01", "平车", 1200, 10, "RMB", "已完成", "陈敏"],
    [],
    ["合计", "", "", "", "", "", 1229.25],
]
RATES = [["币种", "日期", "汇率"], ["EUR", date(2024, 1, 1), 7.85]]


@pytest.fixture
def sheet(tmp_path):
    """The folder with the example workbook and the shipped mapping for it."""
    with xlsxwriter.Workbook(str(tmp_path / "orders.xlsx"), {"default_date_format": "yyyy-mm-dd"}) as book:
        for title, rows in (("订单", ORDERS), ("汇率", RATES)):
            page = book.add_worksheet(title)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    page.write(number, column, cell)
    shutil.copy(MAPPING, tmp_path / "my-orders.yaml")
    return tmp_path


def run(folder, *options):
    return CliRunner().invoke(
        command, [str(folder / "my-orders.yaml"), "--out", str(folder / "facts"), *options]
    )


def test_a_typical_chinese_order_sheet_becomes_facts(sheet):
    done = Result(import_facts(sheet / "my-orders.yaml", sheet / "facts"))
    assert done.rows("orders", '"order", customer, ordered_on, amount, profit, currency, status') == [
        ("A-001", "岭南纺织", date(2024, 1, 15), Decimal(125000), Decimal(21000), "CNY", "completed"),
        ("A-002", "岭南纺织", date(2024, 3, 8), Decimal(32500), None, "CNY", "completed"),
        ("A-003", "Nordwind GmbH", date(2024, 4, 1), Decimal(80000), Decimal(10000), "EUR", "completed"),
        ("A-004", "Nordwind GmbH", date(2024, 4, 20), Decimal(-15000), Decimal(-2000), "EUR", "returned"),
        ("A-005", "岭南纺织", date(2024, 5, 6), Decimal(20000), Decimal(3000), "CNY", "cancelled"),
        ("A-008", "岭南纺织", date(2024, 6, 1), Decimal(12000000), Decimal(100000), "CNY", "completed"),
    ]
    assert done.rows("customers", "customer, country, salesperson") == [
        ("Nordwind GmbH", "德国", "赵婷"), ("岭南纺织", "中国", "陈敏"),
    ]  # fmt: skip
    assert done.rows("exchange_rates") == [("EUR", date(2024, 1, 1), Decimal("7.85"))]
    assert done.counts() == (9, 6, 0, 2, 1)


def test_every_oddity_of_the_sheet_is_listed_with_its_row(sheet):
    done = Result(import_facts(sheet / "my-orders.yaml", sheet / "facts"))
    assert [(row, action, reason) for row, action, reason, _ in done.listed()] == [
        (4, "repaired", "filled"),
        (4, "repaired", "trimmed"),
        (6, "repaired", "positive_return"),
        (8, "dropped", "rule_1"),
        (9, "dropped", "date_unreadable"),
        (10, "suspicious", "rule_1"),
    ]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "zh",
            [
                "订单 orders",
                "测试订单",
                "订单：2024-01-15 至 2024-06-01",
                "EUR 退货 1 行，合计 -15,000.00",
            ],
        ),
        (
            "en",
            [
                "orders",
                "test order",
                "orders: 2024-01-15 to 2024-06-01",
                "EUR returned 1 rows, -15,000.00 in all",
            ],
        ),
    ],
)
def test_the_summary_speaks_both_languages(sheet, lang, words):
    ended = run(sheet, "--lang", lang)
    assert ended.exit_code == 0
    assert [word for word in words if word not in ended.output] == []
    assert ended.stderr == ""


def test_a_script_gets_the_quality_report_as_json(sheet):
    ended = run(sheet, "--json")
    assert json.loads(ended.stdout) == json.loads((sheet / "facts" / "quality.json").read_text("utf-8"))


def test_a_mistake_is_an_error_with_a_way_out_and_no_folder(sheet):
    (sheet / "orders.xlsx").unlink()
    ended = run(sheet)
    assert isinstance(ended.exception, FactsInvalid)
    assert ended.exception.hint.endswith("say with `--source` where the files lie")
    assert not (sheet / "facts").exists()


def test_the_files_may_lie_elsewhere(sheet, tmp_path_factory):
    other = tmp_path_factory.mktemp("mappings")
    shutil.move(sheet / "my-orders.yaml", other)
    ended = CliRunner().invoke(
        command,
        [str(other / "my-orders.yaml"), "--out", str(other / "facts"), "--source", str(sheet), "--json"],
    )
    assert ended.exit_code == 0
    assert Desk(other).folder.joinpath("facts", "orders.parquet").is_file()
