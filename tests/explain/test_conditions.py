"""GRD-16: the same facts give the same grade again, and every condition stands with value, limit and outcome."""

from __future__ import annotations

import pytest

from tests.explain.worlds import ORDERS, graded, why
from zhike_engine.errors import NotFound
from zhike_engine.explain import explain
from zhike_engine.words import Text

BODY = """
parameters:
  least: {article: "1.1", title: 下限, type: money, unit: 万元, value: 500}
  months: {title: 月数, type: integer, optional: true}
windows: {year: last 12 months}
metrics:
  amount: {article: "1.1", title: {zh: 年度订单金额, en: Annual order amount}, sum: orders.amount, over: year}
  before: {title: {zh: 上年金额, en: Amount before}, sum: orders.amount, over: 12 months before year}
  rise: {title: {zh: 增长率, en: Growth}, growth: amount, against: before}
  active: {title: {zh: 有单月数, en: Active months}, active: orders, over: year}
  years: {title: {zh: 年限, en: Years}, tenure: years}
ratings:
  value:
    article: "1.1"
    title: {zh: 客户等级, en: Customer grade}
    grades:
      A:
        article: "1.1"
        title: {zh: A级客户, en: Grade A}
        all:
          - amount > least
          - {if: rise >= 10 %, article: "1.2", title: {zh: 增长, en: Growing}, unknown: holds}
          - active >= months
          - any: [years >= 5, rise > 100 %]
      B: {title: {zh: B级客户, en: Grade B}, article: "1.1", all: [amount between 100万 and 500万]}
      C: {title: {zh: C级客户, en: Grade C}}
    fallback: {mark: {zh: 其他, en: other}, lines: [{grade: C}]}
"""


@pytest.mark.clause("GRD-16")
def test_every_condition_stands_with_value_limit_outcome_and_article(tmp_path):
    found = why(graded(tmp_path, BODY))
    told = [(c.sentence.zh, c.value and c.value.zh, c.limit and c.limit.zh, c.outcome, c.article)
            for grade in found.grades for c in grade.each]  # fmt: skip
    assert told == [
        ("年度订单金额 超过 500 万元", "420.00 万元", "500 万元", "failed", "1.1"),
        ("增长率 不低于 10 %", "40.0 %", "10 %", "held", "1.2"),
        ("有单月数 不少于 “月数”（未设定）", None, None, "not_applicable", "1.1"),
        ("年限 不少于 5 年", "5 年", "5 年", "held", "1.1"),
        ("增长率 超过 100 %", "40.0 %", "100 %", "failed", "1.1"),
        (
            "年度订单金额 在 100 万元 至 500 万元 之间（含两端）",
            "420.00 万元",
            "100 万元 至 500 万元",
            "held",
            "1.1",
        ),
    ]
    assert found.tested("A").each[1].title == Text("增长", "Growing")
    assert found.tested("A").each[1].article_title == Text("时间", "Time")
    assert [grade.outcome for grade in found.grades] == ["failed", "held", "not_applicable"]


@pytest.mark.clause("GRD-16")
def test_a_result_is_the_same_when_computed_again_and_says_from_what(tmp_path):
    first, again = (why(graded(tmp_path, BODY)) for _ in range(2))
    assert first == again
    made = again.provenance
    assert (made.policy, made.version, made.as_of.isoformat(), made.currency) == (
        "small",
        "3",
        "2025-12-31",
        "CNY",
    )
    assert [len(one) for one in (made.policy_hash, made.values_hash, made.facts_fingerprint)] == [64, 64, 64]
    (tmp_path / "facts" / "orders.csv").write_text(ORDERS.replace("4200000", "4200001"), "utf-8")
    changed = why(graded(tmp_path, BODY, orders=ORDERS.replace("4200000", "4200001")))
    assert changed.provenance.facts_fingerprint != made.facts_fingerprint
    assert changed.provenance.policy_hash == made.policy_hash


def test_an_unknown_condition_says_why_and_how_it_counted(tmp_path):
    rise = why(graded(tmp_path, BODY), "c2").tested("A").each[1]
    assert (rise.outcome, rise.counts) == ("unknown", True)
    assert rise.why is not None
    assert rise.why.zh == (
        "“增长率”无法计算：合作时间太短：第一张订单在 2025-07-01，基期（2024-01-01 至 2024-12-31）还没有订单；按符合处理"
    )


def test_a_condition_that_does_not_apply_says_so(tmp_path):
    found = why(graded(tmp_path, BODY)).tested("A").each[2]
    assert found.why == Text(zh="未设定，此条不适用", en="unset, so this does not apply")
    assert not found.counts


def test_a_condition_over_several_values_shows_each(tmp_path):
    body = BODY.replace("- amount > least", "- amount > least and years < 2")
    found = why(graded(tmp_path, body)).tested("A").each[0]
    assert [(seen.name, seen.shown.en) for seen in found.seen] == [
        ("amount", "4,200,000.00 CNY"),
        ("years", "5 years"),
    ]
    assert found.value is None


def test_every_metric_has_its_days(tmp_path):
    found = {m.name: (m.shown.zh, m.period and m.period.zh) for m in why(graded(tmp_path, BODY)).metrics}
    assert found == {
        "amount": ("420.00 万元", "2025-01-01 至 2025-12-31"),
        "before": ("300.00 万元", "2024-01-01 至 2024-12-31"),
        "rise": ("40.0 %", "2025-01-01 至 2025-12-31，对比 2024-01-01 至 2024-12-31"),
        "active": ("1 个月", "2025-01-01 至 2025-12-31"),
        "years": ("5 年", "自 2020-02-29 起"),
    }


@pytest.mark.parametrize(
    ("customer", "hint"), [("c11", "did you mean `c1`?"), ("岭南纺织", "that is the name of `c1`")]
)
def test_an_unknown_customer_is_refused_with_a_way_out(tmp_path, customer, hint):
    run = graded(tmp_path, BODY)
    with pytest.raises(NotFound) as refused:
        explain(run, customer)
    run.backend.close()
    assert (refused.value.message, refused.value.hint) == (f"there is no customer `{customer}`", hint)


def test_a_customer_out_of_scope_and_an_unknown_rating_are_refused(tmp_path):
    run = graded(tmp_path, BODY + 'scope: {customers: customers.name = "岭南纺织"}\n')
    with pytest.raises(NotFound, match="customer `c2` is not in the scope"):
        explain(run, "c2")
    with pytest.raises(NotFound) as refused:
        explain(run, "c1", "valu")
    run.backend.close()
    assert refused.value.hint == "did you mean `value`?"
