"""The steps after the rules, each of which may change the grade: quotas to manual records, in their fixed order.

Every step reads the column of the step before, adds columns of its own, and names the column it leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from zhike_engine.language.parse import parse
from zhike_engine.messages import say
from zhike_engine.plan.rules import Leaf
from zhike_engine.plan.windows import add_months
from zhike_engine.policy.model import Bound, Quota
from zhike_engine.sql import values as v
from zhike_engine.sql.chain import Chain
from zhike_engine.sql.easing import Easing
from zhike_engine.sql.expressions import UnsetName, to_sql
from zhike_engine.sql.values import TypeMismatch, Value

if TYPE_CHECKING:
    from zhike_engine.sql.ratings import RatingAuthor


@dataclass
class StepAuthor:
    """Writes the steps of the rating that `a` compiles."""

    a: RatingAuthor

    def quotas(self, chain: Chain, step: str) -> str:
        for index, quota in enumerate(self.a.rating.spec.quotas):
            beyond = self._beyond(quota, self.a.column(step))
            chain.add([(self.a.as_flag(beyond), self.a.column(f"quota{index}"))])
            out, rank = self.a.column(f"quota{index}"), self.a.ranked(quota.grade)
            lower = min(rank + 1, len(self.a.rating.grades))
            new = f"s_q{index}"
            chain.add(
                [(f"(case when {out} then {lower} else {self.a.column(step)} end)", self.a.column(new))]
            )
            step = new
        return step

    def _beyond(self, quota: Quota, rank: str) -> str:
        """Whether a customer is beyond the places of a grade; who is not rated, or waits, takes no place."""
        value, d = self.a.names(quota.by), self.a.c.d
        if value.storage != "exact":
            raise TypeMismatch(
                say("orders customers by `{name}`; use a total, a count or a score", name=quota.by)
            )
        takes_part = f"{d.flag_column(self.a.column('rated'))} and {self.a.column('wait')} is null"
        rank = f"(case when {takes_part} then {rank} end)"
        part = (
            f"partition by {self.a.names(quota.within).sql}, {rank}"
            if quota.within
            else f"partition by {rank}"
        )
        whole = f"partition by {self.a.names(quota.within).sql}" if quota.within else ""
        key = f"coalesce({value.sql}, -9223372036854775807)"
        if quota.ties == "in":
            place = f"rank() over ({part} order by {key} desc)"
        else:
            place = f"count(*) over ({part} order by {key} desc range between unbounded preceding and current row)"
        if quota.top is not None:
            places = self._whole(quota.top)
        else:
            share = self._share(quota.share)
            top, bottom = share.as_integer_ratio()
            rated = f"count({rank}) over ({whole})"
            extra = {"down": 0, "up": bottom - 1, "half_up": bottom // 2}[quota.rounding]
            places = d.divide_whole(f"{rated} * {top} + {extra}", str(bottom))
        return f"({rank} = {self.a.ranked(quota.grade)} and {place} > {places})"

    def _constant(self, raw: Decimal | str) -> Value:
        return to_sql(parse(raw), self.a.names, self.a.c.d) if isinstance(raw, str) else v.constant(raw)

    def _whole(self, raw: Decimal | str) -> str:
        try:
            value = self._constant(raw)
        except UnsetName as missing:
            self.a.unset.add(missing.name)
            return "0"
        return value.sql if value.constant is None else str(int(value.constant))

    def _share(self, raw: Decimal | str | None) -> Decimal:
        """A part of one; a plain number counts as percent, percent parameters and expressions over them as they are."""
        try:
            value = self._constant(raw if raw is not None else Decimal(0))
        except UnsetName as missing:
            self.a.unset.add(missing.name)
            return Decimal(0)
        number = value.constant if value.constant is not None else Decimal(0)
        return number if value.unit == "share" else number / 100

    def hysteresis(self, chain: Chain, step: str) -> str:
        rule = self.a.rating.spec.hysteresis
        if rule is None:
            return step
        easing = Easing(
            self._share(rule.keep_within), self.a.names, self.a.c.plan.parameters.__contains__, self.a.c.d
        )
        cases = []
        for grade in self.a.rating.grades:
            if grade.tree is None:
                continue
            test = self.a.holds(grade.tree, lambda leaf: self._eased(leaf, easing))
            if test is not None:
                cases.append(f"when {self.a.column('prev_rank')} = {grade.rank} then {test}")
        keep = f"(case {' '.join(cases)} end)" if cases else "(1 = 0)"
        now, prev = self.a.column(step), self.a.column("prev_rank")
        falls = f"{prev} is not null and {now} > {prev} and {self.a.sure(keep)}"
        chain.add([(self.a.as_flag(falls), self.a.column("keep"))])
        chain.add(
            [(f"(case when {self.a.column('keep')} then {prev} else {now} end)", self.a.column("s_keep"))]
        )
        return "s_keep"

    def _eased(self, leaf: Leaf, easing: Easing) -> str:
        try:
            return easing.sql(leaf.node)
        except UnsetName:
            return leaf.column

    def movement(self, chain: Chain, step: str) -> str:
        rule = self.a.rating.spec.movement
        if rule is None:
            return step
        now, prev = self.a.column(step), self.a.column("prev_rank")
        cases = [f"when {prev} is null then {now}"]
        if rule.up is not None:
            cases.append(f"when {now} < {prev} - {rule.up} then {prev} - {rule.up}")
        if rule.down is not None:
            cases.append(f"when {now} > {prev} + {rule.down} then {prev} + {rule.down}")
        chain.add([(f"(case {' '.join(cases)} else {now} end)", self.a.column("s_move"))])
        return "s_move"

    def protection(self, chain: Chain, step: str) -> str:
        rule = self.a.rating.spec.protection
        if rule is None:
            return step
        now, prev = self.a.column(step), self.a.column("prev_rank")
        ranks: dict[int, list[int]] = {}
        for code, months in rule.lengths(grade.code for grade in self.a.rating.grades).items():
            ranks.setdefault(self._months(months), []).append(self.a.ranked(code))
        young = " or ".join(self._young(months, those) for months, those in ranks.items())
        test = f"({prev} is not null and {now} > {prev} and ({young or '1 = 0'}))"
        chain.add([(self.a.as_flag(self.a.sure(test)), self.a.column("shielded"))])
        chain.add(
            [
                (
                    f"(case when {self.a.column('shielded')} then {prev} else {now} end)",
                    self.a.column("s_shield"),
                )
            ]
        )
        return "s_shield"

    def _months(self, raw: Decimal | str) -> int:
        whole = self._whole(raw)
        if whole.lstrip("-").isdigit():
            return int(whole)
        parameter = self.a.c.plan.parameters.get(str(raw))
        if parameter is not None and parameter.value is None:
            return 0
        raise TypeMismatch(say("protects for months that differ between customers"))

    def _young(self, months: int, ranks: Sequence[int]) -> str:
        """Whether the previous grade is one of these and took effect less than so many months ago."""
        border = self.a.c.d.day(add_months(self.a.c.plan.as_of, -months))
        held = f"{self.a.column('prev_rank')} in ({', '.join(map(str, ranks))})"
        return f"({held} and {self.a.column('since')} > {border})"

    def bounds(self, chain: Chain, step: str) -> str:
        spec = self.a.rating.spec
        for kind, bounds, sign in (
            ("floor", spec.floors, 1),
            ("ceiling", spec.ceilings, -1),
            ("veto", spec.vetoes, 0),
        ):
            if not bounds:
                continue
            ordered = list(enumerate(bounds, start=1))
            if sign:
                ordered.sort(key=lambda one: sign * self.a.ranked(one[1].grade))
            now, new = self.a.column(step), f"s_{kind}"
            chain.add([(self._bound_that_acts(ordered, now, sign), self.a.column(kind))])
            ranks = " ".join(
                f"when {self.a.column(kind)} = {i} then {self.a.ranked(bound.grade)}" for i, bound in ordered
            )
            chain.add([(f"(case {ranks} else {now} end)", self.a.column(new))])
            step = new
        return step

    def _bound_that_acts(self, ordered: Sequence[tuple[int, Bound]], now: str, sign: int) -> str:
        cases = []
        for index, bound in ordered:
            rank = self.a.ranked(bound.grade)
            acts = {1: f"{now} > {rank}", -1: f"{now} < {rank}", 0: "1 = 1"}[sign]
            cases.append(f"when {self.a.test(bound.when)} and ({acts}) then {index}")
        return f"(case {' '.join(cases)} end)"

    def manual(self, chain: Chain, step: str) -> str:
        allowed = self.a.rating.spec.manual.allowed if self.a.rating.spec.manual else []
        if not allowed:
            return step
        now = self.a.column(step)
        ranks: dict[str, str] = {kind: self.a.rank_of(self.a.column(f"o_{kind}")) for kind in allowed}
        cases: list[tuple[str, str, str]] = []
        cases += [(f"{ranks[k]} is not null", ranks[k], k) for k in ("override", "designation") if k in ranks]
        if "ceiling" in ranks:
            cases.append(
                (
                    f"{ranks['ceiling']} is not null and {now} < {ranks['ceiling']}",
                    ranks["ceiling"],
                    "ceiling",
                )
            )
        raising = [k for k in ("floor", "protection") if k in ranks]
        cases += [(f"{ranks[k]} is not null and {now} > {ranks[k]}", ranks[k], k) for k in raising]
        which = " ".join(f"when {test} then {self.a.c.d.text(kind)}" for test, _, kind in cases)
        value = " ".join(f"when {test} then {rank}" for test, rank, _ in cases)
        chain.add([
            (f"(case {which} end)", self.a.column("manual")),
            (f"(case {value} else {now} end)", self.a.column("s_manual")),
        ])  # fmt: skip
        return "s_manual"
