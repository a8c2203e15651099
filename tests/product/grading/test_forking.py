"""A web server forks its workers: what was open before belongs to the process that opened it, and a worker opens its own."""

from __future__ import annotations

import os
import signal
from datetime import date

import pytest

from tests.product.grading import world
from zhike.grading.frozen import close_all, using

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


def test_a_forked_process_asks_a_run_of_its_own(cast, clock):  # type: ignore[no-untyped-def]
    """The threads of an engine do not come along; a question to it would wait for them for ever."""
    at = clock("2026-01-12 09:00")
    _lin, version = world.foreign(cast)
    world.orders(world.customer(cast, "LATE", date(2018, 3, 1)), {2024: "6100000", 2025: "7500000"})
    run = world.run_now(version, at)
    with using(run) as before:
        child = os.fork()
        if not child:
            signal.alarm(60)
            code = 1
            try:
                with using(run) as own:  # the door that was locked here is open there
                    [(number,)] = own.backend.rows("select count(*) from result r")
                    code = 0 if own is not before and number else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with using(run) as after:
        assert after is before
    close_all()
