"""Published policies refuse to be changed: see zhike.policies.guards."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from zhike.policies import guards


def forwards(apps: Any, editor: Any) -> None:
    """Put the guard up."""
    guards.put_up(editor.connection)


def backwards(apps: Any, editor: Any) -> None:
    """Take the guard down."""
    guards.take_down(editor.connection)


class Migration(migrations.Migration):
    """Guard of published policies."""

    dependencies = [("zhike", "0004_grading_cycle")]
    operations = [migrations.RunPython(forwards, backwards)]
