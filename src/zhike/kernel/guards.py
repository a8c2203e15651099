"""Triggers that refuse to change or remove an entry of the journal or its seal, whoever asks.

Who owns the database can drop them; then `zhike verify` still finds what was altered. They stop every bug, every script
and every account that only holds the rights of the product.
"""

from __future__ import annotations

from typing import Any

TABLES = ("zhike_journal", "zhike_journal_seal")
TEXT = "the journal is append-only"


def statements(vendor: str) -> list[str]:
    """What puts the guards up."""
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{TEXT}'); END"
            for table in TABLES
            for act in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE OR REPLACE FUNCTION zhike_journal_kept() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{TEXT}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    return [function] + [
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION zhike_journal_kept()"
        for table in TABLES
    ]


def removal(vendor: str) -> list[str]:
    """What takes the guards away."""
    if vendor == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {table}_no_{act}" for table in TABLES for act in ("update", "delete")
        ]
    return [f"DROP TRIGGER IF EXISTS {table}_kept ON {table}" for table in TABLES]


def put_up(connection: Any) -> None:
    """Guard the journal of a database."""
    with connection.cursor() as cursor:
        for sql in statements(connection.vendor):
            cursor.execute(sql)


def take_down(connection: Any) -> None:
    """Leave the journal of a database unguarded; only tests and the removal of the migration do."""
    with connection.cursor() as cursor:
        for sql in removal(connection.vendor):
            cursor.execute(sql)


def are_up(connection: Any) -> bool:
    """Whether every guard stands."""
    asked = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'zhike_journal%%_no_%%'"
        if connection.vendor == "sqlite"
        else "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'zhike_journal%%_kept' AND tgenabled = 'O'"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [])
        [found] = cursor.fetchone()
    return bool(found == len(statements(connection.vendor)) - (connection.vendor != "sqlite"))
