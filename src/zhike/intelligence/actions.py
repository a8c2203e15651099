"""Every change of market intelligence: recorded, changed, confirmed, closed (ANA-09)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.intelligence.models import INDUSTRIES, KINDS, RELIABILITIES, Intelligence
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person, signed_on
from zhike.people.rules import allow

sentences({
    "intelligence_recorded": gettext_lazy("%(who)s recorded “%(what)s” (source: %(source)s)"),
    "intelligence_changed": gettext_lazy("%(who)s changed “%(what)s”"),
    "intelligence_confirmed": gettext_lazy("%(who)s confirmed that “%(what)s” is still true"),
    "intelligence_closed": gettext_lazy("%(who)s closed “%(what)s”: %(reason)s"),
})  # fmt: skip

FIELDS = ("kind", "title", "text", "industry", "competitor", "source", "known_on", "reliability", "growth")


@transaction.atomic
def record(
    *, kind: str, title: str, source: str, known_on: date, reliability: str, by: Person, at: datetime, text: str = "",
    industry: str = "", competitor: str = "", growth: Decimal | None = None, customers: Sequence[Customer] = (),
) -> Intelligence:  # fmt: skip
    """Record a finding with its source, its day, how reliable it is, and the customers concerned."""
    allow(by, "record_intelligence")
    made = Intelligence(added_by=by, added_at=at, confirmed_on=known_on)
    values = {"kind": kind, "title": title, "text": text, "industry": industry, "competitor": competitor, "source": source,
              "known_on": known_on, "reliability": reliability, "growth": growth}  # fmt: skip
    _fill(made, values, signed_on(at))
    made.save(force_insert=True)
    made.customers.set(_seen(customers, by))
    _note(made, "intelligence_recorded", by, at, source=made.source)
    return made


@transaction.atomic
def change(
    *,
    item: Intelligence,
    customers: Sequence[Customer] | None = None,
    by: Person,
    at: datetime,
    **values: Any,
) -> Intelligence:
    """Change a finding; customers that the person does not see stay."""
    locked = _standing(item, by)
    before, after = changes(locked, {name: value for name, value in values.items() if name in FIELDS})
    _fill(locked, {**{name: getattr(locked, name) for name in FIELDS}, **values}, signed_on(at))
    if "known_on" in after:
        locked.confirmed_on = max(locked.confirmed_on, locked.known_on)
    locked.save()
    if customers is not None:
        visible = Customer.objects.visible_to(by)
        hidden = locked.customers.exclude(pk__in=visible.values("pk"))
        locked.customers.set([*hidden, *_seen(customers, by)])
    _note(locked, "intelligence_changed", by, at, before=before, after=after)
    return locked


@transaction.atomic
def confirm(*, item: Intelligence, by: Person, at: datetime) -> Intelligence:
    """Say that a finding is still true today."""
    locked = _standing(item, by)
    before = locked.confirmed_on
    locked.confirmed_on = signed_on(at)
    locked.save(update_fields=["confirmed_on"])
    _note(
        locked,
        "intelligence_confirmed",
        by,
        at,
        before={"confirmed_on": before},
        after={"confirmed_on": locked.confirmed_on},
    )
    return locked


@transaction.atomic
def close(*, item: Intelligence, reason: str, by: Person, at: datetime) -> Intelligence:
    """Close a finding that is no longer true; it stays to be read."""
    locked = _standing(item, by)
    if not reason.strip():
        raise Invalid(_("Say why it is closed."), fields={"reason": _("missing")})
    locked.closed_at = at
    locked.save(update_fields=["closed_at"])
    _note(locked, "intelligence_closed", by, at, reason=reason.strip())
    return locked


def _standing(item: Intelligence, by: Person) -> Intelligence:
    allow(by, "record_intelligence")
    if not Intelligence.objects.visible_to(by).filter(pk=item.pk).exists():
        raise Forbidden(_("This record is not yours to change."))
    locked = Intelligence.objects.select_for_update().filter(pk=item.pk, closed_at__isnull=True).first()
    if locked is None:
        raise Conflict(_("It is closed already."))
    return locked


def _fill(item: Intelligence, values: dict[str, Any], day: date) -> None:
    """Put values into a finding. Raises Invalid."""
    wrong: dict[str, Any] = {}
    for name, known in (("kind", KINDS), ("reliability", RELIABILITIES)):
        if values[name] not in known:
            wrong[name] = _("unknown")
    if values["industry"] and values["industry"] not in INDUSTRIES:
        wrong["industry"] = _("unknown")
    for name in ("title", "source"):
        if not values[name].strip():
            wrong[name] = _("missing")
    if values["known_on"] > day:
        wrong["known_on"] = _("in the future")
    wrong |= _wrong_together(values)
    if wrong:
        raise Invalid(_("The finding cannot be recorded like this."), fields=wrong)
    for name in FIELDS:
        value = values[name]
        setattr(item, name, value.strip() if isinstance(value, str) else value)


def _wrong_together(values: dict[str, Any]) -> dict[str, Any]:
    """What a kind of finding asks for beside what all have."""
    wrong: dict[str, Any] = {}
    growth = values["growth"]
    if growth is not None and not -100 < growth <= 1000:
        wrong["growth"] = _("out of range")
    elif growth is not None and (values["kind"] != "trend" or not values["industry"]):
        wrong["growth"] = _("only for a trend of an industry")
    if values["kind"] == "trend" and not values["industry"]:
        wrong["industry"] = _("missing")
    if values["kind"] == "move" and not values["competitor"].strip():
        wrong["competitor"] = _("missing")
    return wrong


def _seen(customers: Sequence[Customer], by: Person) -> list[Customer]:
    keys = [one.pk for one in customers]
    found = list(Customer.objects.visible_to(by).filter(pk__in=keys))
    if len(found) < len(set(keys)):
        raise Invalid(_("There is no such customer."), fields={"customers": _("unknown")})
    return found


def _note(item: Intelligence, action: str, by: Person, at: datetime, **words: Any) -> None:
    """Into the journal; under the customer's archive where exactly one is concerned."""
    keys = list(item.customers.values_list("pk", flat=True)[:2])
    journal(item, action, by=by, at=at, customer=keys[0] if len(keys) == 1 else None, **words)
