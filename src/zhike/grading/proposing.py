"""Proposals: which grades a run would change, and what an event, an appeal or a manual record asks for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.grading.causes import CAUSES
from zhike.grading.models import Grade, GradingResult, GradingRun, Proposal
from zhike.grading.records import GradeEvent
from zhike.grading.schemes import Scheme, scheme_of, schemes_of
from zhike.grading.taking_effect import chunks
from zhike.kernel.journal import entry_for, journal, journal_all, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "proposals_made": gettext_lazy("%(who)s drew up %(count)s proposals from the run %(what)s"),
    "grade_proposed": gettext_lazy("%(who)s proposed %(what)s: %(why)s"),
    "proposal_withdrawn": gettext_lazy("%(who)s withdrew the proposal %(what)s"),
})  # fmt: skip
READY = "ready"


@transaction.atomic
def propose_run(*, run: GradingRun, by: Person | None, at: datetime) -> int:
    """Draw up the proposals of a run that is ready: who changes, is new, is mixed or pending. How many; once only.

    A proposal that stands open from elsewhere gives way: the run has seen the same facts and more.
    """
    if by is not None:
        allow(by, "run_grading")
    run = GradingRun.objects.select_for_update().select_related("version__policy").get(pk=run.pk)
    if run.state != READY:
        raise Conflict(_("The run is not ready for review."))
    if run.proposals.exists():
        return run.proposals.count()
    made = 0
    for scheme in schemes_of(run.version):
        made += _propose_rating(run, scheme, by, at)
    journal(run, "proposals_made", by=by, at=at, count=made)
    return made


def _propose_rating(run: GradingRun, scheme: Scheme, by: Person | None, at: datetime) -> int:
    rating = scheme.key.partition(".")[2]
    results = run.results.filter(rating=rating).exclude(state="not_rated").order_by("pk")
    made, causes = 0, causes_of(run) if run.cause == "event" else {}
    for part in chunks(results.only("customer_id", "grade", "state", "mark", "run_id", "rating").iterator()):
        keys = [one.customer_id for one in part]
        standing = Grade.objects.filter(rating=scheme.key, customer__in=keys, until_on__isnull=True)
        now = dict(standing.values_list("customer", "grade"))
        rows = [
            proposal_of(run, one, scheme, now.get(one.customer_id, ""), by, at)
            for one in part
            if one.grade != now.get(one.customer_id, "")
            or (run.cause != "event" and (one.mark or not one.grade))
        ]
        for row in rows if causes else []:
            row.kind, (row.cause, row.detail) = "event", causes.get(row.customer_id, ("run", run.note))
        _give_way([row.customer_id for row in rows], scheme.key, str(run), by, at)
        made += len(Proposal.objects.bulk_create(rows, batch_size=500))
    return made


def proposal_of(
    run: GradingRun, one: GradingResult, scheme: Scheme, now: str, by: Person | None, at: datetime
) -> Proposal:
    """What a result proposes; not yet saved."""
    return Proposal(
        run=run, result=one, version=run.version, customer_id=one.customer_id, rating=scheme.key, current=now,
        proposed=one.grade, moved=scheme.moved(now, one.grade), mark=one.mark, cause="run", detail=run.note, proposed_by=by,
        proposed_at=at,
    )  # fmt: skip


def _give_way(customers: list[int], rating: str, why: str, by: Person | None, at: datetime) -> None:
    """Withdraw what stands open for these customers."""
    open_ones = Proposal.objects.filter(rating=rating, customer__in=customers, state="open")
    rows = list(open_ones.select_related("customer"))
    if rows:
        open_ones.update(state="withdrawn", decided_at=at, ground=why)
        journal_all([entry_for(one, "proposal_withdrawn", by=by, at=at, ground=why) for one in rows])


def give_way_to_exit(customer: Customer, *, by: Person | None, at: datetime) -> None:
    """Withdraw what stands open for a customer that leaves: an approval that comes later gives it no grade any more."""
    ratings = Proposal.objects.filter(customer=customer, state="open").values_list("rating", flat=True)
    for rating in sorted(ratings):
        _give_way([customer.pk], rating, str(_("the cooperation has ended")), by, at)


@transaction.atomic
def propose_one(
    *, customer: Customer, version: Any, rating: str, proposed: str, cause: str, kind: str, by: Person | None, at: datetime,
    detail: str = "", ground: str = "", evidence: str = "", effective_on: date | None = None,
    result: GradingResult | None = None,
) -> Proposal:  # fmt: skip
    """Put one grade before management, after an event, an appeal or with a manual record."""
    scheme = scheme_of(version, rating)
    if scheme is None or (proposed and scheme.of(proposed) is None):
        raise Invalid(_("This policy knows no such grade."), fields={"grade": _("unknown")})
    if Proposal.objects.filter(customer=customer, rating=rating, state="open").exists():
        raise Conflict(_("A proposal for this customer is open already."))
    now = Grade.objects.filter(customer=customer, rating=rating, until_on__isnull=True).first()
    current = now.grade if now else ""
    made = Proposal.objects.create(
        run=result.run if result else None, result=result, version=version, customer=customer, rating=rating, kind=kind,
        current=current, proposed=proposed, moved=scheme.moved(current, proposed), cause=cause, detail=detail,
        ground=ground, evidence=evidence, effective_on=effective_on, proposed_by=by, proposed_at=at,
    )  # fmt: skip
    journal(
        made,
        "grade_proposed",
        by=by,
        at=at,
        cause=cause,
        why=CAUSES.get(cause, cause),
        detail=detail,
        ground=ground,
    )
    return made


def causes_of(run: GradingRun) -> dict[int, tuple[str, str]]:
    """Customer -> kind and detail of the first event that led to a run."""
    found: dict[int, tuple[str, str]] = {}
    for one in GradeEvent.objects.filter(run=run).order_by("-id"):
        found[one.customer_id] = (one.kind, one.detail)
    return found
