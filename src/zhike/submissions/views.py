"""Pages of monthly figures: the board, a month, submitting, explaining, verifying, correcting."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.models import Customer
from zhike.customers.pages import form_page, now
from zhike.facts.figures import company_currency
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.doors import door, me
from zhike.people.models import Department, Person
from zhike.people.rules import can, sees
from zhike.submissions import actions, sheets
from zhike.submissions.board import board
from zhike.submissions.chasing import owing
from zhike.submissions.forms import FiguresForm, ReturnForm, SignForm
from zhike.submissions.ledger import first_of
from zhike.submissions.models import Submission, departments_of
from zhike.submissions.pages import PAGE, Difference, Page, columns, light
from zhike.ui import grid
from zhike_engine.plan.windows import add_months

BACK = 24
"""Months back that are offered for submission."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def posted(request: HttpRequest) -> Any:
    """What was sent, also when it holds nothing; None where nothing was."""
    return request.POST if request.method == "POST" else None


def find(request: HttpRequest, key: int) -> Submission:
    """Figures that the person sees, or 404."""
    rows: Any = Submission.objects.visible_to(me(request))
    found: Submission | None = (
        rows.select_related("department", "submitted_by", "checked_by", "corrects").filter(pk=key).first()
    )
    if found is None:
        raise Http404
    return found


@door("see_grading", customer_data=True)
@require_GET
def submissions(request: HttpRequest) -> HttpResponse:
    """Months and departments: what is submitted, signed, late, changed."""
    year = request.GET.get("year", "")
    found = board(
        me(request), now()[1], int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None
    )
    may_submit = can(me(request), "submit_figures") and departments_of(me(request)).exists()
    return render(request, "submissions/board.html", {"board": found, "may_submit": may_submit})


@door("see_grading", customer_data=True)
@require_GET
def submission(request: HttpRequest, key: int) -> HttpResponse:
    """The figures of a month, their differences, and what may be done about them."""
    person, one = me(request), find(request, key)
    page = Page(one, person, now()[1])
    every = request.GET.get("show") == "all" or (
        not one.differences and request.GET.get("show") != "differences"
    )
    rows = light(one.lines.all() if every else one.lines.differing())
    if every:
        rows = rows.order_by("-amount", "id")
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    answer: dict[str, Any] = {
        "one": one,
        "page": page,
        "every": every,
        "shown": shown,
        "may_run": can(person, "run_grading"),
    }
    if every:
        answer["table"] = grid.Table(
            columns(person), shown, request.GET, caption=_("Customers"), empty=_("No figures.")
        )
        if request.headers.get("HX-Target", "").endswith("#table"):
            return render(request, "ui/_grid.html", answer)
    else:
        answer["differences"] = [Difference(line, person) for line in shown.object_list]
    return render(request, "submissions/submission.html", answer)


def offered(person: Person, day: date) -> tuple[Any, list[date]]:
    """The departments for which a person may submit, those that owe figures first, and the months that are over."""
    mine = departments_of(person).filter(closed_on__isnull=True)
    owed = [one.department.pk for one in owing(day)]
    departments = mine.filter(pk__in=owed) if mine.filter(pk__in=owed).exists() else mine
    months = [add_months(first_of(day), -back) for back in range(1, BACK + 1)]
    return departments, months


@door("submit_figures", customer_data=True)
def new_submission(request: HttpRequest) -> HttpResponse:
    """Submit a month: from the orders, or from a sheet."""
    person = me(request)
    departments, months = offered(person, now()[1])
    if not departments.exists():
        raise Forbidden(_("You answer for no department whose figures you could submit."))
    initial = {
        "department": request.GET.get("department", "")[:40] or getattr(departments.first(), "code", ""),
        "month": request.GET.get("month", "")[:7] or f"{months[0]:%Y-%m}",
        "source": "orders",
    }
    form = FiguresForm(
        posted(request), request.FILES or None, departments=departments, months=months, initial=initial
    )

    def act(values: dict[str, Any], sheet: sheets.Sheet | None) -> Submission:
        given = {"department": values["department"], "month": values["month"], "note": values["note"]}
        if sheet is not None:
            return actions.submit_sheet(**given, sheet=sheet, by=person, at=timezone.now())
        return actions.submit_orders(**given, by=person, at=timezone.now())

    return submit_page(request, form, act, title=_("Submit a month"), back=reverse("submissions"))


@door("submit_figures", customer_data=True)
def correct(request: HttpRequest, key: int) -> HttpResponse:
    """Submit a signed month anew."""
    one = find(request, key)
    form = FiguresForm(posted(request), request.FILES or None, correcting=True, initial={"source": "orders"})

    def act(values: dict[str, Any], sheet: sheets.Sheet | None) -> Submission:
        return actions.correct(
            submission=one, note=values["note"], sheet=sheet, by=me(request), at=timezone.now()
        )

    return submit_page(
        request, form, act, title=_("Correct %(what)s") % {"what": one}, back=one.get_absolute_url(), one=one
    )


def submit_page(
    request: HttpRequest, form: FiguresForm, act: Any, *, title: str, back: str, one: Submission | None = None
) -> HttpResponse:
    """The form of figures: valid, it submits and shows what differs; else it comes again with what is wrong."""
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            sheet = sheets.read(values["file"], by=me(request)) if values["source"] == "sheet" else None
            made = act(values, sheet)
        except (Invalid, Conflict) as refusal:
            told(form, refusal)
        else:
            messages.success(request, _("The figures of %(what)s were submitted.") % {"what": made})
            return redirect(made)
    page = {"form": form, "title": title, "back": back, "one": one, "most": sheets.LARGEST}
    return render(request, "submissions/submit.html", page, status=422 if form.errors else 200)


def told(form: FiguresForm, refusal: Invalid | Conflict) -> None:
    """Show a refusal at its fields, every row of a sheet on its own."""
    for name, why in refusal.fields.items():
        for each in why if isinstance(why, list) else [why]:
            form.add_error(name if name in form.fields else None, str(each))
    if not set(refusal.fields) & set(form.fields) or isinstance(refusal.fields.get("file"), list):
        form.add_error(None, str(refusal))


@door("submit_figures", customer_data=True)
@require_GET
def form_to_fill(request: HttpRequest) -> HttpResponse:
    """A workbook with a row per customer of a department, to be filled in."""
    person = me(request)
    code = request.GET.get("department", "")[:40]
    department = (
        departments_of(person).filter(code=code).first() if code else offered(person, now()[1])[0].first()
    )
    if department is None:
        raise Http404
    below = Department.objects.filter(path__startswith=department.path)
    rows = (
        Customer.objects.visible_to(person)
        .living()
        .filter(department__in=below)
        .exclude(life__in=["prospect", "closed"])
    )
    customers = list(rows.order_by("code").values_list("code", "name"))
    book = sheets.form_to_fill(str(department), company_currency(), customers)
    answer = HttpResponse(book, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="figures-{department.code}.xlsx"'
    return answer


@door("see_grading", customer_data=True)
@require_GET
def file(request: HttpRequest, key: int) -> FileResponse:
    """The sheet as it was uploaded."""
    one = find(request, key)
    if (
        not one.sha256
        or not (sees(me(request), "price") and sees(me(request), "profit"))
        or not one.file.is_file()
    ):
        raise Http404
    return FileResponse(
        one.file.open("rb"),
        as_attachment=True,
        filename=one.file_name,
        content_type="application/octet-stream",
    )


@door("submit_figures", customer_data=True)
@require_POST
def explain(request: HttpRequest, key: int) -> HttpResponse:
    """Explain differences: one text per line."""
    one = find(request, key)
    given = {
        int(name.removeprefix("line-")): str(text)
        for name, text in request.POST.items()
        if name.startswith("line-")
        and name.removeprefix("line-").isascii()
        and name.removeprefix("line-").isdigit()
    }
    actions.explain(submission=one, explanations=given, by=me(request), at=timezone.now())
    messages.success(request, _("The explanations were kept."))
    return redirect(f"{one.get_absolute_url()}?show=differences&page={request.POST.get('page', '1')[:6]}")


@door("see_grading", customer_data=True)
@require_POST
def compare(request: HttpRequest, key: int) -> HttpResponse:
    """Put the orders as they are now beside figures that wait."""
    one = actions.reconcile_again(submission=find(request, key), by=me(request), at=timezone.now())
    messages.success(request, _("The figures were compared with the orders again."))
    return redirect(one)


@door("see_grading", customer_data=True)
def give_back(request: HttpRequest, key: int) -> HttpResponse:
    """Return figures with a comment."""
    one = find(request, key)
    return form_page(
        request, ReturnForm(posted(request)),
        lambda values: actions.return_figures(submission=one, by=me(request), at=timezone.now(), **values),
        title=_("Return %(what)s") % {"what": one}, back=one.get_absolute_url(), submit=_("Return"),
        done=_("The figures were returned."),
    )  # fmt: skip


@door("see_grading", customer_data=True)
def sign(request: HttpRequest, key: int) -> HttpResponse:
    """Verify and sign."""
    one = find(request, key)
    return form_page(
        request, SignForm(posted(request)),
        lambda values: actions.sign(submission=one, by=me(request), at=timezone.now(), **values),
        title=_("Verify and sign %(what)s") % {"what": one}, back=one.get_absolute_url(), submit=_("Verify and sign"),
        done=_("The figures are signed off; the month is closed."),
    )  # fmt: skip
