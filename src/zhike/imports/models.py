"""Imports: the file, how it is read, how far it has come, and what it made of each row."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.people.models import Person

STATES: dict[str, Any] = {
    "reading": _("reading the file"),
    "mapping": _("matching columns"),
    "checking": _("checking"),
    "checked": _("checked"),
    "running": _("importing"),
    "stopped": _("stopped"),
    "done": _("imported"),
    "undoing": _("undoing"),
    "undone": _("undone"),
    "failed": _("failed"),
}
"""State of an import -> its name."""

MODES: dict[str, Any] = {
    "both": _("add new ones and update those that are there"),
    "create": _("only add new ones"),
    "update": _("only update those that are there"),
}
"""What may happen to records -> its name."""


def new_key() -> str:
    """A name that nobody guesses."""
    return secrets.token_hex(12)


class ImportQuerySet(models.QuerySet["Import"]):
    """Imports."""

    def visible_to(self, person: Person) -> Self:
        """One's own: what a file holds was seen by the person who brought it."""
        return self.filter(by=person) if "import_data" in person.access.verbs else self.none()


class Import(models.Model):
    """One file on its way into the archive.

    `options` says how it is read: `columns` {field: column or formula}, `defaults` {field: text}, `words` {field: {word of
    the file: value}}, `mode`, `match`, `repeats`, `dates`, `decimal`, `blanks`. `cursor` is the place of the last row that
    is finished, so that an import that was killed goes on behind it; it moves in the transaction that writes the rows.
    """

    key = models.CharField(max_length=24, unique=True, default=new_key, editable=False)
    target = models.CharField(_("what"), max_length=20)
    state = models.CharField(_("state"), max_length=10, default="reading")
    by = models.ForeignKey(Person, models.PROTECT, related_name="imports", verbose_name=_("by"))
    made_at = models.DateTimeField(_("uploaded"))
    file_name = models.CharField(_("file"), max_length=200)
    file_size = models.BigIntegerField(_("size"))
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=4)
    sheets = models.JSONField(default=list)
    sheet = models.PositiveSmallIntegerField(default=0)
    options = models.JSONField(default=dict)
    checked = models.JSONField(default=dict)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    cursor = models.BigIntegerField(default=-1)
    seen = models.PositiveBigIntegerField(default=0)
    created = models.PositiveBigIntegerField(_("added"), default=0)
    updated = models.PositiveBigIntegerField(_("updated"), default=0)
    unchanged = models.PositiveBigIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveBigIntegerField(_("rejected"), default=0)
    undone = models.PositiveBigIntegerField(_("undone"), default=0)
    kept = models.PositiveBigIntegerField(_("kept"), default=0)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, blank=True)
    problem_words = models.JSONField(default=dict)

    objects = ImportQuerySet.as_manager()

    class Meta:
        db_table = "zhike_import"
        verbose_name = _("import")
        ordering = ["-id"]
        indexes = [models.Index(fields=["by", "-id"], name="import_person")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """The page of the import, whatever its state."""
        return f"/imports/{self.key}/"

    @property
    def folder(self) -> Path:
        """Where its files lie: the upload, the cells of its sheets, the rows as read, the problems."""
        return Path(settings.MEDIA_ROOT) / "imports" / self.key

    @property
    def is_working(self) -> bool:
        """Whether something is going on in the background."""
        return self.state in {"reading", "checking", "running", "undoing"}

    @property
    def description(self) -> dict[str, Any]:
        """The sheet that is imported: name, rows, width, header row, columns, samples."""
        found: dict[str, Any] = self.sheets[self.sheet]
        return found


class ImportRow(models.Model):
    """What became of one row: a record made, a record changed with the values before, or a refusal with its reasons.

    Rows that changed nothing leave no trace. `undone` tells what undoing did: `undone`, or `kept` with a reason.
    """

    owner = models.ForeignKey(Import, models.CASCADE, related_name="lines", db_column="import_id")
    place = models.BigIntegerField()
    number = models.BigIntegerField()
    outcome = models.CharField(max_length=10)
    noun = models.CharField(max_length=20, blank=True)
    record = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    problems = models.JSONField(null=True)
    undone = models.CharField(max_length=8, blank=True)
    why_kept = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "zhike_import_row"
        ordering = ["place", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "place", "noun"], name="import_row_once"),
            models.CheckConstraint(
                condition=Q(outcome="rejected") | Q(record__isnull=False), name="import_row_has_record"
            ),
        ]
        indexes = [models.Index(fields=["owner", "outcome", "place"], name="import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"


class RememberedMapping(models.Model):
    """How a person last matched the columns of files that look like this one."""

    by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    target = models.CharField(max_length=20)
    headers = models.CharField(max_length=64)
    options = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        db_table = "zhike_import_mapping"
        constraints = [
            models.UniqueConstraint(fields=["by", "target", "headers"], name="one_mapping_per_file_shape")
        ]
        indexes = [models.Index(fields=["target", "headers", "-used_at"], name="import_mapping_shape")]

    def __str__(self) -> str:
        return f"{self.target} · {self.by}"
