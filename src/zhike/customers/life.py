"""The life cycle and the axes of a customer: codes and their names."""

from __future__ import annotations

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
    "importance": {"core": _("core"), "important": _("important"), "ordinary": _("ordinary")},
}
"""Axis of classification -> its values; a customer carries one of each at the same time (GRD-03)."""

AXIS_NAMES: dict[str, Any] = {
    "scale": _("purchase scale"),
    "industry": _("industry"),
    "need_type": _("type of need"),
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

GRADES = ("A", "B", "C", "D", "E")
