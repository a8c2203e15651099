"""Letters among what a person owes to its customers: on the list of duties, on the Today page, red when late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.duties import MOST, Duty, duty_kind
from zhike.customers.owners import owned_by
from zhike.grading.schemes import Schemes
from zhike.letters.models import STATES, Letter
from zhike.people.models import Person


def letters_owed(person: Person, day: date) -> Iterator[Duty]:
    """The letters that are to go to a person's customers and have not gone."""
    rows = Letter.objects.filter(
        customer__in=owned_by(person).values("pk"), state__in=["due", "failed", "printed"]
    )
    found = rows.select_related("customer", "customer__manager", "grade").defer(
        "blocks", "customer__search", "customer__channels", "customer__tokens"
    )
    schemes = Schemes()
    for one in found.order_by("due_on", "id")[:MOST]:
        text = _("tell the customer of grade %(grade)s") % {
            "grade": schemes.word(one.grade.version_id, one.grade.rating, one.grade.grade)
        }
        if one.state != "due":
            text = f"{text} ({STATES[one.state]})"
        yield Duty("letter", text, one.customer, one.due_on, one.get_absolute_url())


duty_kind("letter", gettext_lazy("letter"), letters_owed)
