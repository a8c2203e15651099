"""A customer's explanation from the folder of a finished run: what it wrote goes through the steps once more.

Grades, metrics and conditions stand in the folder, steps and misses do not. They follow from the metrics, by the same
compiler that grades. When the answer is not the one that was written, cell by cell, there is no explanation: then the
run had something that it does not write down, such as local values of parameters or limited places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from zhike.explain_output import Written
from zhike_engine.backends.base import Facts
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.errors import ZhikeError
from zhike_engine.explain import Explanation, explain
from zhike_engine.plan.build import Plan, build
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.policy.load import Policy
from zhike_engine.policy.small_facts import given_schema
from zhike_engine.run import Run
from zhike_engine.sql.given import Given, compile_given
from zhike_engine.sql.values import Value


def explained(written: Written, policy: Policy | None, rating: str | None = None) -> list[Explanation] | None:
    """The explanations of what a run wrote about a customer in every rating, or in one.

    None where the folder cannot tell them. `policy` must be the one that was run.
    """
    if policy is None or policy.hash != written.record["policy_hash"]:
        return None
    backend = DuckDB(None, threads=1)
    try:
        run = _again(written, policy, backend)
        customer = str(written.grades[0]["customer"])
        if list(_differences(run, written)):
            return None
        return explain(run, customer, rating)
    except ZhikeError:
        return None
    finally:
        backend.close()


def _again(written: Written, policy: Policy, backend: DuckDB) -> Run:
    """A run over the customer's own metrics, without facts; whom the run graded is in scope."""
    record = written.record
    scope = policy.document.scope.model_copy(update={"customers": None})
    document = policy.document.model_copy(update={"scope": scope})
    plan = build(document, date.fromisoformat(record["as_of"]), record["values"])
    given = compile_given(plan, backend.dialect)
    backend.load("given", pa.Table.from_pylist([_row(written, given)], schema=given_schema(given)))
    for statement in given.compiled.statements:
        backend.keep(statement.name, statement.select)
    facts = Facts({}, {}, record["facts_fingerprint"], "")
    return Run(policy, given.compiled.plan, given.compiled, facts, backend, dict(record))


def _row(written: Written, given: Given) -> dict[str, Any]:
    """The row of table `given`: every metric as it was written, and the records that decided."""
    first, plan = written.grades[0], given.compiled.plan
    row: dict[str, Any] = {"customer": str(first["customer"]), "name": first["name"]}
    for name, (column, kind) in given.metrics.items():
        row |= {f"g_{column}": _stored(first[name], kind), f"h_{column}": True}
    for result in written.grades:
        row |= _records(result, plan)
    return row


def _records(result: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """The previous grade, and the manual record or the protection that had the last word."""
    rating, decided = plan.rating(str(result["rating"])), result["decided_by"]
    found = {f"g_{rating.prefix}_prev": result["previous_grade"]}
    if decided == "protection":
        found[f"g_{rating.prefix}_since"] = plan.as_of
    if rating.spec.manual and decided in rating.spec.manual.allowed:
        found[f"g_{rating.prefix}_o_{decided}"] = result["grade"]
    return found


def _stored(value: Any, kind: Value) -> Any:
    """A written value as the engine keeps it."""
    if value is None or kind.storage != "exact":
        return value
    return int(Decimal(str(value)) * kind.denominator)


def _differences(run: Run, written: Written) -> Iterator[str]:
    """Where the run's answer is another than the one that was written."""
    row = run.customer(str(written.grades[0]["customer"]))
    if row is None or any(one.local for one in run.plan.parameters.values()):
        yield "customer"
        return
    for result in written.grades:
        rating = run.plan.rating(str(result["rating"]))
        for name in ("grade", "state", "next_missing"):
            stated = result["next_grade_missing"] if name == "next_missing" else result[name]
            if row[f"{rating.prefix}_{name}"] != stated:
                yield f"{rating.name} {name}"
        yield from _conditions(rating, row, written)


def _conditions(rating: PlannedRating, row: Mapping[str, Any], written: Written) -> Iterator[str]:
    told = {one["condition"]: one["holds"] for one in written.reasons if one["rating"] == rating.name}
    for leaf in rating.leaves():
        if leaf.column in row and row[leaf.column] != told.get(leaf.id):
            yield f"{rating.name} {leaf.id}"
