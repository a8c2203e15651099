"""Agreements and documents of customers, with their files: kept by content, opened only through a door (ARC-01, ARC-05)."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.archive import OfCustomer
from zhike.customers.models import Customer
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Invalid, Unavailable
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "document_added": gettext_lazy("%(who)s filed the document “%(what)s”"),
    "document_withdrawn": gettext_lazy("%(who)s withdrew the document “%(what)s”"),
})  # fmt: skip
LARGEST = 20 * 2**20
"""Bytes of the largest file."""
KINDS: dict[str, Any] = {
    "agreement": gettext_lazy("cooperation agreement"),
    "service": gettext_lazy("service agreement"),
    "contract": gettext_lazy("sales contract"),
    "licence": gettext_lazy("business licence"),
    "secrecy": gettext_lazy("confidentiality agreement with the customer"),
    "minutes": gettext_lazy("minutes"),
    "plan": gettext_lazy("service plan"),
    "letter": gettext_lazy("letter"),
    "picture": gettext_lazy("picture"),
    "other": gettext_lazy("other document"),
}
"""Kind of document -> its name."""
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
)
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class Document(models.Model):
    """A document of a customer, with or without a file; withdrawn ones stay."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="documents")
    kind = models.CharField(gettext_lazy("kind"), max_length=12)
    title = models.CharField(gettext_lazy("title"), max_length=160)
    signed_on = models.DateField(gettext_lazy("signed on"), null=True, blank=True)
    until_on = models.DateField(gettext_lazy("valid until"), null=True, blank=True)
    file_name = models.CharField(gettext_lazy("file"), max_length=160, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = OfCustomer.as_manager()

    class Meta:
        db_table = "zhike_document"
        verbose_name = gettext_lazy("document")
        ordering = ["-added_at", "-id"]
        indexes = [models.Index(fields=["customer", "-added_at"], name="document_customer")]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> Path:
        """Where its file lies."""
        return folder() / self.sha256[:2] / self.sha256

    def is_picture(self) -> bool:
        """Whether it may be shown in the page: a picture whose bytes say so."""
        return self.content_type in {"image/png", "image/jpeg", "image/gif"}


def folder() -> Path:
    """The folder of the files."""
    return Path(settings.MEDIA_ROOT) / "documents"


def sniff(file: BinaryIO) -> str:
    """The type of a file by its bytes, whatever its name says; empty when it is none that archives take."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    for magic, found in MAGIC:
        if head.startswith(magic):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    return "text/plain" if _is_text(head) else ""


def _office(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as packed:
            names = set(packed.namelist())
    except zipfile.BadZipFile:
        return ""
    finally:
        file.seek(0)
    if any(name.endswith("vbaProject.bin") for name in names):
        return ""
    return next((found for part, found in OFFICE.items() if part in names), "")


def _is_text(head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if b"\x00" in head or start == b"<":
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head[:-4].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def keep(chunks: Iterable[bytes], size: int) -> str:
    """Put bytes into the folder under their SHA-256, safe on the disk before the answer; the digest."""
    if size > LARGEST:
        raise Invalid(
            _("The file is larger than %(most)s MB.") % {"most": LARGEST // 2**20},
            fields={"file": _("too large")},
        )
    home = folder()
    home.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    fresh = home / f".{os.getpid()}.{os.urandom(6).hex()}"
    try:
        with fresh.open("xb") as out:
            for chunk in chunks:
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        name = digest.hexdigest()
        (home / name[:2]).mkdir(exist_ok=True)
        fresh.replace(home / name[:2] / name)
    except OSError as error:
        raise Unavailable(_("The file could not be kept: the disk does not take it.")) from error
    finally:
        fresh.unlink(missing_ok=True)
    return name


@transaction.atomic
def add_document(
    *, customer: Customer, kind: str, title: str, by: Person, at: datetime, signed_on: date | None = None,
    until_on: date | None = None, file: Any = None,
) -> Document:  # fmt: skip
    """File a document; `file` is an upload with `name`, `size` and `chunks()`. Its type is read from its bytes."""
    allow(by, "change_customer", customer)
    if kind not in KINDS:
        raise Invalid(_("Unknown kind of document."), fields={"kind": _("unknown")})
    if signed_on and until_on and until_on < signed_on:
        raise Invalid(_("It ends before it begins."), fields={"until_on": _("before the day of signing")})
    made = Document(
        customer=customer,
        kind=kind,
        title=title.strip(),
        signed_on=signed_on,
        until_on=until_on,
        added_by=by,
        added_at=at,
    )
    if file is not None:
        made.content_type = sniff(file.file if hasattr(file, "file") else file)
        if not made.content_type:
            raise Invalid(
                _("Archives take PDF, pictures, Word, Excel, PowerPoint and text, without macros."),
                fields={"file": _("this type is not taken")},
            )
        made.sha256 = keep(file.chunks(), file.size)
        made.file_name, made.size = Path(str(file.name)).name.replace("\x00", "")[-160:], file.size
    made.save()
    journal(
        made,
        "document_added",
        by=by,
        at=at,
        kind=KINDS[kind],
        after={"sha256": made.sha256, "size": made.size},
    )
    return made


@transaction.atomic
def withdraw_document(*, document: Document, by: Person, at: datetime) -> None:
    """Take a document out of the archive; its file stays."""
    allow(by, "change_customer", document.customer)
    if Document.objects.filter(pk=document.pk, withdrawn_at__isnull=True).update(withdrawn_at=at):
        journal(document, "document_withdrawn", by=by, at=at)
