"""Small worlds: a policy as text, fact tables as CSV text, and the run of the one over the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.explain import Explanation, explain
from zhike_engine.language.sentences import Titles
from zhike_engine.plan.build import build
from zhike_engine.policy.load import Policy, load_policy
from zhike_engine.run import Run, run

AS_OF = date(2025, 12, 31)
HEAD = """
zhike: 1
policy: small
version: "3"
title: {zh: 小制度, en: Small policy}
currency: CNY
display_unit: 万元
articles:
  "1.1": {title: {zh: 金额, en: Amounts}}
  "1.2": {title: {zh: 时间, en: Time}}
"""
CUSTOMERS = "customer,name,since\nc1,岭南纺织,2020-02-29\nc2,Binhai GmbH,2025-06-01\n"
ORDERS = """order,customer,ordered_on,amount,currency,profit,status
o1,c1,2024-03-01,3000000,CNY,300000,completed
o2,c1,2025-03-01,4200000,CNY,420000,completed
o3,c2,2025-07-01,9000000,CNY,80000,completed
"""


def small(folder: Path, body: str) -> Policy:
    """A policy of the common head and a body."""
    file = folder / "policy.yaml"
    file.write_text(HEAD + body, "utf-8")
    return load_policy(file)


def titles_of(folder: Path, body: str, given: Mapping[str, Any] | None = None, **more: str) -> Titles:
    """The titles of a policy's names."""
    return Titles(build(small(folder, body).document, AS_OF, given or {}), **more)


def graded(
    folder: Path, body: str, given: Mapping[str, Any] | None = None, *, as_of: date = AS_OF, **tables: str
) -> Run:
    """A run over customers, orders and any other tables, each given as CSV text."""
    facts = folder / "facts"
    facts.mkdir(exist_ok=True)
    for name, text in ({"customers": CUSTOMERS, "orders": ORDERS} | tables).items():
        (facts / f"{name}.csv").write_text(text, "utf-8")
    return run(small(folder, body), DuckDB(facts, threads=1), as_of, given)


def why(run: Run, customer: str = "c1", rating: str | None = None) -> Explanation:
    """The only explanation of a customer."""
    [found] = explain(run, customer, rating)
    run.backend.close()
    return found
