"""The life cycle and the axes of a customer: codes and their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

LIFE: dict[str, Any] = {
    "prospect": _("prospect"),
    "current": _("current"),
    "lapsed": _("lapsed"),
    "closed": _("closed"),
}
MOVES = {
    "prospect": {"current", "closed"},
    "current": {"lapsed", "closed"},
    "lapsed": {"current", "closed"},
    "closed": {"prospect", "current", "lapsed"},
}
"""State -> the states it may go to."""

AXES: dict[str, dict[str, Any]] = {
    "scale": {"small": _("small"), "medium": _("medium"), "large": _("large")},
    "industry": {
        "finance": _("finance"),
        "manufacturing": _("manufacturing"),
        "retail": _("retail"),
        "service": _("services"),
        "other": _("other"),
    },
    "need_type": {
        "price_sensitive": _("price-sensitive"),
        "technical_support": _("technical support"),
        "customisation": _("customisation"),
    },
    "segment": {
        "expressway": _("expressway system"),
        "major": _("major customer"),
        "class2_highway": _("class-2 highway"),
        "large_industrial": _("large industrial enterprise"),
        "medium_industrial": _("medium industrial enterprise"),
        "industrial": _("industrial enterprise"),
        "large_mine": _("large mine"),
        "medium_mine": _("medium mine"),
        "grain_store": _("grain store"),
        "port": _("port"),
        "recycling": _("recycling"),
        "general": _("general customer"),
        "other": _("other segment"),
    },
    "importance": {"core": _("core"), "important": _("important"), "ordinary": _("ordinary")},
}
"""Axis of classification -> its values; a customer carries one of each at the same time (GRD-03)."""

AXIS_NAMES: dict[str, Any] = {
    "scale": _("purchase scale"),
    "industry": _("industry"),
    "need_type": _("type of need"),
    "segment": _("segment"),
    "importance": _("strategic importance"),
}

POSTS: dict[str, Any] = {
    "manager": _("account manager"),
    "backup": _("backup"),
    "first_responsible": _("first responsible"),
    "business_manager": _("senior business manager"),
    "order_clerk": _("order follow-up clerk"),
    "service_officer": _("customer-service officer"),
    "technical": _("technical support"),
    "marketing": _("marketing"),
}
"""Post in a customer's team -> its name."""

CHANNELS: dict[str, Any] = {
    "visit": _("visit"),
    "call": _("call"),
    "meeting": _("meeting"),
    "mail": _("e-mail"),
    "chat": _("chat"),
    "letter": _("letter"),
    "event": _("event"),
}
"""Channel of an activity -> its name."""

ACTIVITIES: dict[str, Any] = {
    "communication": _("communication"),
    "service": _("service"),
    "feedback": _("feedback"),
    "complaint": _("complaint"),
    "dispute": _("dispute"),
}
"""Kind of an activity -> its name (ARC-06)."""
GRIEVANCES = ("complaint", "dispute")
"""Kinds of activities that stay open until they are settled, and count for the stability of a cooperation (GRD-10)."""
SEVERITIES: dict[str, Any] = {"minor": _("minor"), "major": _("major")}
"""How grave a complaint or dispute is -> its name."""


@dataclass(frozen=True)
class Kind:
    """A kind of statement: its name, its section, and its values where they are fixed."""

    name: Any
    section: str
    values: Mapping[str, Any] = field(default_factory=dict)


FREQUENCIES: dict[str, Any] = {
    "weekly": _("weekly"),
    "monthly": _("monthly"),
    "quarterly": _("quarterly"),
    "half_yearly": _("half-yearly"),
    "yearly": _("yearly"),
    "seldom": _("less than yearly"),
}
"""How often a customer buys -> its name, from often to seldom."""

FINDINGS: dict[str, Kind] = {
    "products": Kind(_("product types purchased"), "business"),
    "frequency": Kind(_("purchase frequency"), "business", FREQUENCIES),
    "volume": Kind(_("purchase volume"), "business"),
    "price_sensitivity": Kind(
        _("price sensitivity"), "business", {"low": _("low"), "medium": _("medium"), "high": _("high")}
    ),
    "payment": Kind(_("payment method"), "business"),
    "season": Kind(_("peak season"), "business"),
    "trend": Kind(_("trend of the industry"), "market"),
    "competitors": Kind(_("competitors"), "market"),
    "share": Kind(_("our share of the customer's purchases"), "market"),
    "position": Kind(_("the customer's market position"), "market"),
}
"""Kind of statement about business or market (ARC-03)."""

NEEDS: dict[str, Any] = {
    "product": _("product need"),
    "service": _("service need"),
    "solution": _("solution need"),
    "pain": _("pain point"),
    "preference": _("preference"),
    "expectation": _("expectation"),
    "direction": _("direction of development"),
}
"""Kind of need -> its name (ARC-07)."""

NEED_STATES: dict[str, Any] = {
    "open": _("unanswered"),
    "planned": _("answered by a plan"),
    "answered": _("answered"),
    "dropped": _("no longer wanted"),
}
"""State of a need -> its name."""

CONDITIONS: dict[str, Any] = {
    "running": _("running"),
    "limited": _("limited"),
    "down": _("out of order"),
    "stored": _("stored"),
    "retired": _("out of use"),
}
"""Condition of a unit -> its name."""

UNIT_RECORDS: dict[str, Any] = {
    "repair": _("repair"),
    "defect": _("defect report"),
    "finding": _("follow-up finding"),
}
"""Kind of a unit's record -> its name."""

DECIDES: dict[str, Any] = {
    "decides": _("decides"),
    "advises": _("advises"),
    "works": _("works with us"),
    "pays": _("pays"),
    "uses": _("uses"),
}
"""Role of a contact in decisions -> its name."""
