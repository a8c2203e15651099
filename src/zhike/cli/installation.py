"""What the commands of an installation share: Django with checked settings, and a schema that fits."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhike.cli.language import spoken
from zhike.kernel.unfit import InstallationUnfit
from zhike.messages import say, system_says
from zhike_engine.words import Text

if TYPE_CHECKING:
    from zhike.system.schema import Schema

CAUTION = Text(zh="注意：", en="caution: ")


def start_django() -> None:
    """Read the settings and load the product. Raises InstallationUnfit, with every wrong setting."""
    from zhike.config.table import read_settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    read_settings(os.environ)
    import django

    try:
        django.setup()
    except OSError as error:
        raise InstallationUnfit(
            say(
                "the data folder `{folder}` cannot be used: {why}",
                folder=error.filename,
                why=system_says(error),
            ),
            hint=say("let `ZHIKE_DATA_DIR` name a folder that this user may write to"),
        ) from error


def need_database() -> None:
    """Raises InstallationUnfit when the database does not answer."""
    from django.db import connection
    from django.db.utils import OperationalError

    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise InstallationUnfit(
            say("the database does not answer: `{why}`", why=str(error).strip().splitlines()[0]),
            hint=say("check `ZHIKE_DATABASE_URL`, and that the server runs"),
        ) from error


def refuse_newer(schema: Schema) -> None:
    """Raises InstallationUnfit for a database that a newer version has made."""
    if schema.unknown:
        raise InstallationUnfit(
            say("the database was made by a newer version: it has `{name}`", name=schema.unknown[0]),
            hint=say("install that version, or restore the copy made before the upgrade"),
        )


def need_schema() -> None:
    """Raises InstallationUnfit unless the schema of the database is the one this version knows."""
    from zhike.system.schema import read_schema

    need_database()
    schema = read_schema()
    refuse_newer(schema)
    if schema.lacking:
        raise InstallationUnfit(
            say(
                "the database is not up to date: it lacks `{name}` and {count} more",
                name=schema.lacking[0],
                count=len(schema.lacking) - 1,
            ),
            hint=say("run `zhike migrate`; it makes a copy first"),
        )


def need_checks() -> None:
    """Raises InstallationUnfit when a start-up check fails, such as a page without a rule; lesser cautions are only said."""
    from django.core.checks import ERROR, WARNING, run_checks
    from django.utils import translation

    found = run_checks()
    with translation.override("zh-hans" if spoken() == "zh" else "en"):
        for one in found:
            if WARNING <= one.level < ERROR and str(one.id).startswith("zhike."):
                click.echo(f"{CAUTION.pick(spoken())}{one.msg}", err=True)
    wrong = [one for one in found if one.level >= ERROR]
    if wrong:
        raise InstallationUnfit(
            say("a start-up check fails: `{checks}`", checks="; ".join(one.msg for one in wrong))
        )


def need_port(host: str, port: int) -> None:
    """Raises InstallationUnfit when something else listens there, or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = say("something else listens there") if taken else system_says(error)
            raise InstallationUnfit(
                say("`{host}:{port}` cannot be listened on: {why}", host=host, port=port, why=why),
                hint=say("stop what uses it, or choose another with `--port`"),
            ) from error


def read_line(file: Path) -> str:
    """The first line of a file, such as a passphrase. Raises InstallationUnfit when it cannot be read or is empty."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        raise InstallationUnfit(
            say("`{path}` cannot be read: {why}", path=file, why=system_says(error))
        ) from error
    if not lines or not lines[0]:
        raise InstallationUnfit(say("`{path}` is empty", path=file))
    return lines[0]
