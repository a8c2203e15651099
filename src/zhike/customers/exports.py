"""The list of customers as a file, made in the background for one person, for a stated purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers import lists
from zhike.customers.export_right import ExportRecord, allow_export, finish_export, watermark
from zhike.customers.models import Customer
from zhike.jobs.actions import enqueue
from zhike.jobs.models import Job
from zhike.jobs.registry import job
from zhike.jobs.running import Run
from zhike.kernel.refusals import Invalid, NotThere
from zhike.lists.fields import Field
from zhike.lists.files import FORMATS, digest_of, told, write_csv, write_xlsx
from zhike.lists.screen import columns_of
from zhike.people.models import Person


@transaction.atomic
def export_customers(*, query: str, purpose: str, form: str, by: Person, at: datetime) -> Job:
    """Queue a file of what a question to the list finds. Raises Forbidden, GateClosed, Invalid."""
    if form not in FORMATS:
        raise Invalid(_("Choose a kind of file."), fields={"form": _("unknown")})
    record = allow_export(by=by, purpose=purpose, what=_("customers"), at=at)
    payload = {"query": query, "form": form, "record": record.pk, "language": translation.get_language()}
    return enqueue(kind="export_customers", payload=payload, by=by, at=at)


def file_of(record: ExportRecord, form: str) -> Path:
    """Where the file of an export lies."""
    return Path(settings.DATA_DIR) / "exports" / f"{record.number()}.{form}"


@job("export_customers", title=gettext_lazy("Export of customers"))
def make_file(run: Run) -> dict[str, Any]:
    """Write the file; whoever asked sees in it what they see on the page, at the time it is made."""
    asked = run.payload
    record = ExportRecord.objects.select_related("person").get(pk=asked["record"])
    person = record.person
    with translation.override(asked["language"]):
        question = lists.read(person, QueryDict(asked["query"]))
        columns = columns_of(person, "customer", question, lists.fields_for(person))
        found = lists.ordered(lists.find(person, question), question)
        keys = list(found.values_list("pk", flat=True))
        words = {one.code: one.choices(person) for one in columns if one.kind == "choice" and one.choices}
        rows = (
            [said(column, row, words.get(column.code)) for column in columns]
            for row in told(_rows(keys), lambda number: run.progress(number, len(keys)))
        )
        path = file_of(record, asked["form"])
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}")
        heads = [str(column.label) for column in columns]
        if asked["form"] == "csv":
            count = write_csv(fresh, heads, rows, watermark(record))
        else:
            count = write_xlsx(fresh, _("Customers"), heads, rows, watermark(record))
    digest = digest_of(fresh)
    fresh.replace(path)
    finish_export(record=record, rows=count, customers=keys, digest=digest, at=run.clock())
    return {"rows": count, "link": f"/customers/exports/{record.pk}/"}


def said(column: Field, row: Customer, words: Mapping[str, Any] | None) -> Any:
    """What a cell of the file holds: of a code its words, as on the page."""
    value = column.value(row)
    return value if words is None else str(words.get(value, value))


def _rows(keys: list[int], batch: int = 500) -> Any:
    shown = Customer.objects.select_related("manager", "region", "department").defer(*lists.HEAVY)
    for start in range(0, len(keys), batch):
        by_key = shown.in_bulk(keys[start : start + batch])
        yield from (by_key[key] for key in keys[start : start + batch] if key in by_key)


def finished_file(*, by: Person, key: int) -> Path:
    """The file of one's own export. Raises NotThere for everybody else's."""
    record = ExportRecord.objects.filter(pk=key, person=by, finished_at__isnull=False).first()
    paths = [file_of(record, form) for form in FORMATS] if record else []
    path = next((path for path in paths if path.exists()), None)
    if path is None:
        raise NotThere(_("There is no such file."))
    return path
