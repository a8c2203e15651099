"""`zhike restore`: brings a backup back."""

from __future__ import annotations

from pathlib import Path

import click

from zhike.cli.backup import passphrase_of
from zhike.cli.installation import need_database, start_django
from zhike.cli.kinds import Place, lang_option
from zhike.cli.speaking import Speaking
from zhike_engine.words import Lang, Text

RESTORED = Text(
    zh="已恢复 {made} 的备份：{rows} 行，{files} 个文件；请运行 `zhike verify`",
    en="restored the backup of {made}: {rows} rows, {files} files; now run `zhike verify`",
)


@click.command(name="restore", cls=Speaking)
@click.argument("backup", type=Place())
@click.option("--passphrase-file", type=Place(), help="File whose first line is the passphrase.")
@click.option(
    "--force", is_flag=True, help="Also where somebody lives already; what was there is kept aside."
)
@lang_option()
def command(backup: Path, passphrase_file: Path | None, force: bool, lang: Lang) -> None:
    """Bring a BACKUP back into this installation; stop the server and the workers first.

    The whole backup is opened and every file checked before anything is overwritten.
    """
    start_django()
    need_database()
    from django.utils import timezone

    from zhike.backups.restoring import restore

    manifest = restore(
        backup, passphrase_of(passphrase_file, lang, twice=False), force=force, now=timezone.now()
    )
    done = RESTORED.format(made=manifest.made_at, rows=sum(manifest.rows.values()), files=len(manifest.files))
    click.echo(done.pick(lang))
