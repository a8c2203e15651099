"""Run a policy: plan, compile, execute, and hold what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from zhike_engine.backends.base import Backend, Facts
from zhike_engine.errors import FactsInvalid, ParameterUnset, PolicyInvalid
from zhike_engine.facts.rates import prepare
from zhike_engine.facts.unheard import unheard
from zhike_engine.issues import Issue
from zhike_engine.messages import say
from zhike_engine.plan.anchors import FIRST_ORDER, anchor_of
from zhike_engine.plan.build import Plan, build
from zhike_engine.policy import metrics as kinds
from zhike_engine.policy.check import GRADING, inconsistent, used_parameters
from zhike_engine.policy.load import Policy, content_hash
from zhike_engine.policy.model import PolicyDocument
from zhike_engine.sql.columns import retyped
from zhike_engine.sql.compile import Compiled, Statement, compile_plan
from zhike_engine.sql.facts import Shape
from zhike_engine.words import quoted


@dataclass
class Run:
    """A finished run. The backend still holds the tables `metrics` and `result`.

    `manifest` records what the run can be repeated from: policy and hash, facts' fingerprint, as-of date, values,
    engine and versions. It holds no clock time, so that the same inputs give the same bytes.
    """

    policy: Policy
    plan: Plan
    compiled: Compiled
    facts: Facts
    backend: Backend
    manifest: dict[str, Any]

    def compile(self, plan: Plan, *, suffix: str = "", base: str = "") -> Compiled:
        """Compile another plan over the facts of this run; the words are those of `compile_plan`."""
        return compile_plan(plan, self.compiled.shape, self.backend.dialect, suffix=suffix, base=base)

    def table(self) -> pa.Table:
        """Every customer in scope with every column, ordered by customer."""
        return self._rows("order by r.customer")

    def customer(self, customer: str) -> dict[str, Any] | None:
        """The row of one customer; None when it is not in scope."""
        d = self.backend.dialect
        found = self._rows(f"where {d.as_text('r.customer')} = {d.text(customer)}")
        rows: list[dict[str, Any]] = found.to_pylist()
        return rows[0] if rows else None

    def _rows(self, rest: str) -> pa.Table:
        found = self.backend.arrow(f"select r.* from result r {rest}")
        return found if self.backend.dialect.typed else retyped(found, self.compiled)


Progress = Callable[[str, int, int], None]
"""Called with the name of the step that starts, how many are done, and how many there are."""


def load_previous(backend: Backend, facts: Facts, previous: pa.Table) -> None:
    """Let the given previous grades take the place of those of the facts."""
    ids = backend.arrow("select c.customer from f_customers c limit 0").schema.field("customer").type
    if pa.types.is_integer(ids):
        whole = pc.match_substring_regex(previous["customer"], "^-?[0-9]+$")
        previous = previous.filter(whole)
        numbers = previous["customer"].cast(ids)
        previous = previous.set_column(previous.schema.get_field_index("customer"), "customer", numbers)
    backend.load("f_previous_grades", previous)
    facts.columns["previous_grades"] = frozenset(previous.column_names)
    facts.rows["previous_grades"] = previous.num_rows


def tables_read(document: PolicyDocument) -> frozenset[str]:
    """The fact tables that a policy's metrics and ratings read."""
    found = {"customers", "exchange_rates", "previous_grades", "overrides", "activities"}
    for spec in document.metrics.values():
        for key in kinds.OF_ROWS:
            place = getattr(spec, key, None)
            if isinstance(place, str):
                found.add(place.partition(".")[0])
        anchor = anchor_of(getattr(spec, "over", ""), document.windows)
        if anchor is not None and anchor.on == FIRST_ORDER:
            found.add("orders")
        match spec:
            case kinds.Tenure():
                found.add("orders")
            case kinds.Judgement():
                found.add("judgements")
            case kinds.Forecast():
                found.add("forecasts")
            case kinds.Target():
                found.add("targets")
    if "order_lines" in found:
        found.add("orders")
    return frozenset(found)


def run(
    policy: Policy,
    backend: Backend,
    as_of: date,
    given: Mapping[str, Any] | None = None,
    *,
    previous: pa.Table | None = None,
    progress: Progress | None = None,
) -> Run:
    """Grade every customer in scope on `as_of`.

    `given` are parameter values by name, in the parameters' own units. `previous` replaces the facts' table of
    previous grades: text columns customer, rating, grade, and since (date, may be empty). Raises PolicyInvalid,
    ParameterUnset, ParameterInvalid, FactsInvalid; nothing is kept then.
    """
    tell = progress or (lambda step, done, of: None)
    plan = build(policy.document, as_of, given)
    refuse_contradictions(policy, plan)
    tell("facts", 0, 1)
    facts = backend.open_facts(tables_read(policy.document), as_of)
    missing_tables(policy, facts)
    if previous is not None:
        load_previous(backend, facts, previous)
    foreign = prepare(backend, facts, as_of, policy.document.currency)
    shape = Shape(facts.columns, foreign, facts.attribute_kinds, facts.rate_digits, facts.rates_fit)
    compiled = compile_plan(plan, shape, backend.dialect)
    refuse_faults(policy, compiled)
    facts.findings += unheard(backend.rows, facts, policy.document, backend.dialect)
    for done, statement in enumerate(compiled.statements):
        tell(statement.name, done, len(compiled.statements))
        keep(backend, statement)
    return Run(policy, plan, compiled, facts, backend, manifest(policy, plan, facts, backend))


def keep(backend: Backend, statement: Statement) -> None:
    """Keep a stage, in as many pieces as the engine needs, and let go of what nobody reads after it."""
    for name, select in statement.pieces:
        backend.keep(name, select)
    for name in (*(name for name, _ in statement.pieces[:-1]), *statement.spent):
        backend.drop(name)


def missing_tables(policy: Policy, facts: Facts) -> None:
    """Refuse facts without a table that the policy needs; raises FactsInvalid."""
    needs = policy.document.facts
    for table in sorted(tables_read(policy.document) - facts.columns.keys()):
        if table not in needs and table != "orders":
            continue
        if table not in needs or not needs[table].optional:
            raise FactsInvalid(
                say("the facts have no table `{table}`, which policy `{policy}` reads", table=table, policy=policy.name), place=facts.place,
                hint=say("add `{table}.csv` or `{table}.parquet`", table=table),
            )  # fmt: skip


def refuse_contradictions(policy: Policy, plan: Plan) -> None:
    """Raise PolicyInvalid when values of parameters contradict each other."""
    contradictions = list(inconsistent(policy, plan))
    if contradictions:
        raise PolicyInvalid(
            say("the values of policy `{policy}` contradict each other", policy=policy.name),
            issues=contradictions,
        )


def refuse_faults(policy: Policy, compiled: Compiled) -> None:
    """Raise what keeps a plan from running: faults of the policy, or unset parameters."""
    if compiled.faults:
        issues = [Issue("error", policy.source.place(f.path), f.message, f.hint) for f in compiled.faults]
        raise PolicyInvalid(say("policy `{path}` cannot run", path=policy.path), issues=issues)
    if compiled.unset:
        mentioned = used_parameters(policy, GRADING)
        unset = (n for n, p in compiled.plan.parameters.items() if p.value is None and not p.spec.optional)
        names = sorted({*compiled.unset, *(name for name in unset if name in mentioned)})
        raise ParameterUnset(
            say(
                "policy `{policy}` needs values that the company has not set: {names}",
                policy=policy.name,
                names=quoted(names),
            ),
            names=names,
            place=str(policy.source.place(("parameters", names[0]))),
            hint=say(
                "set them in the policy, in a values file, or with `--set {name}=…`; a shipped policy has"
                " `--values example`",
                name=names[0],
            ),
        )


def manifest(policy: Policy, plan: Plan, facts: Facts, backend: Backend) -> dict[str, Any]:
    """What a run records of itself."""
    values = {
        name: None if p.written is None else str(p.written) for name, p in sorted(plan.parameters.items())
    }
    return {
        "policy": policy.name,
        "policy_version": policy.document.version,
        "policy_hash": policy.hash,
        "values": values,
        "values_hash": content_hash(values),
        "as_of": plan.as_of.isoformat(),
        "currency": policy.document.currency,
        "facts_fingerprint": facts.fingerprint,
        "facts_rows": dict(sorted(facts.rows.items())),
        "engine": backend.name,
        "engine_version": backend.version,
    }
