"""The deciding path: every step of the fixed chain that had a say, in its order, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhike_engine.explain.asking import Asked
from zhike_engine.explain.conditions import Conditions
from zhike_engine.explain.looked import looked_at
from zhike_engine.explain.model import GradeChecked, Step
from zhike_engine.explain.records import Records
from zhike_engine.formats import day, grouped, percent
from zhike_engine.language.parse import parse
from zhike_engine.language.sentences import constant_value, to_text
from zhike_engine.language.titles import set_off
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.plan.windows import add_months
from zhike_engine.policy.model import Bound, Quota
from zhike_engine.policy.ratings import Fallback
from zhike_engine.precedence import STEPS
from zhike_engine.sql.ratings import PENDING_CONDITION, PENDING_LINE, PENDING_NOTHING
from zhike_engine.words import Text

_SEVERAL = {
    "best": Text(
        zh="{all} 的条件都符合，取最好的", en="the conditions of {all} hold, and the best grade counts"
    ),
    "worst": Text(
        zh="{all} 的条件都符合，取最低的", en="the conditions of {all} hold, and the lowest grade counts"
    ),
    "unchanged": Text(
        zh="{all} 的条件都符合，等级不变", en="the conditions of {all} hold, so the grade stays as it was"
    ),
}
_FALLBACK = {
    "line": Text(
        zh="没有一个等级的条件全部符合；遇到这种情况，“{c}”的客户定为此级，标记“{mark}”",
        en="the conditions of no grade all hold; in such a case a customer for whom “{c}” holds gets this grade, with"
        " the mark “{mark}”",
    ),
    "rest": Text(
        zh="没有一个等级的条件全部符合，{c}不成立；其余情况定为此级，标记“{mark}”",
        en="the conditions of no grade all hold, nor does {c}; every other case gets this grade, with the mark “{mark}”",
    ),
    "only": Text(
        zh="没有一个等级的条件全部符合；其余情况定为此级，标记“{mark}”",
        en="the conditions of no grade all hold; every other case gets this grade, with the mark “{mark}”",
    ),
}
_BOUNDS = {
    "floor": Text(zh="保底“{title}”（{c}），不低于{g}", en="the floor “{title}” ({c}): at least {g}"),
    "ceiling": Text(zh="封顶“{title}”（{c}），不高于{g}", en="the ceiling “{title}” ({c}): at most {g}"),
    "veto": Text(zh="一票否决“{title}”（{c}）", en="the veto “{title}” ({c})"),
}
_MANUAL = {
    "override": Text(zh="人工调整为{g}", en="it was set to {g} by hand"),
    "designation": Text(zh="名单认定为{g}", en="it was designated {g}"),
    "floor": Text(zh="人工保底，不低于{g}", en="a manual floor: at least {g}"),
    "ceiling": Text(zh="人工封顶，不高于{g}", en="a manual ceiling: at most {g}"),
    "protection": Text(zh="人工保护，不低于{g}", en="a manual protection: no lower than {g}"),
}


@dataclass(frozen=True)
class Path:
    """Tells the steps of one rating for one customer."""

    asked: Asked
    rating: PlannedRating
    records: Records
    conditions: Conditions
    grades: tuple[GradeChecked, ...]

    def steps(self) -> tuple[Step, ...]:
        """The steps that had a say."""
        if not self.asked.flag(self.rating, "rated"):
            text = self.rating.spec.if_
            assert text is not None
            frame = Text(
                zh="只有符合“{c}”的客户才评级", en="only customers are rated for whom this holds: {c}"
            )
            said = frame.format(c=self.sentence(text))
            return (self.step("scope", said, None, self.rating.spec.article, text),)
        found = [*self.first(), *self.quotas(), *self.hysteresis(), *self.movement(), *self.protection()]
        found += [*self.bounds(), *self.manual()]
        waiting = self.pending()
        return (*found, waiting) if waiting is not None else tuple(found)

    # helpers

    def step(self, kind: str, text: Text, grade: str | None, article: str, *conditions: str | None) -> Step:
        return Step(kind, STEPS[kind].title, text, grade, article, looked_at(self.conditions, conditions))

    def sentence(self, text: str) -> Text:
        return to_text(parse(text), self.conditions.titles)

    def code(self, rank: Any) -> str | None:
        return None if rank is None else self.rating.grades[int(rank) - 1].code

    def title(self, code: str | None) -> Text:
        if code is None:
            return Text(zh="无等级", en="no grade")
        return set_off(self.rating.grade(code).spec.title.text)

    def rank_after(self, column: str) -> Any:
        return self.asked.step(self.rating, column)

    @property
    def previous(self) -> str | None:
        """The previous grade, when it is one of the rating's."""
        return self.code(self.asked.step(self.rating, "prev_rank"))

    # the first answer

    def first(self) -> Iterator[Step]:
        spec = self.rating.spec
        answer = self.code(self.rank_after("s0"))
        raw, line = self.rank_after("raw"), self.rank_after("line")
        if spec.newcomers and self.asked.flag(self.rating, "newcomer"):
            said = spec.newcomers.title.text if spec.newcomers.title else STEPS["newcomer"].title
            frame = Text(zh="属于“{said}”（{c}）", en="it counts as “{said}” ({c})")
            text = frame.format(said=said, c=self.sentence(spec.newcomers.when))
            yield self.step("newcomer", text, answer, spec.newcomers.article, spec.newcomers.when)
        elif raw is not None:
            yield self.rule(self.code(raw) or "")
        elif spec.fallback and line is not None and answer is not None:
            yield self.fallback(spec.fallback, int(line), answer)

    def fallback(self, rule: Fallback, line: int, answer: str) -> Step:
        """What decided where no grade's conditions all hold: the condition that holds, or those that all do not."""
        chosen = rule.lines[line - 1]
        whens = [one.when for one in rule.lines[:line] if one.when and one.grade]
        if chosen.when:
            frame = _FALLBACK["line"]
            said = self.sentence(chosen.when)
        else:
            frame = _FALLBACK["rest" if whens else "only"]
            each = [self.sentence(when) for when in whens]
            said = Text(zh="、".join(f"“{one.zh}”" for one in each) + ("都" if len(each) > 1 else ""),
                        en=" and ".join(f"“{one.en}”" for one in each))  # fmt: skip
        text = frame.format(c=said, mark=rule.mark.text)
        return self.step("fallback", text, answer, rule.article, *whens)

    def rule(self, code: str) -> Step:
        """Which grade's conditions hold, and which grades were tested before it."""
        precedence = self.rating.spec.precedence
        matching = [g.code for g in self.grades if g.outcome == "held"]
        text = Text(zh="符合{g}的条件", en="it meets the conditions of {g}").format(g=self.title(code))
        order = [grade.code for grade in self.rating.tested]
        earlier = order[: order.index(code)] if precedence == "first" else []
        if len(matching) > 1 and precedence != "first":
            frame = _SEVERAL[precedence]
            text = frame.format(all=Text(zh="、".join(matching), en=" and ".join(matching)))
        elif earlier:
            short = all(len(one) <= 2 for one in earlier)
            names = [Text(one, one) if short else self.title(one) for one in earlier]
            listed = Text(zh="、".join(one.zh for one in names), en=", ".join(one.en for one in names))
            frame = Text(
                zh="{text}；先检验的 {listed} 不符合", en="{text}, and not those of {listed}, tested before"
            )
            text = frame.format(text=text, listed=listed)
        return self.step("rule", text, code, self.rating.grade(code).spec.article)

    # adjustments

    def quotas(self) -> Iterator[Step]:
        frame = Text(
            zh="{g}的名额为{size}，按“{by}”从高到低排列，没有排进名额",
            en="{g} has {size}, ordered by {by}, and this customer comes after them",
        )
        for i, quota in enumerate(self.rating.spec.quotas):
            if self.asked.flag(self.rating, f"quota{i}"):
                by = self.conditions.titles.named(quota.by).title
                text = frame.format(g=self.title(quota.grade), size=self.size(quota), by=by)
                yield self.step("quota", text, self.code(self.rank_after(f"s_q{i}")), quota.article)

    def size(self, quota: Quota) -> Text:
        """How many places there are."""
        if quota.top is not None:
            shown = grouped(self.number(quota.top), 0)
            return Text(zh=f" {shown} 个", en=f"{shown} place{'s' if shown != '1' else ''}")
        assert quota.share is not None
        share = self.share(quota.share)
        return Text(zh=f"已评级客户的 {share.zh}", en=f"places for {share.en} of the rated customers")

    def number(self, raw: Decimal | str) -> Decimal:
        """A number of the document, written out or by the name of a parameter."""
        found = constant_value(parse(raw), self.conditions.titles) if isinstance(raw, str) else raw
        assert found is not None
        return found

    def share(self, raw: Decimal | str) -> Text:
        """A percentage: a plain number counts as percent, an expression over percentages as it is."""
        number = self.number(raw)
        plain = isinstance(raw, Decimal) or number > 1
        return percent(number / 100 if plain else number, strip=True)

    def hysteresis(self) -> Iterator[Step]:
        rule = self.rating.spec.hysteresis
        if rule and self.asked.flag(self.rating, "keep"):
            frame = Text(
                zh="离原等级{g}的界限相差不超过 {room}，保留原等级",
                en="the limits of {g}, the grade before, are missed by no more than {room}, so it is kept",
            )
            text = frame.format(g=self.title(self.previous), room=self.share(rule.keep_within))
            yield self.step("hysteresis", text, self.previous, rule.article)

    def movement(self) -> Iterator[Step]:
        rule = self.rating.spec.movement
        if rule is None:
            return
        before, after = self.rank_after(self.before_movement()), self.rank_after("s_move")
        if before is None or before == after:
            return
        up = after > before
        steps = rule.up if up else rule.down
        frame = Text(
            zh="每次最多{way} {n} 级，从{prev}只能到{now}，而不是{wanted}",
            en="at most {n} {way} in one run, so from {prev} to {now}, not to {wanted}",
        )
        way = Text(zh="升", en="up") if up else Text(zh="降", en="down")
        text = frame.format(way=way, n=steps, prev=self.title(self.previous), now=self.title(self.code(after)),
                            wanted=self.title(self.code(before)))  # fmt: skip
        yield self.step("movement", text, self.code(after), rule.article)

    def before_movement(self) -> str:
        """The column that the movement limit started from."""
        spec = self.rating.spec
        if spec.hysteresis:
            return "s_keep"
        return f"s_q{len(spec.quotas) - 1}" if spec.quotas else "s0"

    def protection(self) -> Iterator[Step]:
        rule = self.rating.spec.protection
        if rule is None or not self.asked.flag(self.rating, "shielded"):
            return
        since = self.asked.day(self.rating, "since")
        assert since is not None
        lengths = rule.lengths(grade.code for grade in self.rating.grades)
        months = int(self.number(lengths[self.previous or ""]))
        until = add_months(since, months)
        frame = Text(zh="{g}自 {since} 生效，{n} 个月内（{until} 之前）不降级",
                     en="{g} took effect on {since} and cannot fall for {n} months (before {until})")  # fmt: skip
        text = frame.format(g=self.title(self.previous), since=day(since), n=months, until=day(until))
        yield self.step("protection", text, self.previous, rule.article)

    def bounds(self) -> Iterator[Step]:
        spec = self.rating.spec
        for kind, bounds in (("floor", spec.floors), ("ceiling", spec.ceilings), ("veto", spec.vetoes)):
            index = self.asked.step(self.rating, kind)
            if index is not None:
                yield self.bound(kind, bounds[int(index) - 1])

    def bound(self, kind: str, bound: Bound) -> Step:
        text = _BOUNDS[kind].format(
            title=bound.title.text, c=self.sentence(bound.when), g=self.title(bound.grade)
        )
        return self.step(kind, text, bound.grade, bound.article, bound.when)

    def manual(self) -> Iterator[Step]:
        kind = self.asked.step(self.rating, "manual")
        if kind is None or self.rating.spec.manual is None:
            return
        article = self.rating.spec.manual.article
        record = self.records.override(self.rating.name, str(kind))
        if record is None:  # the run is at hand, its facts are not
            grade = self.code(self.rank_after("s_manual")) or ""
            yield self.step("manual", _MANUAL[str(kind)].format(g=self.title(grade)), grade, article)
            return
        frame = _MANUAL[str(kind)].format(g=self.title(record.grade))
        rest = Text(
            zh="{what}（理由：{reason}；批准人：{approver}；有效期 {a} 至 {b}）",
            en="{what} (reason: {reason}; approved by {approver}; in force from {a} to {b})",
        )
        text = rest.format(what=frame, reason=record.reason, approver=record.approver,
                           a=day(record.from_on), b=day(record.until_on))  # fmt: skip
        yield self.step("manual", text, record.grade, article)

    # pending

    def pending(self) -> Step | None:
        """The last step of a customer that has to wait."""
        code = int(self.asked.step(self.rating, "pending") or 0)
        if code == 0:
            return None
        reason, article = self.reason(code)
        frame = Text(zh="等级待定：{reason}", en="the grade has to wait: {reason}")
        return self.step("pending", frame.format(reason=reason), None, article)

    def reason(self, code: int) -> tuple[Text, str]:
        """The reason of a pending code, and its article."""
        spec = self.rating.spec
        if code == PENDING_NOTHING:
            return Text(zh="没有一个等级的条件全部成立", en="no grade's conditions hold"), spec.article
        if code > PENDING_CONDITION:
            dropped = self.asked.run.compiled.dropped
            known = [leaf for leaf in self.rating.leaves() if leaf.column not in dropped]
            leaf = known[code - PENDING_CONDITION - 1]
            said = self.conditions.leaf(leaf)
            frame = Text(zh="“{c}”无法判断（{why}）", en="“{c}” cannot be told ({why})")
            inner = self.conditions.reasons.nested([seen.name for seen in said.seen])
            return frame.format(
                c=said.sentence, why=inner or Text(zh="缺少数据", en="data is missing")
            ), leaf.article
        if code > PENDING_LINE:
            assert spec.fallback is not None
            line = spec.fallback.lines[code - PENDING_LINE - 1]
            assert line.pending is not None
            return line.pending.text, spec.fallback.article
        return spec.pending[code - 1].reason.text, spec.pending[code - 1].article
