"""Who opened, printed or exported which archive, and how many a day (SEC-06; threat: somebody reads through everything)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer, Viewing
from zhike.kernel.journal import Entry, journal, sentences
from zhike.kernel.refusals import TooMany
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.company import limits
from zhike.people.models import Person

sentences({
    "many_opened": gettext_lazy("%(what)s has opened %(number)s customers today; the limit is %(most)s"),
    "too_many_opened": gettext_lazy("%(what)s has reached the daily limit of %(most)s opened customers"),
})  # fmt: skip

notice(
    "many_opened", about=gettext_lazy("Unusual volumes"), must=True,
    subject=gettext_lazy("%(person)s has opened %(number)s customers today"),
    text=gettext_lazy("The limit of a day is %(most)s. Please ask whether there is a reason."),
)  # fmt: skip

WAYS = {
    "open": gettext_lazy("opened"),
    "print": gettext_lazy("printed"),
    "export": gettext_lazy("exported"),
    "api": gettext_lazy("read by the API"),
}
"""Way of seeing an archive -> its name."""
OPENED = ("open", "api")
"""Ways that count towards the daily limit."""

UPSERT = """
insert into zhike_viewing (person_id, customer_id, "on", way, first_at, times) values (%s, %s, %s, %s, %s, 1)
on conflict (customer_id, person_id, "on", way) do update set times = zhike_viewing.times + 1
"""


def note_viewing(*, person: Person, customer: Customer, way: str, at: datetime) -> None:
    """Count one look at an archive: one row per person, customer, day and way, in one statement."""
    if way not in WAYS:
        raise ValueError(f"unknown way `{way}`")
    day = timezone.localtime(at).date()
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(
            UPSERT, [person.pk, customer.pk, connection.ops.adapt_datefield_value(day), way, moment]
        )


@transaction.atomic
def note_viewings(*, person: Person, customers: Iterable[int], way: str, at: datetime) -> None:
    """Count one look at each of many archives, given by their keys: for exports and lists of the API."""
    day = timezone.localtime(at).date()
    keys = sorted(set(customers))
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        Viewing.objects.filter(person=person, on=day, way=way, customer__in=part).update(times=F("times") + 1)
        Viewing.objects.bulk_create(
            [Viewing(person=person, customer_id=key, on=day, way=way, first_at=at) for key in part],
            ignore_conflicts=True,
        )


def opened_on(person: Person, day: date) -> int:
    """How many customers a person opened on a day, on pages and by the API."""
    return Viewing.objects.filter(person=person, on=day, way__in=OPENED).values("customer").distinct().count()


def open_archive(*, person: Person, customer: Customer, at: datetime, way: str = "open") -> None:
    """Somebody opens an archive: counted, refused above the daily limit. Raises TooMany.

    A customer opened before on the same day is free. At the warning share, and when refused, the alert is in the
    journal and goes to the superior.
    """
    _keep_to_limit(person, {customer.pk}, at)
    note_viewing(person=person, customer=customer, way=way, at=at)


def open_many(*, person: Person, customers: Iterable[int], at: datetime, way: str = "api") -> None:
    """Somebody reads many archives at once, given by their keys: all counted, or refused above the daily limit."""
    keys = set(customers)
    _keep_to_limit(person, keys, at)
    note_viewings(person=person, customers=keys, way=way, at=at)


def _keep_to_limit(person: Person, customers: set[int], at: datetime) -> None:
    """Refuse archives, given by their keys, that with those opened before on the day are above the limit."""
    day = timezone.localtime(at).date()
    known = Viewing.objects.filter(person=person, on=day, way__in=OPENED, customer__in=customers)
    fresh = len(customers - set(known.values_list("customer", flat=True)))
    if not fresh:
        return
    set_by = limits()
    most, before = set_by["opened_per_day"], opened_on(person, day)
    warned = -(-most * set_by["warn_percent"] // 100)
    if before + fresh > most:
        _alert(person, "too_many_opened", before, most, at)
        raise TooMany(
            _("You have opened %(most)s customers today; more open tomorrow, or ask your superior.")
            % {"most": most}
        )
    if before < warned <= before + fresh:
        _alert(person, "many_opened", before + fresh, most, at)


def _alert(person: Person, action: str, number: int, most: int, at: datetime) -> None:
    """Once a day and kind: into the journal, and to the superior."""
    start = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        if Entry.objects.filter(action=action, noun="person", record=person.pk, at__gte=start).exists():
            return
        journal(person, action, by=None, at=at, number=number, most=most)
        if person.superior is not None:
            key = f"{action} {person.pk} {start.date()}"
            tell(
                kind="many_opened",
                key=key,
                to=person.superior,
                at=at,
                person=person,
                number=number,
                most=most,
            )
