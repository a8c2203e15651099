"""Shipped policies over a few customers: the facts as rows, the answers from outside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from zhike import presets
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.explain import Explanation, explain
from zhike_engine.formats import Shown, read
from zhike_engine.policy.load import Policy, load_policy, read_values
from zhike_engine.policy.small_facts import write_folder
from zhike_engine.run import Run, run

AS_OF = date(2026, 6, 30)
WAN = 10_000


@dataclass(frozen=True)
class Graded:
    """A run over a few customers."""

    run: Run

    def row(self, customer: str) -> Mapping[str, Any]:
        row = self.run.customer(customer)
        assert row is not None, f"`{customer}` is not in scope"
        return row

    def cell(self, customer: str, column: str, rating: str | None = None) -> Any:
        ratings = self.run.plan.ratings
        name = rating or next(iter(self.run.policy.document.ratings))
        prefix = next(one.prefix for one in ratings if one.name == name)
        return self.row(customer)[f"{prefix}_{column}"]

    def grade(self, customer: str, rating: str | None = None) -> str | None:
        return self.cell(customer, "grade", rating)

    def state(self, customer: str, rating: str | None = None) -> str:
        return self.cell(customer, "state", rating)

    def metric(self, customer: str, name: str) -> Shown | None:
        value = self.run.compiled.values[name]
        return read(self.row(customer)[value.sql], value)

    def why(self, customer: str, rating: str | None = None) -> Explanation:
        wanted = rating or next(iter(self.run.policy.document.ratings))
        return next(one for one in explain(self.run, customer) if one.rating == wanted)


Grade = Callable[..., Graded]


def preset(name: str) -> Policy:
    return load_policy(presets.policy_path(name))


def example(policy: Policy) -> dict[str, Any]:
    return read_values(presets.example_values(preset(policy.name)), policy)


@pytest.fixture
def grade() -> Iterator[Grade]:
    """`grade("foreign-trade", orders=[…], values={…})` runs a shipped policy, or a Policy, with its example values."""
    backends: list[DuckDB] = []

    def graded(
        which: str | Policy,
        values: Mapping[str, Any] | None = None,
        *,
        as_of: date = AS_OF,
        **tables: list[dict[str, Any]],
    ) -> Graded:
        policy = preset(which) if isinstance(which, str) else which
        with write_folder(tables, policy.document.currency) as folder:
            backends.append(DuckDB(folder, threads=1))
            return Graded(run(policy, backends[-1], as_of, {**example(policy), **(values or {})}))

    yield graded
    for backend in backends:
        backend.close()


def order(customer: str, day: str, amount: float | str, profit: float | str | None = None) -> dict[str, Any]:
    """An order; amounts in 10,000 of the policy's currency."""
    row: dict[str, Any] = {"customer": customer, "ordered_on": day, "amount": _wan(amount)}
    return row if profit is None else row | {"profit": _wan(profit)}


def _wan(amount: float | str) -> str:
    return amount if isinstance(amount, str) else f"{amount * WAN:.4f}"


def judged(
    customer: str, name: str, value: object, day: str = "2026-03-01", **more: object
) -> dict[str, Any]:
    """A judgement with its ground and reviewer."""
    return {"customer": customer, "judgement": name, "value": value, "judged_by": "大客户部经理", "judged_on": day,
            "ground": "框架协议", "reviewer": "销售总监", **more}  # fmt: skip


def copied(policy: Policy, folder: Path, change: Callable[[dict[str, Any]], None]) -> Policy:
    """A copy of a policy with its document changed, read back from its own file."""
    data = deepcopy(policy.source.data)
    change(data)
    file = folder / "policy.yaml"
    file.write_text(json.dumps(data, ensure_ascii=False, default=float), "utf-8")
    return load_policy(file)
