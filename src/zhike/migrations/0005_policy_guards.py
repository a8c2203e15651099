"""What stands on the tables of the grading cycle: published policies refuse to be changed (see zhike.policies.guards), and
the word index of customers follows again, whose triggers SQLite drops when a column makes it write a table anew."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.db import migrations

from zhike.policies import guards


def forwards(apps: Any, editor: Any) -> None:
    """Put the guard up, and the triggers of the word index."""
    guards.put_up(editor.connection)
    if editor.connection.vendor == "sqlite":
        for statement in import_module("zhike.migrations.0003_search").SQLITE[1:]:
            editor.execute(statement.replace("create trigger", "create trigger if not exists"))


def backwards(apps: Any, editor: Any) -> None:
    """Take the guard down."""
    guards.take_down(editor.connection)


class Migration(migrations.Migration):
    """Guard of published policies."""

    dependencies = [("zhike", "0004_grading_cycle")]
    operations = [migrations.RunPython(forwards, backwards)]
