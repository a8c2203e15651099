"""Pages of runs: what is due, starting one, its board, its results, and the explanation of each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.models import Customer
from zhike.customers.pages import find_customer, form_page, now
from zhike.grading.asking import answered_since, asked_of, missing_judgements
from zhike.grading.boards import Shown, shown
from zhike.grading.explaining import explanations, grievances_of
from zhike.grading.marks import told
from zhike.grading.models import GradingRun
from zhike.grading.outlooks import method_words, outlook_of
from zhike.grading.pages_of_why import Why
from zhike.grading.preflight import preflight
from zhike.grading.rechecking import may_recheck, recheck_run, rechecked
from zhike.grading.run_forms import StartForm
from zhike.grading.run_lists import find_run, finished
from zhike.grading.running import error_of, grade_again, start_run, withdraw_run
from zhike.grading.schedule import due_runs, last_end
from zhike.grading.secrecy import Reader
from zhike.intelligence.models import INDUSTRIES
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can, sees
from zhike.policies.models import PolicyVersion

RUNS = 40


@door("see_grading")
@require_GET
def gradings(request: HttpRequest) -> HttpResponse:
    """What is due, and the runs so far."""
    person, (_at, day) = me(request), now()
    runs = list(GradingRun.objects.select_related("version__policy", "started_by").defer("manifest")[:RUNS])
    versions = PolicyVersion.objects.in_force(day).select_related("policy").order_by("policy__code")
    page_of = {
        "due": due_runs(day), "runs": runs, "versions": versions, "may_run": can(person, "run_grading"),
        "may_judge": can(person, "judge_customers"), "day": day,
    }  # fmt: skip
    return render(request, "grading/gradings.html", page_of)


@door("run_grading", customer_data=True)
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Start a run by hand, after a look at what the pre-flight check finds."""
    person, (at, day) = me(request), now()
    version = PolicyVersion.objects.in_force(day).filter(policy__code=code).select_related("policy").first()
    if version is None:
        raise Http404
    asked = request.GET.get("as_of", "")
    as_of = _day(asked) or last_end("month", day)
    form = StartForm(request.POST or None, today=day, initial={"as_of": as_of})
    made: list[GradingRun] = []

    def act(values: dict[str, Any]) -> None:
        made.append(start_run(version=version, by=person, at=at, **values))

    if request.method == "POST" and form.is_valid():
        as_of = form.cleaned_data["as_of"]
    answer = form_page(
        request, form, act, title=_("Start a grading by %(policy)s") % {"policy": version.policy}, back=reverse("gradings"),
        submit=_("Start"),
    )  # fmt: skip
    if made:
        return redirect(made[0])
    found = preflight(version, as_of)
    page_of = {"form": form, "found": found, "version": version, "as_of": as_of}
    return render(request, "grading/start.html", page_of, status=answer.status_code)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@door("see_grading", customer_data=True)
@require_GET
def board(request: HttpRequest, key: int) -> HttpResponse:
    """The result board; the progress while there is none."""
    run, person = find_run(key), me(request)
    page_of: dict[str, Any] = {
        "run": run, "tab": "board", "may_run": can(person, "run_grading"), "error": error_of(run) if run.error else "",
        "warnings": run.board.get("warnings", ()),
    }  # fmt: skip
    if "ratings" in run.board:
        page_of |= {
            "shown": shown(run, person, request.GET.get("rating", "")), "price": sees(person, "price"),
            "recheck": rechecked(run), "may_recheck": may_recheck(person),
        } | lacks(run, person)  # fmt: skip
    return render(request, "grading/board.html", page_of)


def lacks(run: GradingRun, person: Person) -> dict[str, Any]:
    """What a run waits for before it goes before management, for the notice on its pages."""
    number = missing_judgements(run) if run.state == "ready" else 0
    if not number:
        return {"lacking": 0}
    return {
        "lacking": number, "since": answered_since(run), "mine": asked_of(run, person) if can(person, "judge_customers") else 0,
        "may_run": can(person, "run_grading"),
    }  # fmt: skip


@door("see_grading")
@require_GET
def progress(request: HttpRequest, key: int) -> HttpResponse:
    """How far a run is; when it has ended the page comes anew."""
    run = find_run(key)
    answer = render(request, "grading/_progress.html", {"run": run})
    if run.state not in ("queued", "running"):
        answer.headers["HX-Refresh"] = "true"
    return answer


@door("run_grading")
@require_POST
def withdraw(request: HttpRequest, key: int) -> HttpResponse:
    """Stop a run, or take it back."""
    run = find_run(key)
    withdraw_run(run=run, by=me(request), at=now()[0])
    return redirect(run)


@door("run_grading")
@require_POST
def again(request: HttpRequest, key: int) -> HttpResponse:
    """Make a run anew, with what has been judged since."""
    return redirect(grade_again(run=find_run(key), by=me(request), at=now()[0]))


@door("see_grading")
@require_POST
def recheck(request: HttpRequest, key: int) -> HttpResponse:
    """Have a run made again from its frozen policy and data, and compared."""
    run = finished(key)
    recheck_run(run=run, by=me(request), at=now()[0])
    messages.info(request, _("The run is being made again; what came of it will stand below."))
    return redirect(f"{run.get_absolute_url()}#repeated")


@door("see_grading", customer_data=True)
@require_GET
def result(request: HttpRequest, key: int, code: str) -> HttpResponse:
    """Why a customer has its result, in plain words."""
    run, person = finished(key), me(request)
    customer = find_customer(person, code)
    return render(request, "grading/why.html", why_page(run, customer, person))


def why_page(run: GradingRun, customer: Customer, person: Person) -> dict[str, Any]:
    """What the page of an explanation needs, as a person reads it."""
    reader = Reader(person, run.version.text)
    told = explanations(run, customer.pk)
    read = [reader.read(one) for one in told]
    found = [Why(one) for one in read]
    forecast = {
        name: one for name, one in outlook_of(run, customer.pk).items() if sees(person, "risk" if "risk" in name else "price")
    }  # fmt: skip
    return {
        "grievances": grievances_of(run, customer),
        "run": run, "customer": customer, "whys": found, "first": found[0], "forecast": forecast,
        "outlook": run.board.get("forecast", {}), "currency": run.board.get("currency", ""), "hides": read != told,
    }  # fmt: skip


@door("see_grading", customer_data=True)
@require_GET
def outlook(request: HttpRequest, key: int) -> HttpResponse:
    """The forecast of a run, how it was made, and what came of it."""
    run, person = finished(key), me(request)
    if not sees(person, "price"):
        raise Http404
    past = run.board.get("hindsight") or {}
    outcomes = past.get("outcomes", {})
    seen = Customer.objects.visible_to(person).filter(pk__in=[int(code) for code in outcomes])
    names = dict(seen.values_list("pk", "name"))
    lines = [
        outcome_line(names[int(code)], values) for code, values in outcomes.items() if int(code) in names
    ]
    page_of = {
        "run": run,
        "tab": "forecast",
        "past": past,
        "lines": lines,
        "shown": Shown(run, ""),
        **outlook_words(run),
    }
    return render(request, "grading/outlook.html", page_of)


def outlook_words(run: GradingRun) -> dict[str, Any]:
    """The forecast of a run for a page."""
    found = run.board.get("forecast") or {}
    inside = (found.get("tested") or {}).get("inside")
    return {
        "outlook": found, "none": told(found.get("none", {})), "expected": Decimal(found.get("expected", "0")),
        "inside": None if inside is None else f"{inside:.0%}", "method": method_words(found.get("method", "")),
        "growth": [(INDUSTRIES.get(name, name), float(rate)) for name, rate in found.get("growth", {}).items()],
        "sentences": [told(one) for one in (run.board.get("hindsight") or {}).get("sentences", ())],
    }  # fmt: skip


def outcome_line(name: str, values: list[Any]) -> dict[str, Any]:
    """A forecast beside what came."""
    value, low, high, actual = (Decimal(text) if text else None for text in values[:4])
    return {"customer": name, "value": value, "low": low, "high": high, "actual": actual, "inside": values[4]}
