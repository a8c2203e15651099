"""A run, its approval, the day it takes effect and its letters, each in processes that are killed at random; tells what is there.

A child does the work and dies of SIGKILL after so many statements of the database or the engine; the next one goes on.
Run by the test, in an installation of its own; nothing here may use the engine before it forks.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.product.cast import assemble  # noqa: E402
from tests.product.grading import world  # noqa: E402
from zhike.customers.documents import Document  # noqa: E402
from zhike.customers.models import Customer  # noqa: E402
from zhike.facts.models import Order  # noqa: E402
from zhike.grading import facts  # noqa: E402
from zhike.grading.deciding import decide_proposals, submit_run  # noqa: E402
from zhike.grading.frozen import folder_of  # noqa: E402
from zhike.grading.models import Grade, GradingRun, Proposal  # noqa: E402
from zhike.grading.running import start_run  # noqa: E402
from zhike.grading.taking_effect import settle_grades  # noqa: E402
from zhike.jobs import actions  # noqa: E402
from zhike.jobs.running import run_due  # noqa: E402
from zhike.kernel.journal import Entry, seal, verify  # noqa: E402
from zhike.kernel.refusals import Conflict  # noqa: E402
from zhike.letters.actions import send_letters  # noqa: E402
from zhike.letters.models import Letter  # noqa: E402
from zhike.outbox import actions as outbox  # noqa: E402
from zhike_engine.backends.duckdb import DuckDB  # noqa: E402

DRAW = random.Random(2026)
KILLS: Counter[str] = Counter()


def dying(left: int) -> Callable[..., Any]:
    """Counts statements, and dies before the last one or right after it."""

    def count(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and len(sql) % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = execute(sql, *given)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return count


def child(act: Callable[[], Any], left: int = 0, *, engine: bool = False) -> bool:
    """Do something in a process of its own, killed after so many statements, or so many of the engine; whether it ended well."""
    connections.close_all()
    key = os.fork()
    if not key:
        code = 1
        try:
            count, execute = dying(left), DuckDB.execute
            DuckDB.execute = lambda self, sql: count(lambda one: execute(self, one), sql)  # type: ignore[method-assign]
            with nullcontext() if engine else connection.execute_wrapper(count):
                act()
            code = 0
        finally:
            traceback.print_exc() if code else None
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(key, 0)[1])
    assert status in ((0, -signal.SIGKILL) if left else (0,)), status
    return status == 0


def until_done(what: str, act: Callable[[], Any], *lives: tuple[int, int]) -> None:
    """Children that live so long, and one that lives on."""
    for low, high in lives:
        KILLS[what] += not child(act, DRAW.randrange(low, high))
        check()
    child(act)
    check()


def work() -> None:
    """Do what a worker does."""
    actions.LEASE = outbox.LEASE = timedelta(0)
    run_due(clock=timezone.now)


def check() -> None:
    """Grades are there all or not at all, each with its letter and its entry in the journal."""
    number = Grade.objects.count()
    assert number in (0, Proposal.objects.count()), number
    assert Letter.objects.count() == Entry.objects.filter(action="grade_taken").count() == number
    assert Proposal.objects.filter(state="approved").count() == number


def meddle() -> None:
    """What people do while a run is under way: orders and owners change, seen by everybody at once."""
    Order.objects.update(amount=1)
    Customer.objects.update(manager=None)


def graded(run: GradingRun) -> None:
    """A run that dies in the cut and in the engine; orders and owners change while the cut is being made."""
    write, sealed = facts._write, folder_of(run).facts / "facts.json"
    last = DRAW.choice(["customers", "orders", "activities", "overrides"])

    def cut_short(shot: Any, source: Any, file: Path) -> int:
        if file.stem == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return write(shot, source, file)

    def meanwhile(shot: Any, source: Any, file: Path) -> int:
        number = write(shot, source, file)
        if file.stem == "customers":
            meddle()
        return number

    facts._write = cut_short
    KILLS["run"] += not child(work, 1000)
    assert not sealed.exists()
    facts._write = meanwhile
    for low, high in ((3, 20), (20, 50)):
        KILLS["run"] += not child(work, DRAW.randrange(low, high), engine=True)
        assert sealed.exists()
    KILLS["run"] += not child(work, DRAW.randrange(60, 90))
    child(work)


def main() -> None:
    """The cycle, then what is there as JSON."""
    cast = assemble()
    lin, version = world.foreign(cast)
    at, today = timezone.now(), timezone.localdate()
    for code in ("P", "Q", "R"):
        world.orders(world.customer(cast, code, world.AS_OF.replace(year=2018), email=f"{code}@letters.example"),
                     {2023: "5000000", 2024: "6000000", 2025: "7500000"})  # fmt: skip
    Customer.objects.filter(code="A").update(email="a@letters.example")
    run = start_run(version=version, as_of=world.AS_OF, by=lin, at=at)
    graded(run)
    ming = cast.people.ming
    Customer.objects.filter(manager=None).update(manager=ming)
    run.refresh_from_db()
    results = dict(run.results.values_list("customer__code", "grade"))
    submit_run(run=run, effective_on=today + timedelta(days=1), by=lin, at=at)

    def approve() -> None:
        try:
            decide_proposals(run=run, choice="approve", by=cast.people.boss, at=timezone.now())
        except Conflict:
            assert Grade.objects.exists()

    until_done("approval", approve, (10, 40), (30, 60), (60, 90))
    until_done("day", lambda: settle_grades(day=today + timedelta(days=1)), (2, 5))
    send_letters(letters=Letter.objects.all(), means="mail", by=ming, at=at)
    until_done("letters", work, (15, 90), (60, 160))
    seal()
    told = {
        "state": run.state, "results": results, "ready": Entry.objects.filter(action="grading_ready").count(), "kills": KILLS,
        "grades": dict(Customer.objects.exclude(grade="").values_list("code", "grade")), "faults": [one.place for one in verify()],
        "letters": list(Letter.objects.values_list("state", flat=True)), "filed": Document.objects.count(),
        "errors": [one for one in Letter.objects.values_list("error", flat=True) if one],
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
