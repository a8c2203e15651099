"""A run, its approval, the day it takes effect and its letters, with server and worker killed at random; tells what is there.

A child does the work and dies of SIGKILL after so many statements of the database or the engine; the next one goes on.
Run by the test, in an installation of its own; nothing here may use the engine before it forks.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.product.cast import Cast, assemble  # noqa: E402
from tests.product.grading import world  # noqa: E402
from tests.product.letters.killed_web import DRAW, KILLS, Visitor, dying  # noqa: E402
from zhike.customers.documents import Document  # noqa: E402
from zhike.customers.models import Customer  # noqa: E402
from zhike.facts.models import Order  # noqa: E402
from zhike.grading import facts  # noqa: E402
from zhike.grading.frozen import folder_of  # noqa: E402
from zhike.grading.models import Grade, GradingRun, Proposal  # noqa: E402
from zhike.grading.taking_effect import settle_grades  # noqa: E402
from zhike.jobs import actions  # noqa: E402
from zhike.jobs.models import Job  # noqa: E402
from zhike.jobs.running import run_due  # noqa: E402
from zhike.kernel.journal import Entry, seal, verify  # noqa: E402
from zhike.letters.models import Letter  # noqa: E402
from zhike.outbox import actions as outbox  # noqa: E402
from zhike.policies.actions import example_values  # noqa: E402
from zhike.policies.models import Acknowledgement, PolicyVersion  # noqa: E402
from zhike.policies.telling import people_in_scope  # noqa: E402
from zhike_engine.backends.duckdb import DuckDB  # noqa: E402

RESULT = (
    "customer",
    "rating",
    "grade",
    "state",
    "previous",
    "moved",
    "score",
    "decided_by",
    "mark",
    "amount",
    "missing",
    "metrics",
)


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


def check() -> bool:
    """Grades are there all or not at all, each with its letter and its entry in the journal; whether they are there."""
    number = Grade.objects.count()
    assert number in (0, Proposal.objects.count()), number
    assert Letter.objects.count() == Entry.objects.filter(action="grade_taken").count() == number
    assert Proposal.objects.filter(state="approved").count() == number
    return number > 0


def started() -> bool:
    """Each run has its one job and its one entry in the journal; whether one is waiting."""
    number = GradingRun.objects.count()
    assert number == Job.objects.filter(kind="grading_run").count()
    assert number == Entry.objects.filter(action="grading_started").count()
    return GradingRun.objects.filter(state="queued").exists()


def published(version: PolicyVersion) -> bool:
    """A version is in force with its entry in the journal and everybody asked to acknowledge it, or nothing of that is there."""
    version.refresh_from_db()
    number = Acknowledgement.objects.filter(version=version).count()
    assert number == (people_in_scope(version).count() if version.state == "published" else 0)
    assert Entry.objects.filter(action="policy_published").count() == (version.state == "published")
    return version.state == "published"


def queued() -> bool:
    """Letters are queued with one job and an entry each, or none of that."""
    number = Letter.objects.exclude(state="due").count()
    assert number in (0, Letter.objects.count())
    assert number == Entry.objects.filter(action="letter_queued").count()
    assert Job.objects.filter(kind="send_letters").count() == (number > 0)
    return number > 0


def meddle() -> None:
    """What people do while a run is under way: orders and owners change, seen by everybody at once."""
    Order.objects.update(amount=1)
    Customer.objects.update(manager=None)


def bytes_of(run: GradingRun) -> dict[str, str]:
    """Everything that a run was made of and found: the digests of its files, of its board and of its rows."""
    run.refresh_from_db()
    folder = folder_of(run)
    files = [
        *sorted(folder.facts.glob("*.parquet")),
        folder.path / "policy.yaml",
        folder.given,
        folder.path / "result.parquet",
    ]
    found = {file.name: file.read_bytes() for file in files}
    rows = run.results.order_by("customer", "rating").values_list(*RESULT)
    found |= {"rows": repr(list(rows)).encode(), "board": json.dumps(run.board, sort_keys=True).encode()}
    return {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}


def graded(run: GradingRun, amend: Callable[[], None]) -> None:
    """A run that dies in the cut and in the engine; orders and owners change during the cut, the policy after it."""
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
        amend() if low == 3 else None
    KILLS["run"] += not child(work, DRAW.randrange(60, 90))
    child(work)


def amended(cast: Cast, first: PolicyVersion) -> PolicyVersion:
    """An approved amendment of the policy under which everybody would be graded otherwise."""
    money = cast.departments.money
    money.head = cast.people.fang
    money.save()
    return PolicyVersion.objects.create(
        policy=first.policy, number=2, state="approved", text=first.text, drafted_on=first.drafted_on, document_number="KZ-2",
        values={**example_values("foreign-trade"), "a_amount": "99999999"}, executing=cast.departments.key, supervising=money,
    )  # fmt: skip


def main() -> None:
    """The cycle, then what is there as JSON."""
    cast = assemble()
    analyst, version = world.foreign(cast)
    today = timezone.localdate()
    for code in ("P", "Q", "R"):
        world.orders(world.customer(cast, code, world.AS_OF.replace(year=2018), email=f"{code}@letters.example"),
                     {2023: "5000000", 2024: "6000000", 2025: "7500000"})  # fmt: skip
    Customer.objects.filter(code="A").update(email="a@letters.example")
    second = amended(cast, version)
    lin, boss, ming = Visitor(analyst), Visitor(cast.people.boss), Visitor(cast.people.ming)
    start, day = "/grading/start/foreign-trade/", {"as_of": world.AS_OF.isoformat()}
    assert lin.post(start, day) == 302
    quiet = GradingRun.objects.get()
    child(work)
    undisturbed = bytes_of(quiet)
    assert lin.post(f"/grading/runs/{quiet.pk}/withdraw/", {}) == 302

    lin.press("start", start, day, started, 3, 24)
    run, *doubled = GradingRun.objects.filter(state="queued")
    for one in doubled:
        assert lin.post(f"/grading/runs/{one.pk}/withdraw/", {}) == 302
    publish = f"/policies/foreign-trade/{second.number}/publish/"
    graded(
        run,
        lambda: boss.press("publication", publish, {"effective_on": ""}, lambda: published(second), 3, 38),
    )
    Customer.objects.filter(manager=None).update(manager=cast.people.ming)
    disturbed = bytes_of(run)

    tomorrow, put = today + timedelta(days=1), f"/grading/runs/{run.pk}/submit/"
    lin.press(
        "submission", put, {"effective_on": tomorrow.isoformat()}, lambda: Proposal.objects.exists(), 1, 60
    )
    boss.press("approval", "/grading/proposals/decide/", {"run": run.pk, "choice": "approve"}, check, 3, 120)
    until_done("day", lambda: settle_grades(day=tomorrow), (2, 5))
    keys = list(Letter.objects.values_list("pk", flat=True))
    ming.press("batch", "/letters/send/", {"pick": keys, "means": "mail", "sure": "1"}, queued, 2, 14)
    until_done("letters", work, (15, 90), (60, 160))
    seal()
    run.refresh_from_db()
    told = {
        "state": run.state, "results": dict(run.results.values_list("customer__code", "grade")), "kills": KILLS,
        "differs": sorted(name for name in undisturbed if undisturbed[name] != disturbed.get(name)), "compared": len(undisturbed),
        "grades": dict(Customer.objects.exclude(grade="").values_list("code", "grade")), "faults": [one.place for one in verify()],
        "letters": list(Letter.objects.values_list("state", flat=True)), "filed": Document.objects.count(),
        "errors": [one for one in Letter.objects.values_list("error", flat=True) if one],
        "jobs": list(Job.objects.exclude(state="done").values_list("kind", "state", "error")),
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
