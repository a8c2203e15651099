"""The company's days for service plans, set by grade with the other limits of the archives; what is unset asks nothing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.customers.limits import LIMITS

LIMITS.update(
    {
        "plan_days": _("days until a customer of the grade has a service plan in force"),
        "plan_confirm_days": _("days until a customer confirms a service plan"),
    }
)
