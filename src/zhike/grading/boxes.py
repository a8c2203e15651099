"""Where grades show on the pages of lower layers: the box of the record page, the lists of customers and orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from zhike.customers.sections import Box, box
from zhike.grading.customer_views import box_of
from zhike.grading.history import Past
from zhike.grading.models import Grade
from zhike.grading.schemes import Schemes, known_schemes, schemes_of
from zhike.lists.dressing import WORN, dresser
from zhike.lists.grades import Named, namer
from zhike.policies.models import PolicyVersion

box(Box("grade", "grading/_box.html", box_of))


def _of_main(column: str) -> Callable[[], Subquery]:
    """What makes a column of the grade that stands on a customer today."""

    def make() -> Subquery:
        held = Grade.objects.on(timezone.localdate()).filter(customer=OuterRef("pk"), main=True)
        return Subquery(held.order_by("-from_on", "-id").values(column)[:1])

    return make


WORN.setdefault("customers", []).append(
    {f"held_{name}": _of_main(column) for name, column in (
        ("grade", "grade"), ("rating", "rating"), ("version", "version"), ("hash", "version__hash"),
    )}
)  # fmt: skip


@dresser("customers")
def dress_customers(rows: Sequence[Any]) -> None:
    """Rank and title of each customer's grade, as its policy says; a version that was read once is not read again."""
    _hold([row for row in rows if row.grade and not hasattr(row, "held_grade")])
    graded = [row for row in rows if row.grade and row.grade == row.held_grade]
    schemes = Schemes()
    kept = {row.pk: known_schemes(row.held_rating, row.held_hash) for row in graded}
    schemes.fetch({row.held_version for row in graded if row.held_version and not kept[row.pk]})
    for row in graded:
        scheme = next((one for one in kept[row.pk] if one.key == row.held_rating), None)
        scheme = scheme or schemes.of(row.held_version, row.held_rating)
        if scheme is not None:
            row.grade_rank, row.grade_title = scheme.rank(row.grade) or None, scheme.title_of(row.grade)
            known = scheme.of(row.grade)
            row.grade_word = known.word if known else row.grade


def _hold(rows: Sequence[Any]) -> None:
    """Read the grade behind rows that were read without it."""
    if not rows:
        return
    held = Grade.objects.on(timezone.localdate()).filter(customer__in=[row.pk for row in rows], main=True)
    found = {one.customer_id: one for one in held.select_related("version").order_by("from_on", "id")}
    for row in rows:
        one = found.get(row.pk)
        row.held_grade, row.held_rating = (one.grade, one.rating) if one else (None, None)
        row.held_version = one.version_id if one else None
        row.held_hash = one.version.hash if one and one.version else None


@dresser("orders")
def dress_orders(rows: Sequence[Any]) -> None:
    """The grade of the order's day: an old order keeps the grade it had."""
    past, schemes = Past({row.customer_id for row in rows}), Schemes()
    schemes.fetch({one.version_id for some in past.rows.values() for one in some if one.version_id})
    for row in rows:
        grade = past.on(row.customer_id, row.ordered_on)
        row.grade_then_word = schemes.word(grade.version_id, grade.rating, grade.grade) if grade else ""
        row.grade_then = schemes.chip(grade.version_id, grade.rating, grade.grade) if grade else ""


@namer
def grades_in_force() -> list[Named]:
    """Every grade of the main ratings in force."""
    versions = PolicyVersion.objects.in_force(timezone.localdate()).select_related("policy")
    return [
        Named(one.code, one.word, one.rank)
        for version in versions.order_by("policy__code")
        for one in schemes_of(version)[0].grades
    ]
