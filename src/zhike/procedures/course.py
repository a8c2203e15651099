"""The course of a running procedure: which step is open, when one is met, what the days bring about, how it ends.

Everything that time brings follows from the days kept at a step when it opened. The periodic job only carries out and tells what
has come about; run twice, or after a week of silence, it leads to the same state with the same moments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Department, Person, Role, signed_on
from zhike.procedures.committees import Committee, Paper
from zhike.procedures.definitions import START, Definition, StepRule, read, said
from zhike.procedures.endings import end
from zhike.procedures.inbox import asked, escalation, holders, signers, with_role
from zhike.procedures.models import STATES, Procedure, ProcedureStep, StepDecision, StepPerson

sentences({
    "procedure_ended": gettext_lazy("The procedure “%(what)s” ended: %(outcome)s"),
    "procedure_withdrawn": gettext_lazy("%(who)s took the procedure “%(what)s” back"),
    "step_escalated": gettext_lazy("“%(step)s” of “%(what)s” was not decided by %(until)s and went to %(people)s"),
    "step_by_default": gettext_lazy("Nobody decided at “%(step)s” of “%(what)s” in time: %(choice)s by default"),
    "step_stuck": gettext_lazy("Nobody can decide at “%(step)s” of “%(what)s”; it went to %(people)s"),
})  # fmt: skip
ABOUT = gettext_lazy("Procedures that wait for you")
notice(
    "procedure_waits",
    about=ABOUT,
    subject=gettext_lazy("Waits for you: %(title)s"),
    text=gettext_lazy(
        "“%(title)s” waits for you at the step “%(step)s”.\nUntil: %(until)s\nYou find it in your inbox."
    ),
)
notice(
    "step_escalated",
    about=ABOUT,
    subject=gettext_lazy("Not decided in time: %(title)s"),
    text=gettext_lazy("“%(step)s” of “%(title)s” was due on %(until)s and now waits for you as well."),
)
notice(
    "step_stuck",
    about=ABOUT,
    subject=gettext_lazy("Nobody can decide: %(title)s"),
    text=gettext_lazy(
        "Whoever should decide at “%(step)s” of “%(title)s” has left, or may not. It now waits for you."
    ),
)
notice(
    "procedure_ended",
    about=gettext_lazy("Procedures that you started"),
    subject=gettext_lazy("%(outcome)s: %(title)s"),
    text=gettext_lazy("The procedure “%(title)s” has ended: %(outcome)s.\n%(ground)s"),
)
OUTCOMES = {"approve": "approved", "change": "approved", "reject": "rejected", "return": "returned"}
"""Choice -> outcome."""
LAST_RESORT = "management"
"""The role that decides when nobody else can."""


def lay_steps(procedure: Procedure, definition: Definition, applying: Sequence[StepRule]) -> None:
    """Write the steps of a new procedure; those whose condition does not hold are kept as skipped."""
    for place, rule in enumerate(definition.steps, 1):
        step = ProcedureStep(
            procedure=procedure, place=place, code=rule.code, title=rule.title, needs_all=rule.needs_all, default=rule.default,
            state="waiting" if rule in applying else "skipped",
            role=_found(Role, rule, rule.role), department=_found(Department, rule, rule.department),
            committee=_found(Committee, rule, rule.committee), person=_found(Person, rule, rule.person, "username"),
        )  # fmt: skip
        body = rule.escalate_to.removeprefix("committee:")
        if body != rule.escalate_to:
            step.escalate_committee = _found(Committee, rule, body)
        elif body:
            step.escalate_role = _found(Role, rule, body)
        step.save(force_insert=True)


def _found(model: Any, rule: StepRule, code: str, field: str = "code") -> Any:
    """The role, department, committee or person that a rule names."""
    if not code:
        return None
    found = model.objects.filter(**{field: code}).first()
    if (
        found is None and model is not Committee
    ):  # a committee that is not there yet: management decides in its place
        said_step = said(rule.title) or rule.code
        raise Invalid(
            _("The step “%(step)s” names “%(code)s”, which is not there.") % {"step": said_step, "code": code}
        )
    return found


def go_on(procedure: Procedure, *, by: Person | None, at: datetime) -> None:
    """Open what comes next; without anything left, the procedure is approved."""
    steps = procedure.steps.exclude(state="skipped")
    if not steps.exclude(state="done").exists():
        finish(procedure, "approved", by=by, at=at)
        return
    waiting = list(steps.filter(state="waiting").order_by("place"))
    if read(procedure.definition).order == "in_order":
        waiting = [] if steps.filter(state="open").exists() else waiting[:1]
    for step in waiting:
        _open(procedure, step, at)


def _open(procedure: Procedure, step: ProcedureStep, at: datetime) -> None:
    day, rule = signed_on(at), read(procedure.definition).rule(step.code)
    step.procedure = procedure
    step.state, step.opened_at = "open", at
    if rule.within_days is not None:
        step.due_on = day + timedelta(days=rule.within_days)
        if rule.default:  # who is named to hear of it gets the same days again before the default counts
            step.ends_on = step.due_on + timedelta(days=rule.within_days if rule.escalate_to else 0)
    step.save()
    bar(step, at=at)
    if step.committee is not None:
        bring_before(step, step.committee, at)
    _tell_those_asked(step, day, at)
    settle(step, at=at)


def bring_before(step: ProcedureStep, committee: Committee, at: datetime) -> Paper:
    """The paper that stands for a step before a committee; a matter that is a paper itself stands for its own step."""
    procedure = step.procedure
    own = Paper.objects.filter(pk=procedure.record) if procedure.noun == "paper" else Paper.objects.none()
    if own.update(step=step):
        return own.get()
    kind = "policy" if procedure.noun == "policyversion" else "issue" if step.committee is None else "other"
    found, _new = Paper.objects.get_or_create(
        step=step, committee=committee, state="submitted",
        defaults={"kind": kind, "title": procedure.title, "written_by": procedure.started_by, "written_at": at},
    )  # fmt: skip
    return found


def bar(step: ProcedureStep, *, at: datetime) -> None:
    """Name those who may not decide at a step, because they took part in one that it is to be apart from."""
    procedure = step.procedure
    rule = read(procedure.definition).rule(step.code)
    keys: set[int] = set()
    if START in rule.apart_from and procedure.started_by_id is not None:
        keys.add(procedure.started_by_id)
    before = StepDecision.objects.filter(step__procedure=procedure, step__code__in=rule.apart_from).exclude(
        step=step
    )
    for pair in before.values_list("seat_id", "person_id"):
        keys |= {key for key in pair if key is not None}
    for code in rule.apart_from:
        keys |= set(procedure.facts.get("people", {}).get(code, ()))
    known = Person.objects.filter(pk__in=keys).values_list("pk", flat=True)
    StepPerson.objects.bulk_create(
        (StepPerson(step=step, person_id=key, part="barred", by=None, at=at) for key in known),
        ignore_conflicts=True,
    )


def _tell_those_asked(step: ProcedureStep, day: date, at: datetime) -> None:
    _tell("procedure_waits", step, asked(step, day), at)


def _tell(kind: str, step: ProcedureStep, people: Iterable[Person], at: datetime) -> None:
    for person in people:
        tell(
            kind=kind, key=f"{step.pk}", to=person, at=at, title=step.procedure.title,
            step=said(step.title, person.language or ""), until=step.due_on.isoformat() if step.due_on else "—",
        )  # fmt: skip


def settle(step: ProcedureStep, *, at: datetime) -> None:
    """See whether somebody can decide at an open step. Where nobody can, it goes to those above, in the last resort to management."""
    day = signed_on(at)
    stuck = not holders(step, day) and not signers(step)
    late = step.due_on is not None and step.due_on < day
    if (stuck or late) and not escalation(step, day) and step.escalate_role is None:
        step.escalate_role = Role.objects.filter(code=LAST_RESORT).first()
        ProcedureStep.objects.filter(pk=step.pk, state="open").update(escalate_role=step.escalate_role)
    if not stuck:
        if step.stuck_at is not None:
            ProcedureStep.objects.filter(pk=step.pk).update(stuck_at=None)
            step.stuck_at = None
        return
    if ProcedureStep.objects.filter(pk=step.pk, state="open", stuck_at__isnull=True).update(stuck_at=at):
        step.stuck_at = at
        above = escalation(step, day) or _administrators(day)
        journal(step.procedure, "step_stuck", by=None, at=at, step=str(step), people=_names(above))
        _tell("step_stuck", step, above, at)


def _administrators(day: date) -> list[Person]:
    """Those who can give somebody the missing role."""
    role = Role.objects.filter(code="administrator").first()
    return with_role(role, None, day) if role is not None else []


def _names(people: Iterable[Person]) -> str:
    return ", ".join(str(one) for one in people) or "—"


def rule_is_met(step: ProcedureStep, day: date) -> bool:
    """Whether the step's own rule has its decision, or all of them; added signers apart."""
    added = {one.pk for one in signers(step)}
    decided = {one.seat_id for one in step.decisions.all()} - added
    if not step.needs_all:
        return bool(decided)
    wanted = {one.pk for one in holders(step, day)} - added
    return wanted <= decided if wanted else bool(decided)


def is_met(step: ProcedureStep, day: date) -> bool:
    """Whether nothing is missing at a step."""
    decided = {one.seat_id for one in step.decisions.all()}
    return rule_is_met(step, day) and {one.pk for one in signers(step)} <= decided


def after_decision(
    procedure: Procedure, step: ProcedureStep, choice: str, *, by: Person | None, at: datetime
) -> None:
    """Close the step when nothing is missing, and go on; a rejection or return ends the procedure. Inside its lock."""
    against = choice in ("reject", "return")
    if not against and not is_met(step, signed_on(at)):
        for other in procedure.steps.filter(state="open").exclude(pk=step.pk):
            other.procedure = procedure
            bar(other, at=at)
        return
    close(step, choice, at=at)
    if against:
        finish(procedure, OUTCOMES[choice], by=by, at=at, ground=_last_ground(step))
        return
    for other in procedure.steps.filter(state="open"):
        other.procedure = procedure
        bar(other, at=at)
    go_on(procedure, by=by, at=at)


def others_signed(step: ProcedureStep) -> bool:
    """Whether every signer that was added to a step has signed."""
    decided = {one.seat_id for one in step.decisions.all()}
    return {one.pk for one in signers(step)} <= decided


def after_resolution(
    procedure: Procedure, step: ProcedureStep, choice: str, *, by: Person, at: datetime
) -> None:
    """Close the step that a committee resolved, and go on."""
    close(step, choice, at=at)
    if choice in ("reject", "return"):
        finish(procedure, OUTCOMES[choice], by=by, at=at, ground=_last_ground(step))
    else:
        go_on(procedure, by=by, at=at)


def _last_ground(step: ProcedureStep) -> str:
    return step.decisions.order_by("-id").values_list("ground", flat=True).first() or ""


def close(step: ProcedureStep, outcome: str, *, at: datetime) -> None:
    """Close an open step; whoever comes second is refused."""
    if not ProcedureStep.objects.filter(pk=step.pk, state="open").update(
        state="done", outcome=outcome, ended_at=at
    ):
        raise Conflict(_("This has been decided already."))


def finish(procedure: Procedure, outcome: str, *, by: Person | None, at: datetime, ground: str = "") -> None:
    """End a procedure, once, with everything that follows, in the same transaction."""
    if not Procedure.objects.filter(pk=procedure.pk, state="open").update(state=outcome, ended_at=at):
        raise Conflict(_("This has been decided already."))
    procedure.state, procedure.ended_at = outcome, at
    procedure.steps.filter(state__in=["open", "waiting"]).update(state="cancelled", ended_at=at)
    Paper.objects.filter(step__procedure=procedure, state="submitted").exclude(
        pk=_own_paper(procedure)
    ).update(state="closed")
    if outcome == "withdrawn":
        journal(procedure, "procedure_withdrawn", by=by, at=at, ground=ground)
    else:
        journal(procedure, "procedure_ended", by=by, at=at, outcome=STATES[outcome], ground=ground)
    end(procedure, outcome=outcome, by=by, at=at)
    starter = procedure.started_by
    if starter is not None and (by is None or by.pk != starter.pk):
        with override(starter.language or None):
            name = str(STATES[outcome])
        tell(
            kind="procedure_ended",
            key=f"{procedure.pk}",
            to=starter,
            at=at,
            title=procedure.title,
            outcome=name,
            ground=ground,
        )


def _own_paper(procedure: Procedure) -> int:
    """The key of the paper that a procedure is about; 0 when it is about something else."""
    return procedure.record if procedure.noun == "paper" else 0


# what the days bring


def catch_up(*, at: datetime, only: int | None = None) -> dict[str, int]:
    """Carry out what the days have brought about by now: defaults, escalations, steps without people. Safe to run twice."""
    counts = {"defaults": 0, "escalated": 0}
    day = signed_on(at)
    rows = Procedure.objects.filter(state="open")
    if only is not None:
        rows = rows.filter(pk=only)
    while keys := list(
        rows.filter(steps__state="open", steps__ends_on__lt=day).distinct().values_list("pk", flat=True)
    ):
        counts["defaults"] += sum(_default(key, day) for key in keys)
    late = ProcedureStep.objects.filter(
        state="open", procedure__in=rows, due_on__lt=day, escalated_at__isnull=True
    )
    for key in list(late.values_list("pk", flat=True)):
        counts["escalated"] += _escalate(key, at)
    return counts


@transaction.atomic
def _default(key: int, day: date) -> int:
    """Let the default count at the first step whose time is over, at the moment it was over."""
    procedure = Procedure.objects.select_for_update().get(pk=key)
    step = procedure.steps.filter(state="open", ends_on__lt=day).order_by("ends_on", "place").first()
    if procedure.state != "open" or step is None or step.ends_on is None:
        return 0
    step.procedure, over = procedure, midnight(step.ends_on + timedelta(days=1))
    StepDecision.objects.create(step=step, seat=None, person=None, choice=step.default, at=over)
    journal(
        procedure, "step_by_default", by=None, at=over, step=str(step), choice=STATES[OUTCOMES[step.default]]
    )
    close(step, step.default, at=over)
    if step.default == "reject":
        finish(procedure, "rejected", by=None, at=over)
    else:
        go_on(procedure, by=None, at=over)
    return 1


@transaction.atomic
def _escalate(key: int, at: datetime) -> int:
    """Tell those to whom a late step went; their right to decide followed from the day already."""
    step = ProcedureStep.objects.select_related("procedure__customer").get(pk=key)
    assert step.due_on is not None
    moment = midnight(step.due_on + timedelta(days=1))
    if not ProcedureStep.objects.filter(pk=key, state="open", escalated_at__isnull=True).update(
        escalated_at=moment
    ):
        return 0
    step.escalated_at = moment
    settle(step, at=at)
    if step.escalate_committee is not None:
        bring_before(step, step.escalate_committee, at)
    above = escalation(step, signed_on(at))
    journal(
        step.procedure,
        "step_escalated",
        by=None,
        at=moment,
        step=str(step),
        until=step.due_on,
        people=_names(above),
    )
    _tell("step_escalated", step, above, at)
    return 1


@transaction.atomic
def look_again(key: int, *, at: datetime) -> int:
    """Look at one open step again, since people leave, lose roles and go away: is it met by now, can anybody decide? 1: it was met."""
    step = ProcedureStep.objects.select_related("procedure__customer").filter(pk=key, state="open").first()
    if step is None:
        return 0
    procedure = step.procedure = Procedure.objects.select_for_update().get(pk=step.procedure_id)
    if procedure.state != "open" or not ProcedureStep.objects.filter(pk=key, state="open").exists():
        return 0
    if step.decisions.exists() and is_met(step, signed_on(at)):
        close(step, "approve", at=at)
        go_on(procedure, by=None, at=at)
        return 1
    settle(step, at=at)
    _tell_those_asked(step, signed_on(at), at)
    return 0


def midnight(day: date) -> datetime:
    """The first moment of a day."""
    return timezone.make_aware(datetime.combine(day, time()))
