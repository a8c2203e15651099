"""The list of a run's results: its tabs, its fields, what its run says of grades and ratings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.around import CUSTOMER, grades_worn, searching, shown_too, with_customers
from zhike.customers.grid import codes_of, grades_of
from zhike.grading.marks import mark_words, told
from zhike.grading.models import GradingResult, GradingRun
from zhike.grading.shortfalls import in_short
from zhike.lists.fields import Field
from zhike.lists.listing import Listing, Looking, listed, tabs_of
from zhike.policies import reading
from zhike.policies.chips import word_for
from zhike.ui import grid

TABS: dict[str, Any] = {
    "all": _("all"), "changed": _("changed"), "up": _("better"), "down": _("worse"), "review": _("to be looked at"),
    "near": _("close to the next grade"), "new": _("without a grade before"), "pending": _("pending"),
}  # fmt: skip
"""Tab -> its name."""
NARROWED: dict[str, Q] = {
    "changed": ~Q(moved=0), "up": Q(moved__gt=0), "down": Q(moved__lt=0), "review": ~Q(mark=""), "near": Q(missing=1),
    "new": Q(previous=""), "pending": Q(state="pending"),
}  # fmt: skip
STATES: dict[str, tuple[Any, str]] = {
    "graded": (_("graded"), "success"), "provisional": (_("provisional"), "warning"), "pending": (_("pending"), "error"),
    "not_rated": (_("not rated"), "quiet"),
}  # fmt: skip


def find_run(key: int) -> GradingRun:
    """A run, or 404."""
    return get_object_or_404(
        GradingRun.objects.select_related("version__policy", "started_by", "job"), pk=key
    )


def finished(key: int) -> GradingRun:
    """A run that has a board, or 404."""
    run = find_run(key)
    if not run.board.get("ratings"):
        raise Http404
    return run


def earlier(query: QueryDict, run: GradingRun | None) -> QueryDict:
    """The kind, grade and rating that were asked for before they were a tab and conditions. Of several ratings one is always asked
    for: every customer has a result in each."""
    found = query.copy()
    kind = query.get("kind", "")
    if kind in NARROWED and not query.get("tab"):
        found["tab"] = str(kind)
    held = [*query.getlist("c"), *([f"grade:in:{query['grade']}"] if query.get("grade") else [])]
    ratings = list(run.board["ratings"]) if run is not None else []
    if len(ratings) > 1:
        asked = [f"rating:in:{query[name]}" for name in ("quick_rating", "rating") if query.get(name)]
        unknown = {
            text for text in (*held, *asked) if text.startswith("rating:in:") and text[10:] not in ratings
        }
        held = [text for text in dict.fromkeys((*asked, *held)) if text not in unknown]
        if not any(text.startswith("rating:") for text in held):
            held.append(f"rating:in:{ratings[0]}")
    found.pop("quick_rating", None)
    found.setlist("c", held)
    return found


def fitted(one: Field, run: GradingRun) -> Field:
    """A field with the ratings and grades that its run knows."""
    ratings = run.board["ratings"]
    if one.code == "rating" and len(ratings) > 1:
        return replace(one, choices=codes_of({name: told(board["title"]) for name, board in ratings.items()}))
    if one.code == "rating":
        return replace(one, filter=False)
    if one.code in ("previous", "grade"):
        words = {code: word for name in ratings for code, (word, _rank) in _grades(run, name).items()}
        return replace(one, choices=codes_of(words))
    return one


def _grades(run: GradingRun, rating: str) -> dict[str, tuple[str, int]]:
    """Grade -> its word and rank."""
    grades = run.board["ratings"].get(rating, {}).get("grades", ())
    return {one["code"]: (word_for(one["code"], one["title"]), one["rank"]) for one in grades}


def _visible(looking: Looking) -> Any:
    found, ratings = GradingResult.objects.filter(run=looking.about), list(looking.about.board["ratings"])
    return (found.filter(rating=ratings[0]) if len(ratings) == 1 else found).visible_to(looking.person)


def _rows(looking: Looking) -> QuerySet[GradingResult]:
    return with_customers(GradingResult.objects.all())


def _dress(rows: Sequence[Any], looking: Looking) -> None:
    """Grades, ratings, marks and what is missing in the words of the run."""
    run, policy = looking.about, reading.document(looking.about.version)
    ratings = run.board["ratings"]
    grades = {name: _grades(run, name) for name in ratings}
    for row in rows:
        board, known = ratings.get(row.rating, {}), grades.get(row.rating, {})
        row.known = {code: known.get(code, (code, None)) for code in (row.previous, row.grade)}
        row.rating_name = told(board["title"]) if board else row.rating
        row.marked = mark_words(policy, row.rating, row.mark)
        row.missed = in_short(row.metrics.get("!", ()), board.get("conditions", {}))
    grades_worn(rows, looking)


def _why(row: Any) -> str:
    marks = [grid.tag(word, "warning") for word in row.marked]
    missed = grid.lines(row.missed, "max-w-[32rem] text-ink-2")
    return " ".join([*marks, missed] if row.missed else marks) or grid.text("")


def arrow(moved: int) -> str:
    """Steps up or down."""
    if not moved:
        return "—"
    return grid.tag(f"{'↑' if moved > 0 else '↓'} {abs(moved)}", "success" if moved > 0 else "error")


def _grade(code: str, label: Any, **more: Any) -> Field:
    def chip(row: Any) -> str:
        return grid.grade(*row.known[getattr(row, code)])

    def word(row: Any) -> str:
        return str(row.known[getattr(row, code)][0])

    return Field(code, label, "choice", code, chip, plain=word, choices=grades_of, sort=False, **more)


def _address(row: Any) -> str:
    return reverse("grading_result", args=[row.run_id, row.customer.code])


FIELDS = (
    Field("customer", CUSTOMER.label, "text", "customer__name",
          lambda row: grid.name(str(row.customer), row.customer.code, _address(row)), plain=lambda row: row.customer.name, sort=False,
          css="stick", phone="title"),
    Field("rating", _("Rating"), "choice", "rating", lambda row: grid.text(row.rating_name), plain=lambda row: row.rating_name, sort=False,
          shown=False, holding=lambda names: ~Q(rating="") if names is None else Q(rating__in=names), scope=True),
    _grade("previous", pgettext_lazy("grade", "Before"), phone="meta"),
    _grade("grade", _("Proposed"), phone="aside"),
    Field("amount", _("Amount of the year"), "amount", "amount", lambda row: grid.money(row.amount), field_class="price", css="r",
          phone="more"),
    Field("moved", _("Movement"), "number", "moved", lambda row: arrow(row.moved), filter=False, css="r"),
    Field("state", _("State"), "choice", "state", lambda row: grid.tag(*STATES.get(row.state, (row.state, "quiet"))),
          choices=codes_of({code: word for code, (word, _tone) in STATES.items()}), sort=False, phone="meta"),
    Field("why", _("Looked at, or missing for the next grade"), "text", "", _why,
          plain=lambda row: "; ".join([*row.marked, *([row.missed] if row.missed else [])]), sort=False, filter=False),
    Field("missing", _("Conditions missing for the next grade"), "number", "missing", lambda row: grid.text(row.missing), sort=False,
          css="r", shown=False),
    *shown_too(),
)  # fmt: skip


def _beside(looking: Looking) -> dict[str, Any]:
    return {"run": looking.about, "tab": "results"}


RESULTS = listed(Listing(
    "result", "grading_results", _("Results"), GradingResult, FIELDS, _("Customer"), _rows, verb="see_grading", visible=_visible,
    search=searching(), sort="-amount", order=("id",), about=finished, fitted=fitted, earlier=earlier,
    tabs=tabs_of(TABS, lambda rows, tab, looking: rows.filter(NARROWED[tab]) if tab in NARROWED else rows),
    quick=("rating", "grade", "state", "region", "manager"), dress=_dress, beside=_beside, template="grading/results.html",
    empty=_("No result is like this."), hint=_("Take a filter away."),
))  # fmt: skip
