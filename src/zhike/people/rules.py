"""The one policy module: who may do what. Seeing narrows the query; doing asks the verb.

Every page, API operation, export, search and job asks here. `allow` refuses; `can` answers; `sees` names a class of
fields; `masked` gives a value or `HIDDEN`. Which customers a person sees is `Customer.objects.visible_to(person)`, which
reads `Person.access`.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from zhike.kernel.refusals import Forbidden
from zhike.people.models import Person
from zhike.people.verbs import FIELD_CLASSES, VERBS

HIDDEN: Final = "•••"
"""What stands in the place of a value whose class the person does not see: the same for every value, also for none."""

CLASSES: dict[str, str] = {
    "customer.phone": "contact",
    "customer.email": "contact",
    "contact.mobile": "contact",
    "contact.phone": "contact",
    "contact.email": "contact",
    "contact.chat": "contact",
    "customer.amount_12m": "price",
    "order.amount": "price",
    "order_line.price": "price",
    "order.profit": "profit",
    "customer.receivable": "credit",
    "customer.overdue": "credit",
    "receivable.amount": "credit",
    "receivable.due_on": "credit",
    "receivable.paid_on": "credit",
}
"""`noun.field` -> its class; a field that is not here is basic. Pages, lists, exports and the API read this table."""


def can(by: Person, verb: str) -> bool:
    """Whether a person's roles hold a verb."""
    if verb not in VERBS:
        raise ValueError(f"unknown verb `{verb}`")
    return verb in by.access.verbs


def sees(by: Person, field_class: str) -> bool:
    """Whether a person's roles show a class of fields."""
    if field_class not in FIELD_CLASSES:
        raise ValueError(f"unknown class of fields `{field_class}`")
    return field_class in by.access.sees


def class_of(noun: str, field: str) -> str:
    """The class of a field.

    >>> class_of("customer", "overdue"), class_of("customer", "name")
    ('credit', 'basic')
    """
    return CLASSES.get(f"{noun}.{field}", "basic")


def sees_field(by: Person, noun: str, field: str) -> bool:
    """Whether a person sees a field: shown, sorted, filtered, searched and exported only then."""
    return sees(by, class_of(noun, field))


def masked(by: Person, field_class: str, value: Any) -> Any:
    """The value, or HIDDEN for whoever does not see its class."""
    return value if sees(by, field_class) else HIDDEN


def without_hidden(by: Person, noun: str, values: dict[str, Any]) -> dict[str, Any]:
    """Field -> value with HIDDEN for the classes that a person does not see; also for before and after in the journal."""
    return {name: masked(by, class_of(noun, name), value) for name, value in values.items()}


def allow(by: Person, verb: str, about: Any = None) -> None:
    """Refuse a person whose roles lack a verb, or who does not see the record. Raises Forbidden."""
    if not can(by, verb):
        raise Forbidden(_("Your roles do not allow you to %(what)s.") % {"what": VERBS[verb]})
    if about is not None and not about.is_visible_to(by):
        raise Forbidden(_("This record is not yours to change."))
