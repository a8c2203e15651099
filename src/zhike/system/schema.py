"""The schema of the database against the one this version knows."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from zhike.people.actions import ship_roles
from zhike.people.responsibilities import ship_matrix


@dataclass(frozen=True)
class Schema:
    """Migrations this database still lacks, and migrations it has that this version does not know."""

    lacking: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever migrated."""
        return not connection.introspection.table_names()

    @property
    def fits(self) -> bool:
        """Whether this version may serve on it."""
        return not self.lacking and not self.unknown


def read_schema() -> Schema:
    """Compare the database with this version."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    known = {label for label, _name in executor.loader.disk_migrations}
    unknown = [
        f"{label}.{name}"
        for label, name in sorted(executor.loader.applied_migrations or {})
        if label in known and (label, name) not in executor.loader.disk_migrations
    ]
    return Schema(tuple(f"{one.app_label}.{one.name}" for one, _back in plan), tuple(unknown))


def bring_up(*, second_factor: bool = True) -> None:
    """Apply what is lacking, and bring in what the product ships with. Safe to run twice, and after a kill.

    `second_factor`: whether new roles that are well guarded ask for one; a demo leaves it away.
    """
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True, stdout=StringIO())
    call_command("createcachetable", verbosity=0, stdout=StringIO())
    ship_roles(second_factor=second_factor)
    ship_matrix()
