"""The sections of an archive and the facts of each: one list that the page, the card, history and masks read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.kernel.journal import Entry
from zhike.people import rules


@dataclass(frozen=True)
class Section:
    """A part of an archive: its name, whether its owner confirms it at intervals, and the class of fields it needs."""

    name: Any
    verified: bool = False
    field_class: str = "basic"


SECTIONS: dict[str, Section] = {
    "basic": Section(_("basic information"), verified=True),
    "address": Section(_("address and telephone"), verified=True),
    "contacts": Section(_("contacts"), verified=True),
    "business": Section(_("business information"), verified=True),
    "market": Section(_("market information"), verified=True),
    "needs": Section(_("needs and expectations"), verified=True),
    "products": Section(_("products in use"), verified=True),
    "team": Section(_("team")),
    "documents": Section(_("agreements and documents"), verified=True),
    "orders": Section(_("orders"), field_class="price"),
    "credit": Section(_("receivables"), field_class="credit"),
    "timeline": Section(_("communications")),
}
"""Code -> section, in the order of the page (ARC-01, ARC-13)."""

FACTS: dict[str, tuple[str, ...]] = {
    "basic": ("name", "name_en", "short_name", "legal_representative", "registration", "business_scope", "since", "source",
              "currency", "group", "parent", "region", "department"),
    "address": ("country", "province", "city", "address", "phone", "email", "website"),
    "business": ("scale", "industry", "need_type", "segment", "importance"),
}  # fmt: skip
"""Section -> the facts of the customer that it holds."""

APART = frozenset({"code", "importance"})
"""Facts of an archive that its forms do not change: one for good, one by a judgement with a reviewer."""
SECTION_OF = {fact: section for section, facts in FACTS.items() for fact in facts}
"""Fact -> its section."""

CLASS_OF: dict[tuple[str, str], str] = {
    **{
        ("contact", name): "contact"
        for name in (
            "mobile",
            "phone",
            "email",
            "chat",
            "preferences",
            "important_date",
            "important_what",
            "language",
        )
    },
}
"""(Noun, field) -> the class of fields that must be seen, beside those of `people.rules`; everything else is basic."""

SOURCES: dict[str, Any] = {
    "customer": _("told by the customer"),
    "visit": _("seen on a visit"),
    "document": _("read in a document"),
    "register": _("public register"),
    "import": _("imported"),
    "colleague": _("told by a colleague"),
    "web": _("found on the web"),
    "other": _("other source"),
}
"""Where a fact comes from -> its name."""


@dataclass(frozen=True)
class Box:
    """A box on the record page that a higher layer fills: its template, and what it shows to a person on a day (None: nothing)."""

    code: str
    template: str
    context: Callable[[Any, Any, Any], dict[str, Any] | None]


BOXES: dict[str, Box] = {}


def box(one: Box) -> None:
    """Register a box of the record page; boxes stand in the order of their registration."""
    if one.code in BOXES:
        raise ValueError(f"the box `{one.code}` is registered twice")
    BOXES[one.code] = one


def class_of(noun: str, field: str) -> str:
    """The class of a field."""
    return CLASS_OF.get((noun, field)) or rules.class_of(noun, field)


ClassesOfEntry = Callable[[Entry], Mapping[str, frozenset[str]]]
ENTRIES: dict[str, ClassesOfEntry] = {}
"""Noun -> what tells the classes of the words and fields of its entries in the journal, where their names alone do not."""


def classes_of_entry(noun: str) -> Callable[[ClassesOfEntry], ClassesOfEntry]:
    """Register what tells the classes of words and fields in the entries of a noun."""

    def keep(function: ClassesOfEntry) -> ClassesOfEntry:
        ENTRIES[noun] = function
        return function

    return keep
