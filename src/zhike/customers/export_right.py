"""The right to export: a permission, a purpose, a log, a mark on every page, and an alert at unusual volumes (SEC-03)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.customers.viewings import note_viewings
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.agreements import gate
from zhike.people.company import limit
from zhike.people.models import Person
from zhike.people.responsibilities import holders
from zhike.people.rules import allow

sentences({
    "export_allowed": gettext_lazy("%(who)s asked for a file of %(name)s: %(purpose)s"),
    "export_finished": gettext_lazy("%(who)s took out %(rows)s rows of %(name)s: %(purpose)s"),
    "export_unusual": gettext_lazy("%(person)s has taken out %(rows)s rows in seven days; %(most)s are usual"),
})  # fmt: skip

notice(
    "export_unusual", about=gettext_lazy("Unusual volumes"), must=True,
    subject=gettext_lazy("%(person)s has taken out %(rows)s rows in seven days"),
    text=gettext_lazy("%(most)s are usual. The last file: %(what)s, for: %(purpose)s"),
)  # fmt: skip

WAYS = {"export": gettext_lazy("file"), "print": gettext_lazy("print"), "share": gettext_lazy("sharing")}
"""Way out of the house -> its name."""
SPAN = timedelta(days=7)


class ExportRecord(models.Model):
    """A file, print or link that left the house: who, when, what, what for, how much."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="exports")
    way = models.CharField(gettext_lazy("way"), max_length=10, default="export")
    what = models.CharField(gettext_lazy("what"), max_length=160)
    purpose = models.CharField(gettext_lazy("purpose"), max_length=200)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="exports")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    unusual = models.BooleanField(default=False)

    class Meta:
        db_table = "zhike_export"
        ordering = ["-id"]
        indexes = [models.Index(fields=["person", "-asked_at"], name="export_person")]

    def __str__(self) -> str:
        return self.number()

    def number(self) -> str:
        """The number that stands in the mark."""
        return f"E-{self.pk:06d}"


@transaction.atomic
def allow_export(
    *,
    by: Person,
    purpose: str,
    what: str,
    at: datetime,
    way: str = "export",
    customer: Customer | None = None,
) -> ExportRecord:
    """Let somebody take data out, for a stated purpose. Raises Forbidden, GateClosed, or Invalid without a purpose.

    Call it before building the file, and `finish_export` when it is built; both belong to one ExportRecord, whose
    `watermark` stands on every sheet and page.
    """
    allow(by, "export_data", customer)
    gate(by, at)
    if way not in WAYS:
        raise ValueError(f"unknown way `{way}`")
    if len(purpose.strip()) < 5:
        raise Invalid(_("Say what the file is for."), fields={"purpose": _("at least five characters")})
    made = ExportRecord.objects.create(
        person=by, way=way, what=what[:160], purpose=purpose.strip()[:200], customer=customer, asked_at=at
    )
    journal(made, "export_allowed", by=by, at=at, name=what, purpose=made.purpose)
    return made


@transaction.atomic
def finish_export(
    *, record: ExportRecord, rows: int, customers: Iterable[int], digest: str, at: datetime
) -> ExportRecord:
    """Log what was taken out: rows, each archive it showed (by key), SHA-256 of the file. Safe to run twice."""
    claimed = ExportRecord.objects.filter(pk=record.pk, finished_at__isnull=True).update(
        finished_at=at, rows=rows, digest=digest
    )
    record.refresh_from_db()
    if not claimed:
        return record
    note_viewings(
        person=record.person, customers=customers, way="print" if record.way == "print" else "export", at=at
    )
    journal(
        record,
        "export_finished",
        by=record.person,
        at=at,
        rows=rows,
        name=record.what,
        purpose=record.purpose,
    )
    total, most = taken_out(record.person, at), limit("exported_rows")
    if total > most:
        ExportRecord.objects.filter(pk=record.pk).update(unusual=True)
        record.unusual = True
        journal(record, "export_unusual", by=None, at=at, person=str(record.person), rows=total, most=most)
        _tell_keepers(record, total, most, at)
    return record


def _tell_keepers(record: ExportRecord, total: int, most: int, at: datetime) -> None:
    """Tell whoever answers for the archives, and the superior."""
    keepers = holders("archive.consult", "responsible", timezone.localtime(at).date()).people
    told = {
        one.pk: one for one in (*keepers, record.person.superior) if one is not None and one != record.person
    }
    for one in told.values():
        tell(
            kind="export_unusual", key=str(record.pk), to=one, at=at, person=record.person, rows=total, most=most,
            purpose=record.purpose, what=record.what,
        )  # fmt: skip


def taken_out(person: Person, at: datetime) -> int:
    """Rows that a person took out in the seven days before a moment."""
    found = ExportRecord.objects.filter(person=person, finished_at__gt=at - SPAN, finished_at__lte=at)
    return found.aggregate(rows=Sum("rows"))["rows"] or 0


def watermark(record: ExportRecord) -> str:
    """The mark on every page: internal use only, who, when, number."""
    moment = timezone.localtime(record.asked_at).strftime("%Y-%m-%d %H:%M")
    return f"仅限内部使用 Internal use only · {record.person} · {moment} · {record.number()}"
