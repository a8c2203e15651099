"""An installation that is there already, brought up to this version."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from zhike.people.models import Role
from zhike.people.verbs import ROLES

pytestmark = pytest.mark.django_db


def test_roles_get_the_rights_of_the_grading_cycle_and_keep_what_the_company_changed(cast):
    rights = import_module("zhike.migrations.0006_rights_of_the_cycle")
    shipped = {role.code: set(role.verbs) for role in ROLES}
    assert all(set(verbs) <= shipped[code] for code, verbs in rights.GIVEN.items())
    Role.objects.filter(code="analyst").update(verbs=["see_customers", "run_grading"])
    editor = SimpleNamespace(connection=connection)
    for _twice in range(2):
        rights.give(apps, editor)
        found = Role.objects.get(code="analyst").verbs
        assert found[:2] == ["see_customers", "run_grading"]
        assert sorted(found) == sorted({"see_customers", *rights.GIVEN["analyst"]})
    rights.take(apps, editor)
    assert Role.objects.get(code="analyst").verbs == ["see_customers"]
