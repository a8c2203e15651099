"""Migrations that create many tables at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation


class CreateTables(Operation):
    """Create the tables of new models, with all that further operations on them add.

    One after the other, each operation makes Django work out its picture of all models anew: for a hundred models some
    thirty thousand classes, and ten seconds. Here all operations are taken into the state before the picture is needed,
    and every table is then created in its last form, indexes and constraints included.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Take all operations into the state; its picture of the models is worked out when it is next asked for."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the tables, in the order in which the models stand."""
        for model in self._models(app_label, to_state.apps):
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.create_model(model)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Delete the tables, the last one first."""
        for model in reversed([*self._models(app_label, from_state.apps)]):
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.delete_model(model)

    def _models(self, app_label: str, apps: Any) -> Iterator[type[models.Model]]:
        for operation in self.operations:
            if isinstance(operation, CreateModel):
                yield apps.get_model(app_label, operation.name)

    def describe(self) -> str:
        """For `migrate --plan`."""
        return f"Create {sum(isinstance(one, CreateModel) for one in self.operations)} tables"
