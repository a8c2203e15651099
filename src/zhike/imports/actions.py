"""Every step of an import that a person takes, and the steps that jobs carry out."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.imports.guessing import best_sheet, fingerprint, first_options, header_row, names_of, unit_above
from zhike.imports.models import Import, RememberedMapping
from zhike.imports.options import cleaned
from zhike.imports.parsing import guess_formats, load_cells
from zhike.imports.problems import refusal
from zhike.imports.safety import Unsafe, kind_of
from zhike.imports.staging import connect, stage
from zhike.imports.targets import TARGETS, Field, Target
from zhike.jobs.actions import enqueue, retry
from zhike.jobs.models import STOPPED, Job
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "import_begun": gettext_lazy("%(who)s began to import %(noun)s from %(what)s"),
    "import_ended": gettext_lazy(
        "%(who)s imported %(what)s: %(created)s added, %(updated)s updated, %(unchanged)s unchanged, %(rejected)s rejected"
    ),
    "import_stopped": gettext_lazy("%(who)s stopped the import of %(what)s"),
    "import_undo_begun": gettext_lazy("%(who)s began to undo the import of %(what)s"),
    "import_undone": gettext_lazy("%(who)s undid the import of %(what)s: %(undone)s undone, %(kept)s kept"),
    "customer_imported": gettext_lazy("%(who)s added the customer %(what)s by import"),
    "customer_changed_by_import": gettext_lazy("%(who)s changed %(what)s by import"),
    "contact_imported": gettext_lazy("%(who)s added the contact %(what)s by import"),
    "contact_changed_by_import": gettext_lazy("%(who)s changed the contact %(what)s by import"),
    "activity_imported": gettext_lazy("%(who)s imported “%(what)s”"),
    "activity_changed_by_import": gettext_lazy("%(who)s changed “%(what)s” by import"),
    "orders_imported": gettext_lazy("%(who)s added %(count)s orders from %(what)s"),
    "order_changed_by_import": gettext_lazy("%(who)s changed the order %(what)s by import"),
    "receivables_imported": gettext_lazy("%(who)s added %(count)s receivables from %(what)s"),
    "receivable_changed_by_import": gettext_lazy("%(who)s changed the receivable %(what)s by import"),
    "rates_imported": gettext_lazy("%(who)s added %(count)s exchange rates from %(what)s"),
    "rate_changed_by_import": gettext_lazy("%(who)s changed the rate %(what)s by import"),
    "import_removed": gettext_lazy("%(who)s removed %(what)s by undoing an import"),
    "import_removed_many": gettext_lazy("%(who)s removed %(count)s records by undoing the import of %(what)s"),
    "import_restored": gettext_lazy("%(who)s restored %(what)s by undoing an import"),
})  # fmt: skip

SMALL = 2 * 2**20
"""Files up to here are read at once; larger ones in the background."""


def target_for(code: str, by: Person) -> Target:
    """A target that a person may import. Raises Invalid or Forbidden."""
    target = TARGETS.get(code)
    if target is None:
        raise Invalid(_("Choose what the file holds."), fields={"target": _("missing")})
    if not target.is_open_to(by):
        raise Forbidden(_("Your roles do not allow you to import %(what)s.") % {"what": target.label})
    return target


def start_import(*, target: str, upload: UploadedFile[Any], by: Person, at: datetime) -> Import:
    """Keep an upload that is safe to look at; it is read next. Raises Invalid."""
    allow(by, "import_data")
    target_for(target, by)
    name = PurePath((upload.name or "").replace("\\", "/")).name.replace("\x00", "")[-200:] or "upload"
    owner = Import(target=target, by=by, made_at=at, file_name=name, file_size=upload.size or 0)
    owner.folder.mkdir(parents=True, mode=0o700)
    digest = hashlib.sha256()
    with upload_of(owner).open("xb") as out:
        for chunk in upload.chunks():
            digest.update(chunk)
            out.write(chunk)
    owner.digest = digest.hexdigest()
    try:
        owner.kind = kind_of(upload_of(owner))
    except Unsafe as unsafe:
        shutil.rmtree(owner.folder, ignore_errors=True)
        why = refusal(unsafe.code, unsafe.words)
        raise Invalid(why, fields={"upload": why}) from None
    with transaction.atomic():
        owner.save(force_insert=True)
        if owner.file_size > SMALL:
            enqueue(
                kind="import_read",
                payload={"import": owner.key},
                by=by,
                at=at,
                key=f"import {owner.key} read",
            )
    if owner.file_size <= SMALL:
        read_upload(owner)
    return owner


def upload_of(owner: Import) -> Path:
    """Where the upload lies; its name is ours."""
    return owner.folder / "upload.bin"


def read_upload(owner: Import) -> Import:
    """Read the upload in its child process, and guess how its columns match."""
    try:
        sheets = stage(upload_of(owner), owner.kind, owner.folder)
    except Unsafe as unsafe:
        Import.objects.filter(pk=owner.pk, state="reading").update(
            state="failed", problem=unsafe.code, problem_words=unsafe.words
        )
        owner.refresh_from_db()
        return owner
    owner.sheets = sheets
    owner.sheet = best_sheet(TARGETS[owner.target].fields_for(owner.by), sheets)
    owner.options = guessed(owner, sheet=owner.sheet)
    owner.rows = owner.options.pop("rows")
    Import.objects.filter(pk=owner.pk, state="reading").update(
        state="mapping", sheets=owner.sheets, sheet=owner.sheet, options=owner.options, rows=owner.rows
    )
    owner.refresh_from_db()
    return owner


def guessed(owner: Import, *, sheet: int, header: int = 0) -> dict[str, Any]:
    """Options for a sheet: those remembered for files of this shape, else guessed from headers and cells."""
    target = TARGETS[owner.target]
    fields = target.fields_for(owner.by)
    head = owner.sheets[sheet]["head"]
    row = header or header_row(head, fields)
    cells: list[str] = next((cells for number, cells in head if number == row), [])
    names = names_of([*cells, *[""] * (owner.sheets[sheet]["width"] - len(cells))])
    above = unit_above(head, row)
    options = remembered(owner, names, above) or first_options(fields, names, target.keys, above)
    options["header"] = row
    fill_match(options, target)
    kinds = {field.code: field.kind for field in fields}
    used = options["columns"].items()
    days = [name for code, name in used if kinds.get(code) == "date" and name in names]
    numbers = [name for code, name in used if kinds.get(code) in ("money", "decimal") and name in names]
    with connect(owner.folder) as db:
        rows = load_cells(db, owner.folder / f"cells-{sheet}.parquet", row)
        found = guess_formats(db, names, days, numbers)
    if not options.get("remembered"):
        options |= found
    options["rows"] = rows
    return options


def fill_match(options: dict[str, Any], target: Target) -> None:
    """Take the first match key whose columns are there."""
    there = set(options["columns"]) | {code for code, text in options["defaults"].items() if text}
    if not set(target.keys[options["match"]]) <= there:
        fitting = [key for key, codes in target.keys.items() if set(codes) <= there]
        options["match"] = fitting[0] if fitting else next(iter(target.keys))


def remembered(owner: Import, names: list[str], above: str) -> dict[str, Any] | None:
    """How files with these headers were matched last: by this person, else by anybody in the company."""
    known = RememberedMapping.objects.filter(
        target=owner.target, headers=fingerprint(owner.target, names, above)
    )
    found = known.filter(by=owner.by).first() or known.order_by("-used_at").first()
    if found is None:
        return None
    options = dict(found.options)
    fields = TARGETS[owner.target].fields_for(owner.by)
    allowed = {field.code for field in fields}
    if found.by_id != owner.by_id:
        options["words"] = without_empty_people(options.get("words", {}), fields)
    for part in ("columns", "times", "defaults", "words"):
        options[part] = {code: value for code, value in options.get(part, {}).items() if code in allowed}
    options["columns"] = {
        code: name for code, name in options["columns"].items() if name in names or name.startswith("=")
    }
    return {**options, "remembered": True, "doubt": False}


def without_empty_people(
    words: Mapping[str, Mapping[str, str]], fields: Iterable[Field]
) -> dict[str, dict[str, str]]:
    """What somebody else said of words, without the names that they left empty: empty stood for themselves."""
    people = {field.code for field in fields if field.link == "person"}
    return {
        code: {word: to for word, to in some.items() if to or code not in people}
        for code, some in words.items()
    }


@transaction.atomic
def choose_sheet(*, owner: Import, sheet: int, header: int, by: Person) -> Import:
    """Take another sheet of the workbook, or another header row."""
    check_owner(owner, by)
    if not 0 <= sheet < len(owner.sheets) or owner.state not in ("mapping", "checked"):
        raise Conflict(_("This import has gone on meanwhile."))
    options = guessed(owner, sheet=sheet, header=header)
    changed = Import.objects.filter(pk=owner.pk, state__in=["mapping", "checked"]).update(
        state="mapping", sheet=sheet, options=options, rows=options.pop("rows"), checked={}
    )
    if not changed:
        raise Conflict(_("This import has gone on meanwhile."))
    owner.refresh_from_db()
    return owner


def check_owner(owner: Import, by: Person) -> None:
    """Only who brought a file goes on with it, and only while roles allow it."""
    allow(by, "import_data")
    if owner.by_id != by.pk:
        raise Forbidden(_("This import is somebody else's."))
    target_for(owner.target, by)


def change_state(owner: Import, old: tuple[str, ...], new: str, **more: Any) -> None:
    """Claim a state; whoever comes second is told so. Raises Conflict."""
    if not Import.objects.filter(pk=owner.pk, state__in=old).update(state=new, **more):
        raise Conflict(_("This import has gone on meanwhile."))
    owner.refresh_from_db()


@transaction.atomic
def match_columns(*, owner: Import, options: Mapping[str, Any], by: Person, at: datetime) -> Import:
    """Say how columns match; the whole file is checked next, and the match is remembered. Raises Invalid."""
    check_owner(owner, by)
    said = cleaned(owner, options)
    change_state(
        owner,
        ("mapping", "checked"),
        "checking",
        options=said,
        checked={},
        seen=0,
        problem="",
        problem_words={},
    )
    above = unit_above(owner.description["head"], said["header"])
    RememberedMapping.objects.update_or_create(
        by=by, target=owner.target, headers=fingerprint(owner.target, said["names"], above),
        defaults={"options": {key: value for key, value in said.items() if key not in ("names", "header", "doubt")}, "used_at": at},
    )  # fmt: skip
    enqueue(
        kind="import_check",
        payload={"import": owner.key},
        by=by,
        at=at,
        key=f"import {owner.key} check",
        again=True,
    )
    return owner


@transaction.atomic
def settle_words(
    *, owner: Import, words: Mapping[str, Mapping[str, str]], by: Person, at: datetime
) -> Import:
    """Say what words of the file mean: field -> word -> value, or nothing; the file is checked again, and it is remembered."""
    known = owner.options.get("words", {})
    merged = {code: {**known.get(code, {}), **words.get(code, {})} for code in {*known, *words}}
    return match_columns(owner=owner, options={**owner.options, "words": merged}, by=by, at=at)


@transaction.atomic
def back_to_matching(*, owner: Import, by: Person) -> Import:
    """Match columns anew after the check."""
    check_owner(owner, by)
    change_state(owner, ("checked",), "mapping")
    return owner


@transaction.atomic
def begin_import(*, owner: Import, by: Person, at: datetime) -> Import:
    """Import what the check let through."""
    check_owner(owner, by)
    change_state(owner, ("checked", "stopped"), "running", began_at=owner.began_at or at, ended_at=None)
    if owner.cursor < 0:
        journal(
            owner, "import_begun", by=by, at=at, noun=str(TARGETS[owner.target].code), digest=owner.digest
        )
    enqueue(
        kind="import_run",
        payload={"import": owner.key},
        by=by,
        at=at,
        key=f"import {owner.key} run",
        again=True,
    )
    return owner


@transaction.atomic
def stop_import(*, owner: Import, by: Person, at: datetime) -> Import:
    """Stop between two batches; what was imported stays, and the import can go on or be undone."""
    check_owner(owner, by)
    change_state(owner, ("running",), "stopped", ended_at=at)
    journal(owner, "import_stopped", by=by, at=at)
    return owner


@transaction.atomic
def undo_import(*, owner: Import, by: Person, at: datetime) -> Import:
    """Undo a whole import, its updates included; what people have changed since stays."""
    check_owner(owner, by)
    change_state(owner, ("done", "stopped"), "undoing", began_at=at, ended_at=None)
    journal(owner, "import_undo_begun", by=by, at=at)
    enqueue(
        kind="import_undo",
        payload={"import": owner.key},
        by=by,
        at=at,
        key=f"import {owner.key} undo",
        again=True,
    )
    return owner


WORK = {"reading": "read", "checking": "check", "running": "run", "undoing": "undo"}
"""State -> the last word of the key of the job that goes on with it."""


def halted_job(owner: Import) -> Job | None:
    """The job of an import that broke off too often, or that somebody cancelled; without a new try nothing goes on."""
    key = f"import {owner.key} {WORK.get(owner.state, '')}"
    return Job.objects.filter(key=key, state__in=STOPPED).first()


def try_again(*, owner: Import, by: Person, at: datetime) -> None:
    """Ask again for the work that broke off. Raises Forbidden, Conflict."""
    check_owner(owner, by)
    job = halted_job(owner)
    if job is None or not retry(job=job, at=at):
        raise Conflict(_("This import has gone on meanwhile."))
