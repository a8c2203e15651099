"""Files as they come: encodings, delimiters, headers, gaps, broken rows, Excel, Parquet."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal

import duckdb
import pytest
import xlsxwriter

from zhike_engine.errors import FactsInvalid

HEAD = "id,customer,day,amount\n"
ROW = "1,C1,2024-03-05,12.5\n"
NAMES = "id,name\nC1,岭南纺织\nC2,滨海机电\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_encoding_is_told_from_the_bytes(desk, encoding):
    done = desk.orders(HEAD + ROW, customers=NAMES.encode(encoding))
    assert done.column("customers", "name") == ["岭南纺织", "滨海机电"]


def test_a_said_encoding_that_is_wrong_is_refused_at_its_line(desk):
    with pytest.raises(FactsInvalid) as caught:
        desk.orders((HEAD + "1,岭南,2024-03-05,1\n").encode("gb18030"), source=", encoding: utf-8")
    assert caught.value.message == "file `orders.csv` is not UTF-8 text at line 2"
    assert caught.value.hint == "it reads as GB18030: say `encoding: gb18030`"
    assert not (desk.folder / "facts").exists()


def test_accented_latin_text_is_not_taken_for_chinese(desk):
    with pytest.raises(FactsInvalid, match="not UTF-8") as caught:
        desk.orders(HEAD + ROW, customers="id,name\nC1,Métallurgie Éléphant\n".encode("cp1252"))
    assert caught.value.hint == "say its `encoding` in the mapping, such as `cp1252` or `big5`"


@pytest.mark.parametrize("broken", [b"\xd6", b"\xff\xfe\xfd"])
def test_bytes_that_are_no_text_are_refused_at_their_line(desk, broken):
    with pytest.raises(FactsInvalid) as caught:
        desk.orders((HEAD + ROW).encode() + b"2,C1,2024-03-05," + broken + b"\n")
    assert caught.value.place.endswith("orders.csv:3")


@pytest.mark.parametrize("text", [b"", b"\n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_refused(desk, text):
    with pytest.raises(FactsInvalid, match=r"file `orders.csv` is empty|not UTF-8"):
        desk.orders(text)


def test_a_file_with_a_header_only_is_an_empty_table(desk):
    assert desk.orders(HEAD).counts() == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_the_delimiter_is_told_from_the_header(desk, sign):
    done = desk.orders((HEAD + ROW).replace(",", sign))
    assert done.column("orders", "amount") == [Decimal("12.5")]


def test_the_header_may_stand_further_down(desk):
    text = f'2024 年订单汇总,,,\n\nid,"customer",day,"amount"\n{ROW}bad,C1,x,1\n'
    done = desk.orders(text, source=", header: 3")
    assert done.listed() == [(5, "dropped", "date_unreadable", "x")]


@pytest.mark.parametrize("name", ["orders.csv.gz", "orders.txt", "deep/orders.csv"])
def test_packed_and_nested_files_are_read(desk, name):
    desk.put(name, gzip.compress((HEAD + ROW).encode()) if name.endswith("gz") else HEAD + ROW)
    done = desk.orders(HEAD, source="").done
    mapping = (
        (desk.folder / "mapping.yaml")
        .read_text("utf-8")
        .split("\n", 2)[2]
        .replace("file: orders.csv", f"file: {name}")
    )
    assert desk.run(mapping, force=True).rows("orders", '"order"') == [("1",)]
    assert done.out.is_dir()


def test_a_damaged_archive_is_refused(desk):
    packed = gzip.compress((HEAD + ROW * 50).encode())
    desk.put("orders.csv.gz", packed[:-6])
    desk.put("customers.csv", NAMES)
    with pytest.raises(FactsInvalid, match=r"file `orders\.csv\.gz` is damaged"):
        desk.run(TWO.format(file="orders.csv.gz"))


TWO = """
sources: {{orders: {{file: {file}}}, customers: {{file: customers.csv}}}}
tables:
  customers: {{from: customers, columns: {{customer: id, name: name}}}}
  orders:
    from: orders
    columns: {{order: id, customer: customer, ordered_on: day, amount: amount,
      currency: = "CNY", status: = "completed"}}
"""


def test_a_pattern_takes_the_files_in_order_of_name(desk):
    desk.put("customers.csv", NAMES)
    for month in ("2024-02", "2024-01"):
        desk.put(f"orders {month}.csv", f"{HEAD}{month},C1,{month}-01,1\n")
    done = desk.run(TWO.format(file="orders *.csv"))
    files = [each["file"] for each in done.done.quality["tables"]["orders"]["files"]]
    assert files == ["orders 2024-01.csv", "orders 2024-02.csv"]
    assert done.counts() == (2, 2, 0, 0, 0)


def test_a_missing_file_tells_where_it_was_looked_for(desk):
    desk.put("customers.csv", NAMES)
    with pytest.raises(FactsInvalid) as caught:
        desk.run(TWO.format(file="sales.csv"))
    assert caught.value.message == "no file `sales.csv`"
    assert str(desk.folder) in caught.value.hint
    assert caught.value.place.endswith("mapping.yaml:4:20")


def test_a_sheet_of_a_file_that_has_none_is_told(desk):
    desk.put("customers.csv", NAMES)
    desk.put("orders.csv", HEAD)
    with pytest.raises(FactsInvalid) as caught:
        desk.run(TWO.format(file="orders.csv, sheet: 订单"))
    assert caught.value.message == "`sheet` names sheets of a workbook, and `orders.csv` is none"


def test_a_missing_column_names_the_nearest_one(desk):
    with pytest.raises(FactsInvalid) as caught:
        desk.orders("id,customers,day,amount\n" + ROW)
    assert caught.value.message == "`orders.csv` has no column `customer`"
    assert caught.value.hint == "did you mean `customers`?"
    assert caught.value.place.endswith("mapping.yaml:13:7")


def test_a_title_above_the_table_is_told_from_its_header(desk):
    with pytest.raises(FactsInvalid) as caught:
        desk.orders("our orders of the year\n" + ROW)
    assert caught.value.hint.endswith("say with `header:` which row holds the column names")


def test_a_column_that_stands_twice_is_refused_where_it_is_used(desk):
    with pytest.raises(FactsInvalid, match="column `day` stands twice"):
        desk.orders("id,customer,day,amount,day\n1,C1,2024-03-05,1,2024-03-06\n")


# --- row numbers ---------------------------------------------------------------------------------------


def test_rows_keep_the_numbers_a_spreadsheet_shows(desk):
    text = f'{HEAD}1,"C1",2024-03-05,1\n\n2,"C\n1",2024-03-05,1\n3,C1,bad,1\n\n\n4,C1,worse,1\n'
    done = desk.orders(text)
    assert done.listed() == [
        (4, "dropped", "unknown_customer", "C\n1"),
        (5, "dropped", "date_unreadable", "bad"),
        (8, "dropped", "date_unreadable", "worse"),
    ]


def test_rows_with_too_few_or_too_many_cells_are_dropped_and_listed(desk):
    text = f"{HEAD}1,C1,2024-03-05,1\n2,C1\n3,C1,2024-03-05,1,more\n4,C1,bad,1\n5,C1,2024-03-05,1\n"
    done = desk.orders(text)
    assert done.column("orders", "order") == ["1", "5"]
    assert done.counts() == (5, 2, 0, 3, 0)
    assert done.listed() == [
        (3, "dropped", "row_broken", "2,C1"),
        (4, "dropped", "row_broken", "3,C1,2024-03-05,1,more"),
        (5, "dropped", "date_unreadable", "bad"),
    ]


def test_a_file_of_one_column_may_have_gaps(desk):
    desk.put("orders.csv", HEAD + ROW)
    desk.put("names.csv", "name\nC1\n\nC2 \n")
    mapping = (
        TWO.format(file="orders.csv")
        .replace("customers.csv", "names.csv")
        .replace("customer: id", "customer: name")
    )
    done = desk.run(mapping)
    assert done.listed("customers") == [(4, "repaired", "trimmed", "C2 "), (4, "repaired", "trimmed", "C2 ")]


def test_mixed_line_ends_change_nothing(desk):
    done = desk.orders(HEAD.replace("\n", "\r\n") + ROW + "2,C1,bad,1\r\n3,C1,2024-03-05,1\n")
    assert done.column("orders", "order") == ["1", "3"]
    assert done.listed() == [(3, "dropped", "date_unreadable", "bad")]


def test_a_quote_that_is_never_closed_is_refused_at_its_line(desk):
    with pytest.raises(FactsInvalid) as caught:
        desk.orders(f'{HEAD}{ROW}2,"C1,2024-03-05,1\n3,C1,2024-03-05,1\n')
    assert "never closed" in caught.value.message
    assert caught.value.place.endswith("orders.csv:3")


def test_a_row_of_empty_cells_is_a_blank_row(desk):
    assert desk.orders(f"{HEAD},,,\n{ROW}").listed() == [(2, "dropped", "row_blank", None)]


# --- other formats -------------------------------------------------------------------------------------


def workbook(path, rows, sheet="订单"):
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        book.add_worksheet("说明").write(0, 0, "不要读这一页")
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write(number, column, cell)


def test_an_excel_sheet_is_read_as_excel_shows_it(desk):
    desk.put("customers.csv", "id,name\n1001,岭南纺织\n")
    head = ["id", "customer", "day", "amount"]
    rows = [
        ["订单汇总"],
        head,
        [1, 1001, date(2024, 3, 5), 0.1 + 0.2],
        [],
        ["2", "1001", "2024年3月6日", "1,200"],
        [3, 1001, "x", 1],
    ]
    workbook(desk.folder / "orders.xlsx", rows)
    done = desk.run(TWO.format(file="orders.xlsx, sheet: 订单, header: 2"))
    assert done.rows("orders", '"order", customer, ordered_on, amount') == [
        ("1", "1001", date(2024, 3, 5), Decimal("0.3")),
        ("2", "1001", date(2024, 3, 6), Decimal(1200)),
    ]
    assert done.listed() == [(6, "dropped", "date_unreadable", "x")]


def test_blank_rows_and_columns_before_the_header_keep_the_numbers_of_excel(desk):
    desk.put("customers.csv", "id,name\n1001,岭南纺织\n")
    rows = [
        [],
        [],
        ["", "id", "customer", "day", "amount"],
        ["", 1, 1001, date(2024, 3, 5), 1],
        ["", 3, 1001, "x", 1],
    ]
    workbook(desk.folder / "orders.xlsx", rows)
    done = desk.run(TWO.format(file="orders.xlsx, sheet: 订单, header: 3"))
    assert done.listed() == [(5, "dropped", "date_unreadable", "x")]


def test_a_missing_sheet_names_the_nearest_one(desk):
    desk.put("customers.csv", NAMES)
    workbook(desk.folder / "orders.xlsx", [["id"]], sheet="订单 2024")
    with pytest.raises(FactsInvalid) as caught:
        desk.run(TWO.format(file="orders.xlsx, sheet: 订单2024"))
    assert (caught.value.message, caught.value.hint) == (
        "workbook `orders.xlsx` has no sheet `订单2024`",
        "did you mean `订单 2024`?",
    )


def test_a_file_that_only_calls_itself_a_workbook_is_refused(desk):
    desk.put("customers.csv", NAMES)
    desk.put("orders.xlsx", "id,customer\n")
    with pytest.raises(FactsInvalid, match=r"workbook `orders\.xlsx` cannot be read"):
        desk.run(TWO.format(file="orders.xlsx"))


def test_parquet_columns_come_typed(desk):
    desk.put("customers.csv", "id,name\n7,岭南纺织\n")
    path = desk.folder / "orders.parquet"
    with duckdb.connect() as db:
        db.execute(
            "COPY (SELECT 1 AS id, 7.0::DOUBLE AS customer, TIMESTAMP '2024-03-05 10:00' AS day, "
            f"1234.5678::DECIMAL(12,4) AS amount) TO '{path}' (FORMAT parquet)"
        )
    done = desk.run(TWO.format(file='orders.parquet, numbers: {decimal: ","}'))
    assert done.rows("orders", '"order", customer, ordered_on, amount') == [
        ("1", "7", date(2024, 3, 5), Decimal("1234.5678"))
    ]


def test_a_moment_needs_to_know_whose_day_counts(desk):
    desk.put("customers.csv", NAMES)
    path = desk.folder / "orders.parquet"
    with duckdb.connect() as db:
        db.execute(
            "COPY (SELECT 1 AS id, 'C1' AS customer, TIMESTAMPTZ '2024-03-05 17:00+00' AS day, 1 AS amount) "
            f"TO '{path}' (FORMAT parquet)"
        )
    with pytest.raises(FactsInvalid, match="moments with a time zone"):
        desk.run(TWO.format(file="orders.parquet"))
    done = desk.run(TWO.format(file="orders.parquet, timezone: Asia/Shanghai"))
    assert done.column("orders", "ordered_on") == [date(2024, 3, 6)]


def test_a_file_of_an_unknown_kind_needs_its_format_said(desk):
    desk.put("customers.csv", NAMES)
    desk.put("orders.dat", HEAD + ROW)
    with pytest.raises(FactsInvalid, match=r"what `orders\.dat` holds"):
        desk.run(TWO.format(file="orders.dat"))
    assert desk.run(TWO.format(file="orders.dat, format: csv")).counts() == (1, 1, 0, 0, 0)
