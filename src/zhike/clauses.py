"""The clause catalogue, the tests that prove each clause, and their last results.

A checkout keeps the catalogue at docs/clauses.yaml and its tests beside it; an installed copy has only the catalogue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from zhike.clause_marks import Mark
from zhike.messages import say
from zhike_engine.errors import DocumentInvalid
from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.policy.refusals import said_of
from zhike_engine.policy.yaml import Document, load_document, parse_document
from zhike_engine.words import Text

Outcome = Literal["passed", "skipped", "not run", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("passed", "skipped", "not run", "failed")
"""What became of a test the last time, from best to worst."""

Results = Mapping[str, Mapping[str, Outcome]]
"""Clause id to node id to outcome; a parametrised test has one node id per case."""

CATALOGUE = Path("docs", "clauses.yaml")
RESULTS = Path("build", "clause-results.json")


class Clause(BaseModel):
    """One thing the product must do, in one or two sentences; `figures` holds those of its rules that carry numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    area: str
    title: Text
    requires: Text
    figures: tuple[Text, ...] = ()


class Catalogue(BaseModel):
    """Every clause, in order, and the title of every area by its three letters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    areas: dict[str, Text]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """A test marked with a clause, and the worst of its cases the last time it ran."""

    test: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Proof:
    """A clause and every test marked with it."""

    clause: Clause
    witnesses: tuple[Witness, ...]

    @property
    def proven(self) -> bool:
        """At least one test is marked with the clause, and every such test passed the last time."""
        return self.outcome == "passed"

    @property
    def outcome(self) -> Outcome | None:
        """The worst outcome of its tests; None when no test is marked with the clause."""
        return worst([witness.outcome for witness in self.witnesses]) if self.witnesses else None


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome that counts among several; raises ValueError for none."""
    return max(outcomes, key=OUTCOMES.index)


def without_case(node: str) -> str:
    """A node id without the case of a parametrised test: `tests/test_a.py::test_b[1-2]` is a `…::test_b`."""
    return node.partition("[")[0]


def checkout() -> Path | None:
    """The checkout that this very code runs from; None for an installed copy."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / CATALOGUE).is_file() else None


def load_catalogue(root: Path | None = None) -> Catalogue:
    """The catalogue of the checkout at `root`, or else the one that came with this code; raises DocumentInvalid."""
    for home in (root, checkout()):
        if home is not None and (home / CATALOGUE).is_file():
            return _catalogue(load_document(home / CATALOGUE))
    text = resources.files("zhike").joinpath("clauses.yaml").read_text(encoding="utf-8")
    return _catalogue(parse_document(text, "clauses.yaml"))


def _catalogue(document: Document) -> Catalogue:
    try:
        return Catalogue.model_validate(document.data)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise DocumentInvalid(
            say("the catalogue is wrong at `{key}`: {reason}", key=where, reason=said_of(first, where)),
            place=str(document.place(first["loc"])),
        ) from None


def unknown_marks(catalogue: Catalogue, marks: Sequence[Mark]) -> list[Issue]:
    """An issue for every mark that names no clause of the catalogue."""
    known = {clause.id for clause in catalogue.clauses}
    return [
        Issue(
            "error",
            mark.place,
            say("unknown clause `{clause}`", clause=mark.clause),
            did_you_mean(mark.clause, known),
        )
        for mark in marks
        if mark.clause not in known
    ]


def read_results(root: Path) -> Results:
    """The last recorded results of the checkout at `root`, empty when there are none; raises DocumentInvalid."""
    file = root / RESULTS
    if not file.is_file():
        return {}
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        data = None
    if not isinstance(data, dict) or not all(isinstance(nodes, dict) for nodes in data.values()):
        raise DocumentInvalid(
            say("the recorded clause results are damaged"),
            place=str(file),
            hint=say("delete the file and run the tests again"),
        )
    return data


def prove(catalogue: Catalogue, marks: Sequence[Mark], results: Results) -> tuple[Proof, ...]:
    """Every clause of the catalogue with the tests marked with it and what became of them the last time."""
    tests: dict[str, set[str]] = {}
    for mark in marks:
        tests.setdefault(mark.clause, set()).add(mark.test)
    return tuple(
        Proof(
            clause,
            tuple(_witness(test, results.get(clause.id, {})) for test in sorted(tests.get(clause.id, ()))),
        )
        for clause in catalogue.clauses
    )


def _witness(test: str, nodes: Mapping[str, Outcome]) -> Witness:
    cases = [outcome for node, outcome in nodes.items() if without_case(node) == test]
    return Witness(test, worst(cases) if cases else "not run")
