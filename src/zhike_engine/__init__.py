"""The grading engine: a policy, fact tables and an as-of date go in; a grade with reasons for every customer comes out.

Pure: it asks no clock and opens no connection but to the engine it is given. The names below are its door, described
in `docs/reference/engine.md`; the modules behind them may move. A name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhike_engine import explain, forecast, oracle, population_results
    from zhike_engine.backends.open import open_backend
    from zhike_engine.errors import FactsInvalid, ParameterUnset, PolicyInvalid, ZhikeError
    from zhike_engine.facts.tables import TABLES
    from zhike_engine.issues import Issue
    from zhike_engine.plan.build import Plan, build
    from zhike_engine.policy.check import check
    from zhike_engine.policy.diff import diff
    from zhike_engine.policy.load import Policy, load_policy, read_values
    from zhike_engine.policy.schema import schema
    from zhike_engine.policy.testing import run_tests
    from zhike_engine.run import Run
    from zhike_engine.run import run as grade
    from zhike_engine.whatif import what_if
    from zhike_engine.words import Text

__all__ = [
    "load_policy",
    "Policy",
    "read_values",
    "check",
    "Issue",
    "diff",
    "run_tests",
    "build",
    "Plan",
    "open_backend",
    "grade",
    "Run",
    "what_if",
    "explain",
    "population_results",
    "forecast",
    "oracle",
    "TABLES",
    "schema",
    "Text",
    "ZhikeError",
    "PolicyInvalid",
    "ParameterUnset",
    "FactsInvalid",
]

_HOMES = {
    "load_policy": "policy.load",
    "Policy": "policy.load",
    "read_values": "policy.load",
    "check": "policy.check",
    "Issue": "issues",
    "diff": "policy.diff",
    "run_tests": "policy.testing",
    "build": "plan.build",
    "Plan": "plan.build",
    "open_backend": "backends.open",
    "grade": "run",
    "Run": "run",
    "what_if": "whatif",
    "TABLES": "facts.tables",
    "schema": "policy.schema",
    "Text": "words",
    "ZhikeError": "errors",
    "PolicyInvalid": "errors",
    "ParameterUnset": "errors",
    "FactsInvalid": "errors",
}
"""Name -> the module it lives in; a name that is not here is a package itself."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module `zhike_engine` has no attribute `{name}`")
    if name not in _HOMES:
        return import_module(f"zhike_engine.{name}")
    return getattr(import_module(f"zhike_engine.{_HOMES[name]}"), "run" if name == "grade" else name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
