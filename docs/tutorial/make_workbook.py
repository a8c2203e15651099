"""Write the Excel file of the tutorial: `python make_workbook.py en orders.xlsx` (or `zh`).

A made-up maker of tableware and its dealers. As in real files: dates as text, a test customer, a line entered
twice, an order of a customer nobody knows.
"""

from __future__ import annotations

import sys
from datetime import date

import xlsxwriter

HEADS = {
    "en": (["No", "Name", "Region", "Since", "Type"], ["Order", "Customer", "Date", "Amount", "State"]),
    "zh": (
        ["客户编号", "客户名称", "地区", "合作开始", "类型"],
        ["订单号", "客户编号", "下单日期", "金额", "状态"],
    ),
}
SHEETS = {"en": ("Customers", "Orders"), "zh": ("客户", "订单")}
WORDS = {
    "en": {"done": "done", "back": "returned", "off": "cancelled"},
    "zh": {
        "done": "已完成", "back": "已退货", "off": "已取消", "dealer": "经销", "direct": "直供", "test": "测试",
        "east": "华东", "west": "西南", "north": "华北", "south": "华南",
    },
}  # fmt: skip
CUSTOMERS = [  # number, name in Chinese, name in English, region, since, type, orders: (day, amount)
    ("D01", "宁海餐饮用品", "Ninghai Catering Supplies", "east", "2021-05-10", "dealer", [
        ("2024-09-12", 300000), ("2025-03-08", 300000), ("2025-09-15", 360000), ("2026-04-20", 360000)]),
    ("D02", "川西百货", "Chuanxi Stores", "west", "2023-02-01", "dealer", [
        ("2024-11-02", 250000), ("2025-04-16", 300000), ("2025-11-03", 250000), ("2026-05-11", 350000)]),
    ("D03", "津门厨具", "Jinmen Kitchenware", "north", "2019-08-20", "dealer", [
        ("2024-08-30", 500000), ("2025-05-06", 300000), ("2025-12-01", 400000), ("2026-06-02", 250000)]),
    ("D04", "岭东商贸", "Lingdong Trading", "south", "2025-03-15", "dealer", [
        ("2025-04-01", 100000), ("2025-10-10", 310000), ("2026-05-25", 300000)]),
    ("D05", "江城酒店用品", "Jiangcheng Hotel Supplies", "east", "2020-01-06", "dealer", [
        ("2024-10-18", 350000), ("2025-02-27", 350000), ("2025-08-08", 500000), ("2026-02-14", 400000)]),
    ("D06", "云麓生活馆", "Yunlu Living", "west", "2022-06-30", "dealer", [
        ("2024-12-12", 180000), ("2025-12-12", 100000), ("2026-06-30", 100000)]),
    ("D07", "海角日用", "Haijiao Household", "south", "2022-09-09", "dealer", [
        ("2025-01-20", 150000), ("2026-01-20", 199999.99)]),
    ("D08", "朔方瓷器行", "Shuofang Porcelain", "north", "2018-03-03", "dealer", [
        ("2024-10-01", 260000), ("2025-10-01", 230000), ("2026-03-12", -40000)]),
    ("D09", "沿河百货", "Yanhe Stores", "east", "2021-11-11", "dealer", [("2024-09-09", 90000)]),
    ("D10", "新晨餐具", "Xinchen Tableware", "south", "2026-03-01", "dealer", [("2026-03-20", 30000)]),
    ("D11", "天府酒店集团", "Tianfu Hotel Group", "west", "2017-07-07", "direct", [("2026-01-05", 2000000)]),
    ("T01", "测试客户", "Test customer", "east", "2020-01-01", "test", [("2026-06-01", 999999)]),
]  # fmt: skip


def rows_of_orders(words: dict[str, str]) -> list[list[str | float]]:
    """Every order as it stands in the sheet, the slips included."""
    rows: list[list[str | float]] = []
    for number, _, _, _, _, _, orders in CUSTOMERS:
        for day, amount in orders:
            y, m, d = date.fromisoformat(day).timetuple()[:3]
            state = words["back"] if amount < 0 else words["done"]
            rows.append([f"SO{len(rows) + 1001}", number, f"{y}/{m}/{d}", amount, state])
    rows.append(list(rows[4]))
    rows.append([f"SO{len(rows) + 1001}", "D99", "2026/5/5", 8000, words["done"]])
    rows.append([f"SO{len(rows) + 1001}", "D06", "2026/6/15", 500000, words["off"]])
    return rows


def main(lang: str, path: str) -> None:
    """Write the workbook in a language."""
    words, (customers, orders) = WORDS[lang], SHEETS[lang]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(customers)
        sheet.write_row(0, 0, HEADS[lang][0])
        for line, (number, zh, en, region, since, kind, _) in enumerate(CUSTOMERS, start=1):
            name, region, kind = zh if lang == "zh" else en, words.get(region, region), words.get(kind, kind)
            sheet.write_row(line, 0, [number, name, region, since, kind])
        sheet = book.add_worksheet(orders)
        sheet.write_row(0, 0, HEADS[lang][1])
        for line, row in enumerate(rows_of_orders(words), start=1):
            sheet.write_row(line, 0, row)


if __name__ == "__main__":
    main(*sys.argv[1:])
