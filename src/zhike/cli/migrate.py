"""`zhike migrate`: brings the database to this version."""

from __future__ import annotations

import click

from zhike.cli.installation import need_database, refuse_newer, start_django
from zhike.cli.kinds import lang_option
from zhike.cli.speaking import Speaking
from zhike_engine.words import Lang, Text

COPIED = Text(zh="已复制到 {path}", en="copied to {path}")
APPLIED = Text(zh="已升级，执行了 {count} 项迁移", en="applied {count} migrations")
NOTHING = Text(zh="数据库已是最新", en="nothing to do")


@click.command(name="migrate", cls=Speaking)
@click.option("--check", is_flag=True, help="Only tell what is lacking; status 1 when something is.")
@click.option("--no-copy", is_flag=True, help="Make no copy of the database first.")
@lang_option()
def command(lang: Lang, check: bool, no_copy: bool) -> int:
    """Bring the database to this version; a copy is made first.

    Safe to run twice, and again after it was killed. With SQLite the copy lies in the folder `copies` of the data folder;
    with PostgreSQL it is made by pg_dump.
    """
    start_django()
    need_database()
    from zhike.system.schema import bring_up, read_schema

    schema = read_schema()
    refuse_newer(schema)
    if check:
        for name in schema.lacking:
            click.echo(name)
        return 1 if schema.lacking else 0
    if schema.lacking and not schema.is_empty and not no_copy:
        from zhike.backups.copies import copy_before_upgrade

        click.echo(COPIED.format(path=copy_before_upgrade()).pick(lang))
    bring_up()
    click.echo((APPLIED.format(count=len(schema.lacking)) if schema.lacking else NOTHING).pick(lang))
    return 0
