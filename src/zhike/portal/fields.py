"""What a customer may see of a record: one list for all pages of the portal. What is not here does not reach a template.

A test fills every other field of a customer's records with marked texts, reads every page, and finds none of them.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from zhike.customers.formats import countries

FIELDS: dict[str, tuple[str, ...]] = {
    "order": ("number", "ordered_on", "product", "status", "amount", "currency"),
    "request": (
        "kind",
        "channel",
        "subject",
        "text",
        "received_at",
        "due_at",
        "answered_at",
        "reply",
        "closed_at",
    ),
    "letter": ("opened_at", "language", "blocks", "sha256", "sent_at", "received_at", "received_by", "state"),
    "plan": (
        "number",
        "revision",
        "title",
        "from_on",
        "until_on",
        "state",
        "kept",
        "digest",
        "confirm_by",
        "sent_at",
        "confirmed_at",
        "confirmed_name",
    ),
    "company": (
        "code",
        "name",
        "name_en",
        "country",
        "province",
        "city",
        "address",
        "phone",
        "email",
        "website",
    ),
    "colleague": ("name", "post"),
    "self": ("name", "post", "mobile", "phone", "email"),
    "manager": ("display_name", "post", "phone", "email"),
}
"""Kind of record -> the fields that a customer may see."""
KEPT = ("number", "revision", "title", "kind", "goal", "mode", "from", "until")
"""What of the text that was sent with a plan a customer may see."""
KEPT_ITEM = ("component", "content", "method", "responsible", "from", "due", "proof")
"""And what of each item of it."""
STATES = {
    "waiting": (pgettext_lazy("portal", "waits for our answer"), "info"),
    "late": (pgettext_lazy("portal", "our answer is late"), "warning"),
    "answered": (pgettext_lazy("portal", "answered"), "success"),
    "closed": (pgettext_lazy("portal", "closed"), "quiet"),
}
"""State of a request, as the customer reads it -> its name and its colour."""
PLAN_STATES = {
    "sent": (pgettext_lazy("portal", "please confirm"), "warning"), "coming": (pgettext_lazy("portal", "confirmed"), "success"),
    "force": (pgettext_lazy("portal", "in force"), "success"), "expired": (pgettext_lazy("portal", "expired"), "quiet"),
    "changed": (pgettext_lazy("portal", "change asked for"), "info"),
}  # fmt: skip
"""How a service plan stands, as the customer reads it -> its name and its colour."""
LABELS = {
    "name": _("name"), "name_en": _("English name"), "country": _("country"), "province": _("province"), "city": _("city"),
    "address": _("address"), "phone": _("telephone"), "email": _("e-mail"), "website": _("website"), "code": _("customer number"),
    "post": _("post"), "mobile": _("mobile"),
}  # fmt: skip
"""Field -> its name."""
OF_PERSON = {"name": pgettext_lazy("person", "name")}
"""And what is called otherwise of a person."""


class Shown(SimpleNamespace):
    """The allowed fields of a record, and its key; nothing leads from here to the record."""

    pk: int


def shown(kind: str, record: Any) -> Shown:
    """A record as a customer may see it. What was not typed by a contact in the portal has no words: staff wrote them for staff."""
    found = Shown(pk=record.pk, **{name: getattr(record, name) for name in FIELDS[kind]})
    if kind == "request" and found.channel != "portal":
        found.text = found.subject = ""
    if kind == "plan" and found.kept:
        found.kept = {name: found.kept[name] for name in KEPT if name in found.kept} | {
            "items": [
                {name: item.get(name, "") for name in KEPT_ITEM} for item in found.kept.get("items", [])
            ]
        }
    return found


def labelled(kind: str, record: Any) -> list[tuple[str, Any]]:
    """The allowed fields of a record that are filled, with their names."""
    one, labels = shown(kind, record), LABELS | (OF_PERSON if kind == "self" else {})
    if kind == "company":
        spoken = "zh_Hans" if (get_language() or "").startswith("zh") else "en"
        one.country = countries(spoken).get(one.country, one.country)
    return [(str(labels[name]), getattr(one, name)) for name in FIELDS[kind] if getattr(one, name)]
