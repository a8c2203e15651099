"""Starting a run, and doing it in the background: freeze, grade, write the results once, make the board.

A run that is interrupted anywhere goes on from what is on the disk: facts that are frozen stay frozen, results are
written in one transaction with the state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.grading.board import board_of
from zhike.grading.facts import Cut, freeze
from zhike.grading.frozen import folder_of, run_again, write_answer
from zhike.grading.marks import problem_words, told
from zhike.grading.models import GradingRun
from zhike.grading.outlooks import look_back, make_outlook, reads_forecasts
from zhike.grading.preflight import preflight
from zhike.grading.results import write_results
from zhike.jobs.actions import cancel, enqueue
from zhike.jobs.models import Job
from zhike.jobs.registry import job
from zhike.jobs.running import Cancelled, run_job
from zhike.jobs.running import Run as Attempt
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow
from zhike.policies import reading
from zhike.policies.models import PolicyVersion
from zhike_engine.errors import ZhikeError
from zhike_engine.population_results import population_results
from zhike_engine.run import Run

sentences({
    "grading_started": gettext_lazy("%(who)s started the grading “%(what)s”"),
    "grading_ready": gettext_lazy("The grading “%(what)s” found %(results)s results"),
    "grading_withdrawn": gettext_lazy("%(who)s withdrew the grading “%(what)s”"),
})  # fmt: skip

OnReady = Callable[[GradingRun], None]
ON_READY: list[OnReady] = []
OnAgain = Callable[[GradingRun, GradingRun], None]
ON_AGAIN: list[OnAgain] = []
LISTED = 60
"""So many customers stand on each list of the board."""


def on_ready(act: OnReady) -> OnReady:
    """Register what happens when a run is ready, in the transaction of its results."""
    ON_READY.append(act)
    return act


def on_again(act: OnAgain) -> OnAgain:
    """Register what happens when a run takes the place of another, in its transaction."""
    ON_AGAIN.append(act)
    return act


@transaction.atomic
def start_run(
    *,
    version: PolicyVersion,
    as_of: date,
    by: Person | None,
    at: datetime,
    cause: str = "hand",
    only: Iterable[int] = (),
    note: str = "",
) -> GradingRun:
    """Queue a run of a published version; the installation itself (`by` None) starts those by schedule or event.

    Refused while the pre-flight check finds errors; its warnings are named in the run. `only` keeps the results of some
    customers (keys): all are computed, since shares and places depend on everybody.
    """
    if by is not None:
        allow(by, "run_grading")
    if version.state != "published":
        raise Invalid(_("Only a published policy grades."))
    found = preflight(version, as_of)
    if found.errors:
        raise Invalid(" ".join(one.text for one in found.errors), link=found.errors[0].href)
    made = GradingRun.objects.create(
        version=version, as_of=as_of, cause=cause, note=note, only=sorted(set(only)), started_by=by, started_at=at,
        missing_months=list(found.missing_months),
        board={"warnings": [one.text for one in found.warnings]},
    )  # fmt: skip
    made.job = enqueue(
        kind="grading_run", payload={"run": made.pk}, by=by, at=at, key=f"grading run {made.pk}"
    )
    made.save(update_fields=["job"])
    journal(made, "grading_started", by=by, at=at, cause=cause)
    return made


@transaction.atomic
def withdraw_run(*, run: GradingRun, by: Person, at: datetime) -> GradingRun:
    """Stop a run, or take one back that is not before management; its results stay on record."""
    allow(by, "run_grading")
    waiting = GradingRun.objects.filter(pk=run.pk, state__in=["queued", "running", "ready", "failed"])
    if not waiting.update(state="withdrawn", finished_at=at):
        raise Conflict(_("The run is before management or closed."))
    if run.job is not None:
        cancel(job=run.job, at=at)
    run.refresh_from_db()
    journal(run, "grading_withdrawn", by=by, at=at)
    return run


@transaction.atomic
def grade_again(*, run: GradingRun, by: Person, at: datetime) -> GradingRun:
    """Make a run anew on the facts of now, for what has been judged since; the one before is withdrawn and stays on record."""
    withdraw_run(run=run, by=by, at=at)
    made = start_run(
        version=run.version, as_of=run.as_of, by=by, at=at, cause=run.cause, only=run.only, note=run.note
    )
    for act in ON_AGAIN:
        act(run, made)
    return made


def do_now(run: GradingRun, clock: Callable[[], datetime]) -> GradingRun:
    """Do a run here and now instead of in the worker, for commands."""
    assert run.job is not None
    waiting = Job.objects.filter(pk=run.job.pk, state="queued")
    if waiting.update(state="running", worker="here", attempts=1, started_at=clock()):
        run_job(Job.objects.get(pk=run.job.pk), clock=clock)
    run.refresh_from_db()
    return run


@job("grading_run", title=gettext_lazy("Grading run"))
def grading_run(attempt: Attempt) -> dict[str, Any]:
    """Do a run; may be done twice."""
    owner = GradingRun.objects.select_related("version__policy").get(pk=attempt.payload["run"])
    if owner.state in ("queued", "running"):
        GradingRun.objects.filter(pk=owner.pk, state="queued").update(state="running")
        try:
            find_results(owner, attempt)
        except ZhikeError as problem:
            said = {"zh": problem_words(problem, "zh"), "en": problem_words(problem, "en")}
            GradingRun.objects.filter(pk=owner.pk, state="running").update(
                state="failed", error=json.dumps(said, ensure_ascii=False), finished_at=attempt.clock()
            )
            return {"state": "failed"}
        except Cancelled:
            GradingRun.objects.filter(pk=owner.pk, state="running").update(
                state="withdrawn", finished_at=attempt.clock()
            )
            raise
    owner.refresh_from_db()
    if owner.state == "ready" and "forecast" not in owner.board:
        attempt.progress(5, 6, str(_("forecast")), now=True)
        make_outlook(owner)
        look_back(owner)
    return {"state": owner.state}


def error_of(run: GradingRun) -> str:
    """Why a run failed, in the reader's language."""
    if not run.error.startswith("{"):
        return run.error
    said: dict[str, str] = json.loads(run.error)
    return told(said)


def find_results(owner: GradingRun, attempt: Attempt) -> None:
    """Freeze the facts, grade them, and write the results once: a run that is running is ready then."""
    folder = folder_of(owner)
    policy = reading.document(owner.version)
    folder.write_policy(owner.version.text, reading.values(owner.version))
    if not (folder.facts / "facts.json").is_file():
        keys = {name: reading.rating_key(owner.version, name) for name in policy.document.ratings}
        freeze(
            folder.facts,
            folder.work,
            Cut(policy, owner.as_of, keys),
            lambda table, rows: attempt.progress(1, 6, table),
        )
    if reads_forecasts(policy):
        make_outlook(owner)
    attempt.progress(2, 6, str(_("grading")), now=True)
    done = run_again(folder, owner.as_of, lambda step, part, of: attempt.progress(2, 6, step))
    try:
        population = population_results(done, limit=LISTED, over_time=False)
        record = write_answer(done, folder)
        attempt.progress(4, 6, str(_("results")), now=True)
        board = board_of(done, population)
        _settle(owner, attempt, done, record, board)
    finally:
        done.backend.close()


def _settle(
    owner: GradingRun, attempt: Attempt, done: Run, record: dict[str, Any], board: dict[str, Any]
) -> None:
    with attempt.step("results") as fresh:
        if not fresh:
            return
        at = attempt.clock()
        mine = GradingRun.objects.filter(pk=owner.pk, state="running")
        board = {**owner.board, **board}
        if not mine.update(state="ready", manifest=record, board=board, finished_at=at, error=""):
            return
        number = write_results(owner, done, frozenset(owner.only))
        owner.refresh_from_db()
        journal(owner, "grading_ready", by=None, at=at, results=number)
        for act in ON_READY:
            act(owner)
