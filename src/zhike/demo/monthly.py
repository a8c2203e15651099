"""The export department's months in the demo company: two years signed, one of them only at the second go, the last one waiting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from zhike.demo.staff import Staff, moment
from zhike.facts.figures import company_currency
from zhike.kernel.journal import Entry, entry_for, journal_all
from zhike.people.models import Department, Person
from zhike.submissions import ledger
from zhike.submissions.models import Submission, SubmissionLine
from zhike.submissions.reconciling import Bounds, Given, line_of
from zhike_engine.plan.windows import add_months

MONTHS = 24
RETURNED = 6
"""So many months before the last one, a month went back once."""
EXPLAINED = "单笔大额合同，已与订单和合同核对"
MISTYPED = Decimal(10_000)


@dataclass(frozen=True)
class Desk:
    """Who submits and who verifies."""

    department: Department
    submits: Person
    verifies: Person


def settle_figures(staff: Staff, as_of: date) -> int:
    """Submit and sign the months that are over; how many there are."""
    desk = Desk(staff.departments["foreign_trade"], staff.people["wenjia"], staff.people["dulan"])
    last = add_months(ledger.first_of(as_of), -1)
    first = add_months(last, 1 - MONTHS)
    known = ledger.sums(desk.department, add_months(first, -ledger.HISTORY), ledger.next_month(last))
    entries: list[Entry] = []
    months = [add_months(first, number) for number in range(MONTHS)]
    for month in months:
        rows = known.get(month, {})
        if not rows:
            continue
        before = {
            day: sums for day, sums in known.items() if add_months(month, -ledger.HISTORY) <= day < month
        }
        usual = ledger.ordinary(before)
        at = moment(min(ledger.next_month(month) + timedelta(days=2), as_of), 10)
        lines = [
            Given(0, "", key, one.amount, one.orders, one.profit, EXPLAINED)
            for key, one in sorted(rows.items())
        ]
        wrong = [replace(lines[0], amount=lines[0].amount + MISTYPED, explanation=""), *lines[1:]]
        number = 1
        if month == add_months(last, -RETURNED):
            _month(desk, month, wrong, rows, usual, at, "returned", number, entries)
            at, number = moment(at.date() + timedelta(days=2), 15), 2
        if month == last:
            _month(desk, month, wrong, rows, usual, at, "submitted", number, entries)
        else:
            _month(desk, month, lines, rows, usual, at, "signed", number, entries)
    journal_all(entries)
    return len(months)


def _month(
    desk: Desk, month: date, given: list[Given], rows: dict[int, ledger.Sums], usual: dict[int, Decimal], at: datetime, state: str,
    number: int, entries: list[Entry],
) -> None:  # fmt: skip
    bounds = Bounds.read()
    lines = [line_of(one, rows[one.customer or 0], usual.get(one.customer or 0), bounds) for one in given]
    done = at + timedelta(hours=26)
    sheet = state in ("returned", "submitted")
    made = Submission(
        department=desk.department, month=month, number=number, state=state, source="sheet" if sheet else "orders",
        currency=company_currency(), file_name=f"外贸部-{month:%Y-%m}.xlsx" if sheet else "", submitted_by=desk.submits, submitted_at=at,
        checked_by=None if state == "submitted" else desk.verifies, checked_at=None if state == "submitted" else done,
        comment="首行金额与订单不符，请核对后重新提交" if state == "returned" else "", customers=len(lines),
        differences=sum(1 for line in lines if line.differs), amount=sum((one.amount for one in given), Decimal(0)),
    )  # fmt: skip
    made.save(force_insert=True)
    for line in lines:
        line.submission = made
        if line.explanation:
            line.explained_by, line.explained_at = desk.submits, at
    SubmissionLine.objects.bulk_create(lines, batch_size=500)
    entries.append(
        entry_for(
            made,
            "figures_submitted",
            by=desk.submits,
            at=at,
            customers=made.customers,
            differences=made.differences,
        )
    )
    if state != "submitted":
        action = "figures_signed" if state == "signed" else "figures_returned"
        entries.append(entry_for(made, action, by=desk.verifies, at=done, comment=made.comment))
