"""`zhike test`: what a test file may say, and what is told when a case fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.policies.conftest import preset
from zhike.cli.test import command
from zhike_engine.errors import NotFound, PolicyInvalid
from zhike_engine.policy.load import load_policy
from zhike_engine.policy.testing import TestReport, run_tests

HEAD = """policy: foreign-trade
as_of: 2026-06-30
values: example
examples:
  a good A:
    annual_order_amount: 600 万
    order_growth: 20 %
    order_growth_previous: 18 %
    profit_contribution: 6 %
    cooperation_years: 5
    order_count: 24
    major_disputes: 0
cases:
"""
GOOD = "  - {it: fine, like: a good A, grade: A}\n"
FAILING = {
    "a wrong grade names what fails": (
        "{it: x, like: a good A, facts: {order_growth: 12 %}, grade: A}",
        "A fails at value.A.2 (二(二)1) order growth is above 15 %; order growth: 12 %", "二(二)1",
    ),
    "a condition that should hold": (
        "{it: x, like: a good A, because: [order_growth > a_growth, major_disputes > 0]}",
        "`major_disputes > 0` is no condition, article or step of the rating", "",
    ),
    "a condition that does not hold": (
        "{it: x, like: a good A, facts: {major_disputes: 2}, because: [A.7]}",
        "should hold and does not: value.A.7 (二(二)1) there are no major disputes; major disputes: 2", "二(二)1",
    ),
    "an article that did not decide": (
        "{it: x, like: a good A, because: [二(二)2]}",
        "should be decided by `二(二)2`, and is decided by its conditions, article 二(二)1", "二(二)2",
    ),
    "a condition that should fail": ("{it: x, like: a good A, failing: [value.A.1]}", "should not hold", "二(二)1"),
    "other things missing": (
        "{it: x, like: a good A, facts: {cooperation_years: 2}, lacks: {A: [A.7]}}",
        "A lacks something else: value.A.5", "二(二)1",
    ),
    "a mark": ("{it: x, like: a good A, review: mixed}", "expected review mark mixed, found none", ""),
    "a state": ("{it: x, like: a good A, state: pending}", "expected state pending, found graded", ""),
    "a metric": (
        "{it: x, like: a good A, metrics: {growth_deviation: 2 %}}",
        "expected Growth deviation 2 %, found 1 %", "二(二)3",
    ),
    "an amount that is a share": (
        "{it: x, like: a good A, facts: {annual_order_amount: 5 %}, grade: A}",
        "`5 %` is a percentage, and the metric is none", "",
    ),
    "a share that may mean two things": (
        "{it: x, like: a good A, facts: {order_growth: 20}, grade: A}",
        "`20` may mean 20 % or 2000 %; write `20 %`", "",
    ),
    "a table that the engine refuses": (
        "{it: x, orders: [{customer: 甲, ordered_on: 2026-02-30, amount: 5}], grade: A}",
        "`2026-02-30` in column `ordered_on` is not a date that exists", "",
    ),
    "a value that contradicts": (
        "{it: x, like: a good A, values: {d_amount: 200}, grade: A}", "d_amount < c_amount", "",
    ),
}  # fmt: skip
UNREADABLE = {
    "an unknown metric": (
        "{it: x, like: a good A, facts: {order_grwth: 5 %}, grade: A}",
        "unknown metric `order_grwth`",
    ),
    "an unknown grade": ("{it: x, like: a good A, grade: E}", "unknown grade `E`"),
    "an unknown example": ("{it: x, like: a good E, grade: A}", "unknown example `a good E`"),
    "an unknown parameter": (
        "{it: x, like: a good A, values: {a_amont: 5}, grade: A}",
        "unknown parameter `a_amont`",
    ),
    "nothing expected": ("{it: x, like: a good A}", "the case expects nothing"),
    "no facts": ("{it: x, grade: A}", "the case has neither facts nor tables"),
    "an unknown key": ("{it: x, like: a good A, grad: A}", "unknown key `grad`"),
}


@pytest.fixture
def tested(tmp_path: Path) -> Callable[[str], TestReport]:
    """Run one case of the foreign-trade policy."""

    def run_one(case: str) -> TestReport:
        file = tmp_path / "tests.yaml"
        file.write_text(HEAD + GOOD + f"  - {case}\n", "utf-8")
        return run_tests(preset("foreign-trade"), file)

    return run_one


@pytest.mark.parametrize("what", FAILING)
def test_a_failing_case_says_where_what_and_under_which_article(
    what: str, tested: Callable[[str], TestReport]
) -> None:
    case, message, article = FAILING[what]
    report = tested(case)
    assert [one.passed for one in report.cases] == [True, False]
    [failure] = report.cases[1].failures
    assert failure.place.line == 15
    assert message in failure.message.en
    assert failure.message.zh
    assert failure.article == article


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_file_that_cannot_be_read_as_tests_is_refused(
    what: str, tested: Callable[[str], TestReport]
) -> None:
    case, message = UNREADABLE[what]
    with pytest.raises(PolicyInvalid) as problem:
        tested(case)
    assert [message in issue.message for issue in problem.value.issues] == [True]
    assert problem.value.issues[0].place.line == 15


def test_a_policy_without_tests_says_so(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(preset("weighing-equipment").path.read_text("utf-8"), "utf-8")
    with pytest.raises(NotFound, match="has no tests at"):
        run_tests(load_policy(file))


def test_the_command_passes_shipped_policies() -> None:
    answer = CliRunner().invoke(command, ["weighing-equipment", "--lang", "en", "-v"])
    assert (answer.exit_code, answer.stdout.splitlines()[-1]) == (
        0, "policy weighing-equipment: cases 29, passed 29, failed 0",
    )  # fmt: skip
    assert "passed  an expressway operator is A" in answer.stdout


@pytest.mark.parametrize(("lang", "said"), [("zh", "失败 1"), ("en", "failed 1")])
def test_the_command_fails_with_the_article_and_the_reason(tmp_path: Path, lang: str, said: str) -> None:
    file = tmp_path / "tests.yaml"
    file.write_text(HEAD + "  - {it: wrong, like: a good A, facts: {order_growth: 9 %}, grade: A}\n", "utf-8")
    answer = CliRunner().invoke(command, ["foreign-trade", "--file", str(file), "--lang", lang])
    assert answer.exit_code == 1
    assert said in answer.stdout.splitlines()[-1]
    assert f"{file}:14:" in answer.stdout
    assert "二(二)1" in answer.stdout


def test_the_command_prints_json_for_scripts(tmp_path: Path) -> None:
    file = tmp_path / "tests.yaml"
    file.write_text(HEAD + GOOD + "  - {it: wrong, like: a good A, state: pending}\n", "utf-8")
    answer = CliRunner().invoke(command, ["foreign-trade", "--file", str(file), "--json"])
    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["cases"], told["failed"]) == (1, 2, 1)
    assert [one["passed"] for one in told["results"]] == [True, False]
    [failure] = told["results"][1]["failures"]
    assert failure["message"]["en"] == "expected state pending, found graded"
