from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import Zhike


def simulate(zhike: Zhike, company: Path, *more: object):
    return zhike(
        "simulate", "foreign-trade", "--facts", company, "--as-of", "2025-12-31", "--values", "example", *more
    )


def test_it_tells_who_moves_and_why(zhike: Zhike, company: Path) -> None:
    answer = simulate(zhike, company, "--set", "a_amount=700", "--json")
    value = answer.json["ratings"]["value"]
    assert value["moved"] == 1
    assert [(m["customer"], m["before"], m["after"], m["lost"]) for m in value["movers"]] == [
        ("1", "A", "B", ["value.A.1"])
    ]
    assert {"before": "A", "after": "B", "customers": 1} in value["matrix"]
    assert sum(cell["customers"] for cell in value["matrix"]) == 3


def test_movers_go_into_a_file(zhike: Zhike, company: Path, tmp_path: Path) -> None:
    assert simulate(zhike, company, "--set", "a_amount=700", "--out", tmp_path / "movers.csv").status == 0
    with (tmp_path / "movers.csv").open(encoding="utf-8", newline="") as stream:
        assert [(row["customer"], row["before"], row["after"]) for row in csv.DictReader(stream)] == [
            ("1", "A", "B")
        ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to try"),
        (["--set", "a_amout=7"], "did you mean `a_amount`?"),
        (["--set", "a_amount=7"], "contradict each other"),
        (["--set", "a_amount="], "has not set: `a_amount`"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    zhike: Zhike, company: Path, arguments: list[str], message: str
) -> None:
    answer = simulate(zhike, company, *arguments)
    assert answer.status != 0
    assert message in answer.err
    assert "Traceback" not in answer.err


def test_long_codes_of_grades_are_shown_by_their_titles(zhike: Zhike, company: Path) -> None:
    more = ("--facts", company, "--as-of", "2025-12-31", "--values", "example", "--lang", "zh")
    answer = zhike("simulate", "direct-supply", *more, "--set", "small_below=0")
    assert "大型客户" in answer.out
    assert "large" not in answer.out
    assert "小型客户 │ 中型客户" in answer.out
