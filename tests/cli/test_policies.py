from __future__ import annotations

import errno
import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.conftest import Zhike
from zhike.cli.main import COMMANDS, cli

BROKEN = {
    "an unknown name": (
        "- annual_order_amount > a_amount", "- anual_order_amount > a_amount",
        "unknown name `anual_order_amount` in `anual_order_amount > a_amount`", "did you mean `annual_order_amount`?",
    ),
    "two units": ("- annual_order_amount > a_amount", "- order_growth > a_amount", "compares a share with money", ""),
    "a grade that is none": ("grade: newcomer_grade", "grade: E", "`E` is no grade of rating `value`", ""),
    "an unknown key": ("currency: CNY", "curency: CNY", "unknown key `curency`", "did you mean `currency`?"),
    "an article that is none": ("article: 二(二)1", "article: 二(二)9", "there is no article `二(二)9`", "did you mean"),
    "a circle": ("growth: annual_order_amount", "growth: growth_deviation", "defined by itself", "break the circle"),
    "a window that is none": ("over: this_year", "over: this_yaer", "window `this_yaer` is not understood", "did you mean `this_year`?"),
    "a newer format": ("zhike: 1", "zhike: 2", "is written for format 2", "install a newer Zhike"),
    "a broken expression": ("- annual_order_amount > a_amount", "- annual_order_amount >", "ends too early", ""),
    "a currency that is none": ("currency: CNY", "currency: cny", "`cny` is not allowed for `currency`", "such as CNY"),
    "a tab": ("currency: CNY", "scope:\n\tarticle: 1", "a tab stands where blanks belong", "indent with spaces"),
    "a wrong type": ("type: money", "type: monney", "`monney` is not allowed for `type`", "money"),
}  # fmt: skip


@pytest.fixture
def copy(zhike: Zhike, tmp_path: Path) -> Path:
    """A policy of one's own, started from the shipped one."""
    assert zhike("new", "ours", "--from", "foreign-trade").status == 0
    return tmp_path / "ours"


def change(policy: Path, old: str, new: str) -> None:
    file = policy / "policy.yaml"
    text = file.read_text("utf-8")
    assert old in text, old
    file.write_text(text.replace(old, new), "utf-8")


def test_a_new_policy_checks_without_errors_and_the_shipped_one_stays(zhike: Zhike, copy: Path) -> None:
    assert "policy: ours\n" in (copy / "policy.yaml").read_text("utf-8")
    assert zhike("check", copy).status == 0
    assert zhike("check", "foreign-trade").status == 0


def test_a_full_disk_leaves_no_half_of_a_new_policy(
    zhike: Zhike, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_text

    def full(self: Path, text: str, encoding: str) -> int:
        write(self, text[:100], encoding)
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_text", full)
    answer = zhike("new", "ours")
    assert (answer.status, answer.out) == (1, "")
    assert "cannot be written: no space is left on the disk" in answer.err
    assert [*tmp_path.iterdir()] == []


def test_an_existing_folder_is_not_touched(zhike: Zhike, copy: Path) -> None:
    before = hashlib.sha256((copy / "policy.yaml").read_bytes()).hexdigest()
    answer = zhike("new", "ours", "--from", "foreign-trade")
    assert (answer.status, "exists already" in answer.err) == (1, True)
    assert hashlib.sha256((copy / "policy.yaml").read_bytes()).hexdigest() == before


@pytest.mark.parametrize("case", BROKEN)
def test_every_fault_has_place_and_way_out(zhike: Zhike, copy: Path, case: str) -> None:
    old, new, message, hint = BROKEN[case]
    change(copy, old, new)
    answer = zhike("check", copy)
    said = answer.out + answer.err
    line = next((line for line in said.splitlines() if message in line), "")
    assert answer.status == 1
    assert line, said
    assert f"{copy}/policy.yaml:" in line
    assert hint in said
    assert "Traceback" not in said


def test_all_faults_are_gathered_not_only_the_first(zhike: Zhike, copy: Path) -> None:
    for case in ("an unknown name", "a grade that is none", "a window that is none"):
        change(copy, *BROKEN[case][:2])
    found = [issue for issue in zhike("check", copy, "--json").json if issue["level"] == "error"]
    assert len(found) >= 3
    assert all(issue["line"] > 1 and issue["message"] for issue in found)


@pytest.mark.clause("GOV-11")
def test_unset_parameters_are_listed_and_bands_that_contradict_are_refused(zhike: Zhike) -> None:
    unset = [
        issue["message"]
        for issue in zhike("check", "foreign-trade", "--json").json
        if "is unset" in issue["message"]
    ]
    assert "parameter `b_amount_to` is unset; what needs it cannot run" in unset

    answer = zhike("check", "foreign-trade", "--values", "example", "--set", "b_amount_to=600")
    assert answer.status == 1
    assert "inconsistent values" in answer.out


@pytest.mark.clause("GOV-02")
def test_two_policies_are_compared_by_article_in_words(zhike: Zhike, copy: Path) -> None:
    change(copy, "- annual_order_amount > a_amount", "- annual_order_amount >= a_amount")
    changes = zhike("diff", "foreign-trade", copy, "--json").json
    assert [(one["article"], one["old"], one["new"]) for one in changes if one["path"][0] == "ratings"] == [
        ("二(二)1", "annual_order_amount > a_amount", "annual_order_amount >= a_amount")
    ]
    said = zhike("diff", "foreign-trade", copy, "--lang", "zh").out
    assert "二(二)1" in said
    assert "由 `annual_order_amount > a_amount` 改为 `annual_order_amount >= a_amount`" in said


def test_a_policy_does_not_differ_from_itself(zhike: Zhike) -> None:
    assert zhike("diff", "foreign-trade", "foreign-trade", "--lang", "en").out == "0 changes\n"


def test_the_schema_is_json(zhike: Zhike) -> None:
    assert json.loads(zhike("schema").out)["title"] == "Zhike policy"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    answer = CliRunner().invoke(cli, [name, "--help"])
    assert answer.exit_code == 0
    assert "Usage:" in answer.output


def test_an_unknown_command_gets_a_hint(zhike: Zhike) -> None:
    answer = zhike("grad")
    assert (answer.status, "did you mean `grade`?" in answer.err) == (2, True)
