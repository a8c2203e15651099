"""The pages of analyses; each figure leads to the records it is the sum of."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from zhike.analysis.development import Development, Year, development, first_order_on
from zhike.analysis.fit import fit
from zhike.analysis.grades import Ranks, in_order, key_of, named, of_key, ranks_now
from zhike.analysis.pages import asked_spans, common, hours, look, number, standing_for
from zhike.analysis.standing import Line, Standing, potentials, share, total
from zhike.analysis.value import KINDS, SEGMENTS, keyed, measure_for, mismatches, segments
from zhike.customers.life import LIFE
from zhike.customers.pages import now
from zhike.kernel.amounts import amount
from zhike.people.doors import door, me
from zhike.people.models import Person
from zhike.people.rules import can, sees

SORTS = ("profit", "amount", "effort", "cost", "potential")
SORT_NAMES: dict[str, Any] = {
    "profit": gettext_lazy("Profit"), "amount": gettext_lazy("Orders"), "effort": gettext_lazy("Service"),
    "cost": gettext_lazy("Cost to serve"), "potential": gettext_lazy("Potential"),
}  # fmt: skip
PAGE = 50
LISTED = 20


@door("see_analysis", customer_data=True)
@require_GET
def development_page(request: HttpRequest) -> HttpResponse:
    """How customers develop: orders, growth, number, movements, by the grade they carry today."""
    person = me(request)
    look(person)
    day, spans, grade = now()[1], asked_spans(request), of_key(request.GET.get("grade", ""))
    ranks = ranks_now()
    found = development(person, spans, day)
    if grade is not None and grade not in found.years:
        raise Http404
    codes = in_order(found.years, ranks)
    years, since = found.of(grade), first_order_on(person)
    page_of = {
        **common(request, person), "spans": spans, "grade": grade, "key": "" if grade is None else key_of(grade),
        "groups": [{"key": key_of(code), "code": code, "name": named(code, ranks), "rank": ranks.get(code), "last": found.years[code][-1],
                    "growth": _growth(found.years[code]), "customers": sum(found.customers.get(code, {}).values()),
                    "chosen": code == grade} for code in codes],
        "years": [{"span": span, "year": year, "whole": since is not None and since < span.first,
                   "growth": year.growth(years[i - 1]) if i else None}
                  for i, (span, year) in enumerate(zip(spans, years, strict=True))],
        "life": _life(found, grade), "chart": _chart(found, grade, {code: named(code, ranks) for code in codes}, sees(person, "profit")),
        "may_export": can(person, "export_data"),
    }  # fmt: skip
    return render(request, "analysis/development.html", page_of)


def _growth(years: list[Year]) -> Any:
    return years[-1].growth(years[-2]) if len(years) > 1 else None


def _life(found: Development, grade: str | None) -> list[tuple[Any, int]]:
    """Life cycle today -> customers."""
    groups = found.customers.values() if grade is None else [found.customers.get(grade, {})]
    return [(name, sum(group.get(code, 0) for group in groups)) for code, name in LIFE.items()]


def _chart(found: Development, grade: str | None, codes: dict[str, str], profit: bool) -> dict[str, Any]:
    """Amounts over the spans: by grade for everybody; amount and profit of one group."""
    labels = [str(span) for span in found.spans]
    if grade is None:
        series = [{"name": name, "values": [float(year.amount) for year in found.years[code]]} for code, name in codes.items()
                  if any(year.amount for year in found.years[code])]  # fmt: skip
        return {"labels": labels, "series": series, "stack": True}
    names = [("amount", _("Orders")), *([("profit", _("Profit"))] if profit else [])]
    return {
        "labels": labels,
        "series": [
            {"name": label, "values": [float(getattr(year, name)) for year in found.of(grade)]}
            for name, label in names
        ],
    }


@door("see_analysis", customer_data=True)
@require_GET
def value_page(request: HttpRequest) -> HttpResponse:
    """What customers are worth and cost, segments side by side, and whose treatment does not fit."""
    person = me(request)
    look(person)
    standing, ranks = standing_for(person), ranks_now()
    measure = measure_for(person)
    by = request.GET.get("by", "grade")
    by = by if by in SEGMENTS else "grade"
    wrong = mismatches(standing, measure, ranks)
    ranking = _ranking(request, standing, person, ranks)
    shown = {row.line.pk: row.line for rows in wrong.values() for row in rows[:LISTED]}
    customers = keyed([*shown.values(), *(row["line"] for row in ranking["rows"])])
    for row in ranking["rows"]:
        row["customer"] = customers.get(row["line"].pk)
        row["word"] = word_of(row["customer"], row["line"], ranks)
        row["rank"] = ranks.get(row["line"].grade)
    page_of = {
        **common(request, person), **ranking, "span": standing.span, "measure": measure, "ranks": ranks, "by": by,
        "effort": standing.effort,
        "axes": [(code, name, code == by) for code, (name, _column) in SEGMENTS.items()],
        "segments": [_shown_segment(one, ranks) for one in segments(standing, by, person)],
        "wrong": [{"kind": kind, "name": KINDS[kind][0], "when": KINDS[kind][1], "count": len(rows),
                   "rows": [_shown_mismatch(row, customers.get(row.line.pk), measure, ranks) for row in rows[:LISTED]]}
                  for kind, rows in wrong.items()],
        "may_export": can(person, "export_data"),
    }  # fmt: skip
    return render(request, "analysis/value.html", page_of)


def _ranking(request: HttpRequest, standing: Standing, person: Person, ranks: Ranks) -> dict[str, Any]:
    """A page of customers in the order asked for."""
    allowed = [sort for sort in SORTS if sort != "profit" or sees(person, "profit")]
    sort = request.GET.get("sort", "")
    sort = sort if sort in allowed else allowed[0]
    expected = potentials(now()[1])
    grade = of_key(request.GET.get("grade", ""))
    lines = [one for one in standing.lines if grade is None or one.grade == grade]
    if sort == "potential":
        lines = sorted(lines, key=lambda one: (-expected.get(one.pk, 0), one.pk))
    else:
        lines = standing.ordered({"effort": standing.effort}.get(sort, sort), lines)
    text = request.GET.get("page", "")
    page = min(
        max(int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1, 1),
        max(1, -(-len(lines) // PAGE)),
    )
    first = (page - 1) * PAGE
    whole = total(standing.lines, "profit" if sees(person, "profit") else "amount")
    rows = [
        {
            "place": first + i, "line": one, "amount": amount(one.amount), "profit": amount(one.profit), "cost": amount(one.cost),
            "share": share(one.profit if sees(person, "profit") else one.amount, whole), "hours": hours(one.minutes),
            "potential": expected.get(one.pk), "change": one.amount / one.before - 1 if one.before > 0 else None,
        }
        for i, one in enumerate(lines[first : first + PAGE], 1)
    ]  # fmt: skip
    return {
        "rows": rows, "sort": sort, "page": page, "pages": max(1, -(-len(lines) // PAGE)), "count": len(lines), "grade": grade,
        "sorts": [(name, SORT_NAMES[name], name == sort) for name in allowed], "has_potential": bool(expected),
        "grades": [(key_of(code), named(code, ranks), code == grade) for code in in_order((one.grade for one in standing.lines), ranks)],
    }  # fmt: skip


def word_of(customer: Any, line: Line, ranks: Ranks) -> str:
    """The word for the grade of a customer: of the version that gave it, where it is still the customer's."""
    return str(getattr(customer, "grade_word", "")) or ranks.word(line.grade)


def _shown_segment(one: Any, ranks: Ranks) -> dict[str, Any]:
    return {
        "name": one.name or _("not stated"), "key": one.key, "word": ranks.word(one.key), "rank": ranks.get(one.key),
        "customers": one.customers, "amount": amount(one.amount),
        "profit": amount(one.profit), "change": one.change, "hours": hours(one.minutes),
        "contacts": one.contacts, "cost": amount(one.cost),
    }  # fmt: skip


def _shown_mismatch(row: Any, customer: Any, measure: str, ranks: Ranks) -> dict[str, Any]:
    line: Line = row.line
    return {
        "row": row, "customer": customer, "word": word_of(customer, line, ranks), "rank": ranks.get(line.grade),
        "value": amount(getattr(line, measure)),
        "amount": amount(line.amount), "hours": hours(line.minutes), "contacts": line.contacts,
    }  # fmt: skip


@door("see_analysis", customer_data=True)
@require_GET
def fit_page(request: HttpRequest) -> HttpResponse:
    """80/20, and whether service follows value."""
    person = me(request)
    look(person)
    standing, ranks = standing_for(person), ranks_now()
    measure = measure_for(person)
    asked = request.GET.get("of", "")
    chosen = asked if asked == "amount" else measure
    found = fit(standing, chosen, ranks)
    flags = {"little_effort": _("high value, little effort"), "much_effort": _("low value, much effort")}
    page_of = {
        **common(request, person), "span": standing.span, "fit": found, "measure": chosen, "measures": ["amount", "profit"],
        "total": number(total(standing.lines, chosen)), "effort": standing.effort, "verdict": found.verdict,
        "hours": hours(total(standing.lines, "minutes")), "contacts": total(standing.lines, "contacts"),
        "cost": amount(total(standing.lines, "cost")), "ranks": ranks,
        "grades": [{"tilt": one, "key": key_of(one.grade), "word": ranks.word(one.grade), "rank": ranks.get(one.grade),
                    "flag": flags.get(one.flag or "", "")}
                   for one in found.grades],
        "curve": {"labels": [f"{round(x * 100)} %" for x, _y in found.curve], "unit": "percent",
                  "series": [{"name": _("share of the profit") if chosen == "profit" else _("share of the orders"),
                              "values": [round(y, 4) for _x, y in found.curve]},
                             {"name": _("if all were equal"), "values": [round(x, 4) for x, _y in found.curve], "muted": True}]},
        "tilt": {"labels": [named(one.grade, ranks) for one in found.grades], "unit": "percent",
                 "series": [{"name": _("customers"), "values": [one.customer_share for one in found.grades], "muted": True},
                            {"name": _("Profit") if chosen == "profit" else _("Orders"),
                             "values": [one.value_share or 0 for one in found.grades]},
                            {"name": _("Service"), "values": [one.effort_share or 0 for one in found.grades]}]},
        "link": reverse("analysis_value"), "may_export": can(person, "export_data"),
    }  # fmt: skip
    return render(request, "analysis/fit.html", page_of)
