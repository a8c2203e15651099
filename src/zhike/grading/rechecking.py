"""Making a finished run again from its frozen policy and data, for whoever audits it: the same to the byte, or what differs.

Nothing of the run is replaced: the second answer lies in a folder of its own until it is compared, and what was found is kept
with the run and in the journal.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.grading.frozen import Folder, folder_of, run_again, write_result
from zhike.grading.models import GradingRun
from zhike.jobs.actions import enqueue
from zhike.jobs.models import Job
from zhike.jobs.registry import job
from zhike.jobs.running import Run as Attempt
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import can
from zhike_engine.errors import ZhikeError
from zhike_engine.run import Run

sentences({
    "grading_rechecked": gettext_lazy("The grading “%(what)s”, made again from its frozen policy and data, is the same"),
    "grading_differs": gettext_lazy("The grading “%(what)s”, made again from its frozen policy and data, is not the same"),
})  # fmt: skip
CHECKERS = ("see_journal", "run_grading")
"""Who holds one of these may have a run made again."""
SAME, OTHER = "same", "other"
DIFFERENCES: dict[str, Any] = {
    "policy": gettext_lazy("the policy is not the one that was run"),
    "facts": gettext_lazy("the frozen data are not those that were graded"),
    "missing": gettext_lazy("frozen files are missing or cannot be read"),
    "result": gettext_lazy("the answer differs from the one that was kept"),
    "rows": gettext_lazy("results in the database differ from the answer"),
}
"""What may differ -> in words."""


def may_recheck(person: Person) -> bool:
    """Whether a person may have a run made again."""
    return any(can(person, verb) for verb in CHECKERS)


@dataclass(frozen=True)
class Rechecked:
    """What came of making a run again."""

    same: bool
    differs: list[str]
    at: datetime
    by: str


def rechecked(run: GradingRun) -> Rechecked | None:
    """What came of making a run again the last time; None where nobody has."""
    told = run.board.get("recheck")
    if not told:
        return None
    words = [str(DIFFERENCES.get(one, one)) for one in told["differs"]]
    return Rechecked(told["outcome"] == SAME, words, datetime.fromisoformat(told["at"]), told["by"])


@transaction.atomic
def recheck_run(*, run: GradingRun, by: Person, at: datetime) -> Job:
    """Queue making a run again; the same request again is the same job while it waits."""
    if not may_recheck(by):
        raise Forbidden(_("Your roles do not allow you to have a run made again."))
    if "ratings" not in run.board:
        raise Invalid(_("The run has no results yet."))
    return enqueue(
        kind="grading_recheck", payload={"run": run.pk}, by=by, at=at, key=f"grading recheck {run.pk}",
        again=True,
    )  # fmt: skip


@job("grading_recheck", title=gettext_lazy("Making a grading run again"))
def grading_recheck(attempt: Attempt) -> dict[str, Any]:
    """Make a run again and compare; may be done twice."""
    owner = GradingRun.objects.select_related("version__policy").get(pk=attempt.payload["run"])
    differs = differences(owner, attempt)
    outcome = OTHER if differs else SAME
    at = attempt.clock()
    with attempt.step("compared") as fresh:
        if fresh:
            held = GradingRun.objects.select_for_update().get(pk=owner.pk)
            told = {"outcome": outcome, "differs": differs, "at": at.isoformat(), "by": str(attempt.by or "")}
            held.board = {**held.board, "recheck": told}
            held.save(update_fields=["board"])
            action = "grading_differs" if differs else "grading_rechecked"
            journal(held, action, by=attempt.by, at=at, differs=differs)
    return {"outcome": outcome, "differs": differs}


def differences(owner: GradingRun, attempt: Attempt) -> list[str]:
    """What a run that is made again has otherwise; empty where it is the same to the byte."""
    folder = folder_of(owner)
    attempt.progress(1, 3, str(_("grading")), now=True)
    try:
        done = run_again(folder, owner.as_of, lambda step, part, of: attempt.progress(1, 3, step))
    except (ZhikeError, OSError):
        return ["missing"]
    try:
        attempt.progress(2, 3, str(_("results")), now=True)
        return list(_compared(owner, folder, done))
    finally:
        done.backend.close()


def _compared(owner: GradingRun, folder: Folder, done: Run) -> list[str]:
    kept = owner.manifest
    found = []
    if (done.manifest["policy_hash"], done.manifest["values_hash"]) != (
        kept["policy_hash"],
        kept["values_hash"],
    ):
        found.append("policy")
    if done.manifest["facts_fingerprint"] != kept["facts_fingerprint"]:
        found.append("facts")
    with tempfile.TemporaryDirectory(prefix="zhike-") as name:
        again = Path(name) / "result.parquet"
        done.backend.execute("set preserve_insertion_order = true")  # type: ignore[attr-defined]
        write_result(done, again)
        there = folder.path / "result.parquet"
        if not there.is_file() or _digest(there) != _digest(again):
            found.append("result")
    return found + (["rows"] if _rows_differ(owner, done) else [])


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _rows_differ(owner: GradingRun, done: Run) -> bool:
    """Whether a row of the database says another grade or state than the answer, or one is missing or too many."""
    only = set(owner.only)
    rows = owner.results.values_list("rating", "customer_id", "grade", "state")
    stored = {
        (rating, customer): (grade, state)
        for rating, customer, grade, state in rows.iterator(chunk_size=5_000)
    }
    for rating in done.plan.ratings:
        p = rating.prefix
        answer = done.backend.rows(f"select r.customer, coalesce(r.{p}_grade, ''), r.{p}_state from result r")
        for customer, grade, state in answer:
            if only and customer not in only:
                continue
            if stored.pop((rating.name, int(customer)), None) != (grade, state):
                return True
    return bool(stored)
