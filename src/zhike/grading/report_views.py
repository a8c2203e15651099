"""Pages of reports on grades: movement, principles, customers without a grade, entry; and treatments to confirm."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from zhike.customers.life import LIFE
from zhike.customers.models import Customer
from zhike.customers.pages import now
from zhike.grading import principles as checks
from zhike.grading import reports
from zhike.grading.causes import cause_text
from zhike.grading.proposal_lists import change_of
from zhike.grading.records import Treatment
from zhike.grading.schemes import Schemes
from zhike.grading.secrecy import hidden_word, reads_cause
from zhike.grading.treatments import ANSWERS, confirm_treatment, duties_of
from zhike.kernel.refusals import Invalid
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can, sees
from zhike.policies.reading import word_in
from zhike.ui import grid

PAGE = 50


def day_of(text: str, usual: date) -> date:
    """A day of a query string."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return usual


@door("see_grading", customer_data=True)
@require_GET
def movement(request: HttpRequest) -> HttpResponse:
    """Upgrades and downgrades of a period, as then or as now, and who they were."""
    person, (_at, day) = me(request), now()
    first = day_of(request.GET.get("from", ""), day - timedelta(days=365))
    last = day_of(request.GET.get("to", ""), day)
    mode = "now" if request.GET.get("mode") == "now" else "then"
    found = reports.movement(person, first, last, mode)
    rows = reports.moves(person, first, last)
    rows = _narrowed(request, rows)
    page = Paginator(
        rows.select_related("customer", "approved_by").defer("customer__search", "customer__tokens").order_by("-from_on", "-id"), PAGE
    ).get_page(request.GET.get("page"))  # fmt: skip
    table = grid.Table(
        _move_columns(person), page, request.GET, path=request.path, caption=_("Movement"), empty=_("No grade changed in this period."),
        hint=_("Changes stand here when management has approved them."), filtered=True,
    )  # fmt: skip
    if request.headers.get("HX-Target", "").endswith("#table"):
        return render(request, "ui/_grid.html", {"table": table})
    months = {
        "labels": [one.name for one in found.by_month],
        "series": [
            {"name": str(_("upgrades")), "values": [one.up for one in found.by_month]},
            {"name": str(_("downgrades")), "values": [one.down for one in found.by_month]},
        ],
    }
    shown = {
        "found": found, "table": table, "months": months, "first": first, "last": last, "mode": mode, "query": request.GET,
        "parts": [(_("By cause"), "cause", found.by_cause), (_("By policy"), "rating", found.by_policy),
                  (_("By department"), "department", found.by_department)],
    }  # fmt: skip
    return render(request, "grading/movement.html", shown)


def _narrowed(request: HttpRequest, rows: Any) -> Any:
    """The changes of one cause, rating, department or direction."""
    way = request.GET.get("way", "")
    if way in reports.DIRECTIONS:
        rows = rows.filter(reports.DIRECTIONS[way][1])
    for name, column in (
        ("cause", "cause"),
        ("rating", "rating"),
        ("department", "customer__department__name_zh"),
    ):
        value = request.GET.get(name, "")[:120]
        rows = rows.filter(**{column: value}) if value else rows
    return rows


def _move_columns(person: Person) -> list[grid.Column]:
    schemes = Schemes()

    def change(row: Any) -> str:
        row.current, row.decided, row.proposed = row.before, row.grade, row.grade
        return change_of(schemes)(row)

    return [
        grid.Column("customer", _("Customer"),
            lambda row: grid.name(row.customer.name, row.customer.code, f"{row.customer.get_absolute_url()}grades/"),
                    css="stick", phone="title"),
        grid.Column("change", _("Movement"), change, phone="aside"),
        grid.Column("from_on", pgettext("period", "From"), lambda row: grid.day(row.from_on), phone="meta"),
        grid.Column("cause", _("Cause"), lambda row: grid.text(cause_text(row.cause)), phone="meta"),
        grid.Column("ground", _("Ground"),
                    lambda row: grid.text(row.ground[:90] if reads_cause(person, row.cause) else hidden_word()), css="ink-2"),
        grid.Column("approved_by", _("Approved by"), lambda row: grid.person(row.approved_by)),
    ]  # fmt: skip


@door("see_grading", customer_data=True)
@require_GET
def principles(request: HttpRequest) -> HttpResponse:
    """Fairness and tilt."""
    person, (_at, day) = me(request), now()
    fair = [checks.fairness(run) for run in checks.last_runs(day)]
    keys = {key for one in fair for twins in one.twins for key in twins.keys}
    names = {one.pk: one for one in Customer.objects.visible_to(person).filter(pk__in=keys)}
    shown = {
        "fair": [(one, [(twins, [names[key] for key in twins.keys if key in names]) for twins in one.twins]) for one in fair],
        "tilts": checks.tilts(person, day), "price": sees(person, "price"),
    }  # fmt: skip
    return render(request, "grading/principles.html", shown)


@door("see_customers", customer_data=True)
@require_GET
def ungraded(request: HttpRequest) -> HttpResponse:
    """New and lapsed customers without a grade, and why."""
    person, (_at, day) = me(request), now()
    life = request.GET.get("life", "")
    rows = reports.ungraded(person)
    rows = rows.filter(life=life) if life in ("current", "lapsed") else rows
    page = Paginator(rows.select_related("manager").order_by("-added_at", "-id"), PAGE).get_page(
        request.GET.get("page")
    )
    results = reports.last_results([one.pk for one in page.object_list])
    words = {key: word_in(one.run.version, one.rating, one.grade) for key, one in results.items()}
    shown = {
        "page": page, "life": life, "rows": [(one, results.get(one.pk), words.get(one.pk, ""), LIFE[one.life],
        reports.marks_of(results[one.pk]) if one.pk in results else "") for one in page.object_list], "day": day,
    }  # fmt: skip
    return render(request, "grading/ungraded.html", shown)


@door("see_grading", customer_data=True)
@require_GET
def entry(request: HttpRequest) -> HttpResponse:
    """Who qualifies for a managed programme, and who is in without qualifying, and why (GRD-01)."""
    person, (_at, day) = me(request), now()
    found = reports.programmes(day)
    asked = request.GET.get("policy", "")
    one = next((row for row in found if row.version.policy.code == asked), found[0] if found else None)
    rows: list[reports.Entrant] = []
    page = None
    if one is not None and one.run is not None:
        results = one.run.results.visible_to(person).filter(rating=one.scheme.key.partition(".")[2])
        wanted = request.GET.get("state", "")
        if wanted == "qualified":
            results = results.filter(grade=one.inside)
        elif wanted == "unqualified":
            results = results.exclude(grade=one.inside).exclude(grade="")
        elif wanted == "open":
            results = results.filter(grade="")
        results = (
            results.exclude(state="not_rated")
            .select_related("customer")
            .prefetch_related("customer__adjustments")
        )
        page = Paginator(results.order_by("-amount", "id"), PAGE).get_page(request.GET.get("page"))
        rows = reports.entrants(one, person, list(page.object_list), day)
    shown = {"found": found, "one": one, "rows": rows, "page": page, "state": request.GET.get("state", "")}
    return render(request, "grading/entry.html", shown)


@door("see_customers", customer_data=True)
@require_GET
def treatments(request: HttpRequest) -> HttpResponse:
    """Changes of treatment whose open items wait for the manager."""
    person, (_at, day) = me(request), now()
    rows = (
        Treatment.objects.waiting().visible_to(person).select_related("customer__manager", "grade", "former")
    )
    mine = request.GET.get("whose") == "mine"
    rows = rows.filter(customer__manager=person) if mine else rows
    page = Paginator(rows.order_by("from_on", "id"), PAGE).get_page(request.GET.get("page"))
    schemes = Schemes()
    shown = {
        "page": page, "mine": mine, "day": day,
        "rows": [(one, *chips_of(one, schemes))
                 for one in page.object_list],
    }  # fmt: skip
    return render(request, "grading/treatments.html", shown)


def chips_of(one: Treatment, schemes: Schemes) -> tuple[Any, Any]:
    """The chips of the grade before and of the grade that opens a treatment."""
    old, new = one.former, one.grade
    before = schemes.chip(old.version_id, old.rating, old.grade) if old else ""
    return before, schemes.chip(new.version_id, new.rating, new.grade)


@door("see_customers", customer_data=True)
def treatment(request: HttpRequest, key: int) -> HttpResponse:
    """What opens and ends with a grade; the manager says what becomes of the items that end."""
    person, at = me(request), now()[0]
    rows = Treatment.objects.visible_to(person).select_related("customer", "grade", "former", "confirmed_by")
    one = rows.filter(pk=key).first()
    if one is None:
        raise Http404
    faults: dict[str, Any] = {}
    if request.method == "POST":
        answers = {code: request.POST.get(f"item-{code}", "") for code in one.ends}
        try:
            confirm_treatment(
                treatment=one, answers=answers, note=request.POST.get("note", "")[:300], by=person, at=at
            )
        except Invalid as refusal:
            faults = refusal.fields
        else:
            messages.success(request, _("The open items are confirmed."))
            return redirect("treatment", key=one.pk)
    duties = duties_of(one)
    shown = {
        "chips": chips_of(one, Schemes()), "one": one, "duties": duties, "faults": faults, "answers": list(ANSWERS.items()),
        "ends": [(duty, faults.get(duty.code), str(ANSWERS.get(one.answers.get(duty.code, ""), ""))) for duty in duties["ends"]],
        "may_confirm": one.confirmed_at is None and one.has_ends and can(person, "change_customer"),
    }  # fmt: skip
    return render(request, "grading/treatment.html", shown, status=422 if faults else 200)
