"""`zhike explain` as a stranger runs it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.explain.worlds import AS_OF, CUSTOMERS, ORDERS
from zhike.cli.common import RunOptions, start_run
from zhike.cli.main import main
from zhike.output import write_record, write_tables

POLICY = """
zhike: 1
policy: small
version: "1"
title: {zh: 小制度, en: Small policy}
currency: CNY
display_unit: 万元
articles: {"1": {title: {zh: 金额, en: Amount}}}
parameters: {least: {title: {zh: 下限, en: Least}, type: money, unit: 万元}}
metrics: {amount: {title: {zh: 年度金额, en: Annual amount}, sum: orders.amount, over: last 12 months}}
ratings:
  value:
    title: {zh: 等级, en: Grade}
    grades: {A: {title: A, article: "1", all: [amount > least]}, B: {title: B}}
    fallback: {mark: {zh: 其他, en: other}, lines: [{grade: B}]}
"""
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    facts = tmp_path / "facts"
    facts.mkdir()
    (facts / "customers.csv").write_text(CUSTOMERS, "utf-8")
    (facts / "orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, facts: bool = True) -> tuple[int, str, str]:
        given = ["--facts", "facts", "--as-of", "2025-12-31", "--set", "least=500"] if facts else []
        monkeypatch.setattr(sys, "argv", ["zhike", "explain", *arguments, *given])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.mark.parametrize(("lang", "expected"), [("zh", "还差 80.00 万元"), ("en", "800,000.00 CNY more")])
def test_it_prints_in_either_language(explain, lang, expected):
    status, out, err = explain("c1", "policy.yaml", "--lang", lang)
    assert (status, err) == (0, "")
    assert expected in out


def test_it_writes_a_page_and_nothing_else(explain, tmp_path):
    status, out, _ = explain("c1", "policy.yaml", "--html", "new/page.html", "--lang", "zh")
    assert (status, out) == (0, "说明：new/page.html\n")
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["page.html"]
    assert "还差 80.00 万元" in (tmp_path / "new" / "page.html").read_text("utf-8")


def test_it_gives_scripts_json(explain):
    _, out, _ = explain("c2", "policy.yaml", "--json", "--rating", "value")
    [found] = json.loads(out)
    assert (found["grade"], found["misses"], found["path"][0]["kind"]) == ("A", [], "rule")


@pytest.mark.parametrize(
    ("arguments", "facts", "message"),
    [
        (["c1x", "policy.yaml"], True, "error: there is no customer `c1x`\n  hint: did you mean `c1`?\n"),
        (["c1", "policy.yaml", "--rating", "valu"], True, "hint: did you mean `value`?\n"),
        (["c1"], False, "explain needs `POLICY`, or `--run` with the folder of a finished run\n"),
        (
            ["c1", "policy.yaml"],
            False,
            "explain needs `--facts`, or `--run` with the folder of a finished run\n",
        ),
        (["c1", "--run", "facts"], False, "error: `facts` has no `run.json`\n"),
    ],
)
def test_what_it_cannot_do_it_says_in_one_message(explain, arguments, facts, message):
    status, out, err = explain(*arguments, facts=facts)
    assert status in (1, 2)
    assert out == ""
    assert message in err
    assert "Traceback" not in err


def test_a_page_that_cannot_be_written_leaves_nothing(explain, tmp_path):
    (tmp_path / "taken").write_text("", "utf-8")
    status, _, err = explain("c1", "policy.yaml", "--html", "taken/page.html")
    assert (status, "`taken/page.html` cannot be written" in err) == (1, True)


@pytest.fixture
def finished(explain, tmp_path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    options = RunOptions("policy.yaml", "facts", AS_OF, sets=("least=500",))
    run = start_run(options, "zh")
    write_tables(run, folder, workbook=False)
    write_record(run, folder)
    run.backend.close()
    return folder


def test_a_finished_run_is_explained_without_facts(explain, finished):
    status, out, _ = explain("c1", "policy.yaml", "--run", "out", "--lang", "zh", facts=False)
    assert status == 0
    assert "年度金额 超过 500 万元" in out
    assert "420.00 万元" in out


def test_without_its_policy_a_finished_run_shows_plain_numbers(explain, finished):
    _, out, _ = explain("c1", "--run", "out", facts=False)
    assert "4,200,000" in out


def test_a_finished_run_gives_scripts_its_rows(explain, finished):
    _, out, _ = explain("c1", "--run", "out", "--json", facts=False)
    found = json.loads(out)
    assert found["grades"][0]["grade"] == "B"
    assert [(row["grade_tested"], row["holds"], row["value"], row["limit"]) for row in found["reasons"]] == [
        ("A", False, 4_200_000.0, 5_000_000.0)
    ]


def test_an_unknown_customer_of_a_finished_run_is_refused(explain, finished):
    status, _, err = explain("c1x", "--run", "out", facts=False)
    assert (status, err) == (1, "error: the run has no customer `c1x`\n  hint: did you mean `c1`?\n")
