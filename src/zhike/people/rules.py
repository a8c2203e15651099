"""The one policy module: who may do what. Seeing narrows the query; doing asks the verb.

Every page, API operation, export, search and job asks here. `allow` refuses; `can` answers; `sees` names a class of
fields. Which customers a person sees is `Customer.objects.visible_to(person)`, which reads `Person.access`.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike.kernel.refusals import Forbidden
from zhike.people.models import Person
from zhike.people.verbs import FIELD_CLASSES, VERBS


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


def allow(by: Person, verb: str, about: Any = None) -> None:
    """Refuse a person whose roles lack a verb, or who does not see the record. Raises Forbidden."""
    if not can(by, verb):
        raise Forbidden(_("Your roles do not allow you to %(what)s.") % {"what": VERBS[verb]})
    if about is not None and not about.is_visible_to(by):
        raise Forbidden(_("This record is not yours to change."))
