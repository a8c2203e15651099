"""The word index of customers: FTS5 kept up by triggers on SQLite, a GIN index on PostgreSQL."""

from __future__ import annotations

from typing import Any

from django.db import migrations

TABLE = "zhike_customer"
SQLITE = (
    (
        f"create virtual table {TABLE}_words using fts5(tokens, content='{TABLE}', content_rowid='id', tokenize='ascii',"
        " detail='none', columnsize=0)"
    ),
    (
        f"create trigger {TABLE}_words_in after insert on {TABLE} begin"
        f" insert into {TABLE}_words(rowid, tokens) values (new.id, new.tokens); end"
    ),
    (
        f"create trigger {TABLE}_words_out after delete on {TABLE} begin"
        f" insert into {TABLE}_words({TABLE}_words, rowid, tokens) values ('delete', old.id, old.tokens); end"
    ),
    (
        f"create trigger {TABLE}_words_anew after update of tokens on {TABLE} when old.tokens is not new.tokens begin"
        f" insert into {TABLE}_words({TABLE}_words, rowid, tokens) values ('delete', old.id, old.tokens);"
        f" insert into {TABLE}_words(rowid, tokens) values (new.id, new.tokens); end"
    ),
)
POSTGRESQL = (f"create index {TABLE}_words on {TABLE} using gin (to_tsvector('simple', tokens))",)
BACK = {
    "sqlite": (f"drop trigger {TABLE}_words_in", f"drop trigger {TABLE}_words_out", f"drop trigger {TABLE}_words_anew",
               f"drop table {TABLE}_words"),
    "postgresql": (f"drop index {TABLE}_words",),
}  # fmt: skip


def make(apps: Any, editor: Any) -> None:
    """Make the index; rows that are there already are taken in."""
    if editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            editor.execute(statement)
        return
    for statement in SQLITE:
        editor.execute(statement)
    editor.execute(f"insert into {TABLE}_words({TABLE}_words) values ('rebuild')")


def drop(apps: Any, editor: Any) -> None:
    """Take the index away."""
    for statement in BACK["postgresql" if editor.connection.vendor == "postgresql" else "sqlite"]:
        editor.execute(statement)


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("zhike", "0002_journal_guards")]
    operations = [migrations.RunPython(make, drop)]
