"""A trigger that refuses to change what a published version says, whoever asks: published policies never change."""

from __future__ import annotations

from typing import Any

TABLE = "zhike_policy_version"
TEXT = "a published policy never changes"
KEPT = ("policy_id", "number", "text", "values", "cases", "hash", "effective_on", "published_at", "approved_by_id", "approved_on",
        "document_number", "amendment_count")  # fmt: skip
"""Columns that stay as they were published; only withdrawal is written afterwards."""


def statements(vendor: str) -> list[str]:
    """What puts the guard up."""
    differs = " OR ".join(
        f'OLD."{name}" IS NOT NEW."{name}"'
        if vendor == "sqlite"
        else f'OLD."{name}" IS DISTINCT FROM NEW."{name}"'
        for name in KEPT
    )
    when = f"OLD.state IN ('published', 'withdrawn') AND ({differs} OR NEW.state NOT IN ('published', 'withdrawn'))"
    if vendor == "sqlite":
        return [
            (
                f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN {when}"
                f" BEGIN SELECT RAISE(ABORT, '{TEXT}'); END"
            )
        ]
    return [
        (
            "CREATE OR REPLACE FUNCTION zhike_policy_kept() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        ),
        (
            f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN ({when})"
            " EXECUTE FUNCTION zhike_policy_kept()"
        ),
    ]


def put_up(connection: Any) -> None:
    """Guard the versions of a database."""
    with connection.cursor() as cursor:
        for sql in statements(connection.vendor):
            cursor.execute(sql)


def take_down(connection: Any) -> None:
    """Leave the versions unguarded; only the removal of the migration does."""
    sql = f"DROP TRIGGER IF EXISTS {TABLE}_kept"
    with connection.cursor() as cursor:
        cursor.execute(sql if connection.vendor == "sqlite" else f"{sql} ON {TABLE}")
