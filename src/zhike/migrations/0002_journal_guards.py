"""The journal refuses to be changed: see zhike.kernel.guards."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from zhike.kernel import guards


def forwards(apps: Any, editor: Any) -> None:
    """Put the guards up."""
    guards.put_up(editor.connection)


def backwards(apps: Any, editor: Any) -> None:
    """Take the guards down."""
    guards.take_down(editor.connection)


class Migration(migrations.Migration):
    """Guards of the journal."""

    dependencies = [("zhike", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
