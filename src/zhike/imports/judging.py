"""What each row would do: add a record, update one, change nothing, or be refused. Batches come and go; nothing piles up.

A judge knows one kind of record. `judge` looks and writes nothing; `write` carries out what `judge` found, inside the
transaction of its batch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from zhike.imports.colleagues import Colleagues
from zhike.imports.links import SEVERAL, Links
from zhike.imports.models import Import, ImportRow
from zhike.kernel.journal import Entry, entry_for, journal_all, plain
from zhike.people.models import Person

if TYPE_CHECKING:
    from zhike.imports.targets import Field, Target

Key = tuple[Any, ...]
NO_RECORD = ":no_record"
"""The problem of a row that is a sum, a note or a header: the one that is told of it."""


@dataclass
class Row:
    """One row as read: its place, its number, the values of its fields and what is wrong with it."""

    place: int
    number: int
    values: dict[str, Any]
    problems: list[dict[str, Any]] = field(default_factory=list)
    members: list[int] | None = None
    notes: list[str] = field(default_factory=list)
    """`field:code` of what was changed or looks odd."""

    @property
    def size(self) -> int:
        """How many rows of the file it stands for."""
        return len(self.members) if self.members else 1

    @property
    def is_record(self) -> bool:
        """Whether it is a record at all, and no sum, note or header."""
        return not any(one["code"] == "no_record" for one in self.problems)

    def refuse(self, name: str, code: str, **words: Any) -> None:
        """Note a problem that keeps the row out."""
        self.problems.append({"field": name, "code": code, **({"words": words} if words else {})})


@dataclass
class Verdict:
    """What a row does: `created`, `updated`, `unchanged`, `rejected`, or `left_out` where it is no record.

    `before` and `after` hold the values that change, by the names of the model.
    """

    row: Row
    outcome: str
    record: Any = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


def tally(verdicts: Iterable[Verdict]) -> Counter[str]:
    """Records by outcome; of what is rejected or left out, the rows of the file."""
    counts: Counter[str] = Counter()
    for one in verdicts:
        counts[one.outcome] += one.row.size if one.outcome in ("rejected", "left_out") else 1
    return counts


class Judge(ABC):
    """The common ground of all kinds. Subclasses say which model, how rows find records, and what else belongs to writing."""

    model: type[models.Model]
    added = ""
    changed = ""
    only_new: frozenset[str] = frozenset()
    """Fields that are set on new records and left alone on those that are there."""
    journals_each = True
    """Whether every new record has an entry of its own; else each batch has one over all."""

    def __init__(
        self, target: Target, fields: Sequence[Field], options: Mapping[str, Any], by: Person, owner: Import
    ) -> None:
        self.target, self.fields, self.options, self.by, self.owner = target, list(fields), options, by, owner
        self.links = Links(by)
        self.people: dict[str, Colleagues] = {}
        self.unknown: Counter[tuple[str, str]] = Counter()
        self.mapped = {
            one.code for one in fields if one.code in options["columns"] or options["defaults"].get(one.code)
        }
        self.key = target.keys[options["match"]]

    # --- judging -------------------------------------------------------------------------------------

    def judge(self, rows: list[Row], *, lock: bool = False) -> list[Verdict]:
        """What each row does; with `lock` the records found stay as they are until the transaction ends."""
        whole, rows = rows, [row for row in rows if row.is_record]
        for row in rows:
            for code in self.key:
                if (
                    code in self.mapped
                    and row.values.get(code) is None
                    and not self.target.field(code).required
                    and self.needs_key
                ):
                    row.refuse(code, "no_key")
        self.resolve(rows)
        for row in rows:
            self.check(row)
        found = self.find(rows, lock=lock)
        seen: dict[Key, int] = {}
        return [
            self.verdict(row, found, seen) if row.is_record else Verdict(row, "left_out") for row in whole
        ]

    needs_key = True

    def resolve(self, rows: list[Row]) -> None:
        """Replace texts that name other records by the keys of these."""
        for one in self.fields:
            if not one.link or one.code not in self.mapped or one.link == "contact":
                continue
            self.links.learn(
                one.link, {text for row in rows if (text := row.values.get(one.code)) is not None}
            )
            for row in rows:
                text = row.values.get(one.code)
                if text is not None:
                    row.values[one.code] = self.named(one, row, text)

    def named(self, field: Field, row: Row, text: str) -> Any:
        """The key of what a text names; None where nothing, and the row is told or refused."""
        if field.link == "person":
            people = self.colleagues(field)
            return people.one(text) or self.unknown_word(field, row, text, people.fault(text))
        found = self.links.get(field.link, text)
        if found is not None and found != SEVERAL:
            return found
        code = "several" if found == SEVERAL else f"unknown_{field.link}"
        if field.asks:
            return self.unknown_word(field, row, text, code)
        row.refuse(field.code, code, value=text)
        return None

    def colleagues(self, field: Field) -> Colleagues:
        """The people whom a field may name, read once."""
        if field.code not in self.people:
            self.people[field.code] = Colleagues(field, self.by)
        return self.people[field.code]

    def unknown_word(self, field: Field, row: Row, text: str, code: str) -> Any:
        """What stands instead of a word that names nothing: what was said of it, else the value for empty cells; it is told.
        A word of a field that forgives none keeps the row out until something is said of it."""
        self.unknown[field.code, text] += 1
        said = self.options.get("words", {}).get(field.code, {}).get(text)
        if said is None and not field.forgives:
            row.refuse(field.code, code, value=text)
            return None
        if said is None:
            row.notes.append(f"{field.code}:unknown_left")
        instead = said or self.options["defaults"].get(field.code)
        if not instead:
            return None
        if field.link != "person":
            found = self.links.get(field.link, instead)
            return found if found != SEVERAL else None
        found = self.colleagues(field).one(instead)
        if found is None:
            row.refuse(field.code, self.colleagues(field).fault(instead), value=instead)
        return found

    def check(self, row: Row) -> None:  # noqa: B027 (a hook)
        """Further rules of this kind."""

    @abstractmethod
    def find(self, rows: list[Row], *, lock: bool) -> dict[Key, Any]:
        """Key -> the record that is there."""

    def key_of(self, row: Row) -> Key | None:
        """What tells the record of a row; None when a part is missing."""
        parts = tuple(row.values.get(code) for code in self.key)
        return None if any(part is None for part in parts) else parts

    def is_mine(self, record: Any) -> bool:
        """Whether the person may see a record that was found."""
        return True

    def verdict(self, row: Row, found: Mapping[Key, Any], seen: dict[Key, int]) -> Verdict:
        """What one row does."""
        key = self.key_of(row)
        record = found.get(key) if key is not None else None
        if any(problem["code"] == "twice" for problem in row.problems):
            pass  # told already, with the row that stands further up
        elif key is not None and key in seen:
            row.refuse(self.key[-1], "twice", first=seen[key])
        elif record is SEVERAL:
            row.refuse(self.key[-1], "several", value=str(row.values.get(self.key[-1])))
        elif record is not None and not self.is_mine(record):
            row.refuse(self.key[-1], "taken", value=str(row.values.get(self.key[-1])))
        elif record is not None and self.options["mode"] == "create":
            row.refuse(self.key[-1], "there")
        elif record is None and self.options["mode"] == "update":
            row.refuse(self.key[-1], "not_there")
        if row.problems:
            return Verdict(row, "rejected")
        if key is not None:
            seen[key] = row.number
        if record is None:
            return Verdict(row, "created", after=self.new_values(row))
        before, after = self.difference(record, row)
        return Verdict(row, "updated" if after else "unchanged", record, before, after)

    def attribute(self, code: str) -> str:
        """The name of a field on the model."""
        link = self.target.field(code).link
        return f"{code}_id" if link and link != "country" else code

    def new_values(self, row: Row) -> dict[str, Any]:
        """What a new record starts with."""
        return {
            self.attribute(code): value for code in self.mapped if (value := row.values.get(code)) is not None
        }

    def difference(self, record: Any, row: Row) -> tuple[dict[str, Any], dict[str, Any]]:
        """Before and after of what the row changes; empty cells leave what is there, unless they are to clear it."""
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for code in self.mapped - set(self.key) - self.only_new:
            value, name = row.values.get(code), self.attribute(code)
            old = getattr(record, name)
            if value is None:
                if (
                    self.options["blanks"] != "clear"
                    or self.target.field(code).required
                    or f"{code}:unknown_left" in row.notes
                ):
                    continue
                value = None if self.model._meta.get_field(code).null else ""
            if old != value:
                before[name], after[name] = old, value
        return before, after

    # --- writing -------------------------------------------------------------------------------------

    def write(self, verdicts: list[Verdict], at: datetime) -> None:
        """Write one batch: records, what became of each row, and the journal. Must run in a transaction."""
        created = [one for one in verdicts if one.outcome == "created"]
        updated = [one for one in verdicts if one.outcome == "updated"]
        self.create(created, at)
        for one in updated:
            self.update(one, at)
        self.after_writing(created, updated, at)
        ImportRow.objects.bulk_create(
            [self.line(one) for one in verdicts if one.outcome not in ("unchanged", "left_out")],
            batch_size=500,
        )
        journal_all([*self.entries(created, at), *self.entries_of_updates(updated, at)])

    def create(self, verdicts: list[Verdict], at: datetime) -> None:
        """Add the new records."""
        records = [self.model(**one.after, **self.stamps(at)) for one in verdicts]
        self.model._default_manager.bulk_create(records, batch_size=500)
        for one, record in zip(verdicts, records, strict=True):
            one.record = record

    def stamps(self, at: datetime) -> dict[str, Any]:
        """Further values of new records."""
        return {}

    def update(self, verdict: Verdict, at: datetime) -> None:
        """Change one record."""
        for name, value in verdict.after.items():
            setattr(verdict.record, name, value)
        self.model._default_manager.filter(pk=verdict.record.pk).update(**verdict.after)

    def after_writing(self, created: list[Verdict], updated: list[Verdict], at: datetime) -> None:  # noqa: B027 (a hook)
        """What follows from the changes."""

    def line(self, verdict: Verdict) -> ImportRow:
        """What became of a row, as it is kept."""
        row = verdict.row
        if verdict.outcome == "rejected":
            problems = {"problems": row.problems, **({"members": row.members} if row.members else {})}
            return ImportRow(
                owner=self.owner, place=row.place, number=row.number, outcome="rejected", problems=problems
            )
        return ImportRow(
            owner=self.owner, place=row.place, number=row.number, outcome=verdict.outcome, noun=self.model._meta.model_name or "",
            record=verdict.record.pk, before=plain(verdict.before) if verdict.before else None, after=plain(verdict.after),
        )  # fmt: skip

    def entries(self, created: list[Verdict], at: datetime) -> list[Entry]:
        """The journal of new records."""
        if not created:
            return []
        file = self.owner.file_name
        if self.journals_each:
            return [
                entry_for(
                    one.record, self.added, by=self.by, at=at, after=one.after, file=file, row=one.row.number
                )
                for one in created
            ]
        rows = [[one.row.number, one.record.pk, plain(one.after)] for one in created]
        words = {
            "file": file,
            "count": len(created),
            "digest": digest(rows),
            "first": rows[0][1],
            "last": rows[-1][1],
        }
        return [entry_for(self.owner, self.added, by=self.by, at=at, **words)]

    def entries_of_updates(self, updated: list[Verdict], at: datetime) -> list[Entry]:
        """The journal of changes: one entry each."""
        file = self.owner.file_name
        return [
            entry_for(
                one.record,
                self.changed,
                by=self.by,
                at=at,
                before=one.before,
                after=one.after,
                file=file,
                row=one.row.number,
            )
            for one in updated
        ]


def digest(rows: Any) -> str:
    """SHA-256 over rows as the journal writes them."""
    import hashlib
    import json

    return hashlib.sha256(
        json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def locked(rows: models.QuerySet[Any], lock: bool) -> models.QuerySet[Any]:
    """The rows, held until the transaction ends where the database can."""
    return (
        rows.select_for_update(of=("self",))
        if lock and transaction.get_connection().features.has_select_for_update_of
        else rows
    )


def by_key(records: Iterable[Any], key: Callable[[Any], Key]) -> dict[Key, Any]:
    """Key -> record; `SEVERAL` where more than one has it."""
    found: dict[Key, Any] = {}
    for record in records:
        name = key(record)
        found[name] = SEVERAL if name in found else record
    return found
