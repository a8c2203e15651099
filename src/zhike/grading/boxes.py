"""Where grades show on the pages of lower layers: the box of the record page, the lists of customers and orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from zhike.customers.sections import Box, box
from zhike.grading.customer_views import box_of
from zhike.grading.history import Past, main_grades_on
from zhike.grading.schemes import Schemes, schemes_of
from zhike.lists.dressing import CHOICES, dresser
from zhike.policies.models import PolicyVersion
from zhike.ui import grid

box(Box("grade", "grading/_box.html", box_of))


@dresser("customers")
def dress_customers(rows: Sequence[Any]) -> None:
    """Rank and title of each customer's grade, as its policy says."""
    graded = [row.pk for row in rows if row.grade]
    if not graded:
        return
    held, schemes = main_grades_on(graded, timezone.localdate()), Schemes()
    schemes.fetch({one.version_id for one in held.values() if one.version_id})
    for row in rows:
        grade = held.get(row.pk)
        scheme = schemes.of(grade.version_id, grade.rating) if grade and grade.grade == row.grade else None
        if scheme is not None:
            row.grade_rank, row.grade_title = scheme.rank(row.grade) or None, scheme.title_of(row.grade)


@dresser("orders")
def dress_orders(rows: Sequence[Any]) -> None:
    """The grade of the order's day: an old order keeps the grade it had."""
    past, schemes = Past({row.customer_id for row in rows}), Schemes()
    schemes.fetch({one.version_id for some in past.rows.values() for one in some if one.version_id})
    for row in rows:
        grade = past.on(row.customer_id, row.ordered_on)
        row.grade_then_code = grade.grade if grade else ""
        row.grade_then = (
            grid.grade(grade.grade, schemes.rank(grade.version_id, grade.rating, grade.grade) or None)
            if grade
            else ""
        )


def grade_choices() -> dict[str, str]:
    """Every grade of the main ratings in force, with its title."""
    found: dict[str, str] = {}
    for version in PolicyVersion.objects.in_force(timezone.localdate()).select_related("policy"):
        for one in schemes_of(version)[0].grades:
            found.setdefault(one.code, one.code if len(one.code) < 3 else str(one))
    return found


CHOICES.setdefault("grade", []).append(grade_choices)
