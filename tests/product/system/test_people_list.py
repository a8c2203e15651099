"""The list of people: who finds whom, what only those who manage people see, its file."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

import pytest
from django.utils import timezone

from zhike.customers.export_right import ExportRecord
from zhike.customers.viewings import Viewing
from zhike.jobs.running import run_due
from zhike.people.models import Grant, Person

pytestmark = pytest.mark.django_db


def found(client, question: str) -> set[str]:
    """User names on the page that answers a question."""
    return {one.username for one in client.get(f"/people/?{question}").context["table"].page.object_list}


def test_somebody_without_a_role_finds_colleagues_by_tab_place_and_old_links(cast, client_for):
    client = client_for(cast.people.idle)
    Person.objects.filter(pk=cast.people.ming.pk).update(is_active=False, left_at=timezone.now())
    assert "ming" not in found(client, "")
    assert found(client, "tab=left") == found(client, "state=left&q=") >= {"ming"}
    assert {"ming", "idle"} <= found(client, "tab=all")
    here = found(client, f"c=department:in:{cast.departments.key.pk}")
    assert here
    assert here == set(
        Person.objects.filter(department=cast.departments.key, is_active=True).values_list(
            "username", flat=True
        )
    )
    shown = client.get("/people/?group=department").context["groups"]
    assert sum(number for _words, number, _address in shown) == Person.objects.filter(is_active=True).count()


def test_people_are_found_by_the_roles_that_they_hold_today(cast, client_for):
    client, role = client_for(cast.people.idle), cast.roles.salesperson
    holders = set(Grant.objects.filter(role=role).values_list("person__username", flat=True))
    assert found(client, f"tab=all&c=roles:in:{role.pk}") == holders != set()
    assert found(client, f"tab=all&quick_roles={role.pk}") == holders
    everybody = found(client, "tab=all")
    assert found(client, f"tab=all&c=roles:not:{role.pk}") == everybody - holders
    assert "idle" in found(client, "c=roles:empty")
    assert found(client, "tab=all&c=roles:empty") | found(client, "tab=all&c=roles:filled") == everybody
    Grant.objects.filter(role=role).update(until_on=date(2020, 1, 1))
    assert found(client, f"tab=all&c=roles:in:{role.pk}") == set()


def test_the_last_sign_in_is_for_those_who_manage_people(cast, client_for):
    Person.objects.filter(pk=cast.people.ming.pk).update(last_login=timezone.now())
    root, idle = client_for(cast.people.root), client_for(cast.people.idle)
    question = f"c=signed_in:ge:{timezone.localdate()}&c=name:has:{cast.people.ming.display_name}"
    assert found(root, question) == {"ming"}
    asked = idle.get(f"/people/?{question}&sort=signed_in&columns=name,signed_in").context["asked"]
    assert ([one.code for one in asked.conditions], asked.sort, asked.columns) == (["name"], "", ("name",))


def test_a_file_of_people_names_no_customers_in_the_log(cast, client_for, data_dir):
    rong = client_for(cast.people.rong)
    asked = {"purpose": "for the phone list", "form": "csv", "query": "columns=name,username,roles"}
    assert rong.post("/people/export/", asked).status_code == 302
    run_due(clock=timezone.now)
    record = ExportRecord.objects.get()
    got = rong.get(f"/customers/exports/{record.pk}/")
    rows = list(csv.reader(StringIO(b"".join(got.streaming_content).decode("utf-8-sig"))))
    active = set(Person.objects.filter(is_active=True).values_list("username", flat=True))
    assert {row[1] for row in rows[1:-1]} == active
    assert record.rows == len(active)
    assert not Viewing.objects.filter(way="export").exists()
    assert client_for(cast.people.idle).post("/people/export/", asked).status_code == 403
