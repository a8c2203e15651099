"""An installation that is there already, brought up to this version."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from zhike.kernel.rights import GiveRights
from zhike.people.models import Role
from zhike.people.verbs import ROLES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("migration", "role"),
    [
        ("0006_rights_of_the_cycle", "analyst"),
        ("0007_requests", "supervisor"),
        ("0010_plans", "account_manager"),
        ("0014_portal", "management"),
        ("0013_visits", "keeper"),
    ],
)
def test_roles_get_the_rights_of_a_version_and_keep_what_the_company_changed(cast, migration, role):
    rights = import_module(f"zhike.migrations.{migration}")
    shipped = {role.code: set(role.verbs) for role in ROLES}
    assert all(set(verbs) <= shipped[code] for code, verbs in rights.GIVEN.items())
    Role.objects.filter(code=role).update(verbs=["see_customers", "see_grading"])
    editor = SimpleNamespace(connection=connection)
    (giving,) = [one for one in rights.Migration.operations if isinstance(one, GiveRights)]
    for _twice in range(2):
        giving.code(apps, editor)
        found = Role.objects.get(code=role).verbs
        assert found[:2] == ["see_customers", "see_grading"]
        assert sorted(found) == sorted({"see_customers", "see_grading", *rights.GIVEN[role]})
    giving.reverse_code(apps, editor)
    kept = {"see_customers", "see_grading"} - set(rights.GIVEN[role])
    assert set(Role.objects.get(code=role).verbs) == kept
