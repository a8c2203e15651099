"""The kinds of jobs of imports. Each may be run twice, and goes on where the last attempt ended."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.imports.actions import read_upload
from zhike.imports.checking import check_rows
from zhike.imports.models import Import
from zhike.imports.running import run_rows
from zhike.imports.undoing import undo_rows
from zhike.jobs.registry import job
from zhike.jobs.running import Run
from zhike_engine.errors import ZhikeError

TRIES = 20
"""Every attempt goes on where the last one ended, so that many are worth it."""


def owner_of(run: Run) -> Import:
    """The import of a job."""
    return Import.objects.select_related("by").get(key=run.payload["import"])


@job("import_read", title=_("Reading an uploaded file"))
def import_read(run: Run) -> dict[str, Any]:
    """Read an upload that was too large to read at once."""
    owner = owner_of(run)
    if owner.state == "reading":
        owner = read_upload(owner)
    return {"state": owner.state}


@job("import_check", title=_("Checking an import"))
def import_check(run: Run) -> dict[str, Any]:
    """Check the whole file."""
    owner = owner_of(run)
    if owner.state != "checking":
        return {"state": owner.state}

    def progress(done: int, total: int) -> None:
        Import.objects.filter(pk=owner.pk).update(seen=done, rows=total)
        run.progress(done, total)

    mine = Import.objects.filter(pk=owner.pk, state="checking")
    try:
        checked = check_rows(owner, progress)
    except ZhikeError as problem:
        words = {"why": f"{problem.message} {problem.hint}".strip()}
        mine.update(state="mapping", problem="formula", problem_words=words)
        return {"state": "mapping"}
    except FileNotFoundError:
        mine.update(state="failed", problem="lost")
        return {"state": "failed"}
    mine.update(state="checked", checked=checked, rows=checked["rows"], seen=0)
    return {"state": "checked", **checked["counts"]}


@job("import_run", title=_("Import"), tries=TRIES)
def import_run(run: Run) -> dict[str, Any]:
    """Carry an import out."""
    owner = run_rows(owner_of(run), run.clock, run.progress)
    return {name: getattr(owner, name) for name in ("state", "created", "updated", "unchanged", "rejected")}


@job("import_undo", title=_("Undoing an import"), tries=TRIES)
def import_undo(run: Run) -> dict[str, Any]:
    """Undo an import."""
    owner = undo_rows(owner_of(run), run.clock, run.progress)
    return {name: getattr(owner, name) for name in ("state", "undone", "kept")}
