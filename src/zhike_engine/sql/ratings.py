"""A rating in SQL: conditions, then the fixed chain of steps, each in columns of its own.

The chain, in its fixed order (docs/algorithms/precedence.md): rules, fallback, newcomers, quotas, hysteresis,
movement limits, protection, floors, ceilings, vetoes, manual records, pending. Columns, with the rating's prefix:

    c0…      each condition: true, false, or NULL when it cannot be told
    raw      rank by the rules (1 is the best), NULL when no grade matches
    line     number of the fallback line that answered
    newcomer whether the newcomers' rule answered
    keep, moved, shielded, floor, ceiling, veto, manual   what each step did
    pending  code of the reason to wait: 1… pending rule, 101… fallback line, 201… condition, 301 nothing matches
    rank, grade, state, next_missing, v0… (review marks)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from zhike_engine.language.parse import parse
from zhike_engine.messages import say
from zhike_engine.plan.parameters import ParameterValue
from zhike_engine.plan.rules import Branching, Leaf, PlannedGrade, PlannedRating, Tree
from zhike_engine.sql.chain import Chain
from zhike_engine.sql.context import Context
from zhike_engine.sql.expressions import UnsetName, condition_sql
from zhike_engine.sql.steps import StepAuthor
from zhike_engine.sql.values import TypeMismatch, Value
from zhike_engine.sql.waiting import WaitAuthor
from zhike_engine.words import quoted

PENDING_LINE, PENDING_CONDITION, PENDING_NOTHING = 100, 200, 301
"""Offsets of the pending codes."""


@dataclass
class RatingAuthor:
    """Compiles one rating on top of the metrics of a chain."""

    rating: PlannedRating
    c: Context
    ratings: dict[str, Value]
    unset: set[str] = field(default_factory=set)
    dropped: list[str] = field(default_factory=list)
    known: list[Leaf] = field(default_factory=list)

    def column(self, name: str) -> str:
        """The column of this rating called `name`."""
        return f"{self.rating.prefix}_{name}"

    def names(self, name: str) -> Value:
        """What a name stands for in the rating: metrics, parameters, other ratings, `previous_grade`."""
        if name == "previous_grade":
            return Value(self.column("prev"), "text", "text")
        if name in self.ratings:
            return self.ratings[name]
        return self.c.names(name)

    # what is joined before the metrics are computed

    def base_columns(self) -> list[tuple[str, str]]:
        """Columns of records about the customer: previous grade, since when, manual records in force."""
        c, d, name = self.c, self.c.d, self.rating.name
        found = []
        if c.shape_has("previous_grades"):
            alias = c.previous(name)
            found += [(f"{alias}.grade", self.column("prev")), (f"{alias}.since", self.column("since"))]
        else:
            found += [(c.null("text"), self.column("prev")), (c.null("date"), self.column("since"))]
        for kind in self.rating.spec.manual.allowed if self.rating.spec.manual else ():
            sql = c.latest_override(name, kind, c.plan.as_of) if c.shape_has("overrides") else c.null("text")
            found.append((d.as_text(sql), self.column(f"o_{kind}")))
        return found

    # the chain

    def write(self, chain: Chain) -> None:
        """Add every column of the rating to the chain."""
        chain.add([(self.rank_of(self.column("prev")), self.column("prev_rank")), *self._leaves()])
        chain.add(self._first_answers())
        chain.add([(self._answer(), self.column("s0"))])
        steps, step = StepAuthor(self), "s0"
        for add in (
            steps.quotas,
            steps.hysteresis,
            steps.movement,
            steps.protection,
            steps.bounds,
            steps.manual,
        ):
            step = add(chain, step)
        self._close(chain, step)

    def _leaves(self) -> list[tuple[str, str]]:
        found = []
        for leaf in self.rating.leaves():
            sql = self._leaf(leaf)
            if sql is not None:
                self.known.append(leaf)
                found.append((sql, leaf.column))
        return found

    def _leaf(self, leaf: Leaf) -> str | None:
        """SQL of a condition; None when it does not apply because an optional parameter is unset."""
        try:
            return condition_sql(leaf.node, self.names, self.c.d)
        except UnsetName as missing:
            if self.c.plan.parameters[missing.name].spec.optional:
                self.dropped.append(leaf.column)
                return None
            self.unset.add(missing.name)
            return self.c.null("flag")

    def test(self, text: str) -> str:
        """SQL of a condition outside the grades: holds, or does not; unknown does not hold."""
        try:
            return self.sure(condition_sql(parse(text), self.names, self.c.d))
        except UnsetName as missing:
            if not self.c.plan.parameters[missing.name].spec.optional:
                self.unset.add(missing.name)
            return "(1 = 0)"

    def sure(self, condition: str, otherwise: bool = False) -> str:
        answer = self.c.d.flag(otherwise)
        return f"coalesce({condition}, {answer})"

    def holds(
        self, tree: Tree, leaf_sql: Callable[[Leaf], str] | None = None, *, hopeful: bool = False
    ) -> str | None:
        """SQL of a whole tree, two-valued; None when every condition of it does not apply.

        `leaf_sql` stands in for the columns of the conditions; `hopeful` takes unknown ones that wait as holding.
        """
        if isinstance(tree, Leaf):
            if tree.column in self.dropped:
                return None
            otherwise = tree.unknown == "holds" or (hopeful and tree.unknown == "pending")
            return self.sure(leaf_sql(tree) if leaf_sql else tree.column, otherwise)
        parts = [
            sql for item in tree.items if (sql := self.holds(item, leaf_sql, hopeful=hopeful)) is not None
        ]
        needed = min(tree.needed, len(parts))
        if not parts:
            return None
        if needed == len(parts):
            return "(" + " and ".join(parts) + ")"
        if needed == 1:
            return "(" + " or ".join(parts) + ")"
        return "(" + " + ".join(f"case when {part} then 1 else 0 end" for part in parts) + f" >= {needed})"

    def ordered(self) -> list[PlannedGrade]:
        """The grades that have conditions, in the order in which their answers count."""
        tested = [grade for grade in self.rating.tested if grade.tree and self.holds(grade.tree) is not None]
        precedence = self.rating.spec.precedence
        if precedence == "first":
            return tested
        return sorted(tested, key=lambda grade: grade.rank, reverse=precedence == "worst")

    def count_and_best(self, grades: Sequence[PlannedGrade]) -> tuple[str, str]:
        """SQL of how many of the grades' conditions hold, and of the rank of the first that does."""
        tests = [(grade, self.holds(grade.tree)) for grade in grades if grade.tree]
        count = " + ".join(f"case when {sql} then 1 else 0 end" for _, sql in tests)
        return f"({count})", _cases(tests)

    def _first_answers(self) -> list[tuple[str, str]]:
        grades, spec = self.ordered(), self.rating.spec
        raw = self.c.null("exact")
        if grades:
            count, raw = self.count_and_best(grades)
            if spec.precedence == "unchanged":
                prev = self.column("prev_rank")
                raw = f"(case when {count} > 1 and {prev} is not null then {prev} else {raw} end)"
        columns = [(raw, self.column("raw")), (self._fallback_line(), self.column("line"))]
        newcomer = self.test(spec.newcomers.when) if spec.newcomers else "(1 = 0)"
        columns.append((self.as_flag(newcomer), self.column("newcomer")))
        columns.append((self._wait(grades), self.column("wait")))
        rated = self.test(spec.if_) if spec.if_ else "(1 = 1)"
        columns.append((self.as_flag(rated), self.column("rated")))
        return columns

    def as_flag(self, test: str) -> str:
        d = self.c.d
        return f"(case when {test} then {d.flag(True)} else {d.flag(False)} end)"

    def _fallback_line(self) -> str:
        fallback = self.rating.spec.fallback
        if fallback is None:
            return self.c.null("exact")
        cases = " ".join(
            f"when {self.test(line.when) if line.when else '1 = 1'} then {i}"
            for i, line in enumerate(fallback.lines, start=1)
        )
        return f"(case {cases} end)"

    def _wait(self, grades: Sequence[PlannedGrade]) -> str:
        rules = enumerate(self.rating.spec.pending, start=1)
        cases = [f"when {self.test(rule.when)} then {i}" for i, rule in rules]
        cases += WaitAuthor(self, PENDING_CONDITION + 1).cases(grades)
        return f"(case {' '.join(cases)} end)" if cases else self.c.null("exact")

    def _answer(self) -> str:
        spec, col = self.rating.spec, self.column
        answers = []
        if spec.newcomers:
            grade = self.grade_rank(spec.newcomers.grade)
            answers.append(f"when {self.c.d.flag_column(col('newcomer'))} then {grade}")
        answers.append(f"when {col('raw')} is not null then {col('raw')}")
        if spec.fallback:
            for number, line in enumerate(spec.fallback.lines, start=1):
                if line.grade is not None:
                    answers.append(f"when {col('line')} = {number} then {self.grade_rank(line.grade)}")
        return f"(case {' '.join(answers)} end)"

    def _close(self, chain: Chain, step: str) -> str:
        col, d = self.column, self.c.d
        spec = self.rating.spec
        decided = [f"{col('manual')} in ('override', 'designation')"] if spec.manual else []
        waits = f"{col('wait')} is not null"
        if spec.vetoes:
            waits += f" and not ({col('wait')} > {PENDING_CONDITION} and {col('veto')} is not null)"
        wait = " ".join(
            [*(f"when {test} then 0" for test in decided),
             f"when {waits} then {col('wait')}",
             f"when {col(step)} is not null then 0",
             f"when {col('line')} is not null then {PENDING_LINE} + {col('line')}"]
        )  # fmt: skip
        chain.add([(f"(case {wait} else {PENDING_NOTHING} end)", col("pending"))])
        rank = f"(case when {col('rated')} and {col('pending')} = 0 then {col(step)} end)"
        chain.add([(rank, col("rank"))])
        grade = " ".join(f"when {g.rank} then {d.text(g.code)}" for g in self.rating.grades)
        provisional = f"{col('newcomer')} and {col('rank')} = {col('s0')}"
        state = (
            f"(case when not {col('rated')} then 'not_rated' when {col('rank')} is null then 'pending'"
            f" when {provisional} then 'provisional' else 'graded' end)"
        )
        marks = [(self.as_flag(self.test(r.when)), col(f"v{i}")) for i, r in enumerate(spec.review)]
        chain.add([(f"(case {col('rank')} {grade} end)", col("grade")), (state, col("state")),
                   (d.integer(self._next_missing()), col("next_missing")), *marks])  # fmt: skip
        self.ratings[self.rating.name] = Value(col("grade"), "text", "text")
        return step

    def _next_missing(self) -> str:
        """How many conditions are missing for the next better grade that has conditions."""
        cases = []
        for grade in self.rating.grades[1:]:
            better = [g for g in self.rating.grades if g.rank < grade.rank and g.tree is not None]
            missing = self._missing(better[-1].tree) if better and better[-1].tree is not None else None
            if missing is not None:
                cases.append(f"when {grade.rank} then {missing}")
        return f"(case {self.column('rank')} {' '.join(cases)} end)" if cases else self.c.null("exact")

    def _missing(self, tree: Tree) -> str | None:
        if isinstance(tree, Branching):
            parts = [sql for item in tree.items if (sql := self._missing(item)) is not None]
            if not parts:
                return None
            if tree.needed >= len(tree.items):
                return "(" + " + ".join(parts) + ")"
        test = self.holds(tree)
        return None if test is None else f"(case when {test} then 0 else 1 end)"

    # grades

    def rank_of(self, grade_sql: str) -> str:
        """Rank of a grade that stands in a text column; NULL when it is no grade of the rating."""
        cases = " ".join(f"when {self.c.d.text(g.code)} then {g.rank}" for g in self.rating.grades)
        return f"(case {grade_sql} {cases} end)"

    def ranked(self, code: str) -> int:
        """Rank of a grade by its code; raises TypeMismatch when the rating has no such grade."""
        for grade in self.rating.grades:
            if grade.code == code:
                return grade.rank
        if code in self.c.plan.parameters and self.c.plan.parameters[code].value is None:
            if not self.c.draft:
                self.unset.add(code)
            return 1
        raise TypeMismatch(
            say(
                "names grade `{code}`, which is none of {names}",
                code=code,
                names=quoted(g.code for g in self.rating.grades),
            )
        )

    def grade_rank(self, code: str) -> str:
        """Rank of a grade named in the policy, or by a parameter of type grade."""
        parameter = self.c.plan.parameters.get(code)
        if parameter is None:
            return str(self.ranked(code))
        if parameter.value is None:
            if not self.c.draft:
                self.unset.add(code)
            return self.c.null("exact")
        return str(self.ranked(_grade_of(parameter, self.rating)))


def _grade_of(parameter: ParameterValue, rating: PlannedRating) -> str:
    codes = [grade.code for grade in rating.grades]
    if parameter.value not in codes:
        raise TypeMismatch(
            say(
                "reads parameter `{name}` = `{value}`, which is none of {names}",
                name=parameter.name,
                value=parameter.value,
                names=quoted(codes),
            )
        )
    return str(parameter.value)


def _cases(tests: Sequence[tuple[PlannedGrade, str | None]]) -> str:
    return "(case " + " ".join(f"when {sql} then {grade.rank}" for grade, sql in tests) + " end)"
