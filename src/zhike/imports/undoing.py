"""Undoing an import, updates included: new records go, changed fields get their old values back, later work of people stays.

Batches run from the last row to the first, each in one transaction with its marks, so that it can be killed and goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from zhike.customers.models import Activity, Assignment, Contact, Customer, Viewing
from zhike.imports.judging import digest
from zhike.imports.judging_archive import settle_all, settle_last_contact
from zhike.imports.models import Import, ImportRow
from zhike.imports.running import Clock, Progress, settle_figures
from zhike.kernel.journal import Entry, entry_for, journal, journal_all, plain

BATCH = 200
FACTS = frozenset({"order", "receivable", "rate"})
OWN = (Viewing, Assignment)
"""What an archive has from the moment it exists: goes with it, and is kept in the journal."""


def undo_rows(owner: Import, clock: Clock, progress: Progress) -> Import:
    """Undo what the import did and is not undone yet."""
    if owner.state != "undoing":
        return owner
    lines = ImportRow.objects.filter(owner=owner, outcome__in=["created", "updated"])
    total = lines.count()
    while True:
        with transaction.atomic():
            if not Import.objects.filter(pk=owner.pk, state="undoing").update(began_at=F("began_at")):
                break
            batch = list(lines.filter(undone="").order_by("-place", "-pk")[:BATCH])
            if not batch:
                break
            Undo(owner, clock()).batch(batch)
        progress(lines.exclude(undone="").count(), total)
    settle_figures(owner, clock)
    return finish(owner, clock())


@transaction.atomic
def finish(owner: Import, at: datetime) -> Import:
    """Everything is undone, or told why not."""
    if Import.objects.filter(pk=owner.pk, state="undoing").update(state="undone", ended_at=at):
        owner.refresh_from_db()
        journal(owner, "import_undone", by=owner.by, at=at, undone=owner.undone, kept=owner.kept)
    owner.refresh_from_db()
    return owner


class Undo:
    """One batch of rows on the way back."""

    def __init__(self, owner: Import, at: datetime) -> None:
        self.owner, self.at = owner, at
        self.entries: list[Entry] = []
        self.customers: set[int] = set()

    def batch(self, lines: list[ImportRow]) -> None:
        """Undo the lines and mark each."""
        nouns: dict[tuple[str, str], list[ImportRow]] = defaultdict(list)
        for line in lines:
            nouns[line.noun, line.outcome].append(line)
        for (noun, outcome), some in nouns.items():
            kind: Any = apps.get_model("zhike", noun)
            records = kind.objects.select_for_update().in_bulk([line.record for line in some])
            if outcome == "updated":
                for line in some:
                    self.restore(line, records.get(line.record))
            else:
                self.remove(kind, some, records)
        ImportRow.objects.bulk_update(lines, ["undone", "why_kept"], batch_size=BATCH)
        undone = sum(line.undone == "undone" for line in lines)
        Import.objects.filter(pk=self.owner.pk).update(
            undone=F("undone") + undone, kept=F("kept") + len(lines) - undone
        )
        journal_all(self.entries)
        self.settle()

    def settle(self) -> None:
        """What follows from the changes, as far as the customers are still there."""
        settle_all(self.customers, self.at)
        if self.owner.target == "activities":
            settle_last_contact(self.customers)

    def restore(self, line: ImportRow, record: Any) -> None:
        """Give fields their old values where nobody has changed them since."""
        after, before = line.after or {}, line.before or {}
        if record is None:
            line.undone, line.why_kept = "kept", _("is no longer there")
            return
        same = [name for name, value in after.items() if plain(getattr(record, name)) == value]
        others = [_label(record, name) for name in after if name not in same]
        line.undone = "kept" if others else "undone"
        line.why_kept = (
            (_("changed since: %(fields)s") % {"fields": "、".join(others)})[:200] if others else ""
        )
        if not same:
            return
        values = {name: record._meta.get_field(name).to_python(before[name]) for name in same}
        old = {name: getattr(record, name) for name in same}
        for name, value in values.items():
            setattr(record, name, value)
        more = {"version": F("version") + 1} if hasattr(record, "version") else {}
        type(record)._default_manager.filter(pk=record.pk).update(**values, **more)
        self.entries.append(
            entry_for(record, "import_restored", by=self.owner.by, at=self.at, before=old, after=values)
        )
        self.note(record)

    def note(self, record: Any) -> None:
        """Remember the customer for what follows."""
        if isinstance(record, Customer):
            self.customers.add(record.pk)
        elif isinstance(record, Contact | Activity):
            self.customers.add(record.customer_id)

    # --- new records ---------------------------------------------------------------------------------

    def remove(self, kind: type[models.Model], lines: list[ImportRow], records: dict[int, Any]) -> None:
        """Remove records as they came; what has changed since, or is used by others, stays."""
        going: dict[int, ImportRow] = {}
        for line in lines:
            record = records.get(line.record or 0)
            after = line.after or {}
            if record is None:
                line.undone = "undone"
            elif others := [
                _label(record, name) for name, value in after.items() if plain(getattr(record, name)) != value
            ]:
                line.undone, line.why_kept = (
                    "kept",
                    (_("changed since: %(fields)s") % {"fields": "、".join(others)})[:200],
                )
            else:
                going[record.pk] = line
        for pk, names in used_by(kind, going).items():
            line = going.pop(pk)
            line.undone, line.why_kept = (
                "kept",
                (_("is used by: %(what)s") % {"what": "、".join(sorted(names))})[:200],
            )
        self.journal_removal(kind, going, records)
        if kind is Customer:
            for own in OWN:
                own._default_manager.filter(customer_id__in=going).delete()
        kind._default_manager.filter(pk__in=going).delete()
        for line in going.values():
            line.undone = "undone"
        for pk in going:
            if kind is not Customer:
                self.note(records[pk])

    def journal_removal(
        self, kind: type[models.Model], going: dict[int, ImportRow], records: dict[int, Any]
    ) -> None:
        """One entry for each archive record with all that goes; one for each batch of facts."""
        if not going:
            return
        by, at = self.owner.by, self.at
        if kind._meta.model_name in FACTS:
            rows = [[line.number, pk, line.after] for pk, line in going.items()]
            words: dict[str, Any] = {"count": len(rows), "digest": digest(rows)}
            self.entries.append(entry_for(self.owner, "import_removed_many", by=by, at=at, **words))
            return
        own: dict[int, list[Any]] = defaultdict(list)
        if kind is Customer:
            for one in Viewing.objects.filter(customer_id__in=going):
                own[one.customer_id].append(["viewing", one.person_id, plain(one.on), one.way, one.times])
            for post in Assignment.objects.filter(customer_id__in=going):
                own[post.customer_id].append(
                    ["post", post.person_id, post.post, plain(post.from_on), plain(post.ended_at)]
                )
        for pk, line in going.items():
            before = {**(line.after or {}), **({"with": own[pk]} if own[pk] else {})}
            self.entries.append(
                entry_for(records[pk], "import_removed", by=by, at=at, before=before, after={})
            )


def used_by(kind: type[models.Model], keys: Iterable[int]) -> dict[int, set[str]]:
    """Record -> the kinds of other records that point to it."""
    keys = list(keys)
    found: dict[int, set[str]] = defaultdict(set)
    for relation in kind._meta.related_objects:
        other: Any = relation.related_model
        if not keys or other in OWN or relation.many_to_many:
            continue
        name = relation.field.attname
        for key in (
            other._default_manager.filter(**{f"{name}__in": keys}).values_list(name, flat=True).distinct()
        ):
            found[key].add(str(other._meta.verbose_name))
    posts = (
        Assignment.objects.filter(customer_id__in=keys).exclude(post="manager", ended_at__isnull=True)
        if kind is Customer
        else None
    )
    for key in posts.values_list("customer_id", flat=True).distinct() if posts is not None else ():
        found[key].add(str(Assignment._meta.verbose_name))
    return found


def _label(record: Any, name: str) -> str:
    field: Any = record._meta.get_field(name)
    return str(field.verbose_name)
