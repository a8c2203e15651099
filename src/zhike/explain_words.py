"""The words around an explanation, for the page and the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from zhike_engine.explain import Checked, Explanation, Gap, Group, Judged, Looked
from zhike_engine.explain.model import Outcome, Rigidity
from zhike_engine.formats import day
from zhike_engine.words import Text

MARKS: Mapping[Outcome, str] = {"held": "✓", "failed": "✗", "unknown": "?", "not_applicable": "–"}
"""Outcome -> its sign; the word always stands beside it for those who cannot see signs or colours."""
OUTCOMES: Mapping[Outcome, Text] = {
    "held": Text(zh="符合", en="met"),
    "failed": Text(zh="不符合", en="not met"),
    "unknown": Text(zh="无法判断", en="cannot be told"),
    "not_applicable": Text(zh="不适用", en="does not apply"),
}
RIGIDITIES: Mapping[Rigidity, Text] = {
    "reach": Text(zh="可以争取", en="within reach"),
    "judgement": Text(zh="由人判断", en="a person judges"),
    "time": Text(zh="只等时间", en="time alone"),
    "fixed": Text(zh="无法改变", en="fixed"),
    "unknown": Text(zh="缺少数据", en="no data"),
}
WORDS: Mapping[str, Text] = {
    "as_of": Text(zh="基准日", en="as of"),
    "decided": Text(zh="怎样定级", en="How it was decided"),
    "missing": Text(zh="离{g}还差什么", en="What is missing for {g}"),
    "best": Text(zh="已是最高等级", en="This is the best grade"),
    "conditions": Text(zh="逐项核对", en="Every condition"),
    "score": Text(zh="得分", en="Score"),
    "data": Text(zh="所用数据", en="The data behind it"),
    "provenance": Text(zh="出处", en="Provenance"),
    "review": Text(zh="待复核", en="for review"),
    "condition": Text(zh="条件", en="condition"),
    "value": Text(zh="现值", en="value"),
    "limit": Text(zh="界限", en="limit"),
    "article": Text(zh="条款", en="article"),
    "outcome": Text(zh="结果", en="result"),
    "now": Text(zh="现为", en="now"),
    "needs": Text(zh="须", en="needs"),
    "metric": Text(zh="指标", en="metric"),
    "period": Text(zh="期间", en="period"),
    "item": Text(zh="评分项", en="item"),
    "points": Text(zh="得分", en="points"),
    "weight": Text(zh="权重", en="weight"),
    "contribution": Text(zh="计入总分", en="adds"),
    "base": Text(zh="基础分", en="base"),
    "total": Text(zh="合计", en="total"),
    "instead": Text(zh="满足同组另外 {n} 项之一也可以", en="or one of {n} others of the group instead"),
    "policy": Text(zh="制度", en="policy"),
    "version": Text(zh="版本", en="version"),
    "hash": Text(zh="制度指纹", en="policy hash"),
    "values": Text(zh="参数指纹", en="values hash"),
    "facts": Text(zh="数据指纹", en="facts fingerprint"),
    "engine": Text(zh="计算引擎", en="engine"),
    "currency": Text(zh="币种", en="currency"),
    "repeat": Text(
        zh="用同一制度、参数、数据和基准日重算，得到同一结果。",
        en="The same policy, values, facts and as-of date give the same result again.",
    ),
    "steps_only": Text(
        zh="只由后面的步骤给出，没有自己的条件", en="has no conditions of its own; other steps give it"
    ),
    "page": Text(zh="定级说明", en="Why this grade"),
    "customer": Text(zh="客户", en="customer"),
    "none": Text(zh="无等级", en="no grade"),
    "way": Text(zh="另一条路：", en="Another way: "),
}


def looked_words(looked: Looked) -> Text:
    """A comparison of a step with the customer's value and whether it holds.

    >>> looked_words(Looked(Text("年限 少于 9 年", "years below 9"), Text("5 年", "5"), None, True, ("years",))).en
    'years below 9: yes, 5'
    """
    frame = {
        True: Text(zh="{c}：是，现为 {v}", en="{c}: yes, {v}"),
        False: Text(zh="{c}：否，现为 {v}", en="{c}: no, {v}"),
        None: Text(zh="{c}：无法判断，现为 {v}", en="{c}: cannot be told, {v}"),
    }[looked.held]
    return frame.format(c=looked.sentence, v=looked.value or Text("—", "—"))


def judged_words(judged: Judged) -> Text:
    """Who judged, when, on what ground."""
    zh = [f"{judged.by} 于 {day(judged.on)} 判断，依据：{judged.ground}"]
    en = [f"judged by {judged.by} on {day(judged.on)}, ground: {judged.ground}"]
    if judged.reviewer:
        zh.append(f"复核人：{judged.reviewer}")
        en.append(f"reviewed by {judged.reviewer}")
    if judged.until is not None:
        zh.append(f"有效期至 {day(judged.until)}")
        en.append(f"valid until {day(judged.until)}")
    return Text(zh="；".join(zh), en="; ".join(en))


def value_words(checked: Checked) -> Text:
    """What a condition saw: its one value, or every named value it looked at."""
    if checked.outcome == "not_applicable":
        return Text("—", "—")
    if checked.value is not None:
        return checked.value
    if len(checked.seen) == 1:
        return checked.seen[0].shown
    return Text(
        zh="，".join(f"{one.title.zh} {one.shown.zh}" for one in checked.seen) or "—",
        en=", ".join(f"{one.title.en} {one.shown.en}" for one in checked.seen) or "—",
    )


def limit_words(checked: Checked) -> Text:
    """The limit of a condition, where it has one."""
    return checked.limit or Text("—", "—")


def rows(group: Group, depth: int = 0) -> list[tuple[int, Group | Checked]]:
    """Conditions and heads of inner groups, each with its depth, in reading order."""
    found: list[tuple[int, Group | Checked]] = []
    for item in group.items:
        found.append((depth, item))
        if isinstance(item, Group):
            found += rows(item, depth + 1)
    return found


def gap_notes(gap: Gap) -> list[Text]:
    """What else is to be said about a gap."""
    notes = [note for note in (gap.hint, gap.source) if note is not None]
    if gap.instead:
        notes.append(WORDS["instead"].format(n=gap.instead))
    return notes


def opened(explanation: Explanation) -> set[str]:
    """The grades whose conditions are shown at once: the customer's own and the next better one."""
    shown = {explanation.grade, explanation.miss.grade if explanation.miss else None}
    return {code for code in shown if code is not None}
