"""Operations of monthly figures."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Router, Status
from pydantic import Field

from zhike.api.keys import enter
from zhike.api.once import once
from zhike.api.operations import REFUSALS, After, Limit
from zhike.api.paging import cut, found
from zhike.api.shapes import TEXT, Code, Listing, Long, Strict, Words
from zhike.customers.models import Customer
from zhike.kernel.refusals import Forbidden, Invalid, NotThere
from zhike.people.models import Person, signed_on
from zhike.people.rules import sees
from zhike.submissions import actions
from zhike.submissions.board import state_name
from zhike.submissions.chasing import owing
from zhike.submissions.models import Submission, SubmissionLine, departments_of
from zhike.submissions.reconciling import Given
from zhike.submissions.rights import allow_submitting, allow_verifying

router = Router()
Key = Annotated[int, Path(ge=1, lt=2**63)]
MONTH = r"^(19|20|21)\d{2}-(0[1-9]|1[0-2])$"
Month = Annotated[str, Field(pattern=MONTH)]
Money = Annotated[Decimal, Field(max_digits=19, decimal_places=4)]
Line = Annotated[str, Field(max_length=300, pattern=TEXT)]


class SubmissionOut(Strict):
    """The figures of a month; amounts that the asking person may not see are null."""

    id: int
    department: str
    month: str
    edition: int
    state: str
    source: str
    currency: str
    amount: str | None
    customers: int
    differences: int
    changed_since: int
    submitted_by: str
    submitted_at: datetime
    verified_by: str | None
    verified_at: datetime | None
    comment: str


class DifferenceOut(Strict):
    """A line that does not agree with the orders."""

    line: int
    customer: str | None
    label: str
    differs: list[str]
    amount: str | None
    orders: int | None
    profit: str | None
    orders_amount: str | None
    orders_number: int
    orders_profit: str | None
    explanation: str


class SubmissionWhole(SubmissionOut):
    """The figures of a month with what differs, at most a thousand lines."""

    lines: list[DifferenceOut]


class MonthOut(Strict):
    """How a month of a department stands: missing, late, submitted, returned or signed."""

    department: str
    month: str
    state: str
    said: str
    due_on: date
    days_late: int
    changed_since: int
    submission: int | None


class FigureIn(Strict):
    """Figures of a customer, in the company's currency."""

    customer: Words
    amount: Money
    orders: Annotated[int, Field(ge=0, lt=2**31)]
    profit: Money | None = None
    explanation: Line = ""


class SubmissionIn(Strict):
    """A month to submit: with `figures`, or without them what the orders say. `corrects` names the edition to correct."""

    department: Code
    month: Month
    figures: Annotated[list[FigureIn], Field(max_length=100_000)] | None = None
    note: Long = ""
    corrects: Annotated[int, Field(ge=1, lt=2**63)] | None = None


class DecisionIn(Strict):
    """A word with a decision."""

    comment: Long = ""


def _shown(value: Decimal | None, seen: bool) -> str | None:
    return str(value) if seen and value is not None else None


def _out(one: Submission, by: Person) -> dict[str, Any]:
    return {
        "id": one.pk, "department": one.department.code, "month": f"{one.month:%Y-%m}", "edition": one.number, "state": one.state,
        "source": one.source, "currency": one.currency, "amount": _shown(one.amount, sees(by, "price")), "customers": one.customers,
        "differences": one.differences, "changed_since": one.drift, "submitted_by": one.submitted_by.username,
        "submitted_at": one.submitted_at, "verified_by": one.checked_by.username if one.checked_by else None,
        "verified_at": one.checked_at, "comment": one.comment,
    }  # fmt: skip


def _difference(line: SubmissionLine, by: Person) -> dict[str, Any]:
    price, profit = sees(by, "price"), sees(by, "profit")
    return {
        "line": line.pk, "customer": line.customer.code if line.customer else None, "label": line.label,
        "differs": line.differs.split(","), "amount": _shown(line.amount, price), "orders": line.orders,
        "profit": _shown(line.profit, profit), "orders_amount": _shown(line.ledger_amount, price),
        "orders_number": line.ledger_orders, "orders_profit": _shown(line.ledger_profit, profit), "explanation": line.explanation,
    }  # fmt: skip


def _whole(one: Submission, by: Person) -> dict[str, Any]:
    lines = one.lines.differing().select_related("customer")[:1000]
    return {**_out(one, by), "lines": [_difference(line, by) for line in lines]}


def _as_seen(body: dict[str, Any], by: Person) -> dict[str, Any]:
    """An answer that was kept, with null for the amounts that the person does not see now."""
    shown = {**body, "amount": body["amount"] if sees(by, "price") else None}
    if "lines" in body:
        classes = {"amount": "price", "orders_amount": "price", "profit": "profit", "orders_profit": "profit"}
        hidden = {name: None for name, kind in classes.items() if not sees(by, kind)}
        shown["lines"] = [{**line, **hidden} for line in body["lines"]]
    return shown


def _find(by: Person, key: Key) -> Submission:
    rows: Any = Submission.objects.visible_to(by).select_related("department", "submitted_by", "checked_by")
    one: Submission = found(rows, key, _("There are no such figures."))
    return one


@router.get(
    "/submissions/months",
    response={200: list[MonthOut], **REFUSALS},
    tags=["figures"],
    summary="How the months stand",
)
def list_months(request: HttpRequest) -> Any:
    person, day = enter(request, "see_grading"), timezone.localdate()
    seen = set(departments_of(person).values_list("pk", flat=True))
    return [
        {
            "department": one.department.code, "month": f"{one.month:%Y-%m}", "state": one.state, "said": state_name(one.state),
            "due_on": one.due_on, "days_late": one.days_late(day), "changed_since": one.drift,
            "submission": one.submission.pk if one.submission else None,
        }
        for each in owing(day) if each.department.pk in seen
        for one in each.months(day)
    ]  # fmt: skip


@router.get(
    "/submissions",
    response={200: Listing[SubmissionOut], **REFUSALS},
    tags=["figures"],
    summary="Monthly figures, newest first",
)
def list_submissions(request: HttpRequest, after: After = "", limit: Limit = 50) -> Any:
    person = enter(request, "see_grading")
    rows: Any = Submission.objects.visible_to(person).select_related(
        "department", "submitted_by", "checked_by"
    )
    shown, cursor = cut(rows, after, limit, "submissions")
    return {"rows": [_out(one, person) for one in shown], "next": cursor}


@router.get(
    "/submissions/{key}",
    response={200: SubmissionWhole, **REFUSALS},
    tags=["figures"],
    summary="The figures of a month",
)
def get_submission(request: HttpRequest, key: Key) -> Any:
    person = enter(request, "see_grading")
    return _whole(_find(person, key), person)


@router.post(
    "/submissions", response={201: SubmissionWhole, **REFUSALS}, tags=["figures"], summary="Submit a month"
)
def post_submission(request: HttpRequest, body: SubmissionIn) -> Any:
    person, now = enter(request, "submit_figures"), timezone.now()
    department = departments_of(person).filter(code=body.department).first()
    if department is None:
        raise NotThere(_("There is no such department."))
    sheet = _sheet(body, person)

    def work() -> tuple[int, Any]:
        common: dict[str, Any] = {"note": body.note, "by": person, "at": now}
        month = date.fromisoformat(f"{body.month}-01")
        if body.corrects is not None:
            made = actions.correct(submission=_find(person, body.corrects), sheet=sheet, **common)
        elif sheet is not None:
            made = actions.submit_sheet(department=department, month=month, sheet=sheet, **common)
        else:
            made = actions.submit_orders(department=department, month=month, **common)
        return 201, SubmissionWhole.model_validate(_whole(made, person))

    def again(body: dict[str, Any]) -> dict[str, Any]:
        allow_submitting(person, department)
        _find(person, body["id"])
        return _as_seen(body, person)

    return Status(*once(request, person, now, work, again))


def _sheet(body: SubmissionIn, by: Person) -> Any:
    from zhike.submissions.sheets import Sheet

    if body.figures is None:
        return None
    if not (sees(by, "price") and sees(by, "profit")):
        raise Forbidden(_("Your roles do not show amounts and profit."))
    codes = [one.customer for one in body.figures]
    if len(set(codes)) < len(codes):
        raise Invalid(_("A customer stands there twice."), fields={"figures": _("twice")})
    known = dict(Customer.objects.visible_to(by).living().filter(code__in=codes).values_list("code", "pk"))
    rows = [
        Given(row, one.customer, known.get(one.customer), one.amount, one.orders, one.profit, one.explanation)
        for row, one in enumerate(body.figures, start=1)
    ]
    return Sheet("API", "", rows)


def _checked_again(one: Submission, body: dict[str, Any], by: Person, at: datetime) -> dict[str, Any]:
    allow_verifying(by, one, signed_on(at))
    return _as_seen(body, by)


@router.post(
    "/submissions/{key}/sign",
    response={200: SubmissionOut, **REFUSALS},
    tags=["figures"],
    summary="Verify and sign",
)
def sign_submission(request: HttpRequest, key: Key, body: DecisionIn) -> Any:
    person, now = enter(request, "see_grading"), timezone.now()
    one = _find(person, key)

    def work() -> tuple[int, Any]:
        made = actions.sign(submission=one, comment=body.comment, by=person, at=now)
        return 200, SubmissionOut.model_validate(_out(made, person))

    return Status(*once(request, person, now, work, lambda body: _checked_again(one, body, person, now)))


@router.post(
    "/submissions/{key}/return",
    response={200: SubmissionOut, **REFUSALS},
    tags=["figures"],
    summary="Return with a comment",
)
def return_submission(request: HttpRequest, key: Key, body: DecisionIn) -> Any:
    person, now = enter(request, "see_grading"), timezone.now()
    one = _find(person, key)

    def work() -> tuple[int, Any]:
        made = actions.return_figures(submission=one, comment=body.comment, by=person, at=now)
        return 200, SubmissionOut.model_validate(_out(made, person))

    return Status(*once(request, person, now, work, lambda body: _checked_again(one, body, person, now)))
