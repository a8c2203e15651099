"""People who read Chinese meet no English sentence: neither on a help page nor whatever they do wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import RATES, Zhike
from zhike.cli.main import COMMANDS

ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
NAMES = ("JSON Schema", "Apache Spark", "zhike check")
POLICY = """zhike: 1
policy: small
title: {zh: 小制度, en: Small}
version: "1"
currency: CNY
scope: {text: {zh: 全部, en: all}}
articles: {}
parameters:
  least: {title: {zh: 门槛, en: least}, type: money, unit: 万元}
metrics:
  amount: {title: {zh: 金额, en: amount}, sum: orders.amount, over: last 12 months}
ratings:
  value:
    title: {zh: 等级, en: grade}
    grades:
      A: {title: A, all: [amount >= least]}
      B: {title: B}
    fallback: {mark: {zh: 其他, en: other}, lines: [{grade: B}]}
"""
GRADE = ["grade", "p.yaml", "--facts", "facts", "--as-of", "2025-12-31", "--out", "out", "--set", "least=1"]
MAPPING = """facts_mapping: 1
title: {zh: 订单, en: orders}
sources: {o: {file: o.csv}}
tables:
  customers: {from: o, group_by: customer, columns: {customer: c, name: c}}
  orders: {from: o, columns: {order: n, customer: c, ordered_on: d, amount: a, currency: ='CNY', status: ='completed'}}
"""


@pytest.fixture
def zh(zhike: Zhike, company: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Zhike:
    """`zhike` for somebody who says nothing about the language, in a folder with a policy, facts and a mapping."""
    monkeypatch.delenv("ZHIKE_LANG")
    (tmp_path / "p.yaml").write_text(POLICY, "utf-8")
    (tmp_path / "m.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "o.csv").write_text("n,c,d,a\n1,甲,2025-01-01,5\n", "utf-8")
    return zhike


def english_in(text: str) -> list[str]:
    """English phrases that are neither in backticks, nor a line of usage, nor a proper name."""
    lines = (line for line in text.splitlines() if not line.startswith("用法："))
    bare = re.sub(r"`[^`]*`|--[a-z-]+", "", "\n".join(lines))
    return [found for found in ENGLISH.findall(bare) if found not in NAMES]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_a_help_page_is_chinese(zh: Zhike, command: str) -> None:
    answer = zh(*filter(None, [command]), "--help")
    assert answer.status == 0
    assert answer.out.startswith("用法：zhike")
    assert "选项：" in answer.out
    assert english_in(answer.out) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "weighing-equipment"],
        ["diff", "foreign-trade", "key-account"],
        ["test", "foreign-trade", "-v"],
        ["new", "ours"],
        ["facts", "m.yaml", "--out", "made"],
    ],
    ids=lambda one: one[0],
)
def test_an_answer_is_chinese(zh: Zhike, arguments: list[str]) -> None:
    answer = zh(*arguments)
    assert answer.status == 0
    assert english_in(answer.out + answer.err) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grad"], "没有 `grad` 这个命令；是不是 `grade`？"),
        (["grade"], "缺少 `制度`"),
        (["grade", "p.yaml"], "缺少 `--facts`"),
        ([*GRADE, "--fact", "x"], "没有 `--fact` 这个选项；是不是 `--facts`？"),
        ([*GRADE, "more"], "`more` 是多余的"),
        ([*GRADE, "--values"], "选项 `--values` 后面要写值"),
        ([*GRADE, "--json=1"], "选项 `--json` 后面不写值"),
        ([*GRADE, "--as-of", "2025-02-30"], "`--as-of`：`2025-02-30` 不是日期"),
        ([*GRADE, "--lang", "fr"], "`--lang`：不能写 `fr`，请写 `zh` 或 `en`"),
        ([*GRADE, "--set", "least"], "`--set`：`least` 不是 `NAME=VALUE` 的形式"),
        ([*GRADE, "--set", "leest=1"], "没有参数 `leest`；是不是 `least`？"),
        ([*GRADE, "--set", "least=abc"], "参数 `least` 应当是金额（单位 万元），而不是 `abc`"),
        ([*GRADE, "--engine", "oracle11g"], "没有计算引擎 `oracle11g`"),
        ([*GRADE, "--previous", "nowhere.csv"], "没有文件 `nowhere.csv`"),
        ([*GRADE, "--currency", "cny"], "`cny` 不是 CNY 这样的币种代码"),
        ([*GRADE, "--currency", "EUR"], "`exchange_rates`"),
        (GRADE[:-2], "需要公司尚未设定的参数：`least`"),
        ([*GRADE, "--facts", "nowhere"], "没有事实文件夹 `nowhere`"),
        ([*GRADE, "--facts", "sqlite:///nowhere.db"], "没有数据库文件 `nowhere.db`"),
        ([*GRADE, "--out", "facts"], "不是知客的结果文件夹"),
        (["grade", "nowhere", *GRADE[2:]], "没有预置制度 `nowhere`"),
        (["check", "nowhere.yaml"], "`nowhere.yaml` 没有制度"),
        (["check", "m.yaml"], "没有 `facts_mapping` 这个键"),
        (["test", "p.yaml"], "没有用例"),
        (["explain", "7", "p.yaml", *GRADE[2:6], "--set", "least=1"], "没有客户 `7`"),
        (["explain", "7"], "请给出 `制度`"),
        (["explain", "7", "--run", "facts"], "`facts` 中没有 `run.json`"),
        (["simulate", "p.yaml", *GRADE[2:6]], "没有要试的值"),
        (["simulate", "p.yaml", *GRADE[2:6], "--movers", "-1"], "`-1` 不是至少为 0 的整数"),
        (["new", "Our Policy"], "`Our Policy` 不能作制度的名称"),
        (["new", "ours", "--from", "foreign"], "是不是 `foreign-trade`？"),
        (["diff", "p.yaml", "q.yaml"], "`q.yaml` 没有制度"),
        (["facts", "nowhere.yaml", "--out", "f"], "`nowhere.yaml` 不存在"),
        (["facts", "m.yaml", "--out", "facts", "--source", "nowhere"], "`--source`：没有文件夹 `nowhere`"),
        (["facts", "m.yaml", "--out", "."], "正在读取的 `m.yaml`"),
        (["forecast", "--facts", "facts", "--as-of", "2025-12-31", "--horizon", "99"], "1 至 60"),
        (["forecast", "--facts", "facts", "--as-of", "2025-12-31", "--out", "f.txt"], "`f.txt`"),
        (["demo", "--files", "d", "--customers", "1"], "至少要有"),
        (["migrate", "--no"], "没有 `--no` 这个选项"),
        (["clauses", "--area", "GRT"], "没有 `GRT` 这一部分\n  办法：是不是 `GRD`？"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_a_wrong_call_is_answered_in_chinese(zh: Zhike, arguments: list[str], said: str) -> None:
    answer = zh(*arguments)
    assert answer.status != 0
    assert said in answer.err + answer.out
    assert english_in(answer.err + answer.out) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("amount >= least", "amuont >= least", "不存在"),
        ("amount >= least", "amount >= B", "不存在"),
        ("amount >= least", "amount >= 'x'", "把金额与文字比较"),
        ("amount >= least", "amount >=", "没有写完"),
        ("amount >= least", "amount ! 1", "在此没有意义"),
        ("last 12 months", "last dozen months", "看不懂"),
        ("sum: orders.amount", "summ: orders.amount", "不是已知的指标种类"),
        ("sum: orders.amount", "sum: orders.amuont", "`amount` 中的名称 `amuont` 不存在"),
        ("type: money", "type: monney", "`type` 不能写 `monney`"),
        ("currency: CNY", "currenci: CNY", "没有 `currenci` 这个键"),
        ('version: "1"', "version: 1", "应当是文字"),
        ("zhike: 1", "zhike: 9", "此版知客只读格式 1"),
        ("grade: B", "grade: C", "`C` 不是评级 `value` 的等级"),
        ("policy: small", "policy: [small", "不是有效的 YAML"),
        ("policy: small", "policy: small\npolicy: big", "出现了两次"),
        ("policy: small", "\tpolicy: small", "不是有效的 YAML"),
        ("title: B}", "title: B, from: 3}", "没有写明按什么分档"),
        ("title: B}", "title: 3}", "应当写键和取值"),
        ("currency: CNY", "currency: CNY\ncalendar: {year_starts: 13}", "不能大于 12"),
        ("currency: CNY", "currency: CNY\ncalendar: {year_starts: x}", "应当是数"),
        ("currency: CNY", "currency: CNY\neffective: {starts: 2026-02-30}", "不是日期"),
        ("    fallback: ", "    feedback: ", "没有 `feedback` 这个键"),
    ],
)
def test_a_fault_of_a_policy_is_told_in_chinese(
    zh: Zhike, tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in POLICY
    (tmp_path / "p.yaml").write_text(POLICY.replace(old, new, 1), "utf-8")
    answer = zh("check", "p.yaml")
    assert answer.status == 1
    assert said in answer.out + answer.err
    assert "错误" in answer.out + answer.err
    assert english_in(answer.out + answer.err) == []


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("orders", "order,customer\no1,1\n", "表 `orders` 缺少列"),
        ("orders", "", "文件是空的"),
        ("orders", b"\xc4\xcf\xff", "不是 UTF-8 编码的文本"),
        ("orders", 'order,customer\n"o1,1\n', "缺少列"),
        ("exchange_rates", "currency,rate_on,rate\nUSD,2024-01-01,0\n", "汇率不大于零"),
        ("exchange_rates", "currency,rate_on,rate\nUSD,2025-12-01,7\n", "没有"),
        ("exchange_rates", RATES + "USD,2025-13-01,7\n", "不是存在的日期"),
        ("exchange_rates", RATES + "USD,2025-01-01,7\n", "出现了 2 次"),
        ("exchange_rates", RATES + "USD,2025-01-02\n", "此行有 2 格，表头有 3 格"),
        ("ordres", "order\n1\n", "`ordres.csv` 不是事实表"),
    ],
)
def test_a_fault_of_the_facts_is_told_in_chinese(
    zh: Zhike, company: Path, table: str, text: str | bytes, said: str
) -> None:
    (company / f"{table}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    answer = zh(*GRADE)
    assert answer.status == 1
    assert answer.err.startswith("错误：")
    assert said in answer.err
    assert english_in(answer.err) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("file: o.csv", "file: p.csv", "没有文件 `p.csv`"),
        ("file: o.csv", "file: o.csv, encoding: utf9", "没有 `utf9` 这种编码"),
        ("file: o.csv", "file: o.csv, header: x", "`header` 应当是数"),
        ("file: o.csv", "file: o.csv, database: d", "`file` 和 `database` 请写其一"),
        ("amount: a", "amount: = a +", "末尾缺少内容"),
        ("amount: a", "amount: = (a = 1", "缺少 `)`"),
        ("amount: a", "amount: b", "没有列 `b`"),
        ("amount: a", "amuont: a", "没有列 `amuont`"),
        ("currency: ='CNY'", "currency: {value: CNY}", "没有 `value` 这个键"),
        ("facts_mapping: 1", "facts_mapping: 2", "映射文件的版本 2 在此不认识"),
        ("from: o, group_by", "from: q, group_by", "没有数据来源 `q`"),
    ],
)
def test_a_fault_of_a_mapping_is_told_in_chinese(
    zh: Zhike, tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in MAPPING
    (tmp_path / "m.yaml").write_text(MAPPING.replace(old, new, 1), "utf-8")
    answer = zh("facts", "m.yaml", "--out", "made")
    assert answer.status == 1
    assert said in answer.err
    assert english_in(answer.err) == []
