"""How long findings stay fresh, as the company sets it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.people.company import LIMITS, Limit, limits

LIMITS.update(
    {
        "fresh_days_need": Limit(_("days after which a need of the market is stale"), 365, 1, 3660),
        "fresh_days_trend": Limit(_("days after which a trend of an industry is stale"), 365, 1, 3660),
        "fresh_days_move": Limit(_("days after which a competitor's move is stale"), 180, 1, 3660),
    }
)


def freshness() -> dict[str, int]:
    """Kind -> days."""
    found = limits()
    return {kind: found[f"fresh_days_{kind}"] for kind in ("need", "trend", "move")}
