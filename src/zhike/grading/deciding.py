"""Management decides on proposals: all at once or in parts; what is approved takes effect on one day (GRD-21).

Every decision claims the proposals it is about by one conditional update, so that of many at the same time exactly one
counts. Who proposed or submitted does not decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.grading.models import Grade, GradingRun, Proposal
from zhike.grading.proposing import propose_run
from zhike.grading.records import Determination
from zhike.grading.schemes import Schemes
from zhike.grading.taking_effect import CHUNK, Taking, chunks, take_effect
from zhike.kernel.journal import entry_for, journal, journal_all, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "run_submitted": gettext_lazy("%(who)s put the proposals of %(what)s before management, to take effect on %(day)s"),
    "run_returned": gettext_lazy("%(who)s took the proposals of %(what)s back from management"),
    "run_closed": gettext_lazy("The proposals of %(what)s are all decided"),
    "proposal_approved": gettext_lazy("%(who)s approved %(what)s"),
    "proposal_changed": gettext_lazy("%(who)s approved %(what)s with a change to %(grade)s: %(ground)s"),
    "proposal_rejected": gettext_lazy("%(who)s rejected %(what)s: %(ground)s"),
})  # fmt: skip
STATES = {"approve": "approved", "change": "changed", "reject": "rejected"}


@transaction.atomic
def submit_run(
    *, run: GradingRun, effective_on: date, by: Person, at: datetime, note: str = "", within_days: int | None = None
) -> Determination:  # fmt: skip
    """Put the proposals of a run before management; a run that changes nothing closes at once."""
    allow(by, "run_grading")
    day = timezone.localtime(at).date()
    if effective_on < day:
        raise Invalid(_("Grades take effect today or later."), fields={"effective_on": _("in the past")})
    propose_run(run=run, by=by, at=at)
    if not GradingRun.objects.filter(pk=run.pk, state="ready").update(state="submitted"):
        raise Conflict(_("Somebody has submitted this run already."))
    run.refresh_from_db()
    rated = run.results.exclude(state="not_rated").count()
    made, _new = Determination.objects.update_or_create(
        run=run,
        defaults={
            "effective_on": effective_on, "note": note, "submitted_by": by, "submitted_at": at, "ended_at": None,
            "due_on": day + timedelta(days=within_days) if within_days else None,
            "confirmed": rated - run.proposals.count(),
        },
    )  # fmt: skip
    journal(run, "run_submitted", by=by, at=at, day=effective_on)
    close_if_done(made, at=at)
    return made


@transaction.atomic
def decide_proposals(
    *, keys: Sequence[int] | None = None, run: GradingRun | None = None, choice: str, grade: str = "", ground: str = "", by: Person,
    at: datetime,
) -> int:  # fmt: skip
    """Approve, change or reject proposals: those of `keys`, or all that are open in a run. How many were decided.

    Raises Conflict, and nothing is decided, when somebody has decided on one of them meanwhile.
    """
    allow(by, "decide_grades")
    if choice not in STATES:
        raise Invalid(_("Unknown choice."), fields={"choice": _("unknown")})
    if choice != "approve" and not ground.strip():
        raise Invalid(_("A change or a rejection needs a reason."), fields={"ground": _("missing")})
    if choice == "change" and not grade:
        raise Invalid(_("Choose the grade."), fields={"grade": _("missing")})
    if run is not None:
        GradingRun.objects.select_for_update().get(pk=run.pk)
    rows = _claimed(keys, run, choice, grade, ground.strip(), by, at)
    if choice != "reject":
        _carry_out(rows, by, at)
    journal_all([
        entry_for(one, f"proposal_{one.state}", by=by, at=at, before={"grade": one.current}, after={"grade": one.decided},
                  grade=one.decided, ground=one.ground)
        for one in rows
    ])  # fmt: skip
    for determination in Determination.objects.filter(run__in={one.run_id for one in rows if one.run_id}):
        close_if_done(determination, at=at)
    return len(rows)


def _claimed(
    keys: Sequence[int] | None,
    run: GradingRun | None,
    choice: str,
    grade: str,
    ground: str,
    by: Person,
    at: datetime,
) -> list[Proposal]:
    """The proposals, now decided by this person alone."""
    seen = Proposal.objects.visible_to(by).filter(state="open")
    seen = seen.filter(run=run) if run is not None else seen
    wanted = sorted(set(keys)) if keys is not None else list(seen.order_by("pk").values_list("pk", flat=True))
    if not wanted:
        raise Conflict(_("Nothing is left to decide."))
    rows: list[Proposal] = []
    for part in chunks(wanted):
        rows += seen.filter(pk__in=part).select_related("customer", "run__determination")
    if len(rows) != len(wanted):
        raise Conflict(_("Somebody has decided on some of these meanwhile."))
    _check_apart(rows, by)
    schemes = Schemes()
    values: dict[str, Any] = {"state": STATES[choice], "decided_by": by, "decided_at": at}
    for one in rows:
        one.decided = one.current if choice == "reject" else grade or one.proposed
        if choice != "reject" and not one.decided:
            raise Invalid(_("%(customer)s is pending: choose a grade.") % {"customer": one.customer})
        scheme = schemes.of(one.version_id, one.rating)
        if choice == "change" and (scheme is None or scheme.of(grade) is None):
            raise Invalid(_("This policy knows no such grade."), fields={"grade": _("unknown")})
        one.state, one.decided_by, one.decided_at = STATES[choice], by, at
        one.ground = ground or one.ground
    to: Any = F("current") if choice == "reject" else grade or F("proposed")
    values |= {"decided": to} | ({"ground": ground} if ground else {})
    claimed = sum(
        Proposal.objects.filter(pk__in=part, state="open").update(**values) for part in chunks(wanted)
    )
    if claimed != len(wanted):
        raise Conflict(_("Somebody has decided on some of these meanwhile."))
    return rows


def _check_apart(rows: list[Proposal], by: Person) -> None:
    """Nobody decides on what they proposed or submitted, and nothing of a run is decided before it was submitted."""
    for one in rows:
        told = getattr(one.run, "determination", None) if one.run is not None and one.kind == "run" else None
        if by.pk in {one.proposed_by_id, told.submitted_by_id if told else None}:
            raise Forbidden(_("Nobody decides on their own proposals."))
        if one.kind == "run" and (told is None or told.ended_at is not None):
            raise Conflict(_("This run is not with management."))


def _carry_out(rows: list[Proposal], by: Person, at: datetime) -> None:
    """Write the grades, by the day on which they take effect."""
    today, schemes = timezone.localtime(at).date(), Schemes()
    by_day: dict[date, list[Taking]] = {}
    for one in rows:
        told = one.run.determination if one.run is not None and one.kind == "run" else None
        wanted = told.effective_on if told else one.effective_on
        scheme = schemes.of(one.version_id, one.rating)
        by_day.setdefault(max(today, wanted or today), []).append(
            Taking(
                customer=one.customer_id, rating=one.rating, grade=one.decided, main=bool(scheme and scheme.main),
                moved=scheme.moved(one.current, one.decided) if scheme else 0, version=one.version_id, run=one.run_id,
                proposal=one.pk, cause=one.cause, ground=one.ground or one.detail, manual=one.state == "changed" or one.kind == "manual",
            )
        )  # fmt: skip
    for day, takings in sorted(by_day.items()):
        take_effect(takings=takings, from_on=day, by=by, at=at)


def close_if_done(determination: Determination, *, at: datetime) -> bool:
    """Close a run whose proposals are all decided."""
    run = determination.run
    if run.proposals.filter(state="open").exists():
        return False
    if not Determination.objects.filter(pk=determination.pk, ended_at__isnull=True).update(ended_at=at):
        return False
    GradingRun.objects.filter(pk=run.pk, state="submitted").update(state="closed")
    journal(run, "run_closed", by=None, at=at)
    return True


@transaction.atomic
def take_back(*, run: GradingRun, by: Person | None, at: datetime, ground: str = "") -> GradingRun:
    """The open proposals return to review; what was decided stays decided."""
    if not GradingRun.objects.filter(pk=run.pk, state="submitted").update(state="ready"):
        raise Conflict(_("This run is not with management."))
    run.refresh_from_db()
    journal(run, "run_returned", by=by, at=at, ground=ground)
    return run


def grades_of(run: GradingRun) -> Any:
    """The grades that a run led to."""
    return Grade.objects.filter(run=run).order_by("pk")


BATCH = CHUNK
