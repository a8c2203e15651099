"""What a check finds in scales, scores and ratings that a company's text leaves open, contradicts or never reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhike_engine.errors import PolicyInvalid
from zhike_engine.policy.check import check
from zhike_engine.policy.load import load_policy

SOUND = """\
zhike: 1
policy: made-up
version: "1"
title: t
currency: CNY
articles: {"1": {title: one}}
parameters:
  limit: {title: t, type: money, unit: 元, value: 500}
  term: {title: t, type: integer, value: 6}
metrics:
  amount: {title: t, article: "1", sum: orders.amount, over: last 12 months}
  count: {title: t, count: orders, over: last 12 months}
scorecards:
  card:
    title: t
    items:
      amount: {of: amount, weight: 60, linear: {from: 0, to: 1000}}
      count: {of: count, weight: 40, steps: [{below: 3, points: 10}, {from: 3, points: 100}]}
ratings:
  value:
    title: t
    of: card
    grades:
      A: {title: A, from: 80}
      B: {title: B, from: 50, below: 80}
      C: {title: C, below: 50}
  other:
    title: t
    grades:
      A: {title: A, all: [amount >= limit]}
      B: {title: B, all: [amount < limit]}
    protection: {months: term}
    fallback: {mark: rest, lines: [{grade: B}]}
"""
FAULTS = {
    "a hole between whole numbers": (
        "from: 50, below: 80",
        "from: 50, up_to: 79",
        "error",
        "no band covers values between 79 and 80",
    ),
    "a hole at one point": (
        "A: {title: A, from: 80}",
        "A: {title: A, above: 80}",
        "error",
        "no band covers values exactly 80",
    ),
    "a scale without its lower end": (
        "below: 50}",
        "from: 10, below: 50}",
        "error",
        "no band covers values below 10",
    ),
    "an end that two grades share": (
        "from: 50, below: 80",
        "from: 50, up_to: 80",
        "error",
        "`A` and `B` overlap",
    ),
    "a band that ends before it starts": (
        "from: 50, below: 80",
        "from: 80, below: 50",
        "error",
        "no value can be in `B`",
    ),
    "steps with a hole": (
        "{from: 3, points",
        "{above: 3, points",
        "warning",
        "no band covers values exactly 3",
    ),
    "weights that do not add up": (
        "weight: 40",
        "weight: 30",
        "error",
        "weights of `card` add up to 90 %, not 100 %",
    ),
    "two ways to score": (
        "linear: {from: 0, to: 1000}",
        "linear: {from: 0, to: 1}, per: {points: 1}",
        "error",
        "several ways to score",
    ),
    "a line without length": (
        "{from: 0, to: 1000}",
        "{from: 5, to: 5}",
        "error",
        "line from a value to itself",
    ),
    "an item that scores nothing": (
        "{of: count, weight: 40, steps",
        "{weight: 40, steps",
        "error",
        "says not what it scores",
    ),
    "a grade that nothing gives": (
        "B: {title: B, all: [amount < limit]}",
        "B: {title: B}\n      Z: {title: Z}",
        "warning",
        "nothing can give grade `Z`",
    ),
    "nobody answers for the rest": (
        "    fallback: {mark: rest, lines: [{grade: B}]}\n",
        "",
        "warning",
        "have no fallback",
    ),
    "a fallback that may fail": (
        "lines: [{grade: B}]",
        "lines: [{if: count > 1, grade: B}]",
        "warning",
        "no line of the fallback holds for everybody",
    ),
    "a fallback without lines": (
        "lines: [{grade: B}]",
        "lines: []",
        "error",
        "`lines` needs a list of at least 1",
    ),
    "a rating without grades": (
        "    of: card\n",
        "    of: card\n    quotas: []\n  bare: {title: t, grades: {}}\n  last:\n    title: t\n    of: card\n",
        "error",
        "`grades` needs at least one entry",
    ),
    "a quota without a size": (
        "    fallback:",
        "    quotas: [{grade: A, by: amount}]\n    fallback:",
        "error",
        "a quota needs `top` or `share`, one of the two",
    ),
    "a quota of two sizes": (
        "    fallback:",
        "    quotas: [{grade: A, by: amount, top: 3, share: 10}]\n    fallback:",
        "error",
        "a quota needs `top` or `share`, one of the two",
    ),
    "an article that nobody carries out": (
        '{"1": {title: one}}',
        '{"1": {title: one}, "2": {title: two}}',
        "warning",
        "article `2` has no rule",
    ),
    "an article that is text and nobody's": (
        '{"1": {title: one}}',
        '{"1": {title: one}, "2": {title: two, kind: text}}',
        "warning",
        "stays text and has no owner",
    ),
    "a question that nobody decided": (
        "ratings:\n",
        "open_questions: [{question: which date}]\nratings:\n",
        "warning",
        "open question without a decision: which date",
    ),
    "a share of what is not there": (
        "count: orders, over: last 12 months",
        "share: amont",
        "error",
        "unknown name `amont`",
    ),
    "a quota by what is not there": (
        "    fallback:",
        "    quotas: [{grade: A, by: amont, top: 3}]\n    fallback:",
        "error",
        "unknown name `amont`",
    ),
    "months of protection that nobody set": (
        "type: integer, value: 6",
        "type: integer",
        "warning",
        "parameter `term` is unset",
    ),
    "months of protection by place": (
        "value: 6}",
        "value: 6, local: {by: customers.region, values: {north: 9}}}",
        "error",
        "protects for months that differ between customers",
    ),
    "a row of a table without its key": (
        "metrics:\n",
        "tables: {t: {by: [amount], cells: [{when: [], value: 1}]}}\nmetrics:\n  bad: {title: t, lookup: t}\n",
        "error",
        "the row has 0 keys",
    ),
    "a unit that is no unit of money": (
        "unit: 元",
        "unit: yuan",
        "error",
        "`yuan` is no unit of money; use `元`",
    ),
    "local values of a word": (
        "value: 6}",
        "value: 6}\n  word: {title: t, type: text, local: {by: customers.region, values: {north: 9}}}",
        "error",
        "only numbers have local values",
    ),
    "a later value that is none": (
        "value: 500}",
        "values: [{starts: 2020-01-01, value: 500}, {starts: 2030-01-01, value: many}]}",
        "error",
        "is an amount in 元, not `many`",
    ),
    "two values from one day": (
        "value: 500}",
        "values: [{starts: 2020-01-01, value: 500}, {starts: 2020-01-01, value: 400}]}",
        "error",
        "has two values from 2020-01-01 on",
    ),
    "the last rows without their extremes": (
        "sum: orders.amount, over: last 12 months",
        "average: orders.amount, last: 3, trim: 1, over: all time",
        "error",
        "takes both `last` and `trim`",
    ),
    "two decimals too many": (
        "[amount < limit]",
        "['round(amount, 5) < limit']",
        "error",
        "keeps a number of decimals from 0 to 4",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_check_names_what_a_text_leaves_open(tmp_path: Path, case: str) -> None:
    old, new, level, message = FAULTS[case]
    assert SOUND.count(old) == 1, old
    file = tmp_path / "policy.yaml"
    file.write_text(SOUND.replace(old, new), "utf-8")
    found = issues(file)
    assert [said for lev, said in found if lev == level and message in said], found
    assert level == "error" or not [said for lev, said in found if lev == "error"], found


def issues(file: Path) -> list[tuple[str, str]]:
    """Level and message of every issue."""
    try:
        return [(one.level, f"{one.message}; {one.hint}") for one in check(load_policy(file))]
    except PolicyInvalid as problem:
        return [("error", f"{one.message}; {one.hint}") for one in problem.issues]


def test_a_policy_without_faults_has_none(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(SOUND, "utf-8")
    assert issues(tmp_path / "policy.yaml") == []
