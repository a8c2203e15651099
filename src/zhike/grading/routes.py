"""How decisions on grades travel: the procedure of a run and of a single proposal, and the step at which a person decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.grading.models import GradingRun, Proposal
from zhike.kernel.refusals import Conflict, Forbidden
from zhike.people.models import Person
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import document, values
from zhike.procedures.definitions import START, Definition, StepRule, from_policy
from zhike.procedures.inbox import waiting_for
from zhike.procedures.models import Procedure, ProcedureStep
from zhike.submissions.months import state_of_months

RUN, SINGLE, RECORD, APPEAL = "grading_run", "grade_proposal", "grade_record", "appeal"
"""Kinds of procedures: the proposals of a run, one proposal, a manual record."""
SUBMITTERS, VERIFIERS, PROPOSERS = "submitters", "verifiers", "proposers"
"""Those who took part before, by the codes of the steps that policies declare: none of them decides."""
DECIDE = {"zh": "审定等级", "en": "decide on the grades"}
TITLES = {
    RUN: {"zh": "分级审定", "en": "Decision on grades"},
    SINGLE: {"zh": "等级建议审定", "en": "Decision on a proposal"},
    RECORD: {"zh": "人工记录审批", "en": "Approval of a manual record"},
    APPEAL: {"zh": "等级申诉审定", "en": "Decision on an appeal"},
}  # fmt: skip


def days_to_decide(version: PolicyVersion) -> int | None:
    """Days that the policy gives management; None where the company has set none."""
    found = values(version).get("decision_days")
    return int(found) if found is not None else None


def definition_for(kind: str, version: PolicyVersion, title: str = "") -> Definition:
    """The procedure that the policy declares under this name, else: management decides, within the policy's days.

    The policy's own title is that of the whole; a single proposal, an appeal and a record are called what they are.
    """
    declared = from_policy(document(version).document, kind, values(version))
    if declared is not None:
        return declared if kind == RUN and not title else replace(declared, title=TITLES[title or kind])
    step = StepRule(
        "decide",
        DECIDE,
        role="management",
        apart_from=(START, SUBMITTERS, VERIFIERS, PROPOSERS),
        within_days=days_to_decide(version),
    )
    return Definition(kind, TITLES[title or kind], (step,))


def procedure_of(kind: str, record: int) -> Procedure | None:
    """The open procedure about a record."""
    return Procedure.objects.filter(kind=kind, record=record, state="open").first()


def step_for(procedure: Procedure | None, by: Person, at: datetime) -> ProcedureStep:
    """The open step of a procedure at which a person may decide now. Raises Forbidden."""
    if procedure is None:
        raise Conflict(_("This is not with management."))
    day = timezone.localtime(at).date()
    step = waiting_for(by, day).filter(procedure=procedure).select_related("procedure").first()
    if step is None:
        raise Forbidden(_("This decision does not wait for you."))
    return step


def may_decide(procedure: Procedure | None, by: Person, at: datetime) -> bool:
    """Whether a procedure waits for a person."""
    return procedure is not None and waiting_for(by, timezone.localtime(at).date()).filter(
        procedure=procedure
    ).exists()  # fmt: skip


def may_decide_in_parts(step: ProcedureStep) -> bool:
    """Whether one person's word settles the matter at this step, so that parts can be decided apart."""
    return not step.needs_all and not step.procedure.steps.filter(state="waiting").exists()


def facts_of(rows: Any, run: GradingRun | None = None) -> dict[str, Any]:
    """What limits of steps read: the grades that are proposed, who proposed them, and who stands behind a run's figures."""
    pairs = rows.order_by().values_list("proposed", "proposed_by").distinct()
    behind = {PROPOSERS: {key for _grade, key in pairs if key}}
    for month in state_of_months(run.version, run.as_of) if run is not None else ():
        if month.submission is not None:
            behind.setdefault(SUBMITTERS, set()).add(month.submission.submitted_by_id)
            behind.setdefault(VERIFIERS, set()).add(month.submission.checked_by_id)
    return {
        "grades": sorted({grade for grade, _by in pairs if grade}),
        "people": {code: sorted(key for key in keys if key) for code, keys in behind.items()},
    }


def about_run(run: GradingRun) -> Procedure | None:
    """The open procedure about a run."""
    return procedure_of(RUN, run.pk)


def about(proposal: Proposal) -> Procedure | None:
    """The open procedure about a proposal, its own or that of its run."""
    return procedure_of(RUN, proposal.run_id) if in_run(proposal) and proposal.run_id else procedure_of(SINGLE, proposal.pk)  # fmt: skip


def in_run(proposal: Proposal) -> bool:
    """Whether a proposal is decided together with those of its run."""
    return proposal.run_id is not None and proposal.kind in ("run", "event")
