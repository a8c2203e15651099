"""Messages: one per change, in the reader's language, sent once, later when the other side is away, never to inner addresses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

import pytest
from django.db import transaction

from zhike.outbox import fetching, kinds, sending
from zhike.outbox.actions import PAUSES, send_again, send_waiting, set_silences, tell
from zhike.outbox.fetching import Unreachable, is_public, post_json
from zhike.outbox.merging import POSTS, clipped
from zhike.outbox.models import Group, Message

NOON = datetime(2026, 6, 30, 4, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setattr(kinds, "KINDS", {})
    monkeypatch.setattr("zhike.outbox.actions.KINDS", kinds.KINDS)
    kinds.notice("handover", about="Handovers", subject="%(customer)s is yours", text="From %(who)s.")
    kinds.notice("alarm", about="Alarms", subject="Look", text="Now.", must=True)


class Post(StreamRequestHandler):
    """As much of SMTP as one client needs."""

    def handle(self) -> None:
        taken: list[str] = []
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                while (part := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    taken.append(part)
                self.server.mails.append("\n".join(taken))
            if word == "QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 yes\r\n")


class Robot(BaseHTTPRequestHandler):
    """Takes what is posted; answers as the server says."""

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        answer = json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def running(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def post_office(settings) -> Iterator[ThreadingTCPServer]:
    server = ThreadingTCPServer(("127.0.0.1", 0), Post)
    server.mails = []
    settings.GIVEN = {**settings.GIVEN, "ZHIKE_MAIL_URL": f"smtp://127.0.0.1:{server.server_address[1]}"}
    yield from running(server)


@pytest.fixture
def robot(monkeypatch) -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Robot)
    server.got, server.answer, server.status = [], {"errcode": 0}, 200
    ports = {"http": server.server_address[1]}

    def near(url, body):
        address = urlsplit(url)._replace(netloc=f"robot.example:{ports['http']}").geturl()
        return post_json(address, body, resolve=lambda *_: ["127.0.0.1"], public=lambda _: True, ports=ports)

    monkeypatch.setattr(sending, "post_json", near)
    yield from running(server)


def told(cast, key: str = "h1", kind: str = "handover") -> Message | None:
    return tell(kind=kind, key=key, to=cast.people.ming, at=NOON, customer="Alpha", who="Tess")


def test_a_message_exists_exactly_when_the_change_does(cast):
    with transaction.atomic():
        told(cast)
        transaction.set_rollback(True)
    assert Message.objects.count() == 0


def test_a_mail_is_sent_once(cast, post_office):
    assert told(cast) is not None
    assert told(cast) is None
    assert send_waiting(at=NOON) == {"sent": 1, "later": 0, "failed": 0}
    assert send_waiting(at=NOON + timedelta(days=2)) == {"sent": 0, "later": 0, "failed": 0}
    [mail] = post_office.mails
    assert "Subject: Alpha is yours" in mail
    assert "To: ming@example.com" in mail


def test_what_cannot_be_sent_waits_ever_longer_then_fails_and_is_sent_again_on_request(cast, settings):
    settings.GIVEN = {**settings.GIVEN, "ZHIKE_MAIL_URL": ""}
    message = told(cast)
    at, waits = NOON, []
    while True:
        send_waiting(at=at)
        message.refresh_from_db()
        if message.state == "failed":
            break
        waits.append(message.next_at - at)
        at = message.next_at
    assert waits == list(PAUSES)
    assert waits[-1] == timedelta(hours=24)
    assert message.error == "没有设置邮件服务器。"
    assert send_again(message=message, at=at)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 0)
    assert not send_again(message=message, at=at)


def test_people_switch_kinds_off_but_not_those_that_must_be_heard(cast):
    set_silences(person=cast.people.ming, wanted=set())
    assert told(cast) is None
    assert told(cast, kind="alarm") is not None
    set_silences(person=cast.people.ming, wanted={"handover"})
    assert told(cast) is not None
    assert tell(kind="alarm", key="x", to=cast.people.old, at=NOON) is None


@pytest.mark.parametrize("channel", ["wecom", "dingtalk", "feishu"])
def test_groups_hear_by_their_robot(cast, robot, channel):
    group = Group.objects.create(name="Sales", channel=channel, address="http://robot.example/send?key=1")
    tell(kind="handover", key="h1", to=group, at=NOON, customer="甲公司", who="Tess")
    assert send_waiting(at=NOON)["sent"] == 1
    assert "甲公司" in json.dumps(robot.got[0], ensure_ascii=False)


def test_a_robot_that_refuses_is_asked_again_later(cast, robot):
    group = Group.objects.create(name="Sales", channel="dingtalk", address="http://robot.example/send")
    tell(kind="handover", key="h1", to=group, at=NOON, customer="A", who="B")
    robot.answer = {"errcode": 310000}
    assert send_waiting(at=NOON)["later"] == 1
    robot.answer, robot.status = {}, 500
    assert send_waiting(at=NOON + PAUSES[0])["later"] == 1
    assert Message.objects.get().error == "`robot.example` 返回了 500。"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "::7f00:1", "::127.0.0.1", "fec0::1",
     "::ffff:0:127.0.0.1", "64:ff9b:1::a00:1", "2001:0:a00:1::f5ff:fffe", "ff02::1"],
)  # fmt: skip
def test_inner_addresses_are_refused_in_every_spelling(address):
    assert not is_public(address)
    with pytest.raises(Unreachable, match="不是公网地址"):
        post_json("https://inner.example/", {}, resolve=lambda *_: [address])


def test_a_host_with_one_inner_address_is_refused_as_a_whole():
    with pytest.raises(Unreachable, match="不是公网地址"):
        post_json("https://mixed.example/", {}, resolve=lambda *_: ["1.1.1.1", "10.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "https://user@a.example/",
        "https://a.example:8443/",
        "https:///x",
        "https://[::1/",
        "https://a.example:99999/",
        "https://a.example:https/",
        "https://a..example/",
        "https://" + "a" * 70 + ".example/",
        "https://a.example/一 二",
    ],
)
def test_strange_addresses_are_refused(url):
    with pytest.raises(Unreachable):
        post_json(url, {}, resolve=lambda *_: ["1.1.1.1"])


def test_every_address_of_a_host_is_tried(robot):
    port = robot.server_address[1]
    given = {"resolve": lambda *_: ["::1", "127.0.0.1"], "public": lambda _: True, "ports": {"http": port}}
    assert post_json(f"http://two.example:{port}/", {"n": 1}, **given) == {"errcode": 0}
    assert robot.got == [{"n": 1}]
    with pytest.raises(Unreachable, match="没有应答"):
        post_json(f"http://two.example:{port}/", {}, **{**given, "resolve": lambda *_: ["::1", "::1"]})


def group_with(count: int, channel: str = "dingtalk", text: str = "Tess") -> Group:
    group = Group.objects.create(name="Sales", channel=channel, address="http://robot.example/send")
    for number in range(count):
        tell(kind="handover", key=f"h{number}", to=group, at=NOON, customer=f"C{number}", who=text)
    return group


def test_what_waits_for_a_group_is_one_post(cast, robot):
    group_with(30)
    assert send_waiting(at=NOON) == {"sent": 30, "later": 0, "failed": 0}
    [posted] = robot.got
    assert all(f"C{number} is yours" in posted["text"]["content"] for number in range(30))
    assert send_waiting(at=NOON) == {"sent": 0, "later": 0, "failed": 0}


def test_what_a_robot_refuses_waits_as_a_whole(cast, robot):
    group_with(3)
    robot.answer = {"errcode": 130101}
    assert send_waiting(at=NOON) == {"sent": 0, "later": 3, "failed": 0}
    assert set(Message.objects.values_list("next_at", "attempts")) == {(NOON + PAUSES[0], 1)}
    robot.answer = {"errcode": 0}
    assert send_waiting(at=NOON + PAUSES[0])["sent"] == 3
    assert len(robot.got) == 2


def test_a_post_is_never_too_long_and_never_one_too_many(cast, robot):
    group_with(40, "wecom", "人" * 600)
    assert send_waiting(at=NOON)["sent"] == POSTS
    assert len(robot.got) == POSTS
    assert max(len(one["text"]["content"].encode()) for one in robot.got) <= 2_000
    assert send_waiting(at=NOON + timedelta(minutes=1))["sent"] == POSTS


def test_a_text_is_cut_between_characters():
    assert clipped("知客知客", 12) == "知客知客"
    assert clipped("知客知客", 11) == "知客…"


def test_public_addresses_are_allowed():
    assert is_public("1.1.1.1")
    assert is_public("2606:4700:4700::1111")
    assert fetching.SECONDS == 10
