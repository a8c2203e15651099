"""The fixed order of the steps that make a grade, and who wins when two of them disagree.

`docs/algorithms/precedence.md` shows both tables; `tests/explain/test_precedence.py` runs every case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhike_engine.words import Lang, Text


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the chain: what it is called and what it does."""

    title: Text
    does: Text


STEPS: Mapping[str, Stage] = {
    "scope": Stage(
        Text(zh="评级范围", en="who is rated"),
        Text(zh="不符合评级的 `if` 时不评级", en="not rated where the rating's `if` does not hold"),
    ),
    "rule": Stage(
        Text(zh="等级条件", en="rule"),
        Text(
            zh="按检验顺序，条件成立的第一个等级；`precedence` 可改为最好、最低或不变",
            en="the first grade, in the order of testing, whose conditions hold; `precedence` may say best, worst,"
            " unchanged",
        ),
    ),
    "fallback": Stage(
        Text(zh="兜底规则", en="fallback"),
        Text(
            zh="没有等级成立时，第一个成立的行；客户带标记进入复核名单",
            en="where no grade's conditions hold, the first line that does; the customer carries the mark for review",
        ),
    ),
    "newcomer": Stage(
        Text(zh="新客户", en="newcomer"),
        Text(
            zh="新客户取暂定等级，代替前两步的结果",
            en="a newcomer gets the provisional grade instead of the answer of rules and fallback",
        ),
    ),
    "quota": Stage(
        Text(zh="名额", en="quota"),
        Text(zh="超出名额的客户低一级", en="a customer beyond the places gets the next lower grade"),
    ),
    "hysteresis": Stage(
        Text(zh="缓冲", en="hysteresis"),
        Text(
            zh="将要降级、而原等级的界限只差一点时，保留原等级",
            en="a grade about to fall is kept while its limits are missed by little",
        ),
    ),
    "movement": Stage(
        Text(zh="升降幅度", en="movement limit"),
        Text(zh="一次最多升降几级", en="at most so many grades up or down in one run"),
    ),
    "protection": Stage(
        Text(zh="保护期", en="protection"),
        Text(zh="保护期内不降级", en="a protected grade does not fall"),
    ),
    "floor": Stage(
        Text(zh="保底", en="floor"),
        Text(zh="条件成立时，至少是这个等级", en="at least this grade where its condition holds"),
    ),
    "ceiling": Stage(
        Text(zh="封顶", en="ceiling"),
        Text(zh="条件成立时，至多是这个等级", en="at most this grade where its condition holds"),
    ),
    "veto": Stage(
        Text(zh="一票否决", en="veto"),
        Text(zh="条件成立时，就是这个等级", en="exactly this grade where its condition holds"),
    ),
    "manual": Stage(
        Text(zh="人工记录", en="manual record"),
        Text(
            zh="有效期内、经批准的记录：指定和认定直接定级，封顶先于保底和保护",
            en="approved records in force: an override or a designation sets the grade; a ceiling goes before a floor"
            " and a protection",
        ),
    ),
    "pending": Stage(
        Text(zh="待定", en="pending"),
        Text(
            zh="有待定理由时没有等级；只有人工指定和认定仍然有效",
            en="no grade while a reason to wait stands; only an override or a designation still counts",
        ),
    ),
}
"""The steps in their order: each starts from what the one before it left."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the steps want, what comes out, and the sentence that says why.

    `wants` maps a step to its grade; `manual` maps the kind of a manual record to its grade; `previous` is the
    grade of the run before. Grades are A to D, A the best; in these cases a grade may move by one and the grade B
    is protected.
    """

    wants: Mapping[str, str]
    grade: str | None
    because: Text
    manual: Mapping[str, str] = field(default_factory=dict)
    previous: str = ""


def _case(grade: str | None, zh: str, en: str, previous: str = "", **wants: str) -> Case:
    manual = {kind.removeprefix("m_"): code for kind, code in wants.items() if kind.startswith("m_")}
    return Case(
        {k: v for k, v in wants.items() if not k.startswith("m_")}, grade, Text(zh, en), manual, previous
    )


PRECEDENCE: tuple[Case, ...] = (
    _case("B", "条件成立就用该等级", "a rule whose conditions hold gives its grade", rule="B"),
    _case("C", "没有等级成立时才用兜底", "the fallback answers where no rule does", fallback="C"),
    _case("B", "规则先于兜底", "a rule beats the fallback", rule="B", fallback="C"),
    _case("C", "新客户的暂定等级先于规则", "a newcomer's grade beats a rule", rule="A", newcomer="C"),
    _case("B", "超出名额低一级", "beyond the quota, one grade lower", rule="A", quota="A"),
    _case("B", "升降幅度限制规则", "the movement limit beats a rule", previous="C", rule="A"),
    _case("B", "升降幅度也限制降级", "the movement limit holds a fall as well", previous="A", rule="D"),
    _case("B", "保护期内不降级", "a protected grade does not fall", previous="B", rule="C"),
    _case("A", "保底高于规则", "a floor beats a rule", rule="C", floor="A"),
    _case("C", "封顶低于规则", "a ceiling beats a rule", rule="A", ceiling="C"),
    _case("D", "封顶先于保底", "a ceiling beats a floor", rule="C", floor="B", ceiling="D"),
    _case("C", "封顶先于保护期", "a ceiling beats a protection", previous="B", rule="C", ceiling="C"),
    _case(
        "D",
        "一票否决先于封顶和保底",
        "a veto beats floors and ceilings",
        rule="A",
        floor="B",
        ceiling="C",
        veto="D",
    ),
    _case(
        "A",
        "升降幅度不限制保底",
        "the movement limit does not hold a floor",
        previous="D",
        rule="D",
        floor="A",
    ),
    _case(
        "A", "人工指定先于一切规则", "an override stands until it ends", rule="C", veto="D", m_override="A"
    ),
    _case("B", "名单认定先于规则", "a designation beats a rule", rule="D", m_designation="B"),
    _case(
        "A",
        "人工指定先于名单认定",
        "an override beats a designation",
        rule="D",
        m_override="A",
        m_designation="B",
    ),
    _case(
        "C",
        "人工封顶先于人工保底",
        "a manual ceiling beats a manual floor",
        rule="A",
        m_floor="B",
        m_ceiling="C",
    ),
    _case("B", "人工保底先于一票否决", "a manual floor beats a veto", rule="A", veto="D", m_floor="B"),
    _case(
        "B",
        "人工保护不让等级再低",
        "a manual protection does not let a grade fall",
        rule="D",
        m_protection="B",
    ),
    _case(None, "待定理由先于规则", "a reason to wait beats a rule", rule="A", pending="yes"),
    _case(
        None,
        "待定理由先于人工保底",
        "a reason to wait beats a manual floor",
        rule="C",
        pending="yes",
        m_floor="A",
    ),
    _case(
        "A", "人工指定先于待定", "an override beats a reason to wait", rule="C", pending="yes", m_override="A"
    ),
    _case(None, "没有等级成立，也没有兜底", "no rule and no fallback: the customer waits"),
)
"""Who wins. Read each line as: the steps want this, the result is that, because …"""


def steps_table(lang: Lang) -> str:
    """The steps as a Markdown table."""
    head = {
        "zh": "| | 步骤 | 作用 |\n| --- | --- | --- |",
        "en": "| | step | what it does |\n| --- | --- | --- |",
    }[lang]
    rows = [
        f"| {i} | {s.title.pick(lang)} | {s.does.pick(lang)} |" for i, s in enumerate(STEPS.values(), start=1)
    ]
    return "\n".join([head, *rows])


def cases_table(lang: Lang) -> str:
    """The cases as a Markdown table."""
    heads = {
        "zh": ("上期", "各步骤的要求", "结果", "因为"),
        "en": ("before", "what the steps want", "result", "because"),
    }
    rows = [f"| {' | '.join(heads[lang])} |", "| --- | --- | --- | --- |"]
    waits = Text(zh="待定", en="pending").pick(lang)
    rows += [
        f"| {case.previous or '—'} | {_wants(case, lang)} | {case.grade or waits} | {case.because.pick(lang)} |"
        for case in PRECEDENCE
    ]
    return "\n".join(rows)


_MANUAL = {
    "override": Text(zh="人工指定", en="override"),
    "designation": Text(zh="名单认定", en="designation"),
    "floor": Text(zh="人工保底", en="manual floor"),
    "ceiling": Text(zh="人工封顶", en="manual ceiling"),
    "protection": Text(zh="人工保护", en="manual protection"),
}
_SHORT = {
    "rule": Text(zh="规则", en="rule"),
    "fallback": Text(zh="兜底", en="fallback"),
    "newcomer": Text(zh="新客户", en="newcomer"),
    "quota": Text(zh="名额已满", en="quota full for"),
    "floor": Text(zh="保底", en="floor"),
    "ceiling": Text(zh="封顶", en="ceiling"),
    "veto": Text(zh="一票否决", en="veto"),
    "pending": Text(zh="待定理由", en="reason to wait"),
}


def _wants(case: Case, lang: Lang) -> str:
    said = [f"{_SHORT[k].pick(lang)} {'' if k == 'pending' else v}".strip() for k, v in case.wants.items()]
    said += [f"{_MANUAL[k].pick(lang)} {v}" for k, v in case.manual.items()]
    return {"zh": "，", "en": ", "}[lang].join(said) or "—"
