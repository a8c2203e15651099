"""A web server that dies: each request over a socket, in a process that SIGKILL ends after so many statements of the database.

What a browser sees of that is a connection that breaks; the person presses the button again.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.urls import get_resolver

from zhike.config.wsgi import application
from zhike.people.models import Person

DRAW = random.Random(int(os.environ.get("ZHIKE_KILL_SEED", "2026")))
EACH = int(os.environ.get("ZHIKE_KILLS", "0"))
"""Instead of the few kills of the gate: one at each statement of a request in turn, at most so many."""
KILLS: Counter[str] = Counter()
TOKEN = "k" * 32


def dying(left: int) -> Callable[..., Any]:
    """Counts statements, and dies before the last one or right after it; never where there is no last one."""

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


def deaths(few: int, most: int) -> Iterator[int]:
    """After how many statements each life ends, the shortest first; then one that lives on."""
    yield from range(1, EACH) if EACH else sorted(DRAW.sample(range(2, most), few))
    yield 0


class _Silent(WSGIRequestHandler):
    def log_message(self, *_words: Any) -> None:
        """Nothing."""


class Visitor:
    """A browser in which somebody has signed in."""

    def __init__(self, person: Person) -> None:
        client = Client()
        client.force_login(person)
        kept = client.session
        kept["_csrftoken"] = TOKEN
        kept.save()
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={kept.session_key}"
        assert get_resolver().url_patterns  # imported once, before the servers fork

    def post(self, path: str, fields: Mapping[str, Any], left: int = 0) -> int:
        """The status of an answer; 0 where the server died, after so many statements, before it gave one."""
        connections.close_all()
        server = make_server("127.0.0.1", 0, application, handler_class=_Silent)
        key = os.fork()
        if not key:
            try:
                with connection.execute_wrapper(dying(left)):
                    server.handle_request()
            finally:
                os._exit(0)
        port = server.server_port
        server.server_close()
        browser = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            head = {
                "Cookie": self.cookie,
                "X-CSRFToken": TOKEN,
                "Content-Type": "application/x-www-form-urlencoded",
            }
            browser.request("POST", path, urlencode(fields, doseq=True), head)
            status = browser.getresponse().status
        except ConnectionError:
            status = 0
        finally:
            browser.close()
        assert os.waitstatus_to_exitcode(os.waitpid(key, 0)[1]) == (0 if status else -signal.SIGKILL)
        return status

    def press(
        self, what: str, path: str, fields: Mapping[str, Any], there: Callable[[], bool], few: int, most: int
    ) -> None:
        """A button, pressed again until the server lives to answer. What was acknowledged is there, and stays there."""
        known = False
        for left in deaths(few, most):
            status = self.post(path, fields, left)
            KILLS[what] += not status
            assert status in (0, 302, 409, 422), (what, left, status)
            known = known or status == 302
            assert there() or not known, (what, left)
            if EACH and status:
                break
        assert there(), what
