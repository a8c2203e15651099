"""What the pages of an import show, put together for the templates."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.imports.checking import cells_of, columns_of, problem_page
from zhike.imports.guessing import DATES
from zhike.imports.models import MODES, STATES, Import
from zhike.imports.problems import PROBLEMS, refusal, sentence
from zhike.imports.showing_words import words
from zhike.imports.targets import TARGETS, Field, Target
from zhike.imports.words import Vocabulary, decided, values_of
from zhike.people.models import Person, Role
from zhike.people.rules import can, sees
from zhike.ui.figures import tongue

STEPS = (
    ("mapping", gettext_lazy("Match columns")),
    ("checked", gettext_lazy("Check")),
    ("running", gettext_lazy("Import")),
    ("done", gettext_lazy("Result")),
)
AT = {
    "reading": 0,
    "mapping": 0,
    "failed": 0,
    "checking": 1,
    "checked": 1,
    "running": 2,
    "stopped": 2,
    "done": 3,
    "undoing": 3,
    "undone": 3,
}
TONES = {
    "created": "success",
    "updated": "info",
    "unchanged": "quiet",
    "rejected": "error",
    "left_out": "quiet",
}
OUTCOMES = {"created": gettext_lazy("new"), "updated": gettext_lazy("update"), "unchanged": gettext_lazy("unchanged"),
            "rejected": gettext_lazy("rejected"), "left_out": gettext_lazy("left out")}  # fmt: skip
REPEATS = {
    "reject": gettext_lazy("reject the later ones"),
    "first": gettext_lazy("take the first and leave the others out"),
    "sum": gettext_lazy("add them up: several lines are one order"),
}
RETURNS = {"reject": gettext_lazy("reject them"), "negate": gettext_lazy("turn their sign")}
DATE_NAMES = {
    "": gettext_lazy("year first: 2026-11-30, 2026/11/30, 2026年11月30日"),
    "d/m/yyyy": gettext_lazy("day first: 30/11/2026"),
    "m/d/yyyy": gettext_lazy("month first: 11/30/2026"),
    "d mmm yyyy": gettext_lazy("month as a word: 30 Nov 2026"),
    "excel": gettext_lazy("numbers of Excel: 46356"),
}
LIFE_MEANS = {
    "prospect": gettext_lazy("nobody there has bought yet; the figures of a month do not ask for them"),
    "current": gettext_lazy("they buy already: choose this before you import their orders"),
    "lapsed": gettext_lazy("they bought once and no longer do"),
}
"""State of the life cycle -> what it means for the new customers of a file."""
FACTORS = {1_000: gettext_lazy("in thousands"), 10_000: gettext_lazy("in 万 (10,000)"), 1_000_000: gettext_lazy("in millions"),
           100_000_000: gettext_lazy("in 亿 (100 million)")}  # fmt: skip
TONE_OF_STATE = {
    "done": "success",
    "undone": "quiet",
    "failed": "error",
    "stopped": "warning",
    "checked": "info",
    "mapping": "info",
}


def steps_of(owner: Import | None) -> list[dict[str, Any]]:
    """The steps with where the import stands; the first is the upload."""
    at = -1 if owner is None else AT[owner.state]
    over = owner is not None and owner.state in ("done", "undone")
    names = [(-1, _("Choose a file")), *((place, str(label)) for place, (_code, label) in enumerate(STEPS))]
    return [
        {"label": label, "done": place < at or (over and place == at), "current": place == at and not over}
        for place, label in names
    ]


def state_tag(owner: Import) -> dict[str, Any]:
    """The state as a tag."""
    return {"label": STATES[owner.state], "tone": TONE_OF_STATE.get(owner.state, "primary")}


def matching(owner: Import, said: dict[str, Any], wrong: dict[str, Any]) -> dict[str, Any]:
    """The matching page: each field with the columns to choose from, and how the file is written."""
    target = TARGETS[owner.target]
    names = columns_of(owner)
    samples = samples_of(owner, names)
    fields = [_row(field, names, samples, said, wrong) for field in target.fields_for(owner.by)]
    beginning = next(
        (row for row in fields if owner.target == "customers" and row["field"].code == "life"), None
    )
    used = {row["chosen"] for row in fields}
    return {
        "fields": fields,
        "left_out": [name for name in names if name not in used and samples.get(name)],
        "match_choices": _options({key: target.key_labels[key] for key in target.keys}, said.get("match", "")),
        "mode_choices": _options(MODES, said.get("mode", "both")),
        "repeat_choices": _options({code: label for code, label in REPEATS.items() if code != "sum" or target.sums},
        said.get("repeats", "")),
        "date_choices": _options({code: DATE_NAMES[code] for code in DATES}, said.get("dates", "")),
        "decimal_choices": _options({".": "1,234.56", ",": "1.234,56"}, said.get("decimal", ".")),
        "blank_choices": _options({"keep": _("leave what is there"), "clear": _("clear what is there")}, said.get("blanks", "keep")),
        "sheets": sheets_of(owner),
        "headers": [{"value": number, "chosen": number == owner.options["header"], "label": " · ".join(c for c in cells if c.strip())[:60]}
                    for number, cells in owner.description["head"][:20]],
        "doubt": said.get("doubt"),
        "remembered": said.get("remembered"),
        "wrong_match": wrong.get("match"),
        "return_choices": _options(RETURNS, said.get("returns", "reject")) if owner.target == "orders" else [],
        "beginning": [{**one, "about": LIFE_MEANS[one["value"]], "chosen": one["value"] == (beginning["default"] or "prospect")}
                      for one in beginning["choices"]] if beginning else [],
        "has_days": any(field.kind == "date" for field in target.fields),
        "has_numbers": any(field.kind in ("money", "decimal") for field in target.fields),
    }  # fmt: skip


def sheets_of(owner: Import) -> list[dict[str, Any]]:
    """The sheets to choose from, the one that is read marked."""
    return [
        {
            "value": number,
            "name": sheet["name"],
            "label": _("%(sheet)s (hidden)") % {"sheet": sheet["name"]}
            if sheet.get("hidden")
            else sheet["name"] or _("text"),
            "rows": sheet["rows"],
            "chosen": number == owner.sheet,
        }
        for number, sheet in enumerate(owner.sheets)
    ]


def samples_of(owner: Import, names: list[str]) -> dict[str, str]:
    """Column -> its first cells."""
    found: dict[str, str] = {}
    below = [cells for number, cells in owner.description["head"] if number > owner.options["header"]]
    for at, name in enumerate(names):
        cells = [cells[at].strip() for cells in below if at < len(cells) and cells[at].strip()]
        found[name] = "、".join(dict.fromkeys(cell[:30] for cell in cells[:3]))
    return found


def _row(
    field: Field, names: list[str], samples: dict[str, str], said: dict[str, Any], wrong: dict[str, Any]
) -> dict[str, Any]:
    origin = said["columns"].get(field.code, "")
    formula = origin.removeprefix("=").strip() if origin.startswith("=") else ""
    return {
        "field": field,
        "chosen": origin,
        "formula": formula,
        "columns": [{"value": at, "label": name, "chosen": name == origin} for at, name in enumerate(names)],
        "sample": samples.get(origin, ""),
        "default": said["defaults"].get(field.code, ""),
        "choices": [{"value": code, "label": label} for code, label in field.choices.items()],
        "factors": _options(FACTORS, said.get("times", {}).get(field.code, ""))
        if field.kind in ("money", "decimal")
        else [],
        "wrong": wrong.get(field.code, ""),
    }


def _options(choices: Any, chosen: Any) -> list[dict[str, Any]]:
    return [{"value": code, "label": label, "chosen": code == chosen} for code, label in choices.items()]


# --- what the check found ----------------------------------------------------------------------------


def _sample(owner: Import, mapped: list[Field]) -> list[dict[str, Any]]:
    """The first rows: what each does, why not, and its cells."""
    labels = {field.code: field.label for field in TARGETS[owner.target].fields}
    known = {field.code: values_of(field) for field in mapped}
    meanings = [Vocabulary(field, owner.by) for field in mapped]
    columns, origins = columns_of(owner), owner.options["columns"]
    cells = cells_of(owner, [row["number"] for row in owner.checked["sample"]])
    sample = []
    for row in owner.checked["sample"]:
        texts = dict(zip(columns, cells.get(row["number"], []), strict=False))
        reasons = [
            sentence(one, texts.get(origins.get(one["field"], ""), ""), str(labels.get(one["field"], "")), known.get(one["field"], ""))
            for one in row["problems"]
        ]  # fmt: skip
        sample.append(
            {
                **row,
                "tone": TONES[row["outcome"]],
                "outcome": OUTCOMES[row["outcome"]],
                "cells": [_shown(one, row, texts, owner.options) for one in meanings],
                "reasons": reasons,
            }
        )
    return sample


def checked(owner: Import) -> dict[str, Any]:
    """The preview: counts, problems by field, the first rows."""
    target, found = TARGETS[owner.target], owner.checked
    mapped = [
        field
        for field in target.fields_for(owner.by)
        if field.code in owner.options["columns"] or field.code in owner.options["defaults"]
    ]
    return {
        "counts": [
            {"label": OUTCOMES[name], "tone": TONES[name], "number": f"{count:,}"}
            for name, count in found["counts"].items()
        ],
        "left_out": found.get("left_out", 0),
        "skipped": found["skipped"],
        "problems": [
            _problem(target, field, code, count)
            for field, code, count in found["problems"]
            if code != "no_record"
        ],
        "notes": notes(owner),
        "words": (asked := words(owner)),
        "guessed": any(row["guessed"] for one in asked for row in one["rows"]),
        "settled": all(row["said"] for one in asked for row in one["rows"]),
        "sample": _sample(owner, mapped),
        "columns": [field.label for field in mapped],
        "unseen": _unseen(found.get("unseen")),
        "refused": found["counts"]["rejected"],
        "writes": found["counts"]["created"] + found["counts"]["updated"],
    }


def _unseen(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """What whoever imports will not see afterwards, as texts."""
    if not found:
        return None
    more, sign = found["count"] > len(found["first"]), "、" if tongue() == "zh" else ", "
    return {
        "count": found["count"],
        "number": f"{found['count']:,}",
        "rows": sign.join(map(str, found["first"])) + (" …" if more else ""),
        "people": sign.join(found["people"]) + (" …" if found["more"] else ""),
    }


def _shown(
    meaning: Vocabulary, row: dict[str, Any], texts: dict[str, str], options: dict[str, Any]
) -> dict[str, Any]:
    """A cell of the preview: the value as read, and what stands there now where it changes."""
    field = meaning.field
    raw = texts.get(options["columns"].get(field.code, ""), "")
    value = row["values"].get(field.code)
    broken = any(problem["field"] == field.code for problem in row["problems"])
    name = f"{field.code}_id" if field.link and field.link != "country" else field.code
    shown = raw if broken or field.link or value is None else field.choices.get(value, value)
    meant = decided(options, field).get(raw.strip())
    if field.link and meant and not broken:
        shown = meaning.values.get(meant, raw)
    dropped = raw if (field.forgives or meant == "") and value is None and not broken else ""
    return {
        "text": "" if dropped else shown,
        "dropped": dropped,
        "broken": broken,
        "before": row["before"].get(name),
        "changes": name in row["before"],
    }


def notes(owner: Import) -> list[dict[str, Any]]:
    """What was changed or looks odd in rows that come in."""
    target = TARGETS[owner.target]
    return [_problem(target, field, code, count) for field, code, count in owner.checked.get("notes", [])]


def _problem(target: Target, name: str, code: str, count: int) -> dict[str, Any]:
    field = next((one for one in target.fields if one.code == name), None)
    text = str(PROBLEMS.get(code, code))
    for part in ("“%(value)s”", "%(first)s", "%(limit)s"):
        text = text.replace(part, "…")
    text = text.replace("%(known)s", values_of(field) if field else "")
    return {
        "field": name,
        "code": code,
        "label": field.label if field else "",
        "text": text,
        "count": f"{count:,}",
    }


def problems(owner: Import, field: str, code: str, page: int) -> list[dict[str, Any]]:
    """One page of problems as sentences."""
    fields = {one.code: one for one in TARGETS[owner.target].fields}
    return [
        {
            "number": row["number"],
            "label": fields[row["field"]].label if row["field"] in fields else "",
            "value": row["value"],
            "text": sentence(
                row, row["value"], known=values_of(fields[row["field"]]) if row["field"] in fields else ""
            ),
        }
        for row in problem_page(owner, field=field, code=code, page=page)
    ]


def trouble(owner: Import) -> str:
    """Why an import did not get on."""
    return refusal(owner.problem, owner.problem_words) if owner.problem else ""


def closed(code: Any, person: Person) -> dict[str, Any] | None:
    """What somebody asked to import and may not, with the roles that may; None where nothing is refused."""
    target = TARGETS.get(str(code))
    if target is None or target.is_open_to(person):
        return None
    roles = [
        str(role)
        for role in Role.objects.filter(closed_on__isnull=True)
        if set(target.verbs) <= set(role.verbs)
        and target.needs <= set(role.sees)
        and (not target.whole_company or role.scope == "all")
    ]
    return {"label": target.label, "roles": "、".join(roles)}


def kept(owner: Import, person: Person, most: int) -> list[dict[str, Any]]:
    """The rows that undoing kept, with the name of their record as far as the person sees it."""
    lines = list(owner.lines.filter(undone="kept").order_by("place")[:most])
    rows: Any = TARGETS[owner.target].judge.model._default_manager.all()  # type: ignore[attr-defined]
    seen = (
        rows.visible_to(person).in_bulk([one.record for one in lines]) if hasattr(rows, "visible_to") else {}
    )
    return [{"number": one.number, "why_kept": one.why_kept, "record": seen.get(one.record)} for one in lines]


PROSPECTS = "c=life:in:prospect&c=last_order:filled:"
"""The question to the list of customers: prospects that have ordered."""


def prospects(owner: Import, person: Person) -> int:
    """How many customers are prospects although they have ordered, after an import of orders."""
    if owner.target != "orders" or owner.state != "done" or not can(person, "see_customers"):
        return 0
    seen = Customer.objects.visible_to(person).living()
    return seen.filter(life="prospect", last_order_on__isnull=False).count()


LEADS: dict[str, tuple[tuple[Any, str, str, str], ...]] = {
    "customers": (
        (gettext_lazy("See the customers"), "customers", "", "see_customers"),
        (gettext_lazy("Import contacts"), "new_import", "contacts", "import_data"),
        (gettext_lazy("Import orders"), "new_import", "orders", "import_data"),
    ),
    "contacts": (
        (gettext_lazy("See the customers"), "customers", "", "see_customers"),
        (gettext_lazy("Import orders"), "new_import", "orders", "import_data"),
    ),
    "activities": ((gettext_lazy("See the customers"), "customers", "", "see_customers"),),
    "orders": (
        (gettext_lazy("See the orders"), "orders", "", "see_orders"),
        (gettext_lazy("To the monthly figures"), "submissions", "", "see_grading"),
    ),
    "receivables": ((gettext_lazy("See the receivables"), "receivables", "", "see_orders"),),
}  # fmt: skip
"""What was imported -> where it leads: name, page, what to import there, the verb it takes."""


def leads(owner: Import, person: Person) -> list[tuple[Any, str]]:
    """Where an import leads, as far as the person may go there."""
    return [
        (name, reverse(page) + (f"?target={target}" if target else ""))
        for name, page, target, verb in LEADS.get(owner.target, ())
        if can(person, verb) and (page != "receivables" or sees(person, "credit"))
    ]
