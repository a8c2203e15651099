"""The what-if page: turning parameters over a run's frozen facts, keeping scenarios, comparing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.customers.models import Customer
from zhike.customers.pages import now
from zhike.grading.boards import Shown
from zhike.grading.frozen import using
from zhike.grading.marks import lang, pick, problem_words, told
from zhike.grading.models import GradingRun
from zhike.grading.run_lists import finished
from zhike.grading.scenarios import Scenario, drop_scenario, keep_scenario
from zhike.grading.secrecy import Reader
from zhike.grading.turning import untold
from zhike.grading.whatif import SHOWN, Knob, Turned, knobs, seen_of, turn
from zhike.kernel.refusals import Invalid
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.people.verbs import FIELD_CLASSES
from zhike_engine.errors import ZhikeError

NOTHING: Mapping[str, Decimal] = {}


def asked_of(values: Mapping[str, str], known: list[Knob]) -> dict[str, Decimal]:
    """The values that differ from the run. A number and its slider are two fields: the one that was moved counts."""
    found = {}
    for knob in known:
        number, slid, was = (_decimal(values.get(f"{knob.name}{end}", "")) for end in ("", "~", "!"))
        value = (
            slid if slid is not None and was is not None and slid != was and number in (was, None) else number
        )
        if value is not None and value != knob.value:
            found[knob.name] = value
    return found


def _decimal(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip()) if text.strip() else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() and abs(found) < 10**15 else None


def _knobs(run: GradingRun, person: Person, asked: Mapping[str, Decimal] = NOTHING) -> list[Knob]:
    with using(run) as opened:
        return knobs(opened, asked, untold(Reader(person, run.version.text)))


@dataclass(frozen=True)
class KeptBack:
    """The numbers that a person does not turn: name -> title, and the classes of the figures that they would tell of."""

    titles: Mapping[str, str]
    classes: str


def kept_back(run: GradingRun, person: Person) -> KeptBack:
    """What is named in the place of sliders that would tell a person what their roles do not show."""
    without = untold(Reader(person, run.version.text))
    with using(run) as opened:
        titles = {one.name: pick(one.title) for one in knobs(opened, NOTHING) if one.name in without}
    classes = {FIELD_CLASSES[one] for name in titles for one in without[name]}
    return KeptBack(titles, _("; ").join(sorted(map(str, classes))))


@door("see_grading", customer_data=True)
@require_GET
def turned(request: HttpRequest, key: int) -> HttpResponse:
    """The what-if panel: the knobs, and what they would change; only the panel when htmx asks."""
    run, person = finished(key), me(request)
    known = _knobs(run, person)
    changes = asked_of(request.GET, known)
    asked = request.GET.get("scenario", "")
    if asked.isascii() and asked.isdigit():
        kept = get_object_or_404(Scenario, pk=int(asked[:9]), run=run, dropped_at__isnull=True)
        mine = {knob.name for knob in known}
        if not kept.changes.keys() <= mine:
            raise Http404
        changes = {name: Decimal(value) for name, value in kept.changes.items()}
    page_of = panel(run, person, changes, request.GET.get("rating", ""))
    alone = request.headers.get("HX-Request") and "whatif" in request.headers.get("HX-Target", "")
    if alone:
        return render(request, "grading/_whatif.html", page_of)
    page_of |= {"tab": "whatif", "scenarios": compared(run, page_of)}
    return render(request, "grading/whatif.html", page_of)


def panel(run: GradingRun, person: Person, changes: Mapping[str, Decimal], rating: str) -> dict[str, Any]:
    """What the panel shows."""
    shown = Shown(run, rating)
    page_of: dict[str, Any] = {
        "run": run, "shown": shown, "changes": changes, "kept_back": kept_back(run, person),
        "knobs": [(knob, pick(knob.title)) for knob in _knobs(run, person, changes)], "may_keep": can(person, "run_grading"),
    }  # fmt: skip
    try:
        found = turn(run, changes, seen_of(person))
    except ZhikeError as problem:
        return page_of | {"refusal": problem_words(problem, lang())}
    return page_of | said(run, person, shown, found)


def said(run: GradingRun, person: Person, shown: Shown, found: Turned) -> dict[str, Any]:
    """The movement of a rating in words and numbers."""
    one = found.movements[shown.name]
    grades = [
        {**grade, "then": one.after(grade["code"]), "now": one.before(grade["code"]),
         "change": one.after(grade["code"]) - one.before(grade["code"])}
        for grade in shown.grades
    ]  # fmt: skip
    most = max((max(grade["then"], grade["now"]) for grade in grades), default=0) or 1
    for grade in grades:
        grade |= {
            "wide_now": round(grade["now"] / most * 100),
            "wide_then": round(grade["then"] / most * 100),
        }
    named = Reader(person, run.version.text).reads_all  # who moves at which limit tells the figure
    first = one.movers[: SHOWN * 4] if named else ()
    codes = dict(
        Customer.objects.visible_to(person)
        .filter(pk__in=[int(m.customer) for m in first])
        .values_list("pk", "code")
    )
    movers = [
        {"code": codes[int(m.customer)], "name": m.name, "before": shown.word(m.before or m.state_before),
         "after": shown.word(m.after or m.state_after), "was": shown.ranks.get(m.before or ""), "rank": shown.ranks.get(m.after or ""),
         "why": [told(shown.data["conditions"][code]) for code in (*m.gained, *m.lost) if code in shown.data["conditions"]][:2]}
        for m in first if int(m.customer) in codes
    ][:SHOWN]  # fmt: skip
    return {
        "then": grades, "moved": one.moved, "movers": movers, "duties": found.total,
        "people": [line for line in found.people if line.more][:12], "counted": found.counted,
    }  # fmt: skip


def compared(run: GradingRun, page_of: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The scenarios of a run beside each other; of those that turn what this reader does not, only what they turn."""
    shown, back = page_of["shown"], page_of["kept_back"].titles
    titles = {knob.name: title for knob, title in page_of["knobs"]} | dict(back)
    rows = run.scenarios.filter(dropped_at__isnull=True).select_related("kept_by")
    found = []
    for one in rows:
        outcome = one.outcome["ratings"].get(shown.name, {})
        before, after = one.outcome["duties"]
        found.append({
            "one": one, "grades": [(code, number, number - outcome["before"][code]) for code, number in outcome.get("after", {}).items()],
            "moved": outcome.get("moved", 0), "up": outcome.get("up", 0), "down": outcome.get("down", 0), "duties": after - before,
            "changes": [(titles.get(name, name), value) for name, value in one.changes.items()],
            "hidden": bool(one.changes.keys() & back.keys()),
        })  # fmt: skip
    return found


@door("run_grading", customer_data=True)
@require_POST
def keep(request: HttpRequest, key: int) -> HttpResponse:
    """Keep what is on the panel as a scenario."""
    run, person = finished(key), me(request)
    changes = asked_of(request.POST, _knobs(run, person))
    try:
        outcome = turn(run, changes)
    except ZhikeError as problem:
        raise Invalid(problem_words(problem, lang())) from None
    with using(run) as opened:
        plain = outcome.plain(opened)
    keep_scenario(
        run=run, title=request.POST.get("title", "") or _("Scenario"), changes={name: str(value) for name, value in changes.items()},
        outcome=plain, by=person, at=now()[0],
    )  # fmt: skip
    return redirect(reverse("grading_whatif", args=[run.pk]))


@door("run_grading")
@require_POST
def drop(request: HttpRequest, key: int) -> HttpResponse:
    """Take a scenario off the board."""
    kept = get_object_or_404(Scenario.objects.select_related("run"), pk=key)
    drop_scenario(scenario=kept, by=me(request), at=now()[0])
    return redirect(reverse("grading_whatif", args=[kept.run_id]))
