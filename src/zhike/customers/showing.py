"""Facts and changes as people read them: names of fields, names of codes, names of what keys point at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from zhike.customers.formats import countries
from zhike.customers.life import AXES, CONDITIONS, DECIDES, FINDINGS, LIFE, NEED_STATES
from zhike.customers.models import Customer
from zhike.customers.sections import ENTRIES, class_of
from zhike.kernel.journal import Entry
from zhike.people.models import Department, Person, Region
from zhike.people.rules import HIDDEN as HIDDEN_VALUE
from zhike.people.rules import sees

CODES: dict[tuple[str, str], Mapping[str, Any]] = {
    **{("customer", axis): values for axis, values in AXES.items()},
    ("customer", "life"): LIFE,
    ("contact", "decides"): DECIDES,
    ("unit", "condition"): CONDITIONS,
    ("need", "status"): NEED_STATES,
    **{("finding", kind): one.values for kind, one in FINDINGS.items() if one.values},
}
"""(Noun, field) -> names of its codes."""
KEYS: dict[tuple[str, str], type[Any]] = {
    ("customer", "region"): Region,
    ("customer", "department"): Department,
    ("customer", "manager"): Person,
    ("customer", "parent"): Customer,
}
"""(Noun, field) -> what its keys point at."""
HIDDEN = {"version", "sha256", "size", "status", "confirmed_on"}
NOTHING = "—"

Names = dict[tuple[type[Any], Any], str]


def country_name(code: str) -> str:
    """A country in the reader's language."""
    language = "zh_Hans" if (get_language() or "").startswith("zh") else "en"
    return countries(language).get(code, code)


def label_of(noun: str, field: str) -> str:
    """The name of a field of a record."""
    if noun == "finding" and field in FINDINGS:
        return str(FINDINGS[field].name)
    try:
        found: Any = apps.get_model("zhike", noun)._meta.get_field(field)
    except (FieldDoesNotExist, LookupError):
        return field
    return str(getattr(found, "verbose_name", field))


def fact_value(customer: Customer, code: str, by: Person) -> str:
    """A fact as people read it; a parent company that the person may not see has no name."""
    value = getattr(customer, code)
    if value in (None, ""):
        return ""
    if code in AXES:
        return str(AXES[code].get(value, value))
    if isinstance(value, Customer) and not value.is_visible_to(by):
        return HIDDEN_VALUE
    return country_name(value) if code == "country" else str(value)


def shown(noun: str, field: str, value: Any, names: Names) -> str:
    """A value of the journal as people read it."""
    if value in (None, "", [], {}):
        return NOTHING
    kind = KEYS.get((noun, field))
    if kind is not None:
        return names.get((kind, value), HIDDEN_VALUE if kind is Customer else str(value))
    if (noun, field) == ("customer", "country"):
        return country_name(str(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | dict):
        return ", ".join(str(one) for one in value)
    return str(CODES.get((noun, field), {}).get(value, value))


def names_for(entries: Iterable[Entry], by: Person) -> Names:
    """The names of everything that keys in these entries point at, and that a person may see: at most one query per kind."""
    wanted: dict[type[Any], set[Any]] = {}
    for entry in entries:
        for side in ("before", "after"):
            for field, value in entry.data.get(side, {}).items():
                kind = KEYS.get((entry.noun, field))
                if kind is not None and value is not None:
                    wanted.setdefault(kind, set()).add(value)
    return {
        (kind, key): str(record)
        for kind, keys in wanted.items()
        for key, record in _seen(kind, by).in_bulk(keys).items()
    }


def _seen(kind: type[Any], by: Person) -> Any:
    return Customer.objects.visible_to(by) if kind is Customer else kind.objects


def covered(entry: Entry, by: Person) -> set[str]:
    """The words and fields of an entry that a person does not see, by the classes of what stands in them."""
    told = ENTRIES.get(entry.noun)
    own = told(entry) if told is not None else {}
    found = {name for name, classes in own.items() if not all(sees(by, one) for one in classes)}
    fields = {*entry.data.get("before", {}), *entry.data.get("after", {}), *entry.data.get("words", {})}
    return found | {name for name in fields if not sees(by, class_of(entry.noun, name))}


def sentence_of(entry: Entry, by: Person) -> str:
    """An entry as a sentence for a person."""
    return entry.sentence(covered(entry, by), HIDDEN_VALUE)


def difference(entry: Entry, by: Person, names: Names) -> tuple[tuple[str, str, str], ...]:
    """(field, old, new) of an entry; values of classes that a person does not see are covered."""
    before, after, closed = entry.data.get("before", {}), entry.data.get("after", {}), covered(entry, by)
    rows = []
    for field in dict.fromkeys([*before, *after]):
        if field in HIDDEN:
            continue
        open_to = field not in closed
        old, new = (
            shown(entry.noun, field, side.get(field), names) if open_to else HIDDEN_VALUE
            for side in (before, after)
        )
        rows.append((label_of(entry.noun, field), old, new))
    return tuple(rows)
