"""How the installation is: settings, database, disk, clock, jobs, journal, backups. `zhike doctor` and the health page ask here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from zhike.backups.making import backup_folder
from zhike.config.sqlite import is_safe
from zhike.jobs.models import PARKED, QUEUED, Alive, Job
from zhike.kernel import guards
from zhike.kernel.journal import Entry, Seal, anchor_file
from zhike.system.schema import read_schema

GOOD, WARNING, BAD = "good", "warning", "bad"
LEAST_SPACE = 0.10
OLDEST_BACKUP = timedelta(hours=30)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_UNSEALED = timedelta(minutes=15)
MOST_SKEW = timedelta(seconds=5)
WANTED = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
"""Pragma of SQLite -> the value that loses nothing."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `state` is good, warning or bad."""

    code: str
    title: str
    state: str
    text: str


def schema(_at: datetime) -> Finding:
    """Whether the database is of this version."""
    found = read_schema()
    text = _("The database is of this version.") if found.fits else _("Run `zhike migrate`.")
    return Finding("schema", _("Version of the database"), GOOD if found.fits else BAD, text)


def pragmas() -> dict[str, str]:
    """The settings in force of the SQLite connection at hand."""
    found = {}
    with connection.cursor() as cursor:
        for name in WANTED:
            cursor.execute(f"PRAGMA {name}")
            found[name] = str(cursor.fetchone()[0])
    return found


def database(at: datetime) -> Finding:
    """Whether the database keeps what it acknowledged, and whether its clock agrees with this one."""
    title = _("Database")
    if connection.vendor == "sqlite":
        wrong = [f"{name}={value}" for name, value in pragmas().items() if value != WANTED[name]]
        if connection.settings_dict["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
            wrong.append("transaction_mode")
        if not is_safe():
            return Finding(
                "database", title, WARNING, _("This SQLite is old; the slower rollback journal is used.")
            )
        text = _("SQLite, WAL, every commit on the disk.") if not wrong else ", ".join(wrong)
        return Finding("database", title, BAD if wrong else GOOD, text)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp(), current_setting('fsync'), current_setting('synchronous_commit')"
        )
        clock, fsync, commit = cursor.fetchone()
    if abs(clock - timezone.now()) > MOST_SKEW:
        return Finding("database", title, WARNING, _("The clocks of database and server differ."))
    safe = fsync == "on" and commit != "off"
    text = (
        _("PostgreSQL, every commit on the disk.") if safe else f"fsync={fsync}, synchronous_commit={commit}"
    )
    return Finding("database", title, GOOD if safe else BAD, text)


def disk(_at: datetime) -> Finding:
    """How much room is left."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    share = usage.free / usage.total
    text = _("%(percent)s %% free, %(size)s GB") % {
        "percent": round(share * 100), "size": formats.number_format(round(usage.free / 2**30, 1)),
    }  # fmt: skip
    return Finding("disk", _("Disk"), GOOD if share >= LEAST_SPACE else BAD, text)


def workers(at: datetime) -> Finding:
    """Whether somebody does the jobs, and how long the oldest has waited."""
    living = [one for one in Alive.objects.all() if not one.is_silent(at)]
    oldest = Job.objects.filter(state=QUEUED, next_at__lte=at).order_by("next_at").first()
    if not living:
        return Finding("workers", _("Workers"), BAD, _("No worker is alive; jobs wait."))
    if oldest and at - oldest.next_at > LONGEST_WAIT:
        return Finding(
            "workers", _("Workers"), WARNING, _("A job has been waiting for more than ten minutes.")
        )
    return Finding("workers", _("Workers"), GOOD, _("%(count)s alive") % {"count": len(living)})


def parked(_at: datetime) -> Finding:
    """Jobs that broke every time."""
    count = Job.objects.filter(state=PARKED).count()
    text = _("%(count)s jobs are parked; look at them.") % {"count": count} if count else _("None is parked.")
    return Finding("parked", _("Jobs that broke"), WARNING if count else GOOD, text)


def journal(at: datetime) -> Finding:
    """Whether the journal is guarded, sealed and anchored."""
    title = _("Journal")
    if not guards.are_up(connection):
        return Finding("journal", title, BAD, _("The database no longer guards the journal."))
    oldest = Entry.objects.filter(seal__isnull=True).order_by("id").values_list("at", flat=True).first()
    if Seal.objects.exists() and not anchor_file().exists():
        return Finding("journal", title, BAD, _("The anchor is missing; run `zhike verify`."))
    late = oldest is not None and at - oldest > LONGEST_UNSEALED
    text = _("Entries are waiting to be sealed.") if late else _("Guarded, sealed and anchored.")
    return Finding("journal", title, WARNING if late else GOOD, text)


def backup(at: datetime) -> Finding:
    """Whether last night's backup is there."""
    title = _("Backup")
    if not settings.GIVEN["ZHIKE_BACKUP_PASSPHRASE"]:
        return Finding(
            "backup", title, WARNING, _("No backup is made at night: ZHIKE_BACKUP_PASSPHRASE is not set.")
        )
    last = Job.objects.filter(kind="backup").exclude(state=QUEUED).order_by("-id").first()
    done = Job.objects.filter(kind="backup", state="done").order_by("-ended_at").first()
    if last is not None and last.state in {"failed", "parked"}:
        return Finding("backup", title, BAD, _("The last backup failed: %(why)s") % {"why": last.error})
    if last is None and done is None:
        return Finding("backup", title, WARNING, _("The first backup is made tonight."))
    if done is None or done.ended_at is None or at - done.ended_at > OLDEST_BACKUP:
        return Finding("backup", title, BAD, _("There is no backup of the last 30 hours."))
    if not (backup_folder() / str(done.result.get("file"))).is_file():
        return Finding("backup", title, BAD, _("The last backup is no longer there."))
    return Finding(
        "backup",
        title,
        GOOD,
        _("The last one is of %(when)s.") % {"when": formats.localize(timezone.localtime(done.ended_at))},
    )


CHECKS: tuple[Callable[[datetime], Finding], ...] = (schema, database, disk, workers, parked, journal, backup)


def look(at: datetime) -> list[Finding]:
    """Every finding, in order."""
    return [check(at) for check in CHECKS]


def worst(findings: list[Finding]) -> str:
    """The worst state among the findings."""
    states: Any = {one.state for one in findings}
    return BAD if BAD in states else WARNING if WARNING in states else GOOD
