"""`tests.yaml` beside a policy: facts in, grade and reasons out. Form and names; `testing.py` runs it.

A case states its facts in one of two ways: `facts:` gives metrics as people say them (`500 万`, `15 %`,
`not computable`), or small tables (`orders:`, `complaints:` …) go through the whole engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from zhike_engine.errors import DocumentInvalid, PolicyInvalid
from zhike_engine.facts.tables import TABLES
from zhike_engine.issues import Issue, Place, did_you_mean
from zhike_engine.messages import NOTHING, Said, say
from zhike_engine.policy.load import Policy, count_of, form_issues
from zhike_engine.policy.parts import AnyText, DateText, Model
from zhike_engine.policy.yaml import Document, load_document
from zhike_engine.words import Text

Rows = list[dict[str, Any]]
GivenRows = Annotated[Rows | None, Field(description="rows of this fact table")]
State = Literal["graded", "provisional", "pending", "not_rated", "out_of_scope"]
RATING = Text(zh="评级", en="rating")
GRADE = Text(zh="等级", en="grade")
METRIC = Text(zh="指标", en="metric")
EXAMPLE = Text(zh="样例", en="example")
PARAMETER = Text(zh="参数", en="parameter")
NO_MARKS = "none"
"""`review: none` expects a customer to be on no review list."""


class Expectation(Model):
    """What a customer should get. Reasons are condition ids, conditions as written, articles, or steps."""

    grade: str | None = Field(None, description="grade that comes out")
    grades: dict[str, str] = Field({}, description="grade by rating")
    state: State | None = Field(None, description="state that comes out")
    score: Any = Field(None, description="score that comes out")
    because: list[str] = Field([], description="reasons that held")
    not_because: list[str] = Field([], description="reasons that did not hold")
    failing: list[str] = Field([], description="conditions that failed")
    lacks: dict[str, list[str]] = Field({}, description="by grade: exactly what is missing for it")
    review: str | list[str] | None = Field(None, description="marks for review, or `none`")
    metrics: dict[str, Any] = Field({}, description="metrics and scores that come out")

    @property
    def empty(self) -> bool:
        """Whether nothing is expected."""
        return not any(getattr(self, name) not in (None, {}, []) for name in Expectation.model_fields)


class Case(Expectation):
    """One case: a sentence, the facts, and what should come out."""

    it: AnyText = Field(description="the case as a sentence")
    rating: str | None = Field(
        None, description="rating that `grade` speaks of; the first of the policy otherwise"
    )
    as_of: DateText | None = Field(None, description="last day that counts, if not that of the file")
    values: dict[str, Any] = Field({}, description="values of parameters, on top of those of the file")
    like: str | None = Field(None, description="example that the facts start from")
    facts: dict[str, Any] | None = Field(None, description="metrics and attributes, as people say them")
    previous_grade: str | dict[str, str] | None = Field(None, description="`B`, or `B since 2026-01-01`")
    approved: dict[str, str] = Field({}, description="manual record by kind, such as `override: A`")
    customers: GivenRows = None
    orders: GivenRows = None
    order_lines: GivenRows = None
    receivables: GivenRows = None
    payments: GivenRows = None
    complaints: GivenRows = None
    activities: GivenRows = None
    targets: GivenRows = None
    judgements: GivenRows = None
    exchange_rates: GivenRows = None
    previous_grades: GivenRows = None
    overrides: GivenRows = None
    forecasts: GivenRows = None
    expect: dict[str, Expectation] = Field({}, description="by customer, where tables hold several")

    @property
    def tables(self) -> dict[str, Rows]:
        """The fact tables that the case gives."""
        return {name: rows for name in TABLES if (rows := getattr(self, name)) is not None}


class TestFile(Model):
    """A file of cases, with what they share."""

    __test__ = False

    policy: str | None = Field(None, description="short name of the policy")
    rating: str | None = Field(
        None, description="rating that the cases speak of; the first of the policy otherwise"
    )
    as_of: DateText = Field(description="last day that counts")
    values: Literal["example"] | dict[str, Any] = Field(
        {}, description="values of parameters, or `example` for the example values"
    )
    examples: dict[str, dict[str, Any]] = Field({}, description="named sets of facts that cases start from")
    cases: list[Case] = Field(description="the cases")


@dataclass(frozen=True)
class Cases:
    """The cases of a policy, and where each stands."""

    file: TestFile
    source: Document

    def place(self, *path: str | int) -> Place:
        """The place of an element."""
        return self.source.place(path)

    def facts(self, case: Case) -> dict[str, Any]:
        """The facts of a case, on top of the example that it is like."""
        shared = self.file.examples.get(case.like, {}) if case.like else {}
        return {**shared, **(case.facts or {})}


def cases_file(policy: Policy) -> Path:
    """Where the tests of a policy stand."""
    return policy.path.parent / "tests.yaml"


def load_cases(path: Path, policy: Policy) -> Cases:
    """Read a test file. Raises DocumentInvalid, or PolicyInvalid with every issue."""
    source = load_document(path)
    if not isinstance(source.data, dict):
        raise DocumentInvalid(
            say("the file holds no tests: it must have `as_of:` and `cases:`"), place=str(source.place(()))
        )
    try:
        cases = Cases(TestFile.model_validate(source.data), source)
    except ValidationError as problem:
        _refuse(path, form_issues(problem, source, TestFile))
        raise
    _refuse(path, [*_issues(cases, policy)])
    return cases


def _refuse(path: Path, issues: list[Issue]) -> None:
    if issues:
        raise PolicyInvalid(
            say("tests `{path}` have {count}", path=path, count=count_of(issues)), issues=issues
        )


def _issues(cases: Cases, policy: Policy) -> Iterator[Issue]:
    def error(path: tuple[str | int, ...], message: Said, hint: Said = NOTHING) -> Issue:
        return Issue("error", cases.place(*path), message, hint)

    if cases.file.policy not in (None, policy.name):
        yield error(
            ("policy",),
            say(
                "the tests are for policy `{other}`, not for `{policy}`",
                other=cases.file.policy,
                policy=policy.name,
            ),
        )
    if not cases.file.cases:
        yield error(("cases",), say("the file has no case"), say("write one with `- it:`"))
    if cases.file.rating is not None:
        yield from _known(cases, ("rating",), RATING, cases.file.rating, policy.document.ratings)
    for name, facts in cases.file.examples.items():
        for fact in facts:
            yield from _known_fact(cases, ("examples", name, fact), fact, policy)
    for index, case in enumerate(cases.file.cases):
        yield from _case_issues(cases, index, case, policy)


def _case_issues(cases: Cases, index: int, case: Case, policy: Policy) -> Iterator[Issue]:
    here: tuple[str | int, ...] = ("cases", index)
    document = policy.document
    given = case.facts is not None or case.like is not None
    if given == bool(case.tables):
        both, neither = (
            say("the case has both facts and tables"),
            say("the case has neither facts nor tables"),
        )
        hint = say("give metrics under `facts:`, or rows under `orders:` and the like")
        yield Issue("error", cases.place(*here), both if given else neither, hint)
    names: list[tuple[str, str | None, Iterable[str]]] = [
        ("like", case.like, cases.file.examples),
        ("rating", case.rating, document.ratings),
    ]
    for key, name, known in names:
        if name is not None:
            what = EXAMPLE if key == "like" else RATING
            yield from _known(cases, (*here, key), what, name, known)
    for fact in case.facts or ():
        yield from _known_fact(cases, (*here, "facts", fact), fact, policy)
    for parameter in case.values:
        path = (*here, "values", parameter)
        yield from _known(cases, path, PARAMETER, parameter, document.parameters)
    yield from _expected(cases, here, case, policy)


def _expected(cases: Cases, here: tuple[str | int, ...], case: Case, policy: Policy) -> Iterator[Issue]:
    rating = case.rating or cases.file.rating or next(iter(policy.document.ratings))
    wanted: dict[tuple[str | int, ...], Expectation] = {
        (*here, "expect", customer): expectation for customer, expectation in case.expect.items()
    }
    if not case.expect or not case.empty:
        wanted[here] = case
    for path, expectation in wanted.items():
        if expectation.empty:
            yield Issue(
                "error",
                cases.place(*path),
                say("the case expects nothing"),
                say("add `grade:` or `metrics:`"),
            )
        yield from _expected_names(cases, path, expectation, rating, policy)


def _expected_names(
    cases: Cases, here: tuple[str | int, ...], wanted: Expectation, rating: str, policy: Policy
) -> Iterator[Issue]:
    ratings = policy.document.ratings
    grades = {("grades", name): (name, code) for name, code in wanted.grades.items()}
    if wanted.grade is not None:
        grades[("grade", "")] = (rating, wanted.grade)
    for (key, of), (name, code) in grades.items():
        path = (*here, key, of) if of else (*here, key)
        if name not in ratings:
            yield from _known(cases, path, RATING, name, ratings)
        else:
            yield from _known(cases, path, GRADE, code, ratings[name].grades)
    for code in wanted.lacks:
        yield from _known(cases, (*here, "lacks", code), GRADE, code, ratings[rating].grades)
    names = [*policy.document.metrics, *policy.document.scorecards]
    for metric in wanted.metrics:
        yield from _known(cases, (*here, "metrics", metric), METRIC, metric, names)


def _known(cases: Cases, path: tuple[str | int, ...], what: Text, name: str, names: Any) -> Iterator[Issue]:
    if name not in names:
        yield Issue(
            "error",
            cases.place(*path),
            say("unknown {what} `{name}`", what=what, name=name),
            did_you_mean(name, names),
        )


def _known_fact(cases: Cases, path: tuple[str | int, ...], name: str, policy: Policy) -> Iterator[Issue]:
    if not name.startswith("customers."):
        names = [*policy.document.metrics, *policy.document.scorecards]
        yield from _known(cases, path, METRIC, name, names)
