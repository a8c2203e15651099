"""Incidents: a suspected leak or misuse, who had seen the archive, measures, the decision to notify, closure (SEC-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer, Viewing
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "incident_opened": gettext_lazy("%(who)s opened the incident “%(what)s”"),
    "incident_changed": gettext_lazy("%(who)s recorded on the incident “%(what)s”"),
    "incident_closed": gettext_lazy("%(who)s closed the incident “%(what)s”"),
})  # fmt: skip

KINDS: dict[str, Any] = {
    "leak": gettext_lazy("leak"),
    "misuse": gettext_lazy("misuse"),
    "tampering": gettext_lazy("tampering"),
    "loss": gettext_lazy("loss"),
}
"""Kind of incident -> its name."""

NOTIFY: dict[str, Any] = {
    "notified": gettext_lazy("the customer was told"),
    "not_needed": gettext_lazy("telling the customer is not needed"),
}
"""Decision to notify -> its name."""


class Incident(models.Model):
    """A suspected leak or misuse of one customer's data in a period."""

    title = models.CharField(gettext_lazy("title"), max_length=160)
    kind = models.CharField(gettext_lazy("kind"), max_length=12)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="incidents", verbose_name=gettext_lazy("customer")
    )
    from_on = models.DateField(gettext_lazy("from"))
    until_on = models.DateField(gettext_lazy("until"))
    description = models.TextField(gettext_lazy("what happened"))
    measures = models.TextField(gettext_lazy("measures"), blank=True)
    notify = models.CharField(gettext_lazy("notification"), max_length=12, blank=True)
    notify_why = models.CharField(gettext_lazy("grounds"), max_length=300, blank=True)
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_incident"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True)
class Exposure:
    """Somebody saw the archive in a way, between two days, so many times."""

    person: Person
    way: str
    first_on: date
    last_on: date
    times: int


def exposures(incident: Incident) -> list[Exposure]:
    """Everyone who opened, printed or exported the archive in the period of an incident."""
    rows = (
        Viewing.objects.filter(
            customer=incident.customer, on__gte=incident.from_on, on__lte=incident.until_on
        )
        .order_by()
        .values("person", "way")
        .annotate(first=models.Min("on"), last=models.Max("on"), times=models.Sum("times"))
    )
    people = Person.objects.select_related("department").in_bulk([row["person"] for row in rows])
    found = [
        Exposure(people[row["person"]], row["way"], row["first"], row["last"], row["times"]) for row in rows
    ]
    return sorted(found, key=lambda one: (one.person.pinyin, one.person.pk, one.way))


@transaction.atomic
def open_incident(
    *, title: str, kind: str, customer: Customer, from_on: date, until_on: date, description: str, by: Person,
    at: datetime,
) -> Incident:  # fmt: skip
    """Open an incident; the list of those who saw the archive follows from the log."""
    allow(by, "manage_incidents", customer)
    wrong = {
        name: _("missing")
        for name, text in (("title", title), ("description", description))
        if not text.strip()
    }
    if kind not in KINDS:
        wrong["kind"] = _("unknown")
    if until_on < from_on:
        wrong["until_on"] = _("not before the first day")
    if wrong:
        raise Invalid(_("The incident is incomplete."), fields=wrong)
    made = Incident.objects.create(
        title=title.strip(), kind=kind, customer=customer, from_on=from_on, until_on=until_on, description=description.strip(),
        opened_by=by, opened_at=at,
    )  # fmt: skip
    journal(
        made, "incident_opened", by=by, at=at, after={"kind": kind, "from_on": from_on, "until_on": until_on}
    )
    return made


@transaction.atomic
def record_measures(
    *, incident: Incident, measures: str, notify: str, notify_why: str, by: Person, at: datetime
) -> Incident:
    """Record measures and the decision to notify; both may come in steps."""
    allow(by, "manage_incidents", incident.customer)
    if notify and notify not in NOTIFY:
        raise Invalid(_("Unknown decision."), fields={"notify": _("unknown")})
    now = Incident.objects.select_for_update().get(pk=incident.pk)
    if now.closed_at is not None:
        raise Conflict(_("The incident is closed."))
    before, after = changes(
        now, {"measures": measures.strip(), "notify": notify, "notify_why": notify_why.strip()}
    )
    for name, value in after.items():
        setattr(now, name, value)
    now.save()
    if after:
        journal(now, "incident_changed", by=by, at=at, before=before, after=after)
    return now


@transaction.atomic
def close_incident(*, incident: Incident, by: Person, at: datetime) -> Incident:
    """Close an incident: never without measures and a decision whether to notify."""
    allow(by, "manage_incidents", incident.customer)
    now = Incident.objects.select_for_update().get(pk=incident.pk)
    wrong = {}
    if not now.measures:
        wrong["measures"] = _("missing")
    if not now.notify:
        wrong["notify"] = _("undecided")
    if wrong:
        raise Invalid(_("An incident closes only with measures and a decision on notifying."), fields=wrong)
    if not Incident.objects.filter(pk=now.pk, closed_at__isnull=True).update(closed_at=at, closed_by=by):
        raise Conflict(_("The incident is closed."))
    now.refresh_from_db()
    journal(now, "incident_closed", by=by, at=at)
    return now
