"""How a customer stands: its grades now and over time, what is open about them, and which grade held on a day and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhike.customers.models import Customer
from zhike.grading.adjustments import KINDS
from zhike.grading.causes import cause_text
from zhike.grading.models import Adjustment, Grade, GradingResult, Proposal
from zhike.grading.reasons import Reasons, reasons_of
from zhike.grading.records import Determination
from zhike.grading.schemes import Scheme, Schemes, said
from zhike.grading.secrecy import hide_causes
from zhike.people.models import Person
from zhike.ui import grid

POINTS, NO_RANK = 80, 5


@dataclass(frozen=True)
class Held:
    """A grade that held for a time, ready to be shown."""

    row: Grade
    scheme: Scheme | None

    @property
    def chip(self) -> str:
        """The chip with the grade's colour."""
        return str(self.scheme.chip(self.row.grade) if self.scheme else grid.grade(self.row.grade))

    @property
    def word(self) -> str:
        """The word for the grade."""
        return self.scheme.word_of(self.row.grade) if self.scheme else str(self.row.grade)

    @property
    def before(self) -> str:
        """The word for the grade before, where it still has one."""
        return self.scheme.word_of(self.row.before) if self.scheme else str(self.row.before)

    @property
    def title(self) -> str:
        """The grade as the policy calls it."""
        return self.scheme.title_of(self.row.grade) if self.scheme else str(self.row.grade)

    @property
    def rating(self) -> str:
        """The rating as the policy calls it."""
        return self.scheme.name if self.scheme else str(self.row.rating)

    @property
    def policy(self) -> str:
        """The policy in the reader's language."""
        return said(self.scheme.document.title) if self.scheme else ""

    @property
    def cause(self) -> str:
        """Why it was given."""
        return cause_text(self.row.cause)

    @property
    def tone(self) -> str:
        """Up or down."""
        return "success" if self.row.moved > 0 else "error" if self.row.moved < 0 else "quiet"


@dataclass
class Standing:
    """Everything about a customer's grades on a day."""

    customer: Customer
    day: date
    held: list[Held] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    records: list[tuple[Adjustment, str]] = field(default_factory=list)

    @property
    def now(self) -> list[Held]:
        """The grades of the day, the main one first."""
        rows = [one for one in self.held if holds(one.row, self.day)]
        return sorted(rows, key=lambda one: (not one.row.main, one.row.rating))

    @property
    def main(self) -> Held | None:
        """The grade that stands on the customer."""
        return next((one for one in self.now if one.row.main), None)

    @property
    def coming(self) -> list[Held]:
        """Grades that are decided and take effect later."""
        return [one for one in self.held if one.row.from_on > self.day]

    @property
    def marks(self) -> list[str]:
        """Manual records that count now, and a grade that a person changed: they stay visible."""
        found = [name for row, name in self.records if counts(row, self.day)]
        changed = self.main is not None and self.main.row.manual
        return found or ([cause_text("override")] if changed else [])


def holds(row: Grade, day: date) -> bool:
    """Whether a grade holds on a day."""
    return row.from_on <= day and (row.until_on is None or row.until_on > day)


def counts(row: Adjustment, day: date) -> bool:
    """Whether a manual record counts on a day."""
    return (
        row.approved_at is not None
        and row.ended_at is None
        and row.from_on <= day
        and (row.until_on is None or row.until_on >= day)
    )


def standing_of(customer: Customer, day: date, *, by: Person, most: int = 60) -> Standing:
    """The grades of a customer as a person reads them, newest first, with what is open; a constant number of queries."""
    rows = list(
        Grade.objects.held().filter(customer=customer).select_related("approved_by", "run", "proposal")
        .defer("run__board", "run__manifest").order_by("-from_on", "-id")[:most]
    )  # fmt: skip
    schemes = Schemes()
    schemes.fetch({row.version_id for row in rows if row.version_id})
    proposals = list(
        Proposal.objects.filter(customer=customer)
        .select_related("decided_by", "proposed_by")
        .order_by("-id")[:20]
    )
    hide_causes(by, [*rows, *proposals])
    return Standing(
        customer, day,
        [Held(row, schemes.of(row.version_id, row.rating)) for row in rows],
        proposals,
        [
            (row, str(KINDS[row.kind]))
            for row in Adjustment.objects.filter(customer=customer).select_related("given_by", "approved_by")[:20]
        ],
    )  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """Which grade held on a day, and why."""

    held: Held
    reasons: Reasons
    confirmed: GradingResult | None


def answers_on(customer: Customer, day: date, *, by: Person) -> list[Answer]:
    """For every rating: the grade of a day with its reasons as a person reads them, and the last run that confirmed it by then."""
    schemes, found = Schemes(), []
    rows = Grade.objects.on(day).filter(customer=customer).select_related("approved_by", "run")
    for row in rows.order_by("-main", "rating"):
        confirmed = confirming(row, day)
        hide_causes(by, [row])
        held = Held(row, schemes.of(row.version_id, row.rating))
        found.append(Answer(held, reasons_of(confirmed or row, by), confirmed))
    return found


def confirming(grade: Grade, day: date) -> GradingResult | None:
    """The last result by a day that found the same grade again, in a run that management closed after it gave the grade.

    A run of before found another grade of the same name: it says nothing of this one.
    """
    told = Determination.objects.filter(ended_at__isnull=False, ended_at__date__lte=day)
    since = (
        {"ended_at__gte": grade.approved_at} if grade.approved_at else {"ended_at__date__gte": grade.from_on}
    )
    told = told.filter(**since)
    rows = GradingResult.objects.filter(
        customer=grade.customer_id, rating=grade.rating.partition(".")[2], grade=grade.grade, run__in=told.values("run"),
        run__version__policy__code=grade.rating.partition(".")[0],
    )  # fmt: skip
    last = rows.select_related("run__version__policy").order_by("-run").first()
    return None if last is None or last.run_id == grade.run_id else last


def line_of(held: list[Held], day: date) -> Any:
    """The main grades over time as a stepped line, better grades higher; nothing where there is one grade only."""
    rows = [one for one in held if one.row.main and one.row.from_on <= day]
    if len(rows) < 2:
        return ""
    first = rows[-1].row.from_on
    days = [first + (day - first) * step / POINTS for step in range(POINTS + 1)]
    return grid.spark([-rank_on(rows, one) for one in days])


def rank_on(rows: list[Held], day: date) -> int:
    """The rank of the grade that held on a day; the lowest place where none did."""
    for one in rows:
        if holds(one.row, day):
            return one.scheme.rank(one.row.grade) if one.scheme else NO_RANK
    return NO_RANK
