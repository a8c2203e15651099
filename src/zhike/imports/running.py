"""Carrying an import out: short batches, each with its records, its traces, its journal and the cursor in one transaction.

Whoever dies takes one unfinished batch along; the next attempt goes on behind the cursor. Two workers at one import do no
harm: a batch belongs to whoever moves the cursor.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from zhike.customers.models import Contact, Customer
from zhike.facts.figures import recompute_figures
from zhike.facts.models import Order, Receivable
from zhike.imports.checking import judge_of, read_rows
from zhike.imports.judging import Judge, Row, tally
from zhike.imports.judging_archive import settle_all
from zhike.imports.models import Import, ImportRow
from zhike.imports.rows import batches
from zhike.kernel.journal import journal

BATCH = 500
TRIES = 3
FIGURES = frozenset({"orders", "receivables", "rates"})
COUNTED = ("created", "updated", "unchanged", "rejected")

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]


class Moved(Exception):
    """The import was stopped, or another worker is at it."""


def run_rows(owner: Import, clock: Clock, progress: Progress) -> Import:
    """Import the rows behind the cursor; ends at once where the import is no longer running."""
    if owner.state != "running":
        return owner
    file = owner.folder / "rows.parquet"
    if not file.is_file():
        read_rows(owner)
    judge = judge_of(owner)
    progress(owner.seen, owner.rows)
    for rows in batches(file, judge.target, after=owner.cursor, size=BATCH):
        try:
            write_batch(owner, judge, rows, clock())
        except Moved:
            owner.refresh_from_db()
            settle_archives(owner, clock)
            return owner
        progress(owner.seen, owner.rows)
    settle_figures(owner, clock)
    settle_archives(owner, clock)
    return finish(owner, clock())


def settle_archives(owner: Import, clock: Clock) -> None:
    """Search words and completeness of the customers whose contacts the import touched."""
    if owner.target != "contacts":
        return
    records = ImportRow.objects.filter(owner=owner, record__isnull=False).values("record")
    keys = list(
        Contact.objects.filter(pk__in=records).order_by().values_list("customer_id", flat=True).distinct()
    )
    for start in range(0, len(keys), BATCH):
        with transaction.atomic():
            settle_all(keys[start : start + BATCH], clock())


def write_batch(owner: Import, judge: Judge, rows: list[Row], at: datetime) -> None:
    """Judge and write one batch; a batch that meets what others wrote meanwhile is judged again. Raises Moved."""
    for attempt in range(TRIES):
        fresh = [
            Row(row.place, row.number, dict(row.values), list(row.problems), row.members, list(row.notes))
            for row in rows
        ]
        try:
            with transaction.atomic():
                seen = _write(owner, judge, fresh, at)
        except IntegrityError:
            judge.links.forget()
            if attempt == TRIES - 1:
                raise
            continue
        owner.cursor, owner.seen = fresh[-1].place, owner.seen + seen
        return


def _write(owner: Import, judge: Judge, rows: list[Row], at: datetime) -> int:
    mine = Import.objects.filter(pk=owner.pk, state="running", cursor=owner.cursor)
    if not mine.update(cursor=rows[-1].place):
        raise Moved
    verdicts = judge.judge(rows, lock=True)
    judge.write(verdicts, at)
    counts = tally(verdicts)
    sums = {name: F(name) + counts[name] for name in COUNTED}
    seen = sum(one.row.size for one in verdicts)
    Import.objects.filter(pk=owner.pk).update(seen=F("seen") + seen, **sums)
    return seen


def settle_figures(owner: Import, clock: Clock) -> None:
    """Recompute the figures of the customers that the import touched."""
    if owner.target not in FIGURES:
        return
    touched: Any = None
    if owner.target != "rates":
        kind: Any = Order if owner.target == "orders" else Receivable
        records = ImportRow.objects.filter(owner=owner, record__isnull=False).values("record")
        touched = Customer.objects.filter(
            Q(pk__in=kind.objects.filter(pk__in=records).values("customer_id")) | Q(pk__in=moved_from(owner)),
        )
    recompute_figures(touched, timezone.localtime(clock()).date())


def moved_from(owner: Import) -> set[int]:
    """Customers that records of the import belonged to before, or belonged to until undoing removed them."""
    found: set[int] = set()
    changed = ImportRow.objects.filter(owner=owner).filter(Q(before__has_key="customer_id") | ~Q(undone=""))
    for before, after in changed.values_list("before", "after").iterator(chunk_size=2000):
        found.update(each["customer_id"] for each in (before, after) if each and each.get("customer_id"))
    return found


@transaction.atomic
def finish(owner: Import, at: datetime) -> Import:
    """The last row is in."""
    if Import.objects.filter(pk=owner.pk, state="running").update(state="done", ended_at=at):
        owner.refresh_from_db()
        journal(owner, "import_ended", by=owner.by, at=at, **{name: getattr(owner, name) for name in COUNTED})
    owner.refresh_from_db()
    return owner
