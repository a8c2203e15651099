"""`zhike backup`: a backup now."""

from __future__ import annotations

import os
from pathlib import Path

import click

from zhike.cli.installation import need_schema, read_line, start_django
from zhike.cli.kinds import Place, lang_option
from zhike.cli.speaking import Speaking
from zhike.kernel.unfit import InstallationUnfit
from zhike.messages import say
from zhike_engine.words import Lang, Text

WRITTEN = Text(zh="已写入 {path}（{size} 字节）", en="wrote {path} ({size} bytes)")
PASSPHRASE = Text(zh="口令", en="Passphrase")
AGAIN = Text(zh="再输入一遍", en="The same again")


@click.command(name="backup", cls=Speaking)
@click.option("--to", type=Place(), help="Folder to write to; by default ZHIKE_BACKUP_DIR.")
@click.option("--passphrase-file", type=Place(), help="File whose first line is the passphrase.")
@lang_option()
def command(to: Path | None, passphrase_file: Path | None, lang: Lang) -> None:
    """Write database, uploads and keys, as they stand at one moment, into one encrypted file.

    The passphrase is that of ZHIKE_BACKUP_PASSPHRASE, or of the file, or is asked for. Without it nobody can open the
    backup: keep it apart from the backups.
    """
    start_django()
    need_schema()
    from django.utils import timezone

    from zhike.backups.making import backup_folder, make_backup

    passphrase = passphrase_of(passphrase_file, lang, twice=True)
    made = make_backup(to or backup_folder(), passphrase, now=timezone.now())
    click.echo(WRITTEN.format(path=made.file, size=made.bytes).pick(lang))


def passphrase_of(file: Path | None, lang: Lang, *, twice: bool) -> bytes:
    """The passphrase: from the file, from the settings, or typed. Raises InstallationUnfit for an empty one."""
    from django.conf import settings

    given: str = read_line(file) if file else settings.GIVEN["ZHIKE_BACKUP_PASSPHRASE"]
    if not given and os.isatty(0):
        confirm = AGAIN.pick(lang) if twice else False
        given = click.prompt(PASSPHRASE.pick(lang), hide_input=True, confirmation_prompt=confirm)
    if not given:
        raise InstallationUnfit(
            say("there is no passphrase"),
            hint=say("set `ZHIKE_BACKUP_PASSPHRASE`, or give `--passphrase-file`"),
        )
    return given.encode()
