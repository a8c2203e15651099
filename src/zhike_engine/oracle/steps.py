"""The chain of steps after the first answer: quotas, hysteresis, movement, protection, bounds, manual records, end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from zhike_engine.language import nodes as n
from zhike_engine.language.parse import parse
from zhike_engine.oracle.events import whole_months
from zhike_engine.oracle.expressions import (
    Names,
    Unset,
    compare,
    conjunction,
    disjunction,
    evaluate,
    holds,
)
from zhike_engine.oracle.numbers import half_up
from zhike_engine.oracle.scorecards import part_of_one
from zhike_engine.oracle.world import Customer, World
from zhike_engine.plan.rules import Branching, Leaf, PlannedRating, Tree
from zhike_engine.policy.model import Bound, Quota

LINE, CONDITION, NOTHING = 100, 200, 301


@dataclass
class Rater:
    """One rating of one customer in the making. `dropped` holds conditions that do not apply."""

    rating: PlannedRating
    world: World
    customer: Customer
    names: Names
    dropped: set[str] = field(default_factory=set)
    step: str = "s0"

    def get(self, name: str) -> Any:
        """A column of this rating."""
        return self.customer.columns.get(f"{self.rating.prefix}_{name}")

    def keep(self, **columns: Any) -> None:
        """Set columns of this rating."""
        self.customer.columns.update({f"{self.rating.prefix}_{k}": value for k, value in columns.items()})

    @property
    def now(self) -> int | None:
        """The rank after the last step."""
        found: int | None = self.get(self.step)
        return found

    def advance(self, step: str, rank: int | None) -> None:
        """Keep the rank after a step."""
        self.keep(**{step: rank})
        self.step = step

    def rank_of(self, code: Any) -> int | None:
        """Rank of a grade; None when the rating has no such grade."""
        return next((grade.rank for grade in self.rating.grades if grade.code == code), None)

    def named(self, code: str) -> int | None:
        """Rank of a grade named in the policy, or by a parameter."""
        if code not in self.world.plan.parameters:
            return self.rank_of(code)
        return self.rank_of(self.names.value(code))

    def test(self, text: str) -> bool:
        """Whether a condition outside the grades holds; unknown, or about an unset option, it does not."""
        try:
            return holds(parse(text), self.names) is True
        except Unset as missing:
            if not self.world.plan.parameters[missing.name].spec.optional:
                raise
            return False

    def holds(self, tree: Tree, leaf: Callable[[Leaf], bool | None] | None = None) -> bool | None:
        """Whether a tree of conditions holds; None when no condition of it applies."""
        if isinstance(tree, Leaf):
            if tree.column in self.dropped:
                return None
            found = self.customer.columns[tree.column] if leaf is None else leaf(tree)
            return tree.unknown == "holds" if found is None else found
        parts = [found for item in tree.items if (found := self.holds(item, leaf)) is not None]
        return sum(parts) >= min(tree.needed, len(parts)) if parts else None


Step = Callable[[PlannedRating, Sequence[Rater]], None]


def walk(rating: PlannedRating) -> Iterator[Step]:
    """The steps between the first answer and the manual records, in their fixed order."""
    for index, one in enumerate(rating.spec.quotas):
        yield lambda rating, raters, index=index, one=one: quota(index, one, raters)  # type: ignore[misc]
    for step in (hysteresis, movement, protection, bounds):
        yield lambda rating, raters, step=step: [step(rater) for rater in raters] and None  # type: ignore[misc]


# quotas


def quota(index: int, spec: Quota, raters: Sequence[Rater]) -> None:
    """Those beyond the places of a grade get the next lower one. Who is not rated, or waits, takes no place."""
    whole = raters[0].rating.grade(spec.grade).rank if raters else 0
    for rater in raters:
        peers = [
            other for other in raters if _within(other, spec) == _within(rater, spec) and _takes_part(other)
        ]
        holders = [other for other in peers if other.now == whole]
        beyond = rater in holders and _place(rater, holders, spec) > _places(rater, peers, spec)
        rater.keep(**{f"quota{index}": beyond})
    for rater in raters:
        lower = min(whole + 1, len(rater.rating.grades))
        rater.advance(f"s_q{index}", lower if rater.get(f"quota{index}") else rater.now)


def _takes_part(rater: Rater) -> bool:
    return bool(rater.get("rated")) and rater.get("wait") is None and rater.now is not None


def _within(rater: Rater, spec: Quota) -> Any:
    return rater.names.value(spec.within) if spec.within else None


def _place(rater: Rater, holders: Sequence[Rater], spec: Quota) -> int:
    """Place by value; tied customers share the first place of the tie, or the last where ties are out."""

    def key(one: Rater) -> tuple[bool, Any]:
        value = one.names.value(spec.by)
        return value is not None, value if value is not None else 0

    mine = key(rater)
    ahead = [other for other in holders if key(other) > mine or (spec.ties == "out" and key(other) == mine)]
    return len(ahead) + (1 if spec.ties == "in" else 0)


def _places(rater: Rater, peers: Sequence[Rater], spec: Quota) -> int:
    if spec.top is not None:
        return floor(_figure(spec.top, rater.names))
    share = part_of_one(spec.share if spec.share is not None else Decimal(0), rater.names)
    exact = share * len(peers)
    match spec.rounding:
        case "down":
            return floor(exact)
        case "up":
            return ceil(exact)
    return half_up(exact)


def _figure(raw: Decimal | str, names: Names) -> Fraction:
    value = evaluate(parse(raw), names) if isinstance(raw, str) else Fraction(raw)
    assert isinstance(value, Fraction)
    return value


# what is kept from the last time


def hysteresis(rater: Rater) -> None:
    """A customer that would fall keeps its grade while that grade's conditions hold with moved limits."""
    rule = rater.rating.spec.hysteresis
    if rule is None:
        return
    room, previous = part_of_one(rule.keep_within, rater.names), rater.get("prev_rank")
    keeps = False
    if previous is not None and rater.now is not None and rater.now > previous:
        tree = rater.rating.grades[previous - 1].tree
        keeps = tree is not None and rater.holds(tree, lambda leaf: eased(leaf.node, room, rater)) is True
    rater.keep(keep=keeps)
    rater.advance("s_keep", previous if keeps else rater.now)


def eased(node: n.Node, room: Fraction, rater: Rater) -> bool | None:
    """A condition with every numeric limit moved by a part of itself in the customer's favour.

    A limit is a constant or a parameter beside a figure, wherever `and`, `or`, `between` and `within` put it; equalities
    and what stands under `not` are left as written.
    """
    match node:
        case n.All(items):
            return conjunction(eased(item, room, rater) for item in items)
        case n.Any(items):
            return disjunction(eased(item, room, rater) for item in items)
        case n.Between(of, low, high):
            return eased(n.All((n.Compare(">=", of, low), n.Compare("<=", of, high))), room, rater)
        case n.Within(of, tolerance, target):
            low, high = n.Arithmetic("-", target, tolerance), n.Arithmetic("+", target, tolerance)
            return eased(n.Between(of, low, high), room, rater)
        case n.Compare(op, _, _) if op in (">", ">=", "<", "<="):
            return _eased_compare(node, room, rater)
    return holds(node, rater.names)


def _eased_compare(node: n.Compare, room: Fraction, rater: Rater) -> bool | None:
    left, right = evaluate(node.left, rater.names), evaluate(node.right, rater.names)
    own = (is_limit(node.left, rater), is_limit(node.right, rater))
    rising = node.op in (">", ">=")
    if own == (False, True) and isinstance(right, Fraction):
        right = right - abs(right) * room * (1 if rising else -1)
    elif own == (True, False) and isinstance(left, Fraction):
        left = left + abs(left) * room * (1 if rising else -1)
    return compare(node.op, left, right)


def is_limit(node: n.Node, rater: Rater) -> bool:
    """Whether a number is set by the policy: it is written of constants and parameters only."""
    return all(name in rater.world.plan.parameters for name in n.names_in(node))


def movement(rater: Rater) -> None:
    """At most so many grades up or down from the previous one."""
    rule, previous, now = rater.rating.spec.movement, rater.get("prev_rank"), rater.now
    if rule is None:
        return
    if previous is not None and now is not None:
        if rule.up is not None:
            now = max(now, previous - rule.up)
        if rule.down is not None:
            now = min(now, previous + rule.down)
    rater.advance("s_move", now)


def protection(rater: Rater) -> None:
    """A grade cannot fall until so many months are over since the day it took effect."""
    rule, previous, since = rater.rating.spec.protection, rater.get("prev_rank"), rater.get("since")
    if rule is None:
        return
    falls = previous is not None and rater.now is not None and rater.now > previous
    shielded = falls and since is not None
    if shielded:
        lengths = rule.lengths(grade.code for grade in rater.rating.grades).items()
        held = [months for code, months in lengths if rater.named(code) == previous]
        passed = whole_months(since, rater.world.plan.as_of)
        shielded = any(passed < floor(_figure(months, rater.names)) for months in held)
    rater.keep(shielded=shielded)
    rater.advance("s_shield", previous if shielded else rater.now)


# bounds, manual records, end


def bounds(rater: Rater) -> None:
    """Floors lift, then ceilings hold down, then vetoes set. The strictest one that changes anything is named."""
    spec = rater.rating.spec
    for kind, listed in (("floor", spec.floors), ("ceiling", spec.ceilings), ("veto", spec.vetoes)):
        if not listed:
            continue
        acting = [(rank, i) for i, bound in enumerate(listed, start=1) if (rank := _acts(kind, bound, rater))]
        chosen = _strictest(kind, acting)
        rater.keep(**{kind: chosen[1] if chosen else None})
        rater.advance(f"s_{kind}", chosen[0] if chosen else rater.now)


def _acts(kind: str, bound: Bound, rater: Rater) -> int | None:
    """The bound's rank when it holds and would change the grade."""
    rank, now = rater.rating.grade(bound.grade).rank, rater.now
    moves = {
        "floor": now is not None and now > rank,
        "ceiling": now is not None and now < rank,
        "veto": True,
    }[kind]
    return rank if moves and rater.test(bound.when) else None


def _strictest(kind: str, acting: list[tuple[int, int]]) -> tuple[int, int] | None:
    if not acting:
        return None
    if kind == "veto":
        return acting[0]
    best = min(rank for rank, _ in acting) if kind == "floor" else max(rank for rank, _ in acting)
    return next(one for one in acting if one[0] == best)


def manual(rater: Rater) -> None:
    """Approved records: an override, then a designation, sets; a ceiling beats a floor, a floor beats a protection."""
    allowed = rater.rating.spec.manual.allowed if rater.rating.spec.manual else []
    if not allowed:
        return
    ranks = {kind: rater.rank_of(rater.get(f"o_{kind}")) for kind in allowed}
    now = rater.now
    for kind in ("override", "designation", "ceiling", "floor", "protection"):
        rank = ranks.get(kind)
        if rank is None:
            continue
        sets = kind in ("override", "designation")
        limits = now is not None and (now < rank if kind == "ceiling" else now > rank)
        if sets or limits:
            rater.keep(manual=kind)
            rater.advance("s_manual", rank)
            return
    rater.keep(manual=None)
    rater.advance("s_manual", now)


def close(rater: Rater) -> None:
    """Grade or reason to wait, state, marks for review, and what is missing for the next better grade."""
    waits = pending(rater)
    rated = rater.get("rated")
    rank = rater.now if rated and waits == 0 else None
    code = rater.rating.grades[rank - 1].code if rank is not None else None
    state = "graded"
    if not rated:
        state = "not_rated"
    elif rank is None:
        state = "pending"
    elif rater.get("newcomer") and rank == rater.get("s0"):
        state = "provisional"
    rater.keep(pending=waits, rank=rank, grade=code, state=state, next_missing=_next_missing(rater, rank))
    rater.keep(**{f"v{i}": rater.test(mark.when) for i, mark in enumerate(rater.rating.spec.review)})
    rater.customer.values[rater.rating.name] = code


def pending(rater: Rater) -> int:
    """0, or the code of the reason to wait.

    An override or designation needs none, and to a veto no condition that cannot be told matters.
    """
    if rater.get("manual") in ("override", "designation"):
        return 0
    wait: int | None = rater.get("wait")
    if wait is not None and not (wait > CONDITION and rater.get("veto") is not None):
        return wait
    if rater.now is not None:
        return 0
    line: int | None = rater.get("line")
    return NOTHING if line is None else LINE + line


def _next_missing(rater: Rater, rank: int | None) -> int | None:
    if rank is None:
        return None
    better = [grade.tree for grade in rater.rating.grades[: rank - 1] if grade.tree is not None]
    return missing(rater, better[-1]) if better else None


def missing(rater: Rater, tree: Tree) -> int | None:
    """How many conditions of a tree are missing; an any-of counts as one. None when none of them applies."""
    if isinstance(tree, Branching) and tree.needed >= len(tree.items):
        parts = [found for item in tree.items if (found := missing(rater, item)) is not None]
        return sum(parts) if parts else None
    test = rater.holds(tree)
    return None if test is None else 0 if test else 1
