"""The list of a run's results: what may be asked of it, and its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.grading.marks import mark_words
from zhike.grading.models import GradingResult, GradingRun
from zhike.grading.shortfalls import in_short
from zhike.lists.pages import Page, page_of
from zhike.people.models import Person
from zhike.people.rules import sees
from zhike.policies import reading
from zhike.policies.chips import word_for
from zhike.ui import grid

KINDS: dict[str, Any] = {
    "": _("all"), "changed": _("changed"), "up": _("better"), "down": _("worse"), "review": _("to be looked at"),
    "near": _("close to the next grade"), "new": _("without a grade before"), "pending": _("pending"),
}  # fmt: skip
"""Kind of results -> its name."""
NARROWED: dict[str, Q] = {
    "changed": ~Q(moved=0), "up": Q(moved__gt=0), "down": Q(moved__lt=0), "review": ~Q(mark=""), "near": Q(missing=1),
    "new": Q(previous=""), "pending": Q(state="pending"),
}  # fmt: skip
SORTS = {"-amount": ("-amount", "id"), "amount": ("amount", "id"), "-moved": ("-moved", "-amount", "id"),
    "moved": ("moved", "-amount", "id")}  # fmt: skip
STATES: dict[str, tuple[Any, str]] = {
    "graded": (_("graded"), "success"), "provisional": (_("provisional"), "warning"), "pending": (_("pending"), "error"),
    "not_rated": (_("not rated"), "quiet"),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a query string asks of the list."""

    rating: str
    kind: str = ""
    grade: str = ""
    words: str = ""
    sort: str = "-amount"
    page: int = 1

    @staticmethod
    def read(query: QueryDict, ratings: Mapping[str, Any]) -> Asked:
        """Read it; what makes no sense counts as not asked."""
        rating = query.get("rating", "")
        page = query.get("page", "1")
        return Asked(
            rating if rating in ratings else next(iter(ratings), ""),
            query.get("kind", "") if query.get("kind", "") in NARROWED else "",
            query.get("grade", "")[:20],
            query.get("q", "")[:60].strip(),
            query.get("sort", "") if query.get("sort", "") in SORTS else "-amount",
            int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        )

    @property
    def filtered(self) -> bool:
        """Whether not everything is asked for."""
        return bool(self.kind or self.grade or self.words)


def find(run: GradingRun, person: Person, asked: Asked) -> QuerySet[Any]:
    """The results asked for, among those that the person sees."""
    rows = GradingResult.objects.filter(run=run, rating=asked.rating).visible_to(person)
    if asked.kind:
        rows = rows.filter(NARROWED[asked.kind])
    if asked.grade:
        rows = rows.filter(grade=asked.grade)
    for word in asked.words.lower().split():
        rows = rows.filter(customer__search__contains=word)
    if "amount" in asked.sort and not sees(person, "price"):
        return rows.order_by("id")
    order = [one for one in SORTS[asked.sort] if one != "-amount" or sees(person, "price")]
    return rows.order_by(*order)


def page(run: GradingRun, person: Person, asked: Asked) -> Page:
    """One page of results."""
    rows = GradingResult.objects.select_related("customer").defer("customer__search", "customer__tokens")
    return page_of(find(run, person, asked), rows, asked.page)


def table(run: GradingRun, person: Person, asked: Asked, query: QueryDict) -> grid.Table:
    """The list as a table."""
    policy = reading.document(run.version)
    board = run.board["ratings"].get(asked.rating, {})
    ranks = {one["code"]: one["rank"] for one in board.get("grades", ())}
    words = {one["code"]: word_for(one["code"], one["title"]) for one in board.get("grades", ())}
    conditions = board.get("conditions", {})

    def chip(code: str) -> str:
        return grid.grade(words.get(code, code), ranks.get(code))

    def why(row: GradingResult) -> str:
        marks = [grid.tag(word, "warning") for word in mark_words(policy, row.rating, row.mark)]
        failed = in_short(row.metrics.get("!", ()), conditions)
        said = grid.text(failed) if failed else ""
        return " ".join([*marks, f'<span class="text-ink-2">{said}</span>'])

    columns = [
        grid.Column("name", _("Customer"), lambda row: grid.name(str(row.customer), row.customer.code, address(run, row)),
                    css="stick", phone="title"),
        grid.Column("previous", pgettext_lazy("grade", "Before"), lambda row: chip(row.previous), phone="meta"),
        grid.Column("grade", _("Proposed"), lambda row: chip(row.grade), phone="aside"),
        grid.Column("moved", _("Movement"), lambda row: arrow(row.moved), sort=True, css="r"),
        grid.Column("state", _("State"), lambda row: grid.tag(*STATES.get(row.state, (row.state, "quiet"))), phone="meta"),
        grid.Column("why", _("Looked at, or missing for the next grade"), why, width="40%"),
    ]  # fmt: skip
    if sees(person, "price"):
        columns.insert(
            4, grid.Column("amount", _("Amount of the year"), lambda row: grid.money(row.amount), css="r", sort=True, phone="more")
        )  # fmt: skip
    return grid.Table(
        columns, page(run, person, asked), query, key=lambda row: row.customer.code, sort=asked.sort,
        path=reverse("grading_results", args=[run.pk]), caption=_("Results"), filtered=asked.filtered,
        empty=_("No result is like this."), hint=_("Take a filter away."),
    )  # fmt: skip


def arrow(moved: int) -> str:
    """Steps up or down."""
    if not moved:
        return "—"
    return grid.tag(f"{'↑' if moved > 0 else '↓'} {abs(moved)}", "success" if moved > 0 else "error")


def address(run: GradingRun, row: GradingResult) -> str:
    """The explanation of a result."""
    return reverse("grading_result", args=[run.pk, row.customer.code])
