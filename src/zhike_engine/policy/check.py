"""Meaning: everything about a policy that its form cannot show. All issues are gathered, each with a way out."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import duckdb

from zhike_engine.errors import ParameterInvalid, PolicyInvalid
from zhike_engine.facts.tables import TABLES
from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.language.nodes import names_in
from zhike_engine.language.parse import parse
from zhike_engine.messages import say
from zhike_engine.plan.build import Plan, build
from zhike_engine.plan.graph import Cycle
from zhike_engine.plan.parameters import read_value
from zhike_engine.plan.windows import WindowInvalid, Windows
from zhike_engine.policy.check_clocks import clock_issues
from zhike_engine.policy.check_procedures import procedure_issues
from zhike_engine.policy.check_ratings import rating_issues
from zhike_engine.policy.check_scales import score_issues
from zhike_engine.policy.load import Policy, count_of
from zhike_engine.policy.model import PolicyDocument
from zhike_engine.policy.places import Spot
from zhike_engine.sql.compile import Fault, compile_plan
from zhike_engine.sql.context import Context
from zhike_engine.sql.dialect import DIALECTS
from zhike_engine.sql.expressions import UnsetName, to_sql
from zhike_engine.sql.facts import full_shape
from zhike_engine.sql.values import TypeMismatch
from zhike_engine.words import listed, quoted

CHECKED_ON = date(2026, 6, 30)
"""Windows are tried out on this day; any other would do."""


def check(policy: Policy, given: Mapping[str, Any] | None = None, as_of: date = CHECKED_ON) -> list[Issue]:
    """Every issue of a policy whose form is right, ordered by place.

    `given` are values of parameters; consistency between values is checked for those that are set.
    """
    found = [*_structure(policy)]
    try:
        plan = build(policy.document, as_of, given)
    except Cycle as cycle:
        names = " → ".join(f"`{name}`" for name in cycle.names)
        place = policy.source.place(("metrics", cycle.names[0]))
        found.append(
            Issue("error", place, say("defined by itself: {names}", names=names), say("break the circle"))
        )
        return sorted(set(found), key=_order)
    except ParameterInvalid as problem:
        name = problem.message.split("`")[1]
        found.append(Issue("error", policy.source.place(("parameters", name)), problem.message, problem.hint))
        return sorted(set(found), key=_order)
    compiled = compile_plan(plan, full_shape(), DIALECTS["duckdb"], draft=True)
    found += _compiled(policy, compiled.faults)
    found += inconsistent(policy, plan)
    found += score_issues(policy, plan)
    for rating in plan.ratings:
        told = [*rating_issues(policy, plan, rating)]
        if not any(issue.level == "error" for issue in told):
            told += _faults(
                policy, [fault for fault in compiled.faults if fault.path == ("ratings", rating.name)]
            )
        found += told
    found += _dated(policy)
    found += clock_issues(policy, plan)
    found += _unset(policy, plan)
    found += _unused(policy)
    return sorted(set(found), key=_order)


def _order(issue: Issue) -> tuple[Any, ...]:
    return (
        issue.place.line,
        issue.place.column,
        {"error": 0, "warning": 1, "note": 2}[issue.level],
        issue.message,
    )


def refuse(policy: Policy, issues: list[Issue]) -> None:
    """Raise PolicyInvalid when one of the issues is an error."""
    errors = [issue for issue in issues if issue.level == "error"]
    if errors:
        count = count_of(errors)
        raise PolicyInvalid(say("policy `{path}` has {count}", path=policy.path, count=count), issues=errors)


# structure


def _structure(policy: Policy) -> Iterator[Issue]:
    document = policy.document
    yield from _articles(policy)
    yield from _windows(policy)
    for table in document.facts:
        if table not in TABLES:
            yield Spot(policy, "facts", table).error(
                say("unknown fact table `{table}`", table=table), did_you_mean(table, TABLES)
            )
    for name, table_spec in document.tables.items():
        for index, cell in enumerate(table_spec.cells):
            if len(cell.when) != len(table_spec.by):
                spot = Spot(policy, "tables", name, "cells", index)
                yield spot.error(
                    say(
                        "the row has {count} keys, the table `{table}` has {wanted}",
                        count=len(cell.when),
                        table=name,
                        wanted=len(table_spec.by),
                    ),
                    say("give one key for each of {names}", names=quoted(table_spec.by)),
                )
    effective = document.effective
    if effective and effective.ends and effective.ends < effective.starts:
        yield Spot(policy, "effective", "ends").error(
            say("the policy ends before it starts"), say("swap the two days")
        )
    for index, question in enumerate(document.open_questions):
        if question.decision is None:
            spot = Spot(policy, "open_questions", index)
            yield spot.warning(
                say("open question without a decision: {question}", question=question.question.text),
                say("decide it and say by whom"),
            )
    for name, grade_path, owed in _owes(document):
        if owed not in document.obligations:
            spot = Spot(policy, *grade_path)
            yield spot.error(
                say("`{name}` owes `{owed}`, which is no obligation", name=name, owed=owed),
                did_you_mean(owed, document.obligations),
            )
    yield from procedure_issues(policy)


def _owes(document: PolicyDocument) -> Iterator[tuple[str, tuple[str, ...], str]]:
    for rating, spec in document.ratings.items():
        for code, grade in spec.grades.items():
            for owed in grade.owes:
                yield code, ("ratings", rating, "grades", code, "owes"), owed


def _articles(policy: Policy) -> Iterator[Issue]:
    known = policy.document.articles
    used: set[str] = set()
    for path, article in _article_references(policy.source.data, ()):
        used.add(article)
        if article not in known:
            yield Spot(policy, *path).error(
                say("there is no article `{article}`", article=article), did_you_mean(article, known)
            )
    for number, article_spec in known.items():
        spot = Spot(policy, "articles", number)
        if article_spec.kind == "rule" and number not in used:
            hint = say("name it in an element, or make it `kind: text` with an owner")
            yield spot.warning(say("article `{number}` has no rule that carries it out", number=number), hint)
        if article_spec.kind == "text" and article_spec.owner is None:
            yield spot.warning(
                say("article `{number}` stays text and has no owner", number=number),
                say("say who answers it with `owner:`"),
            )


def _article_references(
    data: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "article" and path[:1] != ("articles",) and value:
                yield (*path, key), str(value)
            else:
                yield from _article_references(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _article_references(value, (*path, index))


def _windows(policy: Policy) -> Iterator[Issue]:
    document = policy.document
    windows = Windows(CHECKED_ON, document.calendar.year_starts, document.windows)
    for name in document.windows:
        try:
            windows.read(name)
        except WindowInvalid as problem:
            yield Spot(policy, "windows", name).error(problem.message, problem.hint)
    for name, spec in document.metrics.items():
        words = getattr(spec, "over", None)
        if words is None:
            continue
        try:
            windows.read(words)
        except WindowInvalid as problem:
            near = did_you_mean(words, document.windows)
            hint = near if near.startswith("did you mean") else problem.hint
            yield Spot(policy, "metrics", name, "over").error(problem.message, hint)


# names and types


def _compiled(policy: Policy, faults: Iterable[Fault]) -> Iterator[Issue]:
    """Faults of metrics and scorecards; windows and ratings have checks of their own."""
    mine = [one for one in faults if one.path[0] != "ratings" and not one.message.startswith("window `")]
    yield from _faults(policy, mine)


def _faults(policy: Policy, faults: Iterable[Fault]) -> Iterator[Issue]:
    document = policy.document
    known = [*document.metrics, *document.scorecards, *document.parameters, *document.ratings]
    for fault in faults:
        hint = fault.hint
        if fault.unknown:
            hint = did_you_mean(fault.unknown, [*known, *_columns(policy, fault.path)])
        yield Spot(policy, *fault.path).error(
            say("unknown name `{name}` in `{element}`", name=fault.unknown, element=fault.path[-1])
            if fault.unknown
            else fault.message,
            hint,
        )


def _columns(policy: Policy, path: tuple[str | int, ...]) -> list[str]:
    """Columns of the table that a metric reads, for hints."""
    if path[0] != "metrics":
        return [f"customers.{name}" for name in TABLES["customers"].names]
    data = policy.source.data["metrics"].get(path[1], {})
    for value in data.values():
        table = str(value).partition(".")[0]
        if table in TABLES:
            return [*TABLES[table].names, *(f"{table}.{column}" for column in TABLES[table].names)]
    return list(TABLES)


def inconsistent(policy: Policy, plan: Plan) -> Iterator[Issue]:
    """Consistency conditions that the set values do not meet, and those that cannot be read."""
    context = Context(plan, full_shape(), DIALECTS["duckdb"])
    told: list[tuple[int, str]] = []
    for index, rule in enumerate(policy.document.consistency):
        spot = Spot(policy, "consistency", index, "if")
        node = parse(rule.when)
        strangers = sorted(names_in(node) - policy.document.parameters.keys())
        if strangers:
            hint = did_you_mean(strangers[0], policy.document.parameters)
            yield spot.error(say("`{name}` is no parameter", name=strangers[0]), hint)
            continue
        try:
            sql = to_sql(node, context.names, DIALECTS["duckdb"]).sql
        except UnsetName:
            continue
        except TypeMismatch as problem:
            yield spot.error(say("the condition {problem}", problem=problem.message))
            continue
        told.append((index, sql))
    answers = _answers([sql for _, sql in told])
    for (index, _), holds in zip(told, answers, strict=True):
        if not holds:
            yield _contradiction(policy, plan, index)


def _contradiction(policy: Policy, plan: Plan, index: int) -> Issue:
    rule = policy.document.consistency[index]
    values = listed(
        f"`{name}` = {plan.parameters[name].written}{' ' + unit if (unit := plan.parameters[name].spec.unit) else ''}"
        for name in sorted(names_in(parse(rule.when)))
    )
    broken = say("`{condition}` does not hold for {values}", condition=rule.when, values=values)
    if rule.title:
        broken = say("{title}: {broken}", title=rule.title.text, broken=broken)
    return Spot(policy, "consistency", index, "if").error(
        say("inconsistent values: {broken}", broken=broken), say("correct the values")
    )


def _answers(conditions: list[str]) -> list[bool]:
    """Which conditions over constants hold, asked all at once."""
    if not conditions:
        return []
    connection = duckdb.connect()
    try:
        row = connection.execute(f"select {', '.join(conditions)}").fetchone()
    finally:
        connection.close()
    return [bool(answer) for answer in row or ()]


# parameters


def _unset(policy: Policy, plan: Plan) -> Iterator[Issue]:
    for name, value in plan.parameters.items():
        if value.value is None:
            spot = Spot(policy, "parameters", name)
            if value.spec.optional:
                yield spot.note(
                    say(
                        "optional parameter `{name}` is unset; conditions that use it do not apply", name=name
                    )
                )
            else:
                yield spot.warning(
                    say("parameter `{name}` is unset; what needs it cannot run", name=name),
                    say("give `{name}` a value", name=name),
                )


def _dated(policy: Policy) -> Iterator[Issue]:
    """Values of other days than the one that is checked: those that cannot be read, and two for one day."""
    for name, spec in policy.document.parameters.items():
        days = [one.starts for one in spec.values]
        for index, one in enumerate(spec.values):
            spot = Spot(policy, "parameters", name, "values", index)
            try:
                read_value(name, spec, one.value)
            except ParameterInvalid as problem:
                yield spot.error(problem.message, problem.hint)
            if one.starts in days[:index]:
                yield spot.error(
                    say("parameter `{name}` has two values from {day} on", name=name, day=one.starts),
                    say("keep one of them"),
                )


GRADING = ("scope", "windows", "tables", "metrics", "scorecards", "ratings")
"""Sections that a grading run reads."""


def used_parameters(policy: Policy, sections: Container[str] | None = None) -> set[str]:
    """Parameters that an element of the policy mentions, in some sections or in all of them."""
    data = policy.source.data.items()
    chosen = {
        k: v
        for k, v in data
        if k not in ("parameters", "articles", "title") and (not sections or k in sections)
    }
    words = {word for text in _texts(chosen) for word in _words(text)}
    return words & policy.document.parameters.keys()


def _unused(policy: Policy) -> Iterator[Issue]:
    used = used_parameters(policy)
    for name in policy.document.parameters:
        if name not in used:
            yield Spot(policy, "parameters", name).warning(
                say("parameter `{name}` is used nowhere", name=name), say("use it or remove it")
            )


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)
    elif isinstance(data, str):
        yield data


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d]\w*", text))
