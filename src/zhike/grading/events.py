"""Events that call for a new grade before the next run: found every night, each once, with its cause (GRD-24).

A policy names the events that count for it (`cycle.events`); the company sets their limits. Customers with an event are
graded anew by a small run; who would change is put before management with the cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from zhike.customers.life import AXES, AXIS_NAMES, GRIEVANCES
from zhike.customers.limits import LIMITS, Limits
from zhike.customers.models import Activity, Customer
from zhike.facts.models import Order, Receivable
from zhike.grading.asking import missing_judgements
from zhike.grading.causes import say
from zhike.grading.deciding import submit_run
from zhike.grading.facts import NAMED
from zhike.grading.models import Adjustment, Grade, GradingRun
from zhike.grading.records import GradeEvent
from zhike.grading.running import on_again, on_ready, start_run
from zhike.grading.schemes import Scheme, schemes_of
from zhike.intelligence.models import Intelligence
from zhike.kernel.journal import Entry, entry_for, journal_all, sentences
from zhike.kernel.refusals import Refused
from zhike.policies.models import PolicyVersion

sentences({"event_found": gettext_lazy("%(what)s calls for a new grade")})
LIMITS["event_drop_percent"] = gettext_lazy("a fall of the yearly amount by percent calls for a new grade")
LIMITS["event_overdue_days"] = gettext_lazy("a payment late by days calls for a new grade")
LIMITS["event_order_percent"] = gettext_lazy("an order of percent of the yearly amount calls for a new grade")
LIMITS["event_growth_percent"] = gettext_lazy("a market moving by percent calls for a new grade")
RECENT = timedelta(days=30)


ARCHIVE_CHANGES = ("customer_changed", "customer_changed_by_import", "fact_restored")
"""Entries of the journal that change an archive."""
ARCHIVE_OF = {"need": "need_type"}
"""Column of the engine's customers -> the archive's field, where they differ."""


@dataclass(frozen=True)
class Sign:
    """An event as it was seen."""

    customer: int
    kind: str
    about: str
    detail: str


def watched(day: date) -> list[tuple[PolicyVersion, Scheme]]:
    """The policies in force whose main rating names events."""
    rows = PolicyVersion.objects.in_force(day).select_related("policy")
    pairs = [(version, schemes_of(version)[0]) for version in rows]
    return [
        (version, scheme) for version, scheme in pairs if scheme.rating.cycle and scheme.rating.cycle.events
    ]


def floor_of(version: PolicyVersion, scheme: Scheme, grade: str) -> Decimal | None:
    """The least amount that a grade asks for, in units of the policy's currency; None where it asks for none."""
    measure, spec = scheme.rating.measure, scheme.rating.grades.get(grade)
    if not measure or spec is None:
        return None
    pattern = re.compile(rf"^{re.escape(measure)}\s*(?:>=|>|between)\s*([\w.]+)")
    for condition in [*(spec.all or []), *(spec.any or [])]:
        text = condition if isinstance(condition, str) else getattr(condition, "if_", "")
        found = pattern.match(text or "")
        if found:
            return _amount(version, scheme, found.group(1))
    return None


def _amount(version: PolicyVersion, scheme: Scheme, word: str) -> Decimal | None:
    parameter = scheme.document.parameters.get(word)
    if parameter is None:
        return Decimal(word) if re.fullmatch(r"[0-9.]+", word) else None
    value = version.values.get(word, parameter.value)
    if value is None:
        return None
    return Decimal(str(value)) * (10_000 if parameter.unit == "万元" else 1)


def signs(version: PolicyVersion, scheme: Scheme, day: date) -> Iterator[Sign]:
    """Everything that calls for a new grade of customers under a policy, as of a day."""
    limits = Limits()
    rows = Grade.objects.on(day).filter(rating=scheme.key, customer__merged_into__isnull=True)
    graded = {
        row.customer_id: row
        for row in rows.select_related("customer").defer("customer__search", "customer__tokens")
    }
    yield from _drops(version, scheme, graded, limits)
    yield from _late(graded, limits, day)
    yield from _disputes(graded, day)
    yield from _large(graded, limits, day)
    yield from _market(graded, limits, day)
    yield from _reclassified(version, graded, day)
    yield from _ended(scheme, graded, day)


def _drops(
    version: PolicyVersion, scheme: Scheme, graded: dict[int, Grade], limits: Limits
) -> Iterator[Sign]:
    floors = {one.code: floor_of(version, scheme, one.code) for one in scheme.grades}
    for key, grade in graded.items():
        floor, amount = floors.get(grade.grade), grade.customer.amount_12m
        if floor is not None and amount < floor:
            detail = say(gettext_noop("12 months of orders: %(amount)s, below the %(floor)s that %(grade)s asks for"),
                amount=f"{amount:,.0f}", floor=f"{floor:,.0f}", grade=scheme.word_of(grade.grade))  # fmt: skip
            yield Sign(key, "order_drop", f"grade {grade.pk}", detail)
    percent = limits.of("event_drop_percent")
    if percent is None:
        return
    last = (
        GradingRun.objects.filter(version__policy=version.policy_id, state="closed", only=[])
        .order_by("-pk")
        .first()
    )
    results = last.results.filter(rating=scheme.key.partition(".")[2], amount__gt=0) if last else None
    before = dict(results.values_list("customer", "amount")) if results is not None else {}
    for key, amount in before.items():
        held = graded.get(key)
        if held is None or amount is None:
            continue
        now = held.customer.amount_12m
        if now < amount * (100 - percent) / 100:
            detail = say(
                gettext_noop("12 months of orders fell from %(old)s to %(new)s"),
                old=f"{amount:,.0f}",
                new=f"{now:,.0f}",
            )
            yield Sign(key, "order_drop", f"fall {held.pk}", detail)


def _late(graded: dict[int, Grade], limits: Limits, day: date) -> Iterator[Sign]:
    days = limits.of("event_overdue_days")
    if days is None:
        return
    rows: Any = Receivable.objects.filter(
        paid_on__isnull=True, due_on__lt=day - timedelta(days=days), amount__gt=0
    )
    for row in rows.order_by("due_on").iterator(chunk_size=2000):
        if row.customer_id in graded:
            detail = say(gettext_noop("%(number)s was due on %(day)s"), number=row.number, day=row.due_on)
            yield Sign(row.customer_id, "late_payment", row.number, detail)


def _disputes(graded: dict[int, Grade], day: date) -> Iterator[Sign]:
    for row in Activity.objects.filter(kind__in=GRIEVANCES, done_on__range=(day - RECENT, day)):
        if row.customer_id in graded:
            yield Sign(row.customer_id, "dispute", f"activity {row.pk}", row.subject[:300])


def _large(graded: dict[int, Grade], limits: Limits, day: date) -> Iterator[Sign]:
    percent = limits.of("event_order_percent")
    if percent is None:
        return
    rows: Any = Order.objects.filter(
        ordered_on__range=(day - RECENT, day), status="completed"
    ).select_related("customer")
    for row in rows.only(
        "number", "amount", "currency", "customer__amount_12m", "customer__currency"
    ).iterator(chunk_size=2000):
        grade = graded.get(row.customer_id)
        if grade is not None and row.amount * 100 >= grade.customer.amount_12m * percent > 0:
            detail = say(gettext_noop("order %(number)s of %(amount)s %(currency)s"), number=row.number, amount=f"{row.amount:,.0f}",
                currency=row.currency)  # fmt: skip
            yield Sign(row.customer_id, "large_order", row.number, detail)


def _market(graded: dict[int, Grade], limits: Limits, day: date) -> Iterator[Sign]:
    percent = limits.of("event_growth_percent")
    if percent is None:
        return
    rows = Intelligence.objects.filter(
        known_on__range=(day - RECENT, day), closed_at__isnull=True, growth__isnull=False
    )
    for row in rows:
        if row.growth is None or abs(row.growth) < percent:
            continue
        touched = set(row.customers.values_list("pk", flat=True)) or (
            set(Customer.objects.filter(industry=row.industry).values_list("pk", flat=True))
            if row.industry
            else set()
        )
        for key in sorted(touched & set(graded)):
            yield Sign(key, "market_change", f"intelligence {row.pk}", row.title[:300])


def _reclassified(version: PolicyVersion, graded: dict[int, Grade], day: date) -> Iterator[Sign]:
    """Customers whose archive changed in a class that the policy reads: industry, segment, type of need, scale."""
    read = set(NAMED.findall(version.text))
    asked = {ARCHIVE_OF.get(name, name) for name in read} & set(AXES) - {"importance"}
    start = timezone.make_aware(datetime.combine(day - RECENT, datetime.min.time()))
    rows = Entry.objects.filter(action__in=ARCHIVE_CHANGES, noun="customer", at__gte=start) if asked else ()
    for row in rows:
        old, new = row.data.get("before", {}), row.data.get("after", {})
        for name in sorted(asked & set(new)):
            if row.record in graded and old.get(name):
                words = [str(AXES[name].get(value, value)) for value in (old[name], new[name])]
                detail = say(
                    gettext_noop("%(what)s: %(old)s, now %(new)s"),
                    what=AXIS_NAMES[name],
                    old=words[0],
                    new=words[1] or "—",
                )
                yield Sign(row.record, "reclassified", f"entry {row.pk}", detail)


def _ended(scheme: Scheme, graded: dict[int, Grade], day: date) -> Iterator[Sign]:
    """Manual records whose last day has passed: what they held up is looked at again."""
    rows = Adjustment.objects.filter(
        rating=scheme.key, approved_at__isnull=False, until_on__range=(day - RECENT, day - timedelta(days=1))
    )
    for row in rows.filter(ended_at__isnull=True):
        if row.customer_id in graded:
            yield Sign(
                row.customer_id,
                "record_ended",
                f"record {row.pk}",
                say(
                    gettext_noop("until %(day)s: %(ground)s"),
                    day=row.until_on,
                    ground=row.ground[:200],
                ),
            )


@transaction.atomic
def note_events(*, at: datetime) -> dict[str, int]:
    """Find what is new, and start a run for those customers of each policy. How many events, how many runs."""
    day, counts = timezone.localtime(at).date(), {"events": 0, "runs": 0}
    for version, scheme in watched(day):
        fresh = _new_ones(list(signs(version, scheme, day)), day, at)
        counts["events"] += len(fresh)
        held = Grade.objects.on(day).filter(rating=scheme.key).values("customer")
        waiting = GradeEvent.objects.filter(run__isnull=True, customer__in=held)
        if waiting.exists():
            counts["runs"] += _grade_anew(version, waiting, at)
    return counts


def _new_ones(found: list[Sign], day: date, at: datetime) -> list[GradeEvent]:
    known = set(
        GradeEvent.objects.filter(customer__in={one.customer for one in found}).values_list(
            "customer", "kind", "about"
        )
    )
    fresh = {
        (one.customer, one.kind, one.about): one
        for one in found
        if (one.customer, one.kind, one.about) not in known
    }
    made = GradeEvent.objects.bulk_create(
        [GradeEvent(customer_id=one.customer, kind=one.kind, about=one.about, detail=one.detail[:300],
            found_on=day) for one in fresh.values()],
        batch_size=500,
    )  # fmt: skip
    journal_all(
        [entry_for(one, "event_found", by=None, at=at, detail=one.detail, kind=one.kind) for one in made]
    )
    return made


def _grade_anew(version: PolicyVersion, events: Any, at: datetime) -> int:
    """Start the small run: as of today, or of the last month whose figures are signed. Where none can start, the next night tries."""
    customers = sorted(set(events.values_list("customer", flat=True)))
    day = timezone.localtime(at).date()
    for as_of in (day, *month_ends(day, 3)):
        try:
            with transaction.atomic():
                run = start_run(
                    version=version,
                    as_of=as_of,
                    by=None,
                    at=at,
                    cause="event",
                    only=customers,
                    note=_("after events"),
                )
        except Refused:
            continue
        events.update(run=run)
        return 1
    return 0


def month_ends(day: date, count: int) -> list[date]:
    """The last days of the months before a day, the latest first.

    >>> month_ends(date(2026, 3, 10), 2)
    [datetime.date(2026, 2, 28), datetime.date(2026, 1, 31)]
    """
    found = []
    for _number in range(count):
        day = day.replace(day=1) - timedelta(days=1)
        found.append(day)
    return found


@on_ready
def submit_event_run(run: GradingRun) -> None:
    """A run after events goes before management by itself: who would change, with the cause; not while judgements are missing."""
    if run.cause == "event" and not missing_judgements(run):
        submit_run(run=run, effective_on=None, by=None, at=run.finished_at or run.started_at)


@on_again
def events_move(run: GradingRun, to: GradingRun) -> None:
    """The events of a run that is made anew lead to the new one."""
    GradeEvent.objects.filter(run=run).update(run=to)
