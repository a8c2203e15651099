"""The route of a version: review, approval by the authorised approver, publication on a day, withdrawal (GOV-01, GOV-03, GOV-04)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.people.models import Person, signed_on
from zhike.people.rules import allow
from zhike.policies.checking import Problem, approver, blocking
from zhike.policies.comparing import changes, places
from zhike.policies.models import PolicyVersion
from zhike.policies.telling import ask_everybody
from zhike.procedures.actions import start
from zhike.procedures.definitions import Definition, StepRule
from zhike.procedures.endings import on_end
from zhike.procedures.models import Procedure

KIND = "policy_version"
TITLE = {"zh": "制度审批", "en": "Approval of a policy"}
sentences({
    "policy_submitted": gettext_lazy("%(who)s submitted “%(what)s” for review"),
    "policy_approved": gettext_lazy("%(who)s approved “%(what)s”: places amended %(places)s"),
    "policy_sent_back": gettext_lazy("“%(what)s” went back to its author"),
    "policy_published": gettext_lazy("%(who)s published “%(what)s”, in force from %(day)s"),
    "policy_withdrawn": gettext_lazy("%(who)s withdrew “%(what)s”: %(ground)s"),
})  # fmt: skip


def refuse(problems: list[Problem]) -> None:
    """Raise Invalid that names everything which keeps a version from publication."""
    if problems:
        told = " ".join(problem.text for problem in problems)
        raise Invalid(
            _("This version cannot be put in force: %(problems)s") % {"problems": told},
            fields={problem.tab: problem.text for problem in problems},
        )


def definition_for(version: PolicyVersion) -> Definition:
    """Review by the head of the supervising department, then approval by the authorised approver; each another person."""
    assert version.supervising is not None, "a version without supervising department is not submitted"
    final = approver(version)
    title = final.title.model_dump() if final.title else {"zh": "批准", "en": "approval"}
    return Definition(
        KIND,
        TITLE,
        (
            StepRule(
                "review",
                {"zh": "审核", "en": "review"},
                department=version.supervising.code,
                apart_from=("start",),
            ),
            StepRule(
                "approve", {"zh": f"批准（{title['zh']}）", "en": f"approval ({title['en']})"}, role=final.role,
                committee="" if final.role else final.committee, apart_from=("start", "review"),
            ),
        ),
    )  # fmt: skip


@transaction.atomic
def submit(*, version: PolicyVersion, by: Person, at: datetime) -> Procedure:
    """Send a draft to review. Raises Invalid naming everything that would keep it from publication."""
    allow(by, "edit_policies")
    refuse(blocking(version, version.effective_on or signed_on(at)))
    if not PolicyVersion.objects.filter(pk=version.pk, state="draft", lock=version.lock).update(
        state="review", lock=version.lock + 1
    ):
        raise Conflict(_("Somebody has changed this draft since you opened it; open it again."))
    version.refresh_from_db()
    journal(version, "policy_submitted", by=by, at=at, after={"hash": version.hash})
    return start(
        kind=KIND, record=version, definition=definition_for(version), by=by, at=at, title=str(version),
        href=version.get_absolute_url(),
    )  # fmt: skip


def procedures_of(version: PolicyVersion) -> Any:
    """The procedures of a version, the last one first."""
    return Procedure.objects.filter(kind=KIND, noun="policyversion", record=version.pk).order_by("-id")


@on_end(KIND)
def ended(procedure: Procedure, *, outcome: str, by: Person | None, at: datetime) -> None:
    """Approved: the sign-off is filled in, and the version is published unless something has come between."""
    version = PolicyVersion.objects.select_for_update().get(pk=procedure.record)
    if outcome != "approved":
        if PolicyVersion.objects.filter(pk=version.pk, state="review").update(state="draft"):
            journal(version, "policy_sent_back", by=by, at=at, after={"outcome": outcome})
        return
    sign_off(version, procedure, by=by, at=at)
    if not blocking(version, max(version.effective_on or signed_on(at), signed_on(at))):
        put_in_force(version, by=by, at=at)


def sign_off(version: PolicyVersion, procedure: Procedure, *, by: Person | None, at: datetime) -> None:
    """Fill in who reviewed and approved, and what the amendment touches, from the differences that were approved."""
    decided = {
        one.step.code: one
        for step in procedure.steps.prefetch_related("decisions__person")
        for one in step.decisions.select_related("step", "person").order_by("at", "id")
    }
    review, final = decided.get("review"), decided.get("approve")
    before = published_before(version)
    count = places(changes(before, version)) if before else 0
    issue = number_of_amendments(version)
    given = {
        "state": "approved",
        "reviewed_by": review.person if review else None,
        "reviewed_on": signed_on(review.at) if review else signed_on(at),
        "approved_by": final.person if final else by,
        "approved_on": signed_on(final.at if final else at),
        "amendment_mark": f"A/{issue}",
        "amendment_count": count,
        "amended_on": signed_on(at) if before else None,
    }
    if not PolicyVersion.objects.filter(pk=version.pk, state="review").update(**given):
        raise Conflict(_("This version is not under review."))
    version.refresh_from_db()
    journal(version, "policy_approved", by=by, at=at, after=given, places=count)


def published_before(version: PolicyVersion) -> PolicyVersion | None:
    """The version that this one amends: the last one published before it."""
    rows = PolicyVersion.objects.filter(policy=version.policy_id, number__lt=version.number)
    return rows.filter(state__in=["published", "withdrawn"]).order_by("-number").first()


def number_of_amendments(version: PolicyVersion) -> int:
    """How many versions were published before this one."""
    rows = PolicyVersion.objects.filter(policy=version.policy_id, number__lt=version.number)
    return rows.filter(state__in=["published", "withdrawn"]).count()


@transaction.atomic
def publish(
    *, version: PolicyVersion, effective_on: date | None = None, by: Person, at: datetime
) -> PolicyVersion:
    """Put an approved version in force, from a day that is not past. Raises Forbidden, Conflict, Invalid."""
    allow(by, "approve_policies")
    if version.state != "approved":
        raise Conflict(_("Only an approved version can be put in force."))
    if effective_on is not None:
        PolicyVersion.objects.filter(pk=version.pk, state="approved").update(effective_on=effective_on)
        version.refresh_from_db()
    refuse(blocking(version, max(version.effective_on or signed_on(at), signed_on(at))))
    return put_in_force(version, by=by, at=at)


def put_in_force(version: PolicyVersion, *, by: Person | None, at: datetime) -> PolicyVersion:
    """Publish: from its day on the version drives everything, and everybody in scope is told and asked to acknowledge."""
    day = max(version.effective_on or signed_on(at), signed_on(at))
    if not PolicyVersion.objects.filter(pk=version.pk, state="approved").update(
        state="published", effective_on=day, published_at=at
    ):
        raise Conflict(_("This version has been published already."))
    version.refresh_from_db()
    journal(
        version, "policy_published", by=by, at=at, after={"hash": version.hash, "effective_on": day}, day=day
    )
    ask_everybody(version, at=at)
    return version


@transaction.atomic
def withdraw_version(*, version: PolicyVersion, ground: str, by: Person, at: datetime) -> PolicyVersion:
    """Take a published version out of force from today on; what was graded under it stays."""
    allow(by, "approve_policies")
    if not ground.strip():
        raise Invalid(_("Say why."), fields={"ground": _("missing")})
    if not PolicyVersion.objects.filter(pk=version.pk, state="published").update(
        state="withdrawn", withdrawn_on=signed_on(at)
    ):
        raise Conflict(_("Only a published version can be withdrawn."))
    version.refresh_from_db()
    journal(version, "policy_withdrawn", by=by, at=at, ground=ground.strip())
    return version
