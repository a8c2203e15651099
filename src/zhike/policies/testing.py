"""The tests of a version, run with its own text; `values: example` means the values that the version holds."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from zhike.policies.editing import flow
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import read_text
from zhike.policies.words import lang
from zhike_engine.errors import ZhikeError
from zhike_engine.policy.testing import run_tests
from zhike_engine.words import Lang


@dataclass(frozen=True)
class CaseShown:
    """What became of one case."""

    it: str
    passed: bool
    line: int
    failures: tuple[str, ...]


@dataclass(frozen=True)
class Ran:
    """What became of all cases, or why they could not be run."""

    cases: tuple[CaseShown, ...] = ()
    refused: str = ""

    @property
    def failed(self) -> int:
        """How many cases failed."""
        return sum(not one.passed for one in self.cases)


def run_cases(version: PolicyVersion) -> Ran:
    """Run the tests of a version with the values that it holds; takes seconds."""
    values = {name: one for name, one in version.values.items() if one is not None}
    lines = "\n".join(f"  {name}: {flow(one)}" for name, one in sorted(values.items()))
    return _ran(version.text, version.cases, lines, version.policy.code, lang())


@lru_cache(maxsize=16)
def _ran(text: str, cases: str, values: str, code: str, language: Lang) -> Ran:
    if not cases.strip():
        return Ran()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        (folder / "policy.yaml").write_text(text, "utf-8")
        (folder / "tests.yaml").write_text(_renamed(cases, code), "utf-8")
        (folder / "values.example.yaml").write_text(
            f"values:\n{values}\n" if values else "values: {}\n", "utf-8"
        )
        policy = replace(read_text(text), path=folder / "policy.yaml")
        try:
            report = run_tests(policy)
        except ZhikeError as problem:
            return Ran(refused=problem.text(language).replace(f"{home}/", ""))
    return Ran(
        tuple(
            CaseShown(
                one.it.pick(language), one.passed, one.place.line,
                tuple(failure.message.pick(language).replace(f"{home}/", "") for failure in one.failures),
            )
            for one in sorted(report.cases, key=lambda one: one.passed)  # what failed is read first
        )
    )  # fmt: skip


def _renamed(cases: str, code: str) -> str:
    """The cases under the policy's own code, since a copy keeps the tests of what it was made from."""
    from zhike.policies.editing import set_at

    return set_at(cases, ("policy",), code) if "\npolicy:" in f"\n{cases}" else cases
