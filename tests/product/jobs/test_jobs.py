"""Queueing, claiming, retrying, parking, cancelling, and work that comes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from zhike.jobs import actions, registry
from zhike.jobs.actions import cancel, claim, enqueue, retry, tick
from zhike.jobs.models import Job, Step
from zhike.jobs.running import Broke, run_due, run_job
from zhike.kernel.refusals import Invalid

pytestmark = pytest.mark.django_db


def test_a_job_exists_exactly_when_the_change_does(kinds, clock):
    kinds("count", lambda run: None)
    with transaction.atomic():
        enqueue(kind="count", at=clock.now)
        transaction.set_rollback(True)
    assert Job.objects.count() == 0


def test_a_job_runs_once_and_keeps_its_result(kinds, clock):
    kinds("double", lambda run: {"twice": run.payload["number"] * 2})
    job = enqueue(kind="double", payload={"number": 21}, at=clock.now)
    assert run_due(clock=clock) == 1
    assert run_due(clock=clock) == 0
    job.refresh_from_db()
    assert (job.state, job.result, job.percent()) == ("done", {"twice": 42}, 100)


def test_an_unknown_kind_is_refused_when_queued(kinds, clock):
    with pytest.raises(ValueError, match="no kind of job `missing`"):
        enqueue(kind="missing", at=clock.now)


def test_a_key_names_one_job(kinds, clock):
    kinds("count", lambda run: None)
    first = enqueue(kind="count", at=clock.now, key="import 7")
    assert enqueue(kind="count", at=clock.now, key="import 7") == first
    assert enqueue(kind="count", at=clock.now, key="import 7", again=True) == first
    run_due(clock=clock)
    assert enqueue(kind="count", at=clock.now, key="import 7") == first
    second = enqueue(kind="count", at=clock.now, key="import 7", again=True)
    assert second != first
    assert second.state == "queued"


def test_a_job_waits_for_its_time(kinds, clock):
    kinds("count", lambda run: None)
    enqueue(kind="count", at=clock.now, start_at=clock.now + timedelta(hours=1))
    assert claim(worker="a", at=clock.now) is None
    assert claim(worker="a", at=clock.on(hours=1)) is not None


def test_nobody_gets_a_job_that_another_holds(kinds, clock):
    kinds("count", lambda run: None)
    enqueue(kind="count", at=clock.now)
    assert claim(worker="a", at=clock.now) is not None
    assert claim(worker="b", at=clock.now) is None


def test_quick_jobs_have_a_lane_of_their_own(kinds, clock):
    kinds("long", lambda run: None)
    kinds("mail", lambda run: None, quick=True)
    enqueue(kind="long", at=clock.now)
    mail = enqueue(kind="mail", at=clock.now)
    assert claim(worker="a", at=clock.now, quick_only=True) == mail
    assert claim(worker="a", at=clock.now, quick_only=True) is None


def test_a_broken_job_is_tried_again_later_each_time_and_then_parked(kinds, clock):
    def broken(run):
        raise KeyError("colour")

    kinds("broken", broken, tries=3)
    job = enqueue(kind="broken", at=clock.now)
    waits = []
    for _ in range(2):
        run_due(clock=clock)
        job.refresh_from_db()
        waits.append((job.next_at - clock.now).total_seconds())
        clock.now = job.next_at
    run_due(clock=clock)
    job.refresh_from_db()
    assert waits == [10, 40]
    assert (job.state, job.attempts, job.error) == ("parked", 3, "意外中断：KeyError: 'colour'")


def test_what_a_broken_job_says_can_always_be_kept(kinds, clock):
    def broken(run):
        raise Broke("half\0a file")

    kinds("broken", broken)
    job = enqueue(kind="broken", at=clock.now)
    run_due(clock=clock)
    job.refresh_from_db()
    assert (job.state, job.error) == ("queued", "half�a file")


def test_a_refusal_fails_for_good_with_its_sentence(kinds, clock):
    def refuse(run):
        raise Invalid("the file is empty")

    kinds("refuse", refuse)
    job = enqueue(kind="refuse", at=clock.now)
    run_due(clock=clock)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("failed", 1, "the file is empty")


def test_the_job_of_a_dead_worker_goes_to_another_and_is_parked_when_it_kills_each(kinds, clock):
    kinds("killer", lambda run: None, tries=2)
    job = enqueue(kind="killer", at=clock.now)
    for worker in ("a", "b"):
        assert claim(worker=worker, at=clock.now) == job
        assert claim(worker="c", at=clock.now) is None
        clock.on(seconds=61)
    assert claim(worker="c", at=clock.now) is None
    job.refresh_from_db()
    assert (job.state, job.error) == ("parked", "执行它的进程每次都中途退出。")


def test_a_living_worker_keeps_its_job(kinds, clock):
    kinds("long", lambda run: None)
    job = enqueue(kind="long", at=clock.now)
    claim(worker="a", at=clock.now)
    for _ in range(5):
        actions.renew(worker="a", jobs={job.pk}, at=clock.on(seconds=30))
    assert claim(worker="b", at=clock.now) is None


def test_a_worker_that_was_silent_too_long_can_no_longer_write(kinds, clock):
    def slow(run):
        with run.step("first"):
            pass
        clock.on(seconds=61)
        assert claim(worker="b", at=clock.now) == run.job
        with run.step("second"):
            raise AssertionError("the step belongs to the other worker now")

    kinds("slow", slow)
    job = enqueue(kind="slow", at=clock.now)
    run_job(claim(worker="a", at=clock.now), clock=clock)
    job.refresh_from_db()
    assert (job.state, job.worker, job.attempts) == ("running", "b", 2)
    assert list(Step.objects.values_list("key", flat=True)) == ["first"]


def test_a_step_happens_once_however_often_the_job_runs(kinds, clock):
    effects = []

    def steps(run):
        for key in ("a", "b", "c"):
            with run.step(key) as fresh:
                if fresh:
                    effects.append(key)
            if key == "b" and run.job.attempts == 1:
                raise OSError("power cut")

    kinds("steps", steps)
    job = enqueue(kind="steps", at=clock.now)
    run_due(clock=clock)
    clock.on(minutes=1)
    run_due(clock=clock)
    job.refresh_from_db()
    assert (job.state, effects) == ("done", ["a", "b", "c"])


def test_a_step_that_breaks_is_not_done(kinds, clock):
    def steps(run):
        with run.step("a"):
            raise OSError("disk")

    kinds("steps", steps)
    enqueue(kind="steps", at=clock.now)
    run_due(clock=clock)
    assert Step.objects.count() == 0


def test_a_waiting_job_is_cancelled_at_once(kinds, clock):
    kinds("count", lambda run: None)
    job = enqueue(kind="count", at=clock.now)
    assert cancel(job=job, at=clock.now)
    assert run_due(clock=clock) == 0
    assert not cancel(job=job, at=clock.now)


def test_a_running_job_stops_when_it_tells_its_progress(kinds, clock):
    seen = []

    def count(run):
        for number in range(1, 11):
            clock.on(seconds=1)
            run.progress(number, 10, f"row {number}")
            seen.append(number)
            if number == 4:
                cancel(job=run.job, at=clock.now)

    kinds("count", count)
    job = enqueue(kind="count", at=clock.now)
    run_due(clock=clock)
    job.refresh_from_db()
    assert (job.state, seen, job.done, job.total, job.text) == ("cancelled", [1, 2, 3, 4], 4, 10, "row 4")


def test_progress_inside_a_transaction_writes_nothing(kinds, clock):
    def count(run):
        with transaction.atomic():
            clock.on(seconds=1)
            run.progress(5, 10)

    kinds("count", count)
    job = enqueue(kind="count", at=clock.now)
    run_due(clock=clock)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 0)


def test_progress_writes_at_most_twice_a_second(kinds, clock, django_assert_num_queries):
    def count(run):
        run.progress(1, 100)
        with django_assert_num_queries(0):
            for number in range(2, 100):
                run.progress(number, 100)

    kinds("count", count)
    job = enqueue(kind="count", at=clock.now)
    run_due(clock=clock)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")


def test_a_worker_that_ends_puts_its_job_back_without_counting_the_attempt(kinds, clock):
    kinds("long", lambda run: run.progress(1, 2, now=True))
    job = enqueue(kind="long", at=clock.now)
    run_job(claim(worker="a", at=clock.now), clock=clock, ending=lambda: True)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)


def test_a_person_asks_again_for_a_job_that_failed_but_not_for_one_that_is_done(kinds, clock):
    answers = [{}]

    def once_broken(run):
        if not run.payload:
            raise Invalid("no")
        return answers[0]

    kinds("job", once_broken)
    job = enqueue(kind="job", at=clock.now)
    run_due(clock=clock)
    assert retry(job=job, at=clock.now)
    Job.objects.update(payload={"now": True})
    run_due(clock=clock)
    job.refresh_from_db()
    assert job.state == "done"
    assert not retry(job=job, at=clock.now)


def test_periodic_work_is_queued_once_whoever_ticks_and_however_much_was_missed(kinds, clock):
    kinds("sweep", lambda run: None)
    registry.every("sweeping", kind="sweep", minutes=5)
    assert tick(at=clock.now) == []
    assert tick(at=clock.on(minutes=4)) == []
    assert len(tick(at=clock.on(minutes=1))) == 1
    assert tick(at=clock.now) == []
    run_due(clock=clock)
    assert len(tick(at=clock.on(days=3))) == 1
    assert tick(at=clock.now) == []


def test_a_clock_that_steps_back_fires_nothing_twice(kinds, clock):
    kinds("sweep", lambda run: None)
    registry.every("sweeping", kind="sweep", minutes=5)
    tick(at=clock.now)
    assert len(tick(at=clock.on(minutes=5))) == 1
    run_due(clock=clock)
    assert tick(at=clock.on(minutes=-5)) == []
    assert tick(at=clock.on(minutes=5)) == []


def test_daily_work_keeps_the_time_of_the_company(kinds, clock):
    kinds("backup", lambda run: None)
    registry.every("nightly", kind="backup", daily="02:30")
    tick(at=clock.now)  # noon in Shanghai
    assert tick(at=clock.on(hours=14, minutes=29)) == []
    assert len(tick(at=clock.on(minutes=1))) == 1


def test_work_still_running_is_not_queued_beside_itself(kinds, clock):
    kinds("backup", lambda run: None)
    registry.every("often", kind="backup", minutes=1)
    tick(at=clock.now)
    [first] = tick(at=clock.on(minutes=1))
    claim(worker="a", at=clock.now)
    assert tick(at=clock.on(minutes=1)) == [first]
    assert Job.objects.count() == 1


def test_only_jobs_that_are_done_are_forgotten(kinds, clock):
    kinds("count", lambda run: None)
    enqueue(kind="count", at=clock.now)
    run_due(clock=clock)
    left = enqueue(kind="count", at=clock.now)
    cancel(job=left, at=clock.now)
    actions.forget(before=clock.on(days=30))
    assert list(Job.objects.all()) == [left]
