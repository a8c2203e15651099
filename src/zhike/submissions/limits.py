"""What the company sets about monthly figures; a policy's own due day comes first."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.people.company import LIMITS, Limit

LIMITS.update(
    {
        "figures_due_days": Limit(_("days after a month within which its figures are submitted"), 10, 1, 90),
        "figures_escalation_days": Limit(
            _("days late until figures are escalated beyond the head of the department"), 5, 1, 90
        ),
        "figures_from": Limit(
            _("first month whose figures are asked for, such as 202601; 0: that of the first submission"),
            0, 0, 209912,
        ),
        "figures_tolerance": Limit(
            _("hundredths of the currency by which submitted figures may differ from the orders"), 1, 0, 100_000
        ),
        "figures_outlier": Limit(
            _("times the customer's usual month from which an amount is conspicuous"), 5, 2, 1_000
        ),
    }
)  # fmt: skip
