"""Management decides on proposals: all at once or in parts; what is approved takes effect on one day (GRD-21).

A run is put before management as one procedure. Whoever its open step waits for decides on the whole of it from the inbox,
or in parts on its page; with the last part the procedure ends. Every decision claims the proposals it is about by one
conditional update, so that of many at the same time exactly one counts. Who proposed or submitted does not decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.grading import routes
from zhike.grading.asking import refuse_while_lacking
from zhike.grading.causes import company_text
from zhike.grading.models import Grade, GradingRun, Proposal
from zhike.grading.proposing import propose_run
from zhike.grading.records import Determination
from zhike.grading.schemes import Schemes
from zhike.grading.taking_effect import Taking, chunks, take_effect
from zhike.kernel.journal import entry_for, journal, journal_all, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow
from zhike.policies.models import PolicyVersion
from zhike.procedures.actions import judge, note_refused, start
from zhike.procedures.endings import on_end
from zhike.procedures.models import Procedure, ProcedureStep, StepDecision

sentences({
    "run_submitted": gettext_lazy("%(who)s put the proposals of %(what)s before management, to take effect on %(day)s"),
    "run_returned": gettext_lazy("%(who)s took the proposals of %(what)s back from management"),
    "run_closed": gettext_lazy("The proposals of %(what)s are all decided"),
    "proposal_approved": gettext_lazy("%(who)s approved %(what)s"),
    "proposal_changed": gettext_lazy("%(who)s approved %(what)s with a change to %(grade)s: %(ground)s"),
    "proposal_rejected": gettext_lazy("%(who)s rejected %(what)s: %(ground)s"),
})  # fmt: skip
STATES = {"approve": "approved", "change": "changed", "reject": "rejected"}
AT_ONCE = 2_000
"""So many proposals are held in memory at a time; all of a decision is one transaction all the same."""


@transaction.atomic
def submit_run(
    *, run: GradingRun, effective_on: date | None, by: Person | None, at: datetime, note: str = ""
) -> Determination:
    """Put the proposals of a run before management; a run that changes nothing closes at once.

    Without `effective_on` each grade takes effect on the day of its decision. `by` is None when an event did it. Refused while
    judgements are missing.
    """
    if by is not None:
        allow(by, "run_grading")
    day = timezone.localtime(at).date()
    if effective_on is not None and effective_on < day:
        raise Invalid(_("Grades take effect today or later."), fields={"effective_on": _("in the past")})
    refuse_while_lacking(run)
    propose_run(run=run, by=by, at=at)
    if not GradingRun.objects.filter(pk=run.pk, state="ready").update(state="submitted"):
        raise Conflict(_("Somebody has submitted this run already."))
    run = GradingRun.objects.select_related("version__policy").get(pk=run.pk)
    rated, within = run.results.exclude(state="not_rated").count(), routes.days_to_decide(run.version)
    made, _new = Determination.objects.update_or_create(
        run=run,
        defaults={
            "effective_on": effective_on, "note": note, "submitted_by": by, "submitted_at": at, "ended_at": None,
            "due_on": day + timedelta(days=within) if within is not None else None,
            "confirmed": rated - run.proposals.count(),
        },
    )  # fmt: skip
    journal(run, "run_submitted", by=by, at=at, day=effective_on or "—")
    if not close_if_done(made, at=at):
        start(
            kind=routes.RUN, record=run, definition=routes.definition_for(routes.RUN, run.version), by=by, at=at, title=str(run),
            href=f"{run.get_absolute_url()}proposals/", facts=routes.facts_of(run.proposals.filter(state="open"), run),
        )  # fmt: skip
    return made


@transaction.atomic
def submit_proposal(*, proposal: Proposal, by: Person | None, at: datetime) -> Procedure:
    """Put one proposal before management."""
    rows = Proposal.objects.filter(pk=proposal.pk)
    return start(
        kind=routes.SINGLE, record=proposal, by=by, at=at,
        definition=routes.definition_for(routes.SINGLE, proposal.version, routes.APPEAL if proposal.kind == "appeal" else ""),
        title=str(proposal), href=f"/grading/proposals/{proposal.pk}/", customer=proposal.customer, facts=routes.facts_of(rows),
    )  # fmt: skip


def decide_proposals(
    *, keys: Sequence[int] | None = None, run: GradingRun | None = None, choice: str, grade: str = "", ground: str = "", by: Person,
    at: datetime,
) -> int:  # fmt: skip
    """Approve, change or reject proposals: those of `keys`, or all that are open in a run. How many were decided.

    Raises Conflict, and nothing is decided, when somebody has decided on one of them meanwhile. An approval of a pending
    customer leaves it pending.
    """
    if choice not in STATES:
        raise Invalid(_("Unknown choice."), fields={"choice": _("unknown")})
    if choice != "approve" and not ground.strip():
        raise Invalid(_("A change or a rejection needs a reason."), fields={"ground": _("missing")})
    if choice == "change" and not grade:
        raise Invalid(_("Choose the grade."), fields={"grade": _("missing")})
    refused: list[ProcedureStep] = []
    try:
        return _decide(keys, run, choice, grade, ground.strip(), by, at, refused)
    except Forbidden as refusal:
        for step in refused:
            note_refused(step=step, by=by, at=at, refusal=refusal)
        raise


@transaction.atomic
def _decide(
    keys: Sequence[int] | None,
    run: GradingRun | None,
    choice: str,
    grade: str,
    ground: str,
    by: Person,
    at: datetime,
    refused: list[ProcedureStep],
) -> int:
    wanted, steps = _open_ones(keys, run, by), list[tuple[ProcedureStep, GradingRun | None]]()
    for part in chunks(wanted, AT_ONCE):
        rows = list(Proposal.objects.visible_to(by).filter(state="open", pk__in=part))
        if len(rows) != len(part):
            raise Conflict(_("Somebody has decided on some of these meanwhile."))
        steps += _steps(whole(rows), {of.pk for _step, of in steps if of is not None}, by, at, refused)
        settle_proposals(rows, choice=choice, grade=grade, ground=ground, by=by, at=at)
    word = "reject" if choice == "reject" else "approve"
    for step, of_run in steps:
        if of_run is not None:
            told = Determination.objects.get(run=of_run)
            if close_if_done(told, at=at):
                judge(step=step, by=by, at=at, choice="approve", ground=ground)
        else:
            judge(step=step, by=by, at=at, choice=word, ground=ground)
    return len(wanted)


def _open_ones(keys: Sequence[int] | None, run: GradingRun | None, by: Person) -> list[int]:
    """The keys of the proposals meant, or of all that are open; their run locked."""
    if run is not None:
        GradingRun.objects.select_for_update().get(pk=run.pk)
    seen = Proposal.objects.visible_to(by).filter(state="open")
    seen = seen.filter(run=run) if run is not None else seen
    found = list(seen.order_by("pk").values_list("pk", flat=True)) if keys is None else _among(seen, keys)
    if not found:
        raise Conflict(_("Nothing is left to decide."))
    return found


def _among(seen: Any, keys: Sequence[int]) -> list[int]:
    """Chosen proposals, all of them open still."""
    wanted = sorted(set(keys))
    if sum(seen.filter(pk__in=part).count() for part in chunks(wanted)) != len(wanted):
        raise Conflict(_("Somebody has decided on some of these meanwhile."))
    return wanted


def whole(rows: list[Proposal]) -> list[Proposal]:
    """Proposals with their customers, runs and versions; a run and a version, which are large, stand there once."""
    runs = GradingRun.objects.select_related("determination").defer("board", "manifest")
    known = runs.in_bulk({one.run_id for one in rows if one.run_id})
    keys = {one.version_id for one in rows} | {run.version_id for run in known.values()}
    versions = PolicyVersion.objects.select_related("policy").in_bulk(keys)
    for run in known.values():
        run.version = versions[run.version_id]
    short = Customer.objects.only(
        "code", "name", "short_name", "department", "region", "manager", "grade", "life"
    )
    for part in chunks(rows):
        customers = short.in_bulk({one.customer_id for one in part})
        for one in part:
            one.customer, one.version = customers[one.customer_id], versions[one.version_id]
            one.run = known[one.run_id] if one.run_id else None
    return rows


def _steps(
    rows: list[Proposal], known: set[int], by: Person, at: datetime, refused: list[ProcedureStep]
) -> list[tuple[ProcedureStep, GradingRun | None]]:
    """The steps at which these proposals wait for this person: one for each run that is not known, one for each single proposal."""
    found_in = {one.run_id: one.run for one in rows if one.run is not None and routes.in_run(one)}
    runs = {key: run for key, run in found_in.items() if key not in known}
    procedures: list[tuple[Procedure | None, GradingRun | None]] = [
        (routes.about_run(run), run) for run in runs.values()
    ]
    procedures += [(routes.about(one), None) for one in rows if not routes.in_run(one)]
    found: list[tuple[ProcedureStep, GradingRun | None]] = []
    for procedure, run in procedures:
        waiting = procedure.steps.filter(state="open").first() if procedure is not None else None
        refused += [waiting] if waiting is not None else []
        step = routes.step_for(procedure, by, at)
        if run is not None and not routes.may_decide_in_parts(step):
            raise Forbidden(_("Here several people decide: approve or reject the whole in your inbox."))
        found.append((step, run))
    if any(by.pk == one.proposed_by_id for one in rows):
        raise Forbidden(_("Nobody decides on their own proposals."))
    return found


def settle_proposals(
    rows: list[Proposal], *, choice: str, grade: str = "", ground: str = "", by: Person | None, at: datetime
) -> None:
    """Claim open proposals with a decision and carry it out. Raises Conflict when one of them is no longer open."""
    schemes, values = Schemes(), {"state": STATES[choice], "decided_by": by, "decided_at": at}
    for one in rows:
        scheme = schemes.of(one.version_id, one.rating)
        if choice == "change" and (scheme is None or scheme.of(grade) is None):
            raise Invalid(_("This policy knows no such grade."), fields={"grade": _("unknown")})
        one.decided = one.current if choice == "reject" else grade or one.proposed or one.current
        one.state, one.decided_by, one.decided_at, one.ground = STATES[choice], by, at, ground or one.ground
    wanted: Any = Case(When(proposed="", then=F("current")), default=F("proposed"))
    to: Any = F("current") if choice == "reject" else Value(grade) if grade else wanted
    values |= {"decided": to} | ({"ground": ground} if ground else {})
    claimed = sum(
        Proposal.objects.filter(pk__in=part, state="open").update(**values)
        for part in chunks([one.pk for one in rows])
    )
    if claimed != len(rows):
        raise Conflict(_("Somebody has decided on some of these meanwhile."))
    if choice != "reject":
        _carry_out(rows, schemes, by, at)
    journal_all([
        entry_for(one, f"proposal_{one.state}", by=by, at=at, before={"grade": one.current}, after={"grade": one.decided},
                  grade=one.decided, ground=one.ground, cause=one.cause or "run")
        for one in rows
    ])  # fmt: skip


def begins_on(one: Proposal) -> date | None:
    """The day from which what is decided on a proposal holds: its run's, once submitted, or its own; None: that of the decision."""
    if one.run is None or not routes.in_run(one):
        return one.effective_on
    told: Determination | None = getattr(one.run, "determination", None)
    return told.effective_on if told else None


def _carry_out(rows: list[Proposal], schemes: Schemes, by: Person | None, at: datetime) -> None:
    """Write the grades, by the day on which they take effect."""
    today = timezone.localtime(at).date()
    by_day: dict[date, list[Taking]] = {}
    for one in (row for row in rows if row.decided):
        wanted = begins_on(one)
        scheme = schemes.of(one.version_id, one.rating)
        by_day.setdefault(max(today, wanted or today), []).append(
            Taking(
                customer=one.customer_id, rating=one.rating, grade=one.decided, main=bool(scheme and scheme.main),
                moved=scheme.moved(one.current, one.decided) if scheme else 0, version=one.version_id, run=one.run_id,
                proposal=one.pk, cause=one.cause, ground=one.ground or company_text(one.detail),
                manual=one.state == "changed" or one.kind in ("manual", "appeal"),
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


@on_end(routes.RUN)
def run_decided(procedure: Procedure, *, outcome: str, by: Person | None, at: datetime) -> None:
    """The whole of a run was decided from the inbox: what is still open follows the word. Returned, it is reviewed again."""
    run = GradingRun.objects.select_for_update().get(pk=procedure.record)
    if outcome in ("returned", "withdrawn"):
        if GradingRun.objects.filter(pk=run.pk, state="submitted").update(state="ready"):
            journal(run, "run_returned", by=by, at=at)
        return
    waiting = run.proposals.filter(state="open")
    for part in chunks(list(waiting.order_by("pk").values_list("pk", flat=True)), AT_ONCE):
        _follow(whole(list(waiting.filter(pk__in=part))), procedure, outcome, by, at)
    close_if_done(Determination.objects.get(run=run), at=at)


@on_end(routes.SINGLE)
def proposal_decided(procedure: Procedure, *, outcome: str, by: Person | None, at: datetime) -> None:
    """One proposal was decided from the inbox."""
    open_ones = Proposal.objects.filter(pk=procedure.record, state="open")
    if outcome in ("returned", "withdrawn"):
        rows = list(open_ones)
        open_ones.update(state="withdrawn", decided_at=at)
        journal_all([entry_for(one, "proposal_withdrawn", by=by, at=at) for one in rows])
        return
    _follow(whole(list(open_ones)), procedure, outcome, by, at)


def _follow(
    rows: list[Proposal], procedure: Procedure, outcome: str, by: Person | None, at: datetime
) -> None:
    last = StepDecision.objects.filter(step__procedure=procedure).order_by("-id").first()
    ground = last.ground if last is not None else ""
    if rows:
        choice = "approve" if outcome == "approved" else "reject"
        settle_proposals(rows, choice=choice, ground=ground, by=by, at=at)


def grades_of(run: GradingRun) -> Any:
    """The grades that a run led to."""
    return Grade.objects.filter(run=run).order_by("pk")
