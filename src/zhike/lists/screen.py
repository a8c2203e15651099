"""What the screen of a list needs: its table, views, tabs, quick filters, conditions, columns, groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from zhike.lists.asked import Asked, Condition
from zhike.lists.fields import OPERATORS, Field
from zhike.lists.listing import Listing, Looking
from zhike.lists.models import View
from zhike.lists.pages import MOST_COUNTED, shown_count
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.ui import grid


@dataclass(frozen=True)
class Option:
    """A value to choose."""

    value: str
    words: Any
    chosen: bool = False


@dataclass(frozen=True)
class Quick:
    """A quick filter: a field with its values."""

    code: str
    label: Any
    options: tuple[Option, ...]
    chosen: str


@dataclass(frozen=True)
class Chip:
    """A condition in force, in words, and the question without it."""

    condition: str
    words: str
    without: str


def columns_of(person: Person, noun: str, asked: Asked, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The columns asked for, or the person's last choice, or the usual ones; the first field always stays."""
    kept = asked.columns or tuple(person.settings.get("columns", {}).get(noun, ()))
    by_code = {field.code: field for field in fields}
    chosen = tuple(by_code[code] for code in kept if code in by_code)
    if not chosen:
        return tuple(field for field in fields if field.shown)
    return (
        chosen if chosen[0] == fields[0] else (fields[0], *(field for field in chosen if field != fields[0]))
    )


def quick_filters(
    choices: Mapping[str, Mapping[str, str]], asked: Asked, fields: tuple[Field, ...]
) -> list[Quick]:
    """The quick filters of a list: field -> value -> words."""
    labels = {field.code: field.label for field in fields}
    found = []
    for code, values in choices.items():
        chosen = asked.value_of(code)
        options = tuple(Option(value, words, value == chosen) for value, words in values.items())
        found.append(Quick(code, labels[code], options, chosen))
    return found


def chips(
    person: Person,
    asked: Asked,
    fields: tuple[Field, ...],
    hidden: tuple[str, ...] = (),
    names: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Chip]:
    """The conditions in force, in words; those that a quick filter shows already are left out. `names` are choices known."""
    by_code = {field.code: field for field in fields}
    found = []
    for one in asked.conditions:
        field = by_code[one.code]
        if one.code in hidden and one.operator == "in" and "," not in one.text:
            continue
        rest = replace(asked, conditions=tuple(other for other in asked.conditions if other != one), page=1)
        found.append(
            Chip(str(one), condition_words(person, field, one, (names or {}).get(one.code)), rest.query())
        )
    return found


def condition_words(
    person: Person, field: Field, condition: Condition, names: Mapping[str, Any] | None = None
) -> str:
    """A condition as a person reads it."""
    operator = OPERATORS[field.kind][condition.operator]
    if names is None:
        names = field.choices(person) if field.choices else {}
    values = (
        "、".join(str(names.get(value, value)) for value in condition.values) if names else condition.text
    )
    return f"{field.label} {operator} {values}".strip()


def views_for(person: Person, noun: str) -> list[View]:
    """The saved views of a list that a person has."""
    return list(View.objects.visible_to(person).of(noun).select_related("owner"))


def changed_view(listing: Listing, looking: Looking, asked: Asked) -> View | None:
    """The saved view that is looked at, when the question is no longer what this person gets of the one that was saved."""
    if not (asked.view.isascii() and asked.view.isdigit() and len(asked.view) < 10):
        return None
    view = View.objects.visible_to(looking.person).filter(noun=listing.code, pk=int(asked.view)).first()
    if view is None:
        return None
    saved = listing.read(looking.person, QueryDict(view.query), looking.about)
    return view if saved.query(view="") != asked.query(view="") else None


def operators() -> list[tuple[str, Any, str]]:
    """(code, words, kinds of fields) of every operator; the same code reads differently for amounts and for days."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for kind, known in OPERATORS.items():
        for code, words in known.items():
            kinds.setdefault((code, str(words)), []).append(kind)
    return [(code, words, " ".join(some)) for (code, words), some in kinds.items()]


def in_place(listing: Listing, field: Field, focus: str = "") -> Callable[[Any], str]:
    """The cell of a field that is edited in the list, with the button that turns it into a form."""
    label = escape(f"{_('Edit')}: {field.label}")

    def cell(row: Any) -> str:
        address = escape(reverse(listing.cell, args=[listing.key(row), field.code]))
        return (
            f'{field.cell(row)}<button class="btn btn-quiet btn-icon btn-small cell-pen" type="button" hx-get="{address}"'
            f' hx-target="closest td" hx-swap="innerHTML" aria-label="{label}"{focus}>{grid.icon("pencil", "icon-small")}</button>'
        )

    return cell


def _column(listing: Listing, field: Field, person: Person) -> grid.Column:
    """The column of a field; one that the person may edit in place has a button in every cell."""
    shown = field.as_column()
    edits = field.edit and listing.cell and can(person, listing.edit_verb)
    return replace(shown, cell=in_place(listing, field)) if edits else shown


def table_of(listing: Listing, looking: Looking, asked: Asked) -> dict[str, Any]:
    """The table and whatever on the page repeats the question."""
    person = looking.person
    fields = listing.fields_for(person, looking.about)
    columns = columns_of(person, listing.code, asked, fields)
    looking = replace(looking, columns=frozenset(field.code for field in columns))
    known = listing.known(looking)
    page, tab = listing.page(looking, asked, known["all"]), listing.tab(asked)
    table = grid.Table(
        [_column(listing, field, person) for field in columns], page, QueryDict(asked.query()), key=listing.key, sort=asked.sort,
        path=listing.place(looking), bulk=listing.bulk(looking, asked), filtered=asked.is_filtered, caption=listing.title,
        empty=(tab.empty if tab else "") or listing.empty, hint=listing.hint,
    )  # fmt: skip
    groups = listing.groups(looking, asked) if asked.group else []
    changed = changed_view(listing, looking, asked)
    return {
        "listing": listing,
        "asked": asked,
        "known": known,
        "table": table,
        "changed": changed,
        "keeps": changed is not None and changed.owner_id == person.pk,
        "here": {
            "page": listing.place(looking),
            **{name: listing.place(looking, name) for name in ("columns", "views", "export")},
        },
        "cleared": replace(
            asked, words="", conditions=(), any_of=False, columns=(), group="", view=""
        ).query(),
        "count": shown_count(page.count, page.more),
        "chips": chips(person, asked, fields, listing.quick, names=known["choices"]),
        "all_chips": chips(person, asked, fields, names=known["choices"]),
        "fields": [field for field in fields if field.filter],
        "operators": operators(),
        "groupings": [(field, f"?{asked.query(group=field.code)}") for field in fields if field.groups],
        "ungrouped": f"?{asked.query(group='')}" if asked.group else "",
        "may_export": can(person, "export_data"),
        "groups": [
            (words, number, f"?{asked.with_group(asked.group, value).query(group='')}")
            for value, words, number in groups
        ],
        "group_label": next((field.label for field in fields if field.code == asked.group), ""),
    }


def frame(listing: Listing, looking: Looking, shown: Mapping[str, Any], saved: list[View]) -> dict[str, Any]:
    """What can be asked of the list: tabs, views, quick filters, columns; and what its noun puts beside it."""
    person, asked, choices = looking.person, shown["asked"], shown["known"]["choices"]
    fields = listing.fields_for(person, looking.about)
    columns = columns_of(person, listing.code, asked, fields)
    return {
        "tabs": tabs_of(listing, looking, asked, shown["known"]),
        "views": [(view, f"?{view.query}&view={view.pk}", asked.view == str(view.pk)) for view in saved],
        "mine": next(
            (view for view in saved if str(view.pk) == asked.view and view.owner_id == person.pk), None
        ),
        "my_views": [view for view in saved if view.owner_id == person.pk],
        "quick": quick_filters(
            {code: choices[code] for code in listing.quick if code in choices}, asked, fields
        ),
        "all_columns": [(field, field in columns) for field in fields],
        "may_share": can(person, "share_views"),
        **listing.beside(looking),
    }


def tabs_of(
    listing: Listing, looking: Looking, asked: Asked, known: Mapping[str, Any]
) -> list[tuple[Any, str, str, bool]]:
    """(name, address, count, whether it is shown) of each tab: the list's own, or everything and the values of its field."""
    if listing.tabs:
        counts = listing.counts(looking)
        found = []
        for one in listing.tabs:
            there = f"{reverse(one.address)}?tab={one.code}" if one.address else ""
            here = asked.query(tab=one.code, sort=listing.sort, view="")
            current = one.code == asked.tab and not asked.view
            found.append((one.name, there or f"?{here}", str(counts.get(one.code, "")), current))
        return found
    code = listing.tab_field
    values = known["choices"].get(code, {})
    everything = replace(asked, words="", conditions=(), view="", group="").query()
    tabs = [(_("All"), f"?{everything}", "", not asked.value_of(code) and not asked.view)]
    for value, words in values.items():
        number = known["tabs"].get(value)
        count = "" if number is None else shown_count(min(number, MOST_COUNTED), number > MOST_COUNTED)
        address = f"?{asked.with_value(code, value).query(words='', view='')}"
        tabs.append((words, address, count, asked.value_of(code) == value and not asked.view))
    return tabs
