"""Run the tests of a policy: every case's facts through the engine, grade and reasons compared.

Cases that give metrics run together, one table of customers per as-of date and set of values; cases that give tables
run one by one through the whole engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import NotFound, ZhikeError
from zhike_engine.issues import Place
from zhike_engine.language.titles import Titles
from zhike_engine.messages import say, together
from zhike_engine.plan.build import Plan, build
from zhike_engine.policy.cases import Case, Cases, Expectation, cases_file, load_cases
from zhike_engine.policy.compare import differences
from zhike_engine.policy.load import Policy, read_values
from zhike_engine.policy.small_facts import given_table, write_folder
from zhike_engine.policy.verdicts import Verdict
from zhike_engine.run import refuse_contradictions, refuse_faults, run
from zhike_engine.sql.compile import Compiled
from zhike_engine.sql.given import compile_given
from zhike_engine.words import Text


@dataclass(frozen=True)
class Failure:
    """Something that came out differently: where it was expected, what came, and the article concerned."""

    place: Place
    message: Text
    article: str = ""


@dataclass(frozen=True)
class CaseResult:
    """What became of one case."""

    it: Text
    place: Place
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.failures


@dataclass(frozen=True)
class TestReport:
    """What became of every case, in the order of the file."""

    __test__ = False

    policy: Policy
    path: Path
    cases: tuple[CaseResult, ...]

    @property
    def failed(self) -> int:
        """Number of cases that failed."""
        return sum(not case.passed for case in self.cases)


@dataclass(frozen=True)
class Seen:
    """What came out of one run: rows of table `result` by customer."""

    plan: Plan
    compiled: Compiled
    rows: Mapping[str, Mapping[str, Any]]

    @cached_property
    def titles(self) -> Titles:
        """The words for what the run is about."""
        return Titles(self.plan, self.compiled.values)

    def verdict(self, rating: str, customer: str) -> Verdict:
        """What a rating says about a customer."""
        return Verdict(self.compiled, self.plan.rating(rating), self.rows.get(customer))


def run_tests(policy: Policy, path: Path | None = None) -> TestReport:
    """Run the cases of a test file; of `tests.yaml` beside the policy where none is named.

    Raises NotFound without a file, DocumentInvalid and PolicyInvalid for a file that cannot be read as tests; a case
    that cannot be run fails and says why.
    """
    path = path or cases_file(policy)
    if not path.is_file():
        hint = say("write cases into `tests.yaml` beside the policy; `policies/` has examples")
        raise NotFound(
            say("policy `{policy}` has no tests at `{path}`", policy=policy.name, path=path), hint=hint
        )
    runner = _Runner(policy, load_cases(path, policy))
    return TestReport(policy, path, tuple(runner.results()))


class _Runner:
    def __init__(self, policy: Policy, cases: Cases) -> None:
        self.policy = policy
        self.cases = cases
        self.shared = self._shared_values()
        self.backend = DuckDB(None, threads=1)

    def _shared_values(self) -> dict[str, Any]:
        values = self.cases.file.values
        if values != "example":
            return dict(values)
        return read_values(self.policy.path.parent / "values.example.yaml", self.policy)

    def results(self) -> list[CaseResult]:
        """Every case in order."""
        found: dict[int, list[Failure]] = {}
        try:
            for numbers in self._groups().values():
                found.update(self._together(numbers))
            for index, case in enumerate(self.cases.file.cases):
                if index not in found:
                    found[index] = self._alone(index, case)
        finally:
            self.backend.close()
        return [
            CaseResult(case.it.text, self.cases.place("cases", index, "it"), tuple(found[index]))
            for index, case in enumerate(self.cases.file.cases)
        ]

    def _groups(self) -> dict[str, list[int]]:
        """Numbers of the cases that state metrics, by as-of date and values."""
        found: dict[str, list[int]] = {}
        for index, case in enumerate(self.cases.file.cases):
            if not case.tables:
                key = f"{self._day(case)} {sorted(case.values.items())}"
                found.setdefault(key, []).append(index)
        return found

    def _day(self, case: Case) -> date:
        return case.as_of or self.cases.file.as_of

    def _values(self, case: Case) -> dict[str, Any]:
        return {**self.shared, **case.values}

    # cases that state metrics

    def _together(self, numbers: list[int]) -> dict[int, list[Failure]]:
        first = self.cases.file.cases[numbers[0]]
        try:
            plan = build(self.policy.document, self._day(first), self._values(first))
            refuse_contradictions(self.policy, plan)
            given = compile_given(plan, self.backend.dialect)
            refuse_faults(self.policy, given.compiled)
            table, unreadable = given_table(given, self.cases, numbers)
            self.backend.load("given", table)
            seen = self._run(plan, given.compiled)
        except ZhikeError as problem:
            return {index: [self._broken(index, problem)] for index in numbers}
        found = {}
        for index in numbers:
            bad = [Failure(place, said.text) for place, said in unreadable.get(index, ())]
            found[index] = bad or self._compared(index, self.cases.file.cases[index], seen, str(index))
        return found

    def _run(self, plan: Plan, compiled: Compiled) -> Seen:
        for statement in compiled.statements:
            self.backend.keep(statement.name, statement.select)
        rows = self.backend.arrow("select r.* from result r").to_pylist()
        return Seen(plan, compiled, {str(row["customer"]): row for row in rows})

    def _broken(self, index: int, problem: ZhikeError) -> Failure:
        told = problem.message
        for one in getattr(problem, "issues", ()):
            told = together(told, say("{message} at {place}", message=one.message, place=one.place))
        return Failure(self.cases.place("cases", index), together(told, problem.hint).text)

    # cases that state tables

    def _alone(self, index: int, case: Case) -> list[Failure]:
        try:
            with write_folder(case.tables, self.policy.document.currency) as folder:
                self.backend.facts = folder
                done = run(self.policy, self.backend, self._day(case), self._values(case))
                rows = {str(row["customer"]): row for row in done.table().to_pylist()}
        except ZhikeError as problem:
            return [self._broken(index, problem)]
        seen = Seen(done.plan, done.compiled, rows)
        if not case.expect:
            return self._compared(index, case, seen, next(iter(rows), ""))
        found = []
        for customer, wanted in case.expect.items():
            found += self._compared(index, case, seen, customer, wanted)
        return found

    def _compared(
        self, index: int, case: Case, seen: Seen, customer: str, wanted: Expectation | None = None
    ) -> list[Failure]:
        path: tuple[str | int, ...] = ("cases", index)
        if wanted is not None:
            path = (*path, "expect", customer)
        rating = case.rating or self.cases.file.rating or next(iter(self.policy.document.ratings))
        return [
            Failure(self.cases.place(*path, *one.path), one.message, one.article)
            for one in differences(wanted or case, seen, customer, rating)
        ]
