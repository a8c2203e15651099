from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from tests.cli.conftest import ORDERS, Zhike
from zhike.cli.common import progress

FILES = {"grades.parquet", "grades.csv", "grades.xlsx", "reasons.parquet", "run.json", "report.html"}
METRICS = [
    "annual_order_amount", "order_growth", "order_growth_previous", "profit_contribution", "cooperation_years",
    "order_count", "active_months", "growth_deviation", "major_disputes",
]  # fmt: skip


def grade(
    zhike: Zhike,
    company: Path,
    out: Path,
    *more: object,
    policy: str = "foreign-trade",
    as_of: str = "2025-12-31",
):
    return zhike(
        "grade", policy, "--facts", company, "--as-of", as_of, "--out", out, "--values", "example", *more
    )


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "grades.csv").open(encoding="utf-8", newline="") as stream:
        return {row["customer"]: row for row in csv.DictReader(stream)}


def hashes(out: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(out.iterdir())}


def test_it_writes_every_file_with_the_promised_columns(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = grade(zhike, company, out)
    assert (answer.status, answer.err) == (0, "")
    assert {file.name for file in out.iterdir()} == FILES
    names = pq.read_schema(out / "grades.parquet").names
    assert names[:6] == ["customer", "rating", "grade", "previous_grade", "state", "score"]
    assert set(METRICS) <= set(names)


def test_amounts_are_exact_converted_once_and_rounded_once(
    zhike: Zhike, company: Path, tmp_path: Path
) -> None:
    grade(zhike, company, tmp_path / "out")
    found = rows(tmp_path / "out")
    assert found["1"]["annual_order_amount"] == "6000000.12"
    assert found["2"]["annual_order_amount"] == "717750.00"
    assert float(found["2"]["order_growth"]) == (7177500000 - 7123400000) / 7123400000
    assert (found["1"]["grade"], found["1"]["state"]) == ("A", "graded")
    assert found["2"]["order_count"] == "1"


@pytest.mark.clause("GOV-05")
def test_only_customers_in_scope_are_graded(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    grade(zhike, company, tmp_path / "before")
    assert "4" not in rows(tmp_path / "before")

    file = company / "customers.csv"
    file.write_text(file.read_text("utf-8").replace("domestic", "foreign_trade"), "utf-8")
    grade(zhike, company, tmp_path / "after")
    assert rows(tmp_path / "after")["4"]["grade"]


@pytest.mark.clause("GRD-16")
def test_the_same_inputs_give_the_same_bytes(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    grade(zhike, company, tmp_path / "one")
    grade(zhike, company, tmp_path / "two")
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    record = json.loads((tmp_path / "one" / "run.json").read_text("utf-8"))
    assert {
        "policy_hash",
        "facts_fingerprint",
        "as_of",
        "engine",
        "engine_version",
        "values",
    } <= record.keys()


def test_what_was_known_only_later_does_not_count(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    file = company / "orders.csv"
    lines = file.read_text("utf-8").splitlines()
    known = ["known_on", *([""] * (len(lines) - 1))]
    known[3] = "2026-01-05"
    file.write_text(
        "\n".join(f"{line},{day}" for line, day in zip(lines, known, strict=True)) + "\n", "utf-8"
    )
    grade(zhike, company, tmp_path / "out")
    assert rows(tmp_path / "out")["1"]["annual_order_amount"] == "0.00"


@pytest.mark.clause("GRD-24")
def test_a_fall_under_the_limit_is_a_movement_with_its_cause(
    zhike: Zhike, company: Path, tmp_path: Path
) -> None:
    grade(zhike, company, tmp_path / "before")
    (company / "orders.csv").write_text(
        (company / "orders.csv")
        .read_text("utf-8")
        .replace("o3,1,2025-03-01,6000000.1234", "o3,1,2025-03-01,4900000"),
        "utf-8",
    )
    grade(zhike, company, tmp_path / "after", "--previous", tmp_path / "before" / "grades.csv")
    after = rows(tmp_path / "after")["1"]
    assert (after["previous_grade"], after["grade"], after["movement"]) == ("A", "B", "down")
    reasons = pq.read_table(tmp_path / "after" / "reasons.parquet").to_pylist()
    amount = next(r for r in reasons if r["customer"] == "1" and r["condition"] == "value.A.1")
    assert (amount["holds"], amount["value"], amount["limit"]) == (False, 4_900_000.0, 5_000_000.0)


def test_an_earlier_output_is_replaced_and_nothing_else_is(
    zhike: Zhike, company: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    grade(zhike, company, out)
    assert grade(zhike, company, out).status == 0

    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("keep", "utf-8")
    answer = grade(zhike, company, other)
    assert answer.status == 1
    assert "is not an output folder of Zhike" in answer.err
    assert [file.name for file in other.iterdir()] == ["letter.txt"]


@pytest.mark.clause("GOV-11")
def test_an_unset_limit_blocks_and_is_named(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    answer = grade(zhike, company, tmp_path / "out", "--set", "b_amount_to=")
    assert answer.status == 1
    assert "needs values that the company has not set: `b_amount_to`" in answer.err
    assert not (tmp_path / "out").exists()

    contradicting = grade(zhike, company, tmp_path / "out", "--set", "b_amount_to=600")
    assert contradicting.status == 1
    assert "`a_amount` = 500 万元, `b_amount_to` = 600 万元" in contradicting.err
    assert not (tmp_path / "out").exists()


def test_nobody_in_the_customers_table_gives_an_empty_result(
    zhike: Zhike, company: Path, tmp_path: Path
) -> None:
    (company / "customers.csv").write_text("customer,name\n", "utf-8")
    assert grade(zhike, company, tmp_path / "out").status == 0
    assert rows(tmp_path / "out") == {}


WRONG_FACTS = {
    "a date that does not exist": (
        "orders",
        "2024-03-01",
        "2023-02-30",
        "orders.csv:3: `2023-02-30` in column `ordered_on`",
    ),
    "too many decimals": (
        "orders",
        "6000000.1234",
        "6000000.12345",
        "orders.csv:4: `6000000.12345` in column `amount`",
    ),
    "a thousands separator": (
        "orders",
        "5000000,",
        "5,000,000,",
        "orders.csv:3: the row has 9 cells, the header has 7",
    ),
    "an order twice": ("orders", "o2,", "o1,", "`o1` stands 2 times in table `orders`"),
    "an unknown status": ("orders", "returned", "zurück", "`zurück` in column `status`"),
    "a missing column": ("orders", ",amount,", ",betrag,", "lacks the column `amount`"),
    "an empty amount": ("orders", "5000000,", ",", "column `amount` of table `orders` is empty in 1 row"),
    "a doubled column": (
        "orders",
        "profit,status",
        "status,status",
        "orders.csv:1: column `status` stands twice",
    ),
    "a rate that comes too late": (
        "exchange_rates",
        "2024-01-01",
        "2024-06-01",
        "there is no USD rate into CNY for 2024-05-01",
    ),
    "a year that does not exist": (
        "orders",
        "2024-03-01",
        "0000-03-01",
        "orders.csv:3: `0000-03-01` in column `ordered_on` is not a date that exists",
    ),
    "a currency in small letters": ("orders", "USD", "usd", "`usd` in table `orders` is no currency code"),
    "a rate of zero": ("exchange_rates", "7.1234", "0", "the USD rate for 2024-05-01 is not above zero"),
}


@pytest.mark.parametrize("case", WRONG_FACTS)
def test_wrong_facts_give_one_message_with_place_and_leave_nothing(
    zhike: Zhike, company: Path, tmp_path: Path, case: str
) -> None:
    table, old, new, message = WRONG_FACTS[case]
    file = company / f"{table}.csv"
    assert old in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    answer = grade(zhike, company, tmp_path / "out")
    assert answer.status == 1
    assert message in answer.err
    assert "hint: " in answer.err or "rate" in answer.err
    assert "Traceback" not in answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--as-of", "2025-02-30"], "`2025-02-30` is not a date"),
        (["--as-of", "9999-12-31"], "a day lies in the years 1900 to 9000"),
        (["--facts", "mysql://me:secret@there/crm"], "facts cannot be read from `mysql://me@there/crm`"),
        (["--set", "a_amout=3"], "did you mean `a_amount`?"),
        (["--set", "a_amount=abc"], "parameter `a_amount` is an amount in 万元, not `abc`"),
        (["--set", "a_amount"], "is not `NAME=VALUE`"),
        (["--set", "newcomer_grade=E"], "parameter `newcomer_grade` is `E`, which is no grade of `value`"),
        (["--values", "nowhere.yaml"], "file `nowhere.yaml` does not exist"),
        (["--engine", "oracle11g"], "oracle11g"),
        (["--previous", "nowhere.csv"], "there is no file `nowhere.csv`"),
        (["--currency", "cny"], "`cny` is no currency code"),
    ],
)
def test_wrong_options_are_refused_with_a_way_out(
    zhike: Zhike, company: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    answer = grade(zhike, company, tmp_path / "out", *arguments)
    assert answer.status != 0
    assert message in answer.err
    assert "Traceback" not in answer.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "orders.csv: the file is empty"),
        (
            ORDERS.encode() + "o9,1,2025-01-01,1,CNY,,已完成\n".encode("gb18030"),
            "orders.csv:9: the file is not UTF-8 text",
        ),
        (b"\x00\x01\x02\xff\xfe", "orders.csv:1: the file is not UTF-8 text"),
        (b'order,customer\n"o1,1\n', "orders.csv"),
    ],
)
def test_files_that_are_no_tables_are_refused(
    zhike: Zhike, company: Path, tmp_path: Path, raw: bytes, message: str
) -> None:
    (company / "orders.csv").write_bytes(raw)
    answer = grade(zhike, company, tmp_path / "out")
    assert answer.status == 1
    assert message in answer.err
    assert "hint: " in answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts"]


def test_a_parquet_file_that_is_none_is_refused(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    (company / "orders.csv").unlink()
    (company / "orders.parquet").write_bytes(b"PAR1 not really")
    answer = grade(zhike, company, tmp_path / "out")
    assert answer.status == 1
    assert "orders.parquet: the file cannot be read" in answer.err


def test_a_table_in_two_forms_is_refused(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    (company / "orders.parquet").write_bytes(b"")
    answer = grade(zhike, company, tmp_path / "out")
    assert "table `orders` stands twice: as CSV and as Parquet" in answer.err


def test_another_currency_may_be_asked_for(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    text = (company / "orders.csv").read_text("utf-8").replace("CNY", "GBP").replace("USD", "GBP")
    (company / "orders.csv").write_text(text, "utf-8")
    (company / "exchange_rates.csv").unlink()
    refused = grade(zhike, company, tmp_path / "out")
    assert "or grade in GBP with `--currency GBP`" in refused.err

    assert grade(zhike, company, tmp_path / "out", "--currency", "GBP").status == 0
    assert rows(tmp_path / "out")["2"]["annual_order_amount"] == "99000.00"
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["currency"] == "GBP"


def test_facts_without_profit_make_profit_not_computable(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    file = company / "orders.csv"
    lines = [line.split(",") for line in file.read_text("utf-8").splitlines()]
    file.write_text("\n".join(",".join(cells[:5] + cells[6:]) for cells in lines) + "\n", "utf-8")
    assert grade(zhike, company, tmp_path / "out").status == 0
    found = rows(tmp_path / "out")
    assert (found["1"]["profit_contribution"], found["1"]["grade"], found["1"]["review"]) == (
        "",
        "B",
        "mixed",
    )


def test_records_that_the_policy_cannot_obey_are_told(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    head = "customer,rating,kind,grade,reason,approver,from_on,until_on\n"
    records = [
        "1,valeu,override,B,r,P-1,2025-01-01,2025-12-31",
        "1,value,override,Z,r,P-1,2025-01-01,2025-12-31",
        "1,value,override,B,r,P-1,2025-12-31,2025-01-01",
        "2,value,override,A,r,P-1,2025-01-01,2025-12-31",
    ]
    (company / "overrides.csv").write_text(head + "\n".join(records) + "\n", "utf-8")
    (company / "previous_grades.csv").write_text("customer,rating,grade\n1,value,Z\n", "utf-8")
    told = {
        (one["table"], one["reason"]["en"]): one["rows"]
        for one in grade(zhike, company, tmp_path / "out", "--json").json["findings"]
    }
    assert {key: count for key, count in told.items() if key[0] != "orders"} == {
        ("overrides", "left out: the policy has no such rating"): 1,
        ("overrides", "left out: the rating has no such grade"): 1,
        ("overrides", "left out: it ends before it begins"): 1,
        ("previous_grades", "left out: the rating has no such grade"): 1,
    }
    assert [rows(tmp_path / "out")[one]["decided_by"] for one in "12"] == ["rule", "override"]


def test_a_terminal_sees_each_step_in_words() -> None:
    screen = io.StringIO()
    with progress("zh", Console(file=screen, force_terminal=True, width=60)) as tell:
        tell("x0", 0, 4)
    assert "计算指标" in screen.getvalue()
    assert "x0" not in screen.getvalue()
