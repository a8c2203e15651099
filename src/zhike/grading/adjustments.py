"""Manual records beside the rules: override, floor, ceiling, designation; with ground, evidence, end and approver (GRD-16)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.grading import routes
from zhike.grading.deciding import submit_proposal
from zhike.grading.history import grade_on
from zhike.grading.models import Adjustment
from zhike.grading.proposing import propose_one
from zhike.grading.schemes import Scheme, Schemes, scheme_of, schemes_of
from zhike.grading.taking_effect import Taking, take_effect
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow, can
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import in_force_for
from zhike.procedures.actions import start
from zhike.procedures.endings import on_end
from zhike.procedures.models import Procedure

sentences({
    "record_given": gettext_lazy("%(who)s asked for the manual record %(what)s: %(ground)s"),
    "record_approved": gettext_lazy("%(who)s approved the manual record %(what)s"),
    "record_rejected": gettext_lazy("%(who)s rejected the manual record %(what)s"),
    "record_ended": gettext_lazy("%(who)s ended the manual record %(what)s"),
})  # fmt: skip
KINDS: dict[str, Any] = {
    "override": gettext_lazy("override"),
    "floor": gettext_lazy("floor"),
    "ceiling": gettext_lazy("ceiling"),
    "designation": gettext_lazy("designation"),
}
"""Kind of a manual record -> its name."""
GIVERS = ("judge_customers", "run_grading")
"""Who holds one of these asks for a manual record."""


def version_of(customer: Customer, day: date) -> PolicyVersion | None:
    """The version by which a customer is graded: that of its grade, else the one in force for it."""
    grade = grade_on(customer, "", day)
    if grade is not None and grade.version_id is not None:
        newest = PolicyVersion.objects.in_force(day).filter(policy__versions=grade.version_id)
        return newest.select_related("policy").first() or grade.version
    return in_force_for(customer, day)


def scheme_for(version: PolicyVersion, key: str = "") -> Scheme:
    """The rating of a key in a version; the main one without a key."""
    found = scheme_of(version, key) if key else schemes_of(version)[0]
    if found is None:
        raise Invalid(_("This policy knows no such rating."))
    return found


def kinds_of(scheme: Scheme) -> list[tuple[str, Any]]:
    """The kinds of records that the policy obeys for this rating."""
    manual = scheme.rating.manual
    return [(kind, name) for kind, name in KINDS.items() if manual and kind in manual.allowed]


@transaction.atomic
def give_record(
    *, customer: Customer, version: PolicyVersion, rating: str, kind: str, grade: str, ground: str, evidence: str, from_on: date,
    until_on: date, by: Person, at: datetime,
) -> Adjustment:  # fmt: skip
    """Ask for a manual record; it counts as soon as somebody else has approved it."""
    if not any(can(by, verb) for verb in GIVERS) or not customer.is_visible_to(by):
        raise Forbidden(_("Your roles do not allow you to ask for manual records."))
    scheme = scheme_for(version, rating)
    if kind not in dict(kinds_of(scheme)):
        raise Invalid(_("The policy does not obey records of this kind."), fields={"kind": _("not allowed")})
    if scheme.of(grade) is None:
        raise Invalid(_("This policy knows no such grade."), fields={"grade": _("unknown")})
    missing = {
        name: _("missing") for name, text in (("ground", ground), ("evidence", evidence)) if not text.strip()
    }
    if missing:
        raise Invalid(_("A manual record needs a reason and its evidence."), fields=missing)
    if until_on <= max(from_on, timezone.localtime(at).date()):
        raise Invalid(_("The record ends after it begins."), fields={"until_on": _("too early")})
    made = Adjustment.objects.create(
        customer=customer, rating=scheme.key, kind=kind, grade=grade, ground=ground.strip(), evidence=evidence.strip(),
        from_on=from_on, until_on=until_on, given_by=by, given_at=at,
    )  # fmt: skip
    made.word = scheme.word_of(grade)
    journal(made, "record_given", by=by, at=at, ground=made.ground, evidence=made.evidence)
    start(
        kind=routes.RECORD, record=made, definition=routes.definition_for(routes.RECORD, version), by=by, at=at, customer=customer,
        title=str(made), href=f"/grading/records/{made.pk}/", facts={"grades": [grade]},
    )  # fmt: skip
    return made


def named(record: Adjustment) -> Adjustment:
    """The record with the word for its grade, as the newest version of its policy says it."""
    record.word = Schemes().word(None, record.rating, record.grade)
    return record


@on_end(routes.RECORD)
def record_decided(procedure: Procedure, *, outcome: str, by: Person | None, at: datetime) -> None:
    """An approved record counts; where the grade of today does not fit it, it changes at once and carries the mark."""
    waiting = Adjustment.objects.filter(
        pk=procedure.record, approved_at__isnull=True, rejected_at__isnull=True
    )
    record = waiting.select_related("customer").first()
    if record is None:
        return
    if outcome != "approved":
        waiting.update(rejected_at=at)
        named(record)
        journal(record, "record_rejected", by=by, at=at)
        return
    waiting.update(approved_by=by, approved_at=at)
    record.refresh_from_db()
    named(record)
    journal(record, "record_approved", by=by, at=at)
    apply_record(record, by=by, at=at)


def apply_record(record: Adjustment, *, by: Person | None, at: datetime) -> None:
    """Change the grade where it does not fit an approved record."""
    day = max(timezone.localtime(at).date(), record.from_on)
    version = version_of(record.customer, day)
    scheme = scheme_of(version, record.rating) if version else None
    if version is None or scheme is None:
        return
    now = grade_on(record.customer, record.rating, day)
    current = now.grade if now else ""
    if fits(scheme, record, current):
        return
    take_effect(
        takings=[
            Taking(
                customer=record.customer_id, rating=record.rating, grade=record.grade, main=scheme.main, cause=record.kind, manual=True,
                moved=scheme.moved(current, record.grade), version=version.pk, ground=record.ground,
            )
        ],
        from_on=day, by=by, at=at,
    )  # fmt: skip


def fits(scheme: Scheme, record: Adjustment, grade: str) -> bool:
    """Whether a grade is as a record wants it."""
    rank, limit = scheme.rank(grade), scheme.rank(record.grade)
    if record.kind == "floor":
        return 0 < rank <= limit
    if record.kind == "ceiling":
        return rank >= limit
    return rank == limit


@transaction.atomic
def end_record(*, record: Adjustment, by: Person | None, at: datetime) -> Adjustment:
    """End a record before its time, or at it (`by` None): what it held up is proposed anew by the next event."""
    if by is not None and not any(can(by, verb) for verb in GIVERS):
        raise Forbidden(_("Your roles do not allow you to ask for manual records."))
    if not Adjustment.objects.filter(pk=record.pk, ended_at__isnull=True).update(ended_at=at):
        raise Conflict(_("This record has ended already."))
    record.refresh_from_db()
    named(record)
    journal(record, "record_ended", by=by, at=at)
    return record


@transaction.atomic
def appeal(
    *,
    customer: Customer,
    rating: str = "",
    grade: str,
    ground: str,
    evidence: str = "",
    by: Person,
    at: datetime,
) -> Any:
    """The account manager asks for another grade; management decides (GRD-21)."""
    allow(by, "appeal_grade", customer)
    day = timezone.localtime(at).date()
    version = version_of(customer, day)
    if version is None:
        raise Invalid(_("No policy grades this customer."))
    if not ground.strip():
        raise Invalid(_("An appeal needs a reason."), fields={"ground": _("missing")})
    scheme = scheme_for(version, rating)
    now = grade_on(customer, scheme.key, day)
    if now is not None and now.grade == grade:
        raise Invalid(_("This is the grade already."), fields={"grade": _("no change")})
    made = propose_one(
        customer=customer, version=version, rating=scheme.key, proposed=grade, cause="appeal", kind="appeal", by=by, at=at,
        ground=ground.strip(), evidence=evidence.strip(),
    )  # fmt: skip
    submit_proposal(proposal=made, by=by, at=at)
    return made
