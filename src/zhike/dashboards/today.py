"""What a person finds on arriving: what is owed, who has not been spoken to, what was opened last, what is running."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhike.customers.duties import Duty, duties
from zhike.customers.models import Customer, Viewing
from zhike.customers.silence import silent
from zhike.jobs.models import Job
from zhike.lists.dressing import wearing
from zhike.lists.grades import worn
from zhike.lists.pages import MOST_FOUND, count_of
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.people.tasks import Task as Asked
from zhike.people.tasks import tasks_of
from zhike.policies.models import Acknowledgement
from zhike.policies.telling import owed_by
from zhike.procedures.inbox import waiting_for
from zhike.procedures.models import ProcedureStep
from zhike.submissions.waiting import Task, tasks

SHOWN = 8


@dataclass
class Today:
    """A person's day, as far as it concerns customers."""

    duties: list[Duty] = field(default_factory=list)
    owed: int = 0
    late: int = 0
    mine: int = 0
    seen: int = 0
    silent: list[Any] = field(default_factory=list)
    silent_count: int = 0
    recent: list[Customer] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    figures: list[Task] = field(default_factory=list)
    waiting: list[ProcedureStep] = field(default_factory=list)
    waiting_count: int = 0
    asked: list[Asked] = field(default_factory=list)
    unread: list[Acknowledgement] = field(default_factory=list)


def today(person: Person, day: date, customers_open: bool) -> Today:
    """The day of a person; nothing of customers before the agreement is signed."""
    found = Today(jobs=list(Job.objects.filter(asked_by=person).order_by("-id")[:4]))
    found.unread = list(owed_by(person, day)[:SHOWN])
    if customers_open:
        found.asked = tasks_of(person, day)
        steps = waiting_for(person, day).select_related("procedure", "procedure__started_by")
        found.waiting = list(steps[:SHOWN])
        found.waiting_count = (
            count_of(steps.order_by()) if len(found.waiting) == SHOWN else len(found.waiting)
        )
    if not customers_open or not can(person, "see_customers"):
        return found
    owed = duties(person, day)
    quiet = silent(person, day)
    visible = Customer.objects.visible_to(person).living()
    found.duties, found.owed = mixed(owed), len(owed)
    found.late = sum(1 for duty in owed if duty.due_on is not None and duty.due_on < day)
    found.mine = count_of(Customer.objects.living().filter(manager=person))
    found.seen = count_of(visible)
    found.silent = list(wearing("customers", quiet)[:SHOWN])
    found.silent_count = count_of(quiet, MOST_FOUND)
    found.recent = _recent(person, visible)
    worn([*found.silent, *found.recent])
    found.figures = tasks(person, day)[:SHOWN]
    return found


def mixed(owed: Sequence[Duty], most: int = SHOWN) -> list[Duty]:
    """What is owed, what is due first at the top, with something of every kind, so that many of one kind hide no other."""
    nth: Counter[str] = Counter()
    ranked = []
    for place, duty in enumerate(owed):
        nth[duty.kind] += 1
        ranked.append((nth[duty.kind], place))
    return [owed[place] for place in sorted(place for _nth, place in sorted(ranked)[:most])]


def _recent(person: Person, visible: Any) -> list[Customer]:
    """The customers opened last, each once."""
    keys = (
        Viewing.objects.filter(person=person, way="open")
        .order_by("-first_at")
        .values_list("customer_id", flat=True)[:40]
    )
    short = visible.only("id", "code", "name", "short_name", "grade", "life")
    rows = wearing("customers", short).in_bulk(list(dict.fromkeys(keys))[:SHOWN])
    return [rows[key] for key in dict.fromkeys(keys) if key in rows][:SHOWN]
