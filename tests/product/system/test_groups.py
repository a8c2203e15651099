"""Chat groups: added, tested and closed on a page that never shows the address of a robot."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from zhike.kernel.journal import Entry
from zhike.outbox.actions import tell
from zhike.outbox.models import Group, Message
from zhike.system import groups
from zhike.system.health import BAD, GOOD, Finding

NOON = datetime(2026, 6, 30, 4, tzinfo=UTC)
SECRET = "https://oapi.dingtalk.com/robot/send?access_token=hush"
GIVEN = {"name": "值班群", "channel": "dingtalk", "address": SECRET, "language": "zh-hans"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(cast, client_for):
    return client_for(cast.people.root)


@pytest.fixture
def group(browser) -> Group:
    assert browser.post("/messages/groups/new/", GIVEN).status_code == 302
    return Group.objects.get()


def test_the_address_is_written_once_and_never_shown(cast, client_for, browser, group):
    assert group.address == SECRET
    pages = [
        browser.get(path)
        for path in ("/messages/", "/messages/groups/", f"/messages/groups/{group.pk}/test/")
    ]
    pages.append(client_for(cast.people.audit).get("/journal/"))
    assert {page.status_code for page in pages} == {200}
    refused = browser.post("/messages/groups/new/", GIVEN)
    assert refused.status_code == 422
    assert "值班群" in pages[1].content.decode()
    assert not any("hush" in page.content.decode() for page in [*pages, refused])
    assert "hush" not in json.dumps([entry.data for entry in Entry.objects.all()])


@pytest.mark.parametrize(
    "wrong",
    [{"address": "http://oapi.dingtalk.com/x"}, {"address": "https://[::1/"}, {"address": "https://a.example:8443/"},
     {"address": "oapi.dingtalk.com"}, {"channel": "mail"}, {"name": ""}, {"language": "fr"}],
)  # fmt: skip
def test_what_could_never_work_is_refused(browser, wrong):
    assert browser.post("/messages/groups/new/", {**GIVEN, **wrong}).status_code == 422
    assert not Group.objects.exists()


def test_a_test_is_sent_and_a_closed_group_hears_nothing_and_keeps_no_secret(cast, browser, group):
    assert browser.post(f"/messages/groups/{group.pk}/test/").status_code == 302
    message = Message.objects.get()
    assert (message.subject, message.state) == ("知客：测试", "waiting")
    assert browser.post(f"/messages/groups/{group.pk}/close/").status_code == 302
    group.refresh_from_db()
    message.refresh_from_db()
    assert (group.address, message.state) == ("", "dropped")
    assert browser.post(f"/messages/groups/{group.pk}/test/").status_code == 422
    assert browser.post(f"/messages/groups/{group.pk}/close/").status_code == 422
    assert tell(kind="group_test", key="2", to=group, at=NOON, who="root") is None
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == [
        "group_added",
        "group_tested",
        "group_closed",
    ]


def test_only_those_who_run_the_installation_may(cast, client_for, group):
    for path in ("", "new/", f"{group.pk}/test/", f"{group.pk}/close/"):
        assert client_for(cast.people.ming).get(f"/messages/groups/{path}").status_code == 403


def test_groups_hear_once_a_day_what_is_bad(group, monkeypatch):
    found = [Finding("disk", "Disk", BAD, "3 % free."), Finding("journal", "Journal", GOOD, "whole")]
    monkeypatch.setattr(groups, "look", lambda _at: found)
    assert groups.watch(NOON) == 1
    assert groups.watch(NOON) == 0
    assert groups.watch(NOON.replace(month=7, day=1)) == 1
    assert set(Message.objects.values_list("subject", flat=True)) == {"知客：Disk"}


def test_groups_are_no_choice_of_a_person(browser):
    assert "测试消息" not in browser.get("/people/me/notices/").content.decode()
