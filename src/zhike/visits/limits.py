"""Until when the form of a visit is to be submitted: the company's number of days, elapsed or working ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.calendars.models import company_calendar
from zhike.customers.limits import LIMITS, Limits
from zhike.customers.models import Customer
from zhike.kernel.refusals import Invalid
from zhike.kernel.working import FURTHEST, Hours

LIMITS.update(
    {
        "visit_form_days": gettext_lazy("days until the form of a visit is submitted"),
        "visit_form_working_days": gettext_lazy(
            "working days until the form of a visit is submitted, in place of days"
        ),
    }
)
USUAL_DAYS = 2
"""Days where the company has set no number."""


@dataclass(frozen=True)
class Due:
    """So many days after a visit its form is due, on a day whose end counts."""

    days: int
    working: bool
    due_on: date


def due_for(customer: Customer, day: date) -> Due:
    """When the form of a visit on a day is due, by the numbers of today and the customer's grade."""
    limits = Limits()
    working = limits.of("visit_form_working_days", customer.grade)
    if working:
        return Due(working, True, after_working_days(company_calendar().hours(), day, working))
    days = limits.of("visit_form_days", customer.grade) or USUAL_DAYS
    return Due(days, False, day + timedelta(days=days))


def after_working_days(hours: Hours, day: date, count: int) -> date:
    """The working day that comes `count` working days after a day."""
    for ahead in range(1, FURTHEST):
        later = day + timedelta(days=ahead)
        count -= hours.is_working(later)
        if count == 0:
            return later
    raise Invalid(_("The calendar has no working days so far ahead."))
