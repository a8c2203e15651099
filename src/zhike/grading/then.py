"""The grade of a moment in lists: as the policy's version of that moment words it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.customers.grid import grades_of
from zhike.grading.schemes import Schemes
from zhike.lists.fields import Field
from zhike.ui import grid

GRADE_THEN = Field(
    "grade", _("Grade then"), "choice", "grade", lambda row: row.grade_then, plain=lambda row: row.grade_then_word,
    choices=grades_of, sort=False,
)  # fmt: skip
"""The field of rows that `grades_then` has dressed."""


def grades_then(rows: Sequence[Any], version: str = "version_id") -> None:
    """Let rows wear the grade that they keep; `version` names the column of the policy's version. One query for all."""
    schemes = Schemes()
    schemes.fetch({key for row in rows if (key := getattr(row, version))})
    for row in rows:
        given = (getattr(row, version), row.rating, row.grade)
        row.grade_then = schemes.chip(*given) if row.grade else grid.text("")
        row.grade_then_word = schemes.word(*given) if row.grade else ""
