"""The journal: one entry per change, in the transaction of the change, never altered, chained (docs/algorithms/journal.md).

`journal(...)` writes an entry with a mark of its own: an HMAC over its content, under a key that is not in the database.
`seal(...)` numbers the entries one after another, each seal over the seal before; `verify(...)` recomputes both and compares
the head with the anchor, a small file outside the database. An entry that is changed, removed, inserted or cut off at the
end no longer fits, and neither does an older copy of the database.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext

from zhike.messages import Said, say

Sentence = Any
SENTENCES: dict[str, Sentence] = {}
"""Action -> a lazy text with `%(who)s`, `%(what)s` and whatever the entry's data holds."""


def sentences(given: Mapping[str, Sentence]) -> None:
    """Register the sentences of a noun's actions."""
    doubled = set(SENTENCES) & set(given)
    if doubled:
        raise ValueError(f"registered twice: {sorted(doubled)}")
    SENTENCES.update(given)


class Entry(models.Model):
    """One change: who, when, what, to which record, with values before and after."""

    at = models.DateTimeField()
    by = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    noun = models.CharField(max_length=40)
    record = models.BigIntegerField()
    what = models.CharField(max_length=200)
    customer_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    mark = models.CharField(max_length=64)

    class Meta:
        db_table = "zhike_journal"
        indexes = [
            models.Index(fields=["customer_id", "-id"], name="journal_customer"),
            models.Index(fields=["noun", "record", "-id"], name="journal_record"),
            models.Index(fields=["by", "-id"], name="journal_person"),
            models.Index(fields=["action", "-id"], name="journal_action"),
        ]

    def content(self) -> bytes:
        """What the mark covers."""
        return json.dumps(
            [self.at.astimezone(UTC).isoformat(timespec="microseconds"), self.by_id, self.action, self.noun, self.record, self.what,
             self.customer_id, self.data],
            ensure_ascii=False, sort_keys=True, separators=(",", ":"),
        ).encode()  # fmt: skip

    def sentence(self, hidden: Collection[str] = (), instead: str = "•••") -> str:
        """The entry as a sentence in the reader's language; `instead` stands for the words that the reader does not see."""
        template = str(SENTENCES.get(self.action, self.action))
        who = self.by.display_name if self.by else "Zhike"
        words = {name: _said(value) for name, value in self.data.get("words", {}).items()}
        words |= {"who": who, "what": self.what}
        return template % _Forgiving(words | dict.fromkeys(hidden, instead))


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def _said(value: Any) -> Any:
    """A word of a sentence: what was written as a translatable text speaks the reader's language."""
    if not isinstance(value, dict) or "msgid" not in value:
        return value
    english = value["msgid"]
    return gettext(english)


class Seal(models.Model):
    """The place of an entry in the chain."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="seal")
    mac = models.CharField(max_length=64)

    class Meta:
        db_table = "zhike_journal_seal"


def plain(value: Any) -> Any:
    """A value as JSON holds it; a translatable text is kept as its English, to be said in the reader's language."""
    if isinstance(value, Promise):
        _make, (_function, words, *_rest) = value.__reduce__()  # type: ignore[misc]
        return {"msgid": words[0]}
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)


def key() -> bytes:
    """The key of the marks: `journal.key` in the data folder, apart from the database."""
    from zhike.kernel.secret import kept_secret

    return kept_secret(Path(settings.DATA_DIR) / "journal.key").encode()


def _mac(*parts: bytes) -> str:
    return hmac.new(key(), b"\x00".join(parts), hashlib.sha256).hexdigest()


def entry_for(
    record: models.Model, action: str, *, by: Any, at: datetime, customer: int | None = None,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, **words: Any,
) -> Entry:  # fmt: skip
    """An entry, not yet saved. `words` fill the sentence."""
    if action not in SENTENCES:
        raise ValueError(f"no sentence is registered for the action `{action}`")
    data: dict[str, Any] = {}
    if before is not None or after is not None:
        data["before"], data["after"] = plain(before or {}), plain(after or {})
    if words:
        data["words"] = plain(words)
    entry = Entry(
        at=at, by=by if by is not None and by.pk else None, action=action, noun=record._meta.model_name or "",
        record=record.pk, what=str(record)[:200], customer_id=customer if customer is not None else _customer_of(record), data=data,
    )  # fmt: skip
    entry.mark = _mac(entry.content())
    return entry


def _customer_of(record: models.Model) -> int | None:
    if record._meta.model_name == "customer":
        return int(record.pk)
    found = getattr(record, "customer_id", None)
    return int(found) if found is not None else None


def journal(
    record: models.Model, action: str, *, by: Any, at: datetime, customer: int | None = None,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, **words: Any,
) -> Entry:  # fmt: skip
    """Write one entry. Must run inside the transaction of the change."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a journal entry belongs into the transaction of its change")
    entry = entry_for(record, action, by=by, at=at, customer=customer, before=before, after=after, **words)
    entry.save(force_insert=True)
    return entry


def journal_all(entries: list[Entry]) -> None:
    """Write many entries at once, for imports and bulk actions."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a journal entry belongs into the transaction of its change")
    Entry.objects.bulk_create(entries, batch_size=500)


def changes(record: models.Model, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Before and after of the fields that `values` really changes."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in values.items():
        old = getattr(record, name)
        if old != value:
            before[name], after[name] = old, value
    return before, after


# sealing and verifying


def seal(*, limit: int = 100_000) -> int:
    """Number the entries that have no seal yet; how many were sealed. Safe to run twice, and by two workers."""
    with transaction.atomic():
        last = Seal.objects.select_for_update().order_by("-number").first()
        number, mac = (last.number, last.mac) if last else (0, "")
        waiting = Entry.objects.filter(seal__isnull=True).order_by("id")[:limit]
        seals = []
        for entry in waiting.iterator(chunk_size=2000):
            number += 1
            mac = _mac(mac.encode(), str(number).encode(), str(entry.pk).encode(), entry.mark.encode())
            seals.append(Seal(number=number, entry=entry, mac=mac))
        Seal.objects.bulk_create(seals, batch_size=2000)
    if seals:
        write_anchor(number, mac)
    return len(seals)


def anchor_file() -> Path:
    """The anchor: the head of the chain outside the database."""
    return Path(settings.DATA_DIR) / "journal.anchor"


def write_anchor(number: int, mac: str) -> None:
    """Replace the anchor."""
    file = anchor_file()
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps({"number": number, "mac": mac}), encoding="utf-8")
    fresh.replace(file)


@dataclass(frozen=True)
class Fault:
    """One place where the journal does not fit."""

    code: str
    place: Said


def verify(progress: Callable[[int], None] | None = None) -> Iterator[Fault]:
    """Every fault: `changed`, `inserted` (an entry with a wrong mark), `removed` (a seal without its place), `cut`."""
    number, mac = 0, ""
    rows = Seal.objects.select_related("entry").order_by("number")
    for one in rows.iterator(chunk_size=2000):
        number += 1
        if one.number != number:
            yield Fault("removed", say("seal {number}", number=number))
            number = one.number
        mac = _mac(mac.encode(), str(number).encode(), str(one.entry_id).encode(), one.entry.mark.encode())
        if mac != one.mac:
            yield Fault("chain", say("seal {number}", number=number))
            mac = one.mac
        if _mac(one.entry.content()) != one.entry.mark:
            yield Fault("changed", say("entry {number}", number=one.entry_id))
        if progress:
            progress(number)
    for entry in Entry.objects.filter(seal__isnull=True).order_by("id").iterator(chunk_size=2000):
        if _mac(entry.content()) != entry.mark:
            yield Fault("changed", say("entry {number}", number=entry.pk))
    yield from _anchor_faults()


def _anchor_faults() -> Iterator[Fault]:
    file = anchor_file()
    last = Seal.objects.aggregate(last=Max("number"))["last"] or 0
    if not file.exists():
        if last:
            yield Fault("anchor", say("the anchor file is missing"))
        return
    try:
        anchor = json.loads(file.read_text("utf-8"))
        number, mac = int(anchor["number"]), str(anchor["mac"])
    except (ValueError, TypeError, KeyError):
        yield Fault("anchor", say("the anchor file cannot be read"))
        return
    kept = Seal.objects.filter(number=number).values_list("mac", flat=True).first()
    if kept is None:
        yield Fault("cut", say("{count} seals after {last}", count=number - last, last=last))
    elif kept != mac:
        yield Fault("anchor", say("seal {number}", number=number))
