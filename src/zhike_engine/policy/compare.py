"""Expected and actual, side by side: every difference as a sentence in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from zhike_engine.issues import did_you_mean
from zhike_engine.language.titles import Titles
from zhike_engine.messages import say, together
from zhike_engine.plan.rules import Leaf
from zhike_engine.policy import amounts
from zhike_engine.policy.cases import NO_MARKS, Expectation
from zhike_engine.policy.verdicts import Verdict, told
from zhike_engine.words import Text, same

NOTHING = Text(zh="无", en="none")


class Outcome(Protocol):
    """What came out of a run."""

    @property
    def titles(self) -> Titles:
        """The words for what the run is about."""

    def verdict(self, rating: str, customer: str) -> Verdict:
        """What a rating says about a customer."""


@dataclass(frozen=True)
class Difference:
    """One difference: path of the expectation inside its case, sentence, article concerned."""

    path: tuple[str | int, ...]
    message: Text
    article: str = ""


def differences(wanted: Expectation, seen: Outcome, customer: str, rating: str) -> Iterator[Difference]:
    """Everything that came out differently for one customer."""
    main = seen.verdict(rating, customer)
    if wanted.grade is not None:
        yield from _grade(("grade",), wanted.grade, main, seen)
    for name, grade in wanted.grades.items():
        yield from _grade(("grades", name), grade, seen.verdict(name, customer), seen)
    if wanted.state is not None and main.state != wanted.state:
        yield Difference(
            ("state",),
            Text(
                zh=f"状态应为 {wanted.state}，实际为 {main.state}",
                en=f"expected state {wanted.state}, found {main.state}",
            ),
        )
    yield from _reasons(wanted, main, seen)
    yield from _lacks(wanted, main, seen)
    yield from _marks(wanted, main)
    yield from _numbers(wanted, main, seen)


def _grade(path: tuple[str | int, ...], wanted: str, verdict: Verdict, seen: Outcome) -> Iterator[Difference]:
    if verdict.grade == wanted:
        return
    found, how = verdict.grade or verdict.state, _how(verdict)
    expected = verdict.rating.grade(wanted)
    missing = [told(verdict, leaf, seen.titles) for leaf in verdict.lacking(wanted)]
    zh = f"等级应为 {wanted}，实际为 {found}（{how.zh}）"
    en = f"expected grade {wanted}, found {found} ({how.en})"
    if missing and verdict.row is not None:
        zh += f"；{wanted} 未成立：" + "；".join(one.zh for one in missing)
        en += f"; {wanted} fails at " + "; ".join(one.en for one in missing)
    yield Difference(path, Text(zh=zh, en=en), expected.spec.article)


_STEP_WORDS = {
    "rules": Text(zh="按条件", en="by its conditions"),
    "fallback": Text(zh="按兜底规则", en="by the fallback"),
    "newcomers": Text(zh="按新客户规则", en="as a newcomer"),
    "pending": Text(zh="待定", en="pending"),
    "quota": Text(zh="受名额限制", en="beyond a quota"),
    "hysteresis": Text(zh="缓降保留", en="kept within the margin"),
    "movement": Text(zh="受升降幅限制", en="limited in movement"),
    "protection": Text(zh="保护期内", en="protected"),
    "floor": Text(zh="保底", en="raised by a floor"),
    "ceiling": Text(zh="封顶", en="held by a ceiling"),
    "veto": Text(zh="一票否决", en="by a veto"),
    "override": Text(zh="人工指定", en="set by hand"),
    "designation": Text(zh="名单认定", en="by designation"),
    "nothing matches": Text(zh="无一等级成立", en="no grade matches"),
    "condition unknown": Text(zh="有条件无法判断", en="a condition cannot be told"),
}


def _how(verdict: Verdict) -> Text:
    parts = []
    for step in verdict.steps():
        word = _STEP_WORDS.get(step.word, same(step.word))
        number = "" if step.number is None else f" {step.number}"
        article = Text(zh=f"（{step.article}）", en=f", article {step.article}") if step.article else same("")
        parts.append(Text(zh=f"{word.zh}{number}{article.zh}", en=f"{word.en}{number}{article.en}"))
    if not parts:
        return Text(zh="没有步骤作用", en="no step acted")
    return Text(zh="，".join(one.zh for one in parts), en="; ".join(one.en for one in parts))


# reasons


def _reasons(wanted: Expectation, verdict: Verdict, seen: Outcome) -> Iterator[Difference]:
    acted = {name for step in verdict.steps() for name in step.names}
    for key, names in (
        ("because", wanted.because),
        ("not_because", wanted.not_because),
        ("failing", wanted.failing),
    ):
        for index, name in enumerate(names):
            found = verdict.called(name)
            if found:
                yield from _conditions((key, index), key == "because", found, verdict, seen)
            elif key == "failing":
                yield Difference((key, index), _unknown(name, verdict))
            else:
                yield from _acted((key, index), key == "because", name, acted, verdict)


def _conditions(
    path: tuple[str | int, ...], should_hold: bool, found: list[Leaf], verdict: Verdict, seen: Outcome
) -> Iterator[Difference]:
    for leaf in found:
        counts = verdict.applies(leaf)
        if counts and verdict.holds(leaf) == should_hold:
            continue
        said = told(verdict, leaf, seen.titles)
        zh, en = (
            ("应成立而未成立", "should hold and does not") if should_hold else ("不应成立", "should not hold")
        )
        yield Difference(path, Text(zh=f"{zh}：{said.zh}", en=f"{en}: {said.en}"), leaf.article)
        return


def _acted(
    path: tuple[str | int, ...], should: bool, name: str, acted: set[str], verdict: Verdict
) -> Iterator[Difference]:
    known = name in acted or _means_something(name, verdict)
    if not known:
        yield Difference(path, _unknown(name, verdict))
    elif (name in acted) != should:
        how = _how(verdict)
        zh = f"应由“{name}”决定，实际{how.zh}" if should else f"不应由“{name}”决定"
        en = (
            f"should be decided by `{name}`, and is decided {how.en}"
            if should
            else f"should not be decided by `{name}`"
        )
        yield Difference(path, Text(zh=zh, en=en), name if name in _articles(verdict) else "")


def _articles(verdict: Verdict) -> Iterable[str]:
    return verdict.compiled.plan.document.articles


def _means_something(name: str, verdict: Verdict) -> bool:
    word, _, number = name.rpartition(" ")
    steps = {*_STEP_WORDS, "protection"}
    return name in _articles(verdict) or name in steps or (word in steps and number.isdigit())


def _unknown(name: str, verdict: Verdict) -> Text:
    known = [*(leaf.id for leaf in verdict.rating.leaves()), *_articles(verdict), *_STEP_WORDS]
    hint = did_you_mean(name, known)
    return together(say("`{name}` is no condition, article or step of the rating", name=name), hint).text


def _lacks(wanted: Expectation, verdict: Verdict, seen: Outcome) -> Iterator[Difference]:
    for code, names in wanted.lacks.items():
        expected: set[str] = set()
        for index, name in enumerate(names):
            found = [
                leaf for leaf in verdict.called(name) if leaf.id.startswith(f"{verdict.rating.name}.{code}.")
            ]
            if not found:
                yield Difference(("lacks", code, index), _unknown(name, verdict))
            expected |= {leaf.id for leaf in found}
        actual = {leaf.id: leaf for leaf in verdict.lacking(code)}
        if expected == set(actual):
            continue
        said = [told(verdict, leaf, seen.titles) for leaf in actual.values()]
        zh = "；".join(one.zh for one in said) or NOTHING.zh
        en = "; ".join(one.en for one in said) or NOTHING.en
        yield Difference(
            ("lacks", code),
            Text(zh=f"{code} 所缺条件不同，实际缺：{zh}", en=f"{code} lacks something else: {en}"),
            verdict.rating.grade(code).spec.article,
        )


# marks and numbers


def _marks(wanted: Expectation, verdict: Verdict) -> Iterator[Difference]:
    if wanted.review is None:
        return
    marks = verdict.marks()
    names = [wanted.review] if isinstance(wanted.review, str) else wanted.review
    names = [] if names == [NO_MARKS] else names
    matched = [mark for mark in marks if {mark.zh, mark.en} & set(names)]
    if len(matched) == len(marks) and all(any(name in (m.zh, m.en) for m in marks) for name in names):
        return
    zh, en = "、".join(m.zh for m in marks) or NOTHING.zh, ", ".join(m.en for m in marks) or NOTHING.en
    expected = ", ".join(names)
    yield Difference(
        ("review",),
        Text(
            zh=f"复核标记应为 {expected or NOTHING.zh}，实际为 {zh}",
            en=f"expected review mark {expected or NOTHING.en}, found {en}",
        ),
    )


def _numbers(wanted: Expectation, verdict: Verdict, seen: Outcome) -> Iterator[Difference]:
    checks: list[tuple[tuple[str | int, ...], str, Any]] = [
        (("metrics", name), name, raw) for name, raw in wanted.metrics.items()
    ]
    if wanted.score is not None and verdict.rating.spec.score:
        checks.append((("score",), verdict.rating.spec.score, wanted.score))
    for path, name, raw in checks:
        kind = verdict.compiled.values[name]
        try:
            expected = amounts.read(raw, kind)
        except amounts.NotReadable as problem:
            yield Difference(path, together(problem.message, problem.hint).text)
            continue
        actual = verdict.metric(name)
        if not expected.same_as(actual):
            title = seen.titles.named(name).title
            shown = seen.titles.formats.value(actual, kind.unit, more=4, strip=True)
            yield Difference(
                path,
                Text(
                    zh=f"{title.zh}应为 {raw}，实际为 {shown.zh}",
                    en=f"expected {title.en} {raw}, found {shown.en}",
                ),
                _article(name, verdict),
            )


def _article(name: str, verdict: Verdict) -> str:
    document = verdict.compiled.plan.document
    spec = document.metrics.get(name) or document.scorecards.get(name)
    return spec.article if spec is not None else ""
