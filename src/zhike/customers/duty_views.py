"""Pages of what is owed: my duties, silent customers, lapsed ones, those without manager, quality, limits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from zhike.customers.duties import KINDS, duties
from zhike.customers.forms import RecoveryForm
from zhike.customers.lapsing import Recovery, plan_recovery
from zhike.customers.life import POSTS
from zhike.customers.limits import LIMITS, Limits, set_limits, title
from zhike.customers.owners import Gap
from zhike.customers.pages import find_part, form_page, now, number_of
from zhike.customers.quality import Defect, quality
from zhike.customers.silence import silent
from zhike.customers.teams import TeamPost, require_post, waive_post
from zhike.kernel.refusals import Invalid
from zhike.lists.dressing import wearing
from zhike.lists.grades import Named, named_grade, named_grades, worn
from zhike.lists.pages import MOST_COUNTED, count_of, shown_count
from zhike.people.doors import door, me
from zhike.people.rules import can

PAGE = 50
PLACES = (
    ("customer_duties", gettext_lazy("My duties")),
    ("silent_customers", gettext_lazy("Silent")),
    ("lapsed_customers", gettext_lazy("To win back")),
    ("unmanaged_customers", gettext_lazy("Without manager")),
    ("archive_quality", gettext_lazy("Quality")),
)
"""The tabs of these pages."""


def places(request: HttpRequest) -> list[tuple[str, Any, bool]]:
    """(address, name, whether it is this page)."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [(reverse(name), label, name == here) for name, label in PLACES]


class Bounded(Paginator):  # type: ignore[type-arg]
    """Pages of rows that are counted only so far: a count of a million takes longer than a page."""

    @cached_property
    def count(self) -> int:
        """How many there are, up to one more than are counted."""
        rows = self.object_list
        return count_of(rows) if isinstance(rows, QuerySet) else len(rows)

    @property
    def said(self) -> str:
        """The count as people read it."""
        return shown_count(min(self.count, MOST_COUNTED), self.count > MOST_COUNTED)


def paged(request: HttpRequest, rows: Any) -> Any:
    """A page of rows."""
    return Bounded(rows, PAGE).get_page(request.GET.get("page"))


@door("see_customers", customer_data=True)
def my_duties(request: HttpRequest) -> HttpResponse:
    """Everything that I owe to archives, what is due first at the top."""
    day = now()[1]
    rows = duties(me(request), day)
    asked = request.GET.get("kind", "")
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.kind] = counts.get(row.kind, 0) + 1
    kinds = [(kind, name, counts[kind]) for kind, name in KINDS.items() if kind in counts]
    shown = [row for row in rows if row.kind == asked] if asked in counts else rows
    page_of = {
        "page": paged(request, shown),
        "kinds": kinds,
        "kind": asked,
        "total": len(rows),
        "late": sum(1 for row in rows if row.due_on and row.due_on < day),
        "day": day,
        "places": places(request),
    }
    return render(request, "customers/duties.html", page_of)


@door("see_customers", customer_data=True)
def silent_customers(request: HttpRequest) -> HttpResponse:
    """Customers silent for longer than their grade allows, with their last contact and its topic."""
    person, day = me(request), now()[1]
    limits = Limits()
    rows = silent(person, day, limits=limits).select_related("manager").defer("search", "channels", "tokens")
    mine = request.GET.get("whose") == "mine"
    page = paged(request, wearing("customers", rows.filter(manager=person) if mine else rows))
    worn(page.object_list)
    for row in page.object_list:
        row.days = (day - row.last_contact_on).days if row.last_contact_on else None
        row.limit = limits.of("silence_days", row.grade)
    is_set = any(name == "silence_days" for name, _grade in limits.rows)
    page_of = {
        "page": page,
        "mine": mine,
        "places": places(request),
        "is_set": is_set,
        "may_log": can(person, "log_activity"),
    }
    return render(request, "customers/silent.html", page_of)


@door("see_customers", customer_data=True)
def lapsed_customers(request: HttpRequest) -> HttpResponse:
    """Lapsed customers with who wins them back, and when they call next."""
    rows = Recovery.objects.standing().visible_to(me(request)).select_related("customer", "owner")
    page_of = {"page": paged(request, rows), "day": now()[1], "places": places(request)}
    return render(request, "customers/lapsed.html", page_of)


@door("change_customer", customer_data=True)
def recovery(request: HttpRequest, key: int) -> HttpResponse:
    """Set the next follow-up of a lapsed customer."""
    this = find_part(Recovery.objects.visible_to(me(request)).select_related("customer"), key)
    at, day = now()
    form = RecoveryForm(request.POST or None, initial={"follow_up_on": this.follow_up_on, "note": this.note})
    return form_page(
        request, form, lambda values: plan_recovery(recovery=this, by=me(request), at=at, day=day, **values),
        title=str(this), back=reverse("lapsed_customers"),
    )  # fmt: skip


@door("see_customers", customer_data=True)
def unmanaged_customers(request: HttpRequest) -> HttpResponse:
    """Customers without an account manager, and who answers for them meanwhile."""
    rows = Gap.objects.standing().visible_to(me(request)).select_related("customer", "owner", "former")
    page_of = {
        "page": paged(request, rows),
        "day": now()[1],
        "places": places(request),
        "may_assign": can(me(request), "assign_customer"),
    }
    return render(request, "customers/unmanaged.html", page_of)


@door("see_customers", customer_data=True)
def archive_quality(request: HttpRequest) -> HttpResponse:
    """The quality of archives by department, and the defects with owner and day."""
    person, day = me(request), now()[1]
    rows = Defect.objects.standing().visible_to(person).select_related("customer__manager")
    if request.GET.get("whose") == "mine":
        rows = rows.filter(customer__manager=person)
    page_of = {
        "report": quality(person, day),
        "page": paged(request, rows),
        "mine": request.GET.get("whose") == "mine",
        "day": day,
        "places": places(request),
        "target": Limits().of("completeness"),
    }
    return render(request, "customers/quality.html", page_of)


@door("see_customers")
def limits(request: HttpRequest) -> HttpResponse:
    """The company's numbers: silence, lapse, intervals, deadlines, by grade; and the team per grade."""
    found = Limits()
    posts = list(TeamPost.objects.all())
    grades = _grades(found, posts)
    columns = [None, *grades.values()]
    rows = [
        (name, title(name), [(one, found.rows.get((name, one.code if one else ""))) for one in columns])
        for name in LIMITS
    ]
    page_of = {
        "rows": rows,
        "columns": columns,
        "may_set": can(me(request), "set_limits"),
        "posts": [(named_grade(one.grade, grades), one) for one in posts],
        "all_posts": POSTS,
        "grades": grades.values(),
    }
    return render(request, "customers/limits.html", page_of)


def _grades(found: Limits, posts: Iterable[TeamPost]) -> dict[str, Named]:
    """The grades that limits can be set for, and those for which some are."""
    return named_grades(*(grade for _name, grade in found.rows if grade), *(one.grade for one in posts))


@door("set_limits")
@require_POST
def limits_saved(request: HttpRequest) -> HttpResponse:
    """Save every number of the page; an empty one is unset."""
    numbers: dict[tuple[str, str], int | None] = {}
    grades = {"", *_grades(Limits(), TeamPost.objects.all())}
    for key, given in request.POST.items():
        value = str(given).strip()
        name, dot, grade = key.rpartition("@")
        if not dot or name not in LIMITS or grade not in grades:
            continue
        if value and not (value.isascii() and value.isdigit() and len(value) < 8):
            raise Invalid(_("“%(value)s” is not a whole number.") % {"value": value})
        numbers[name, grade] = int(value) if value else None
    set_limits(numbers, by=me(request), at=now()[0])
    messages.success(request, _("The limits were saved."))
    return redirect("archive_limits")


@door("set_limits")
@require_POST
def team_post(request: HttpRequest) -> HttpResponse:
    """Entitle customers of a grade to a post, or take it out again."""
    at, person = now()[0], me(request)
    gone = request.POST.get("gone", "")
    if gone:
        waive_post(post=find_part(TeamPost.objects, number_of(gone)), by=person, at=at)
    else:
        days = min(number_of(request.POST.get("days", ""), 14), 9999)
        require_post(
            grade=request.POST.get("grade", "")[:20], post=request.POST.get("post", ""),
            senior=bool(request.POST.get("senior")), days=days, by=person, at=at,
        )  # fmt: skip
    return redirect("archive_limits")
