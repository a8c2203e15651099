"""Every change of monthly figures: submitted, explained, returned, signed off, corrected (GRD-17, GRD-18)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.facts.figures import company_currency
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Department, Person, signed_on
from zhike.submissions import ledger
from zhike.submissions.models import Submission, SubmissionLine
from zhike.submissions.reconciling import Bounds, drift_of, foreign, reconcile, settle
from zhike.submissions.rights import allow_submitting, allow_verifying, holders
from zhike.submissions.sheets import Sheet

sentences({
    "figures_submitted": gettext_lazy("%(who)s submitted the figures of %(what)s: %(customers)s customers, %(differences)s differences"),
    "figures_corrected": gettext_lazy("%(who)s submitted a correction of %(what)s: %(note)s"),
    "figures_explained": gettext_lazy("%(who)s explained %(count)s differences in the figures of %(what)s"),
    "figures_reconciled": gettext_lazy("%(who)s compared the figures of %(what)s with the orders again: %(differences)s differences"),
    "figures_returned": gettext_lazy("%(who)s returned the figures of %(what)s: %(comment)s"),
    "figures_signed": gettext_lazy("%(who)s verified and signed the figures of %(what)s"),
})  # fmt: skip

ABOUT = gettext_lazy("Monthly figures")
notice(
    "figures_to_verify", about=ABOUT, subject=gettext_lazy("To verify: figures of %(what)s"),
    text=gettext_lazy("%(who)s submitted the figures of %(what)s with %(differences)s differences: %(link)s"),
)  # fmt: skip
notice(
    "figures_back", about=ABOUT, must=True, subject=gettext_lazy("Returned: figures of %(what)s"),
    text=gettext_lazy("%(who)s returned the figures of %(what)s: %(comment)s\n\n%(link)s"),
)  # fmt: skip
notice(
    "figures_done", about=ABOUT, subject=gettext_lazy("Signed off: figures of %(what)s"),
    text=gettext_lazy("%(who)s verified and signed the figures of %(what)s: %(link)s"),
)  # fmt: skip


def submit_orders(
    *, department: Department, month: date, note: str = "", by: Person, at: datetime
) -> Submission:
    """Submit what the orders say of a month."""
    return _submit(department, month, None, note, None, by, at)


def submit_sheet(
    *, department: Department, month: date, sheet: Sheet, note: str = "", by: Person, at: datetime
) -> Submission:
    """Submit the figures of a sheet that `sheets.read` has read."""
    return _submit(department, month, sheet, note, None, by, at)


def correct(
    *, submission: Submission, note: str, sheet: Sheet | None = None, by: Person, at: datetime
) -> Submission:
    """Submit a signed month anew, as a further edition with its reason; the signed one holds until that is signed."""
    if not note.strip():
        raise Invalid(_("Say why the month is corrected."), fields={"note": _("missing")})
    if submission.state != "signed":
        raise Conflict(_("Only a month that is signed off is corrected."))
    return _submit(submission.department, submission.month, sheet, note, submission, by, at)


@transaction.atomic
def _submit(
    department: Department,
    month: date,
    sheet: Sheet | None,
    note: str,
    corrects: Submission | None,
    by: Person,
    at: datetime,
) -> Submission:
    allow_submitting(by, department)
    month = ledger.first_of(month)
    Department.objects.select_for_update().get(pk=department.pk)
    _check_open(department, month, corrects, signed_on(at))
    lines, differences = reconcile(department, month, sheet.rows if sheet else None)
    if not lines:
        raise Invalid(
            _("The department has no orders and no figures in this month."), fields={"month": _("empty")}
        )
    last = Submission.objects.filter(department=department, month=month).aggregate(last=Max("number"))["last"]
    made = Submission(
        department=department, month=month, number=(last or 0) + 1, source="sheet" if sheet else "orders",
        currency=company_currency(), file_name=sheet.name if sheet else "", sha256=sheet.digest if sheet else "", note=note.strip(),
        corrects=corrects, submitted_by=by, submitted_at=at, customers=sum(1 for line in lines if line.amount is not None),
        differences=differences, amount=sum((line.amount or Decimal(0) for line in lines), Decimal(0)),
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("Figures of this month wait for verification already.")) from error
    for line in lines:
        line.submission = made
        if line.explanation:
            line.explained_by, line.explained_at = by, at
    SubmissionLine.objects.bulk_create(lines, batch_size=500)
    words: dict[str, Any] = {
        "customers": made.customers,
        "differences": differences,
        "note": made.note,
        "edition": made.number,
    }
    journal(made, "figures_corrected" if corrects else "figures_submitted", by=by, at=at, **words)
    for person in holders("verify_figures", signed_on(at)):
        if person.pk != by.pk:
            _tell(made, "figures_to_verify", person, by, at, differences=differences)
    return made


def _check_open(department: Department, month: date, corrects: Submission | None, day: date) -> None:
    """Refuse a month that is not over, or closed. Raises Invalid or Conflict."""
    if ledger.next_month(month) > day:
        raise Invalid(_("A month is submitted when it is over."), fields={"month": _("not over yet")})
    standing = Submission.objects.standing().filter(department=department, month=month)
    states = {one.state: one for one in standing}
    if "submitted" in states:
        raise Conflict(_("Figures of this month wait for verification already."))
    signed = states.get("signed")
    if signed is not None and corrects is None:
        raise Conflict(_("The month is signed off and closed; correct it instead."))
    if corrects is not None and (signed is None or signed.pk != corrects.pk):
        raise Conflict(_("Only a month that is signed off is corrected."))


@transaction.atomic
def explain(
    *, submission: Submission, explanations: Mapping[int, str], by: Person, at: datetime
) -> Submission:
    """Explain differences: line -> text, by the side that submits."""
    allow_submitting(by, submission.department)
    locked = _waiting(submission)
    changed = []
    for line in locked.lines.differing().filter(pk__in=list(explanations)).order_by("pk"):
        text = explanations[line.pk].strip()[:300]
        if text != line.explanation:
            line.explanation = text
            line.explained_by, line.explained_at = (by, at) if text else (None, None)
            changed.append(line)
    SubmissionLine.objects.bulk_update(
        changed, ["explanation", "explained_by", "explained_at"], batch_size=500
    )
    if changed:
        after = {str(line): line.explanation for line in changed[:50]}
        journal(locked, "figures_explained", by=by, at=at, after=after, count=len(changed))
    return locked


@transaction.atomic
def reconcile_again(*, submission: Submission, by: Person, at: datetime) -> Submission:
    """Put the orders as they are now beside figures that wait; explanations stay where a difference stays the same."""
    if by.pk != submission.submitted_by_id:
        allow_verifying(by, submission, signed_on(at))
    else:
        allow_submitting(by, submission.department)
    locked = _waiting(submission)
    now, bounds = ledger.month_of(locked.department, locked.month), Bounds.read()
    lines = list(locked.lines.all())
    strangers = foreign(
        locked.department, {line.customer_id for line in lines if line.customer_id} - set(now)
    )
    for line in lines:
        before = (line.differs, line.ledger_amount, line.ledger_orders, line.ledger_profit)
        settle(
            line,
            now.get(line.customer_id or 0, ledger.NOTHING),
            bounds,
            foreign=line.customer_id in strangers,
        )
        if before != (line.differs, line.ledger_amount, line.ledger_orders, line.ledger_profit):
            line.explanation, line.explained_by, line.explained_at = "", None, None
    gone = [line.pk for line in lines if line.differs == "missing" and line.customer_id not in now]
    SubmissionLine.objects.filter(pk__in=gone).delete()
    kept = [line for line in lines if line.pk not in set(gone)]
    fields = [
        "ledger_amount",
        "ledger_orders",
        "ledger_profit",
        "differs",
        "explanation",
        "explained_by",
        "explained_at",
    ]
    SubmissionLine.objects.bulk_update(kept, fields, batch_size=200)
    fresh, _count = reconcile(locked.department, locked.month, [])
    known = {line.customer_id for line in kept}
    added = [line for line in fresh if line.customer_id not in known]
    for line in added:
        line.submission = locked
    SubmissionLine.objects.bulk_create(added, batch_size=500)
    locked.differences = locked.lines.differing().count()
    locked.drift, locked.drift_at = 0, at
    locked.save(update_fields=["differences", "drift", "drift_at"])
    journal(locked, "figures_reconciled", by=by, at=at, differences=locked.differences)
    return locked


@transaction.atomic
def return_figures(*, submission: Submission, comment: str, by: Person, at: datetime) -> Submission:
    """Give figures back to the department with what is wrong with them."""
    allow_verifying(by, submission, signed_on(at))
    if not comment.strip():
        raise Invalid(_("Say what is wrong."), fields={"comment": _("missing")})
    made = _decide(submission, "returned", comment.strip(), by, at)
    journal(made, "figures_returned", by=by, at=at, comment=made.comment)
    _tell(made, "figures_back", made.submitted_by, by, at, comment=made.comment)
    return made


@transaction.atomic
def sign(*, submission: Submission, comment: str = "", by: Person, at: datetime) -> Submission:
    """Sign figures off: every difference is explained, the orders are still those that were compared.

    What was signed before for this month is replaced in the same step.
    """
    allow_verifying(by, submission, signed_on(at))
    locked = _waiting(submission)
    open_ = locked.lines.unexplained().count()
    if open_:
        raise Invalid(
            _("%(count)s differences are not explained; have them explained or return the figures.")
            % {"count": open_}
        )
    if drift_of(locked):
        raise Invalid(
            _("The orders have changed since these figures were submitted; compare them again first.")
        )
    earlier = Submission.objects.filter(department=locked.department_id, month=locked.month, state="signed")
    earlier.update(state="replaced")
    made = _decide(locked, "signed", comment.strip(), by, at)
    journal(made, "figures_signed", by=by, at=at, edition=made.number, comment=made.comment)
    _tell(made, "figures_done", made.submitted_by, by, at)
    return made


def _waiting(submission: Submission) -> Submission:
    """The submission, locked, while it waits for verification. Raises Conflict."""
    rows = Submission.objects.select_for_update(of=("self",)).select_related("department")
    locked = rows.filter(pk=submission.pk, state="submitted").first()
    if locked is None:
        raise Conflict(_("These figures do not wait for verification any more."))
    return locked


def _decide(submission: Submission, state: str, comment: str, by: Person, at: datetime) -> Submission:
    """The one decision about figures that wait. Raises Conflict for whoever comes second."""
    mine = Submission.objects.filter(pk=submission.pk, state="submitted")
    if not mine.update(state=state, comment=comment, checked_by=by, checked_at=at, drift=0, drift_at=at):
        raise Conflict(_("Somebody has decided about these figures already."))
    return Submission.objects.select_related("department", "submitted_by", "checked_by").get(pk=submission.pk)


def _tell(made: Submission, kind: str, to: Person, by: Person, at: datetime, **words: Any) -> None:
    tell(kind=kind, key=f"{made.pk}", to=to, at=at, what=made, who=by, link=made.get_absolute_url(), **words)
