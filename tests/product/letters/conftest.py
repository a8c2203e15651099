"""A policy in force, grades that take effect, a mail server, and letters in between."""

from __future__ import annotations

import email
import email.policy
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import SimpleNamespace

import pytest

from zhike.customers.models import Contact
from zhike.grading.taking_effect import Taking, take_effect
from zhike.jobs.running import run_due
from zhike.letters.models import Letter
from zhike.policies.shipping import ship_policies

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)


class Post(StreamRequestHandler):
    """As much of SMTP as one client needs; `server.refuse` names addresses that it does not take."""

    def handle(self) -> None:
        taken: list[bytes] = []
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline().strip():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while (part := self.rfile.readline()).rstrip(b"\r\n") != b".":
                    taken.append(part)
                if self.server.hangs_up:
                    return
                self.server.mails.append(
                    email.message_from_bytes(b"".join(taken), policy=email.policy.default)
                )
            if word == b"RCPT" and any(one.encode() in line for one in self.server.refuse):
                self.wfile.write(b"550 nobody of that name\r\n")
                continue
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 yes\r\n")


@pytest.fixture
def post_office(settings) -> Iterator[ThreadingTCPServer]:
    server = ThreadingTCPServer(("127.0.0.1", 0), Post)
    server.mails, server.refuse, server.hangs_up = [], set(), False
    settings.GIVEN = {**settings.GIVEN, "ZHIKE_MAIL_URL": f"smtp://127.0.0.1:{server.server_address[1]}"}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def world(cast, data_dir, clock):
    """Foreign trade in force; customer A moves from C to A, B to D, C stays without e-mail and gets B."""
    at = clock("2026-11-02 04:00")
    version = ship_policies(at, effective_on=date(2026, 1, 1))["foreign-trade"]
    Contact.objects.filter(customer=cast.customers.A).update(
        email="buyer@alpha.example", language="zh-hans", post="采购经理"
    )
    Contact.objects.filter(customer=cast.customers.B).update(email="buyer@bravo.example", language="en")
    type(cast.customers.C).objects.filter(pk=cast.customers.C.pk).update(email="")

    def take(code: str, grade: str, day: date = date(2026, 11, 1), at: datetime = at) -> Letter | None:
        customer = getattr(cast.customers, code)
        one = Taking(customer.pk, "foreign-trade.value", grade, main=True, version=version.pk, moved=1)
        take_effect(takings=[one], from_on=day, by=cast.people.boss, at=at)
        return Letter.objects.filter(grade__customer=customer).order_by("-pk").first()

    def work(moment: str = "") -> None:
        if moment:
            clock(moment)
        run_due(clock=lambda: clock(moment) if moment else at)

    return SimpleNamespace(version=version, take=take, work=work, clock=clock, at=at, cast=cast)


def link_in(mail) -> str:
    """The address of the customer's page in a mail."""
    text = mail.get_body(("plain",)).get_content()
    return re.search(r"(/l/\S+)", text)[1]
