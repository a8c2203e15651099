"""A finished run explains itself as the direct way does: path, misses, page; without facts, and only when it can."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.explain.worlds import AS_OF, CUSTOMERS, HEAD, ORDERS
from zhike.cli.common import RunOptions, start_run
from zhike.cli.main import main
from zhike.explain_output import read_output
from zhike.output import write_record, write_tables
from zhike.stored_run import explained
from zhike_engine.explain import Explanation, explain
from zhike_engine.policy.load import load_policy

BODY = """
metrics:
  amount: {title: {zh: 年度金额, en: Annual amount}, sum: orders.amount, over: last 12 months}
  count: {title: {zh: 订单数, en: Orders}, count: orders, over: last 12 months}
  trust: {title: {zh: 信任, en: Trust}, judgement: trust}
  years: {title: {zh: 年限, en: Years}, tenure: years}
  trade: {title: {zh: 行业, en: Trade}, column: customers.trade}
scorecards:
  points:
    title: {zh: 得分, en: Points}
    items:
      bought: {of: amount, weight: 60 %, linear: {from: 0, to: 10000000}}
      often: {of: count, weight: 40 %, steps: [{below: 2, points: 20}, {from: 2, points: 80}]}
ratings:
  value:
    title: {zh: 等级, en: Grade}
    article: "1.1"
    score: points
    grades:
      A: {title: {zh: A级, en: Grade A}, all: [amount > 800万, {any: [trust > 3, years >= 9]}]}
      B: {title: {zh: B级, en: Grade B}, all: [amount > 400万]}
      C: {title: {zh: C级, en: Grade C}}
    fallback: {mark: {zh: 其他, en: other}, lines: [{grade: C}]}
    floors: [{title: {zh: 老客户, en: long with us}, grade: B, if: years >= 5}]
    movement: {up: 1}
    manual: {allowed: [override, ceiling]}
  care:
    title: {zh: 关怀, en: Care}
    of: points
    grades: {much: {title: {zh: 多, en: much}, from: 50}, less: {title: {zh: 少, en: less}, below: 50}}
"""
MORE = """o4,c3,2025-02-01,1234567.8949,CNY,1,completed
o5,c4,2025-02-01,9000000,CNY,1,completed
o6,c4,2025-03-01,1,CNY,1,completed
"""
PEOPLE = CUSTOMERS + "c3,三号,2024-01-01\nc4,四号,2019-01-01\nc5,五号,\n"
TABLES = {
    "customers": PEOPLE,
    "orders": ORDERS + MORE,
    "previous_grades": "customer,rating,grade\nc1,value,C\nc4,value,C\nc2,value,A\n",
    "overrides": "customer,rating,kind,grade,reason,approver,from_on,until_on\n"
    "c2,value,ceiling,B,新客户,总监,2025-01-01,2026-12-31\nc5,value,override,A,战略客户,总监,2025-01-01,2026-12-31\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Facts, a policy and an empty output folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("facts", "out"):
        (tmp_path / name).mkdir()
    for name, text in TABLES.items():
        (tmp_path / "facts" / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def finished(folder: Path, body: str = BODY) -> dict[str, list[Explanation]]:
    """Grade into `out`; the explanations of every customer by the direct way."""
    (folder / "policy.yaml").write_text(HEAD + body, "utf-8")
    run = start_run(RunOptions("policy.yaml", "facts", AS_OF), "zh")
    write_tables(run, folder / "out", workbook=False)
    write_record(run, folder / "out")
    direct = {f"c{number}": explain(run, f"c{number}") for number in range(1, 6)}
    run.backend.close()
    return direct


def stored(folder: Path, customer: str, rating: str | None = None) -> list[Explanation] | None:
    return explained(read_output(folder / "out", customer), load_policy(folder / "policy.yaml"), rating)


def test_a_scope_that_the_run_does_not_write_is_no_hindrance(folder):
    scope = "scope: {customers: 'customers.since is computable or customers.name = \"五号\"'}"
    direct = finished(folder, f"{scope}\n{BODY}")
    again = stored(folder, "c3")
    assert again is not None
    assert [one.grade for one in again] == [one.grade for one in direct["c3"]]


def test_path_conditions_scores_and_misses_are_those_of_the_direct_way(folder):
    for customer, direct in finished(folder).items():
        again = stored(folder, customer)
        assert again is not None
        for one, other in zip(direct, again, strict=True):
            for name in ("grade", "state", "movement_text", "marks", "scores", "previous_title"):
                assert getattr(one, name) == getattr(other, name), (customer, name)
            assert [(s.kind, s.grade) for s in one.path] == [(s.kind, s.grade) for s in other.path]
            said = [[(g.sentence, g.has, g.missing, g.rigidity) for g in m.gaps] for m in one.misses]
            assert said == [
                [(g.sentence, g.has, g.missing, g.rigidity) for g in m.gaps] for m in other.misses
            ]
            tested = [(g.code, g.outcome) for g in one.grades]
            assert tested == [(g.code, g.outcome) for g in other.grades]


def test_what_only_the_facts_know_is_left_out_or_said(folder):
    direct = finished(folder)
    [override], [again] = (
        [e.path[-1] for e in found if e.rating == "value"] for found in (direct["c5"], stored(folder, "c5"))
    )
    assert override.text.zh.startswith("人工调整为A级（理由：战略客户")
    assert again.text.zh == "人工调整为A级"
    trust = next(one for one in stored(folder, "c1")[0].metrics if one.name == "trust")
    assert trust.why.zh == "评级时就无法计算，原因要看当时的事实数据"


def test_one_rating_may_be_asked_for(folder):
    finished(folder)
    assert [one.rating for one in stored(folder, "c1", "care")] == ["care"]


LOCAL = "parameters: {least: {title: l, type: money, value: 500, local: {by: customers.region, values: {x: 5}}}}\n"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            BODY.replace("movement:", "quotas: [{grade: B, top: 1, by: amount}]\n    movement:"), id="places"
        ),
        pytest.param(LOCAL + BODY.replace("amount > 400万", "amount > least"), id="local values"),
    ],
)
def test_what_the_folder_cannot_tell_is_not_made_up(folder, body):
    finished(folder, body)
    assert None in [stored(folder, f"c{number}") for number in range(1, 6)]


def test_another_policy_than_that_of_the_run_explains_nothing(folder):
    finished(folder)
    (folder / "policy.yaml").write_text(HEAD + BODY.replace("800万", "900万"), "utf-8")
    assert stored(folder, "c1") is None


def said(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> tuple[int, Any]:
    monkeypatch.setattr(sys, "argv", ["zhike", "explain", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), capfd.readouterr()


def test_the_command_shows_path_and_misses_and_writes_the_page(folder, monkeypatch, capfd):
    finished(folder)
    common = ["c3", "policy.yaml", "--run", "out"]
    _, told = said([*common, "--lang", "zh"], monkeypatch, capfd)
    assert "怎样定级" in told.out
    assert "还差 276.55 万元" in told.out
    _, told = said([*common, "--html", "page.html", "--lang", "zh"], monkeypatch, capfd)
    assert told.out == "说明：page.html\n"
    assert "还差 276.55 万元" in (folder / "page.html").read_text("utf-8")
    _, told = said([*common, "--json"], monkeypatch, capfd)
    assert [one["rating"] for one in json.loads(told.out)["explanations"]] == ["value", "care"]


def test_without_the_policy_there_is_no_page_but_a_way_out(folder, monkeypatch, capfd):
    finished(folder)
    status, told = said(["c3", "--run", "out", "--html", "page.html", "--lang", "en"], monkeypatch, capfd)
    assert status == 1
    assert told.err == (
        "error: the run alone does not tell the reasons of `c3`\n"
        "  hint: give `POLICY` as it was run, or its `--facts` and `--as-of` instead of `--run`\n"
    )
    assert not (folder / "page.html").exists()
