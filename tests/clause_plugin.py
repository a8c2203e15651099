"""A pytest plugin that writes `build/clause-results.json`, which `zhike clauses` reads.

The file maps clause id to node id to outcome. Results of earlier sessions stay, so that running a part of the
suite does not forget the rest; those of tests that are gone are dropped. A mark that names no clause stops the
session before it begins.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from zhike.clause_marks import find_marks
from zhike.clauses import (
    RESULTS,
    Outcome,
    Results,
    load_catalogue,
    read_results,
    unknown_marks,
    without_case,
    worst,
)
from zhike_engine.errors import DocumentInvalid

GROUP = re.compile(r"@[^\]:/]*$")
"""What `--dist=loadgroup` of pytest-xdist adds to a node id."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send the clauses along with the reports, which is how they reach the controller of pytest-xdist."""
    for item in items:
        item.user_properties += [
            ("clause", str(name)) for mark in item.iter_markers("clause") for name in mark.args
        ]


def pytest_configure(config: pytest.Config) -> None:
    """Check every mark and start to listen; a worker of pytest-xdist does neither, its controller hears it all."""
    if hasattr(config, "workerinput"):
        return
    marks = find_marks(config.rootpath)
    wrong = unknown_marks(load_catalogue(config.rootpath), marks)
    if wrong:
        raise pytest.UsageError("\n".join(str(issue) for issue in wrong))
    marked = {(mark.clause, mark.test) for mark in marks}
    config.pluginmanager.register(Recorder(config.rootpath, marked), "clause-recorder")


class Recorder:
    """Hears what becomes of every test and writes it down when the session ends."""

    def __init__(self, root: Path, marked: set[tuple[str, str]]) -> None:
        self.root = root
        self.marked = marked
        self.heard: dict[str, Outcome] = {}
        self.ran: dict[str, Outcome] = {}
        self.clauses: dict[str, set[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test has run once it failed or was torn down: setup alone proves nothing."""
        if report.outcome not in ("passed", "skipped", "failed"):
            return
        node = GROUP.sub("", report.nodeid)
        self.heard[node] = worst([self.heard.get(node, "passed"), report.outcome])
        if report.when == "teardown" or report.failed:
            self.ran[node] = self.heard[node]
            self.clauses[node] = {str(value) for key, value in report.user_properties if key == "clause"}

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Add what ran to what was known before."""
        if not self.ran:
            return
        try:
            before = read_results(self.root)
        except DocumentInvalid:
            before = {}
        whole = _runs_whole_files(session.config) and exitstatus in (0, 1) and not session.shouldfail
        write(self.root / RESULTS, merge(before, self.ran, self.clauses, marked=self.marked, whole=whole))


def _runs_whole_files(config: pytest.Config) -> bool:
    """Nothing on the command line picks single tests or cases."""
    picked = [config.getoption(name, None) for name in ("keyword", "markexpr", "deselect", "lf", "stepwise")]
    return not any(picked) and not any("::" in argument for argument in config.args)


def merge(
    before: Results,
    ran: Mapping[str, Outcome],
    clauses: Mapping[str, set[str]],
    *,
    marked: set[tuple[str, str]],
    whole: bool,
) -> dict[str, dict[str, Outcome]]:
    """What was known `before`, less what ran again or is `marked` no more, and what `ran` now for its `clauses`.

    After a session that ran `whole` files, a case of a parametrised test that did not run again is gone too.
    """
    again = {without_case(node) for node in ran} if whole else set()
    merged: dict[str, dict[str, Outcome]] = {}
    for clause, nodes in before.items():
        for node, outcome in nodes.items():
            test = without_case(node)
            if node not in ran and test not in again and (clause, test) in marked:
                merged.setdefault(clause, {})[node] = outcome
    for node, outcome in ran.items():
        for clause in clauses[node]:
            merged.setdefault(clause, {})[node] = outcome
    return {clause: dict(sorted(merged[clause].items())) for clause in sorted(merged)}


def write(file: Path, results: Results) -> None:
    """Put the results in place in one step: a reader sees the old file or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    fresh.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(file)
