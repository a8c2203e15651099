"""The backup of every night, as a job; one that fails stands on the health page until one succeeds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.backups.making import backup_folder, make_backup, prune
from zhike.jobs.registry import every, job
from zhike.jobs.running import Broke, Run
from zhike.kernel.refusals import Unavailable
from zhike_engine.errors import ZhikeError


@job("backup", title=gettext_lazy("Backup"), tries=3)
def nightly_backup(run: Run) -> dict[str, Any]:
    """Make a backup and remove the oldest."""
    passphrase = settings.GIVEN["ZHIKE_BACKUP_PASSPHRASE"].encode()
    if not passphrase:
        raise Unavailable(_("No backup was made: ZHIKE_BACKUP_PASSPHRASE is not set."))
    try:
        made = make_backup(backup_folder(), passphrase, now=run.clock(), tell=run.progress)
    except (OSError, DatabaseError, ZhikeError) as error:
        raise Broke(_("No backup was made: %(why)s") % {"why": said(error)}) from error
    prune(backup_folder(), settings.GIVEN["ZHIKE_BACKUP_KEEP"])
    return {"file": made.file.name, "bytes": made.bytes}


def said(error: Exception) -> str:
    """An error in the language of the installation, without its place and its hint."""
    if isinstance(error, ZhikeError):
        return error.message.pick("zh" if settings.LANGUAGE_CODE.startswith("zh") else "en")
    return str(error)


every("nightly_backup", kind="backup", daily="02:30")
