"""Starting procedures, deciding at their steps, adding signers, withdrawing; every right is asked at the moment of the act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.kernel.journal import journal, plain, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.delegations import may_act_for
from zhike.people.models import Person, signed_on
from zhike.procedures import course
from zhike.procedures.definitions import Definition, read
from zhike.procedures.inbox import held_by, holders, may_hold, seats_of, signers
from zhike.procedures.models import CHOICES, Procedure, ProcedureStep, StepDecision, StepPerson

sentences({
    "procedure_started": gettext_lazy("%(who)s started the procedure “%(what)s”"),
    "step_decided": gettext_lazy("%(who)s decided at “%(step)s” of “%(what)s”: %(choice)s"),
    "step_decided_for": gettext_lazy("%(who)s decided for %(seat)s at “%(step)s” of “%(what)s”: %(choice)s"),
    "decision_refused": gettext_lazy("%(who)s was not allowed to decide at “%(step)s” of “%(what)s”: %(reason)s"),
    "signer_added": gettext_lazy("%(who)s asked %(person)s to sign “%(step)s” of “%(what)s” too"),
})  # fmt: skip
notice(
    "signer_added",
    about=gettext_lazy("Procedures that wait for you"),
    subject=gettext_lazy("Your signature is asked for: %(title)s"),
    text=gettext_lazy("%(who)s asks you to sign “%(title)s” too. You find it in your inbox."),
)
NEED_GROUND = {"change", "reject", "return"}


@transaction.atomic
def start(
    *, kind: str, record: models.Model, definition: Definition, by: Person | None, at: datetime, title: str = "", href: str = "",
    customer: Customer | None = None, facts: Mapping[str, Any] | None = None,
) -> Procedure:  # fmt: skip
    """Start a procedure about a record; one of a kind runs at a time. The caller has asked the verb.

    `facts`: `grades` and `amount` that limits of steps read, and `people`, code -> keys of people who took part under that
    code before, for `apart_from`.
    """
    given = plain(dict(facts or {}))
    steps = [rule for rule in definition.steps if rule.applies(given)]
    if not steps:
        raise Invalid(_("No step of the procedure applies, so that nobody would decide."))
    made = Procedure(
        kind=kind, title=(title or str(record))[:200], noun=record._meta.model_name or "", record=record.pk, href=href,
        customer=customer, definition=definition.as_json(), facts=given, started_by=by, started_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as taken:
        raise Conflict(_("A procedure about this is running already.")) from taken
    course.lay_steps(made, definition, steps)
    journal(
        made, "procedure_started", by=by, at=at, after={"kind": kind, "steps": [rule.code for rule in steps]}
    )
    course.go_on(made, by=by, at=at)
    return made


def decide(*, step: ProcedureStep, by: Person, at: datetime, choice: str, ground: str = "") -> StepDecision:
    """Decide at a step: approve, change, reject or return. Exactly one decision counts; attempts without right are journalled."""
    course.catch_up(at=at, only=step.procedure_id)
    try:
        return judge(step=step, by=by, at=at, choice=choice, ground=ground)
    except Forbidden as refusal:
        note_refused(step=step, by=by, at=at, refusal=refusal)
        raise


@transaction.atomic
def note_refused(*, step: ProcedureStep, by: Person, at: datetime, refusal: Forbidden) -> None:
    """Journal an attempt to decide that was refused; after the transaction of the attempt has been rolled back."""
    journal(step.procedure, "decision_refused", by=by, at=at, step=str(step), reason=str(refusal))


@transaction.atomic
def judge(*, step: ProcedureStep, by: Person, at: datetime, choice: str, ground: str = "") -> StepDecision:
    """`decide` without the record of a refusal, for callers whose own transaction would lose it: they note it afterwards."""
    if choice not in CHOICES:
        raise Invalid(_("Unknown choice."), fields={"choice": _("unknown")})
    if choice in NEED_GROUND and not ground.strip():
        raise Invalid(_("Say why."), fields={"ground": _("Say why.")})
    procedure = Procedure.objects.select_for_update().get(pk=step.procedure_id)
    step = _open_step(procedure, step.pk, at)
    person = Person.objects.select_related("department").get(pk=by.pk)
    seat = _seat(step, person, at)
    made = StepDecision.objects.create(
        step=step, seat=seat, person=person, choice=choice, ground=ground.strip(), at=at
    )
    journal(
        procedure, "step_decided" if seat.pk == person.pk else "step_decided_for", by=person, at=at, step=str(step),
        choice=CHOICES[choice], seat=str(seat), ground=made.ground,
    )  # fmt: skip
    course.after_decision(procedure, step, choice, by=person, at=at)
    return made


def _open_step(procedure: Procedure, key: int, at: datetime) -> ProcedureStep:
    step = ProcedureStep.objects.select_related("committee", "role", "department", "person").get(pk=key)
    if procedure.state != "open" or step.state in ("done", "cancelled", "skipped"):
        raise Conflict(_("This has been decided already."))
    if step.state == "waiting":
        raise Conflict(_("The steps before this one come first."))
    if step.ends_on is not None and step.ends_on < signed_on(at):
        raise Conflict(_("The time to decide here is over; the default counts."))
    step.procedure = procedure
    return step


def _seat(step: ProcedureStep, person: Person, at: datetime) -> Person:
    """The seat from which a person decides now, or the refusal."""
    day = signed_on(at)
    if not person.is_active:
        raise Forbidden(_("You have left the company."))
    course.bar(step, at=at)
    barred = set(step.named.filter(part="barred").values_list("person_id", flat=True))
    if person.pk in barred:
        raise Forbidden(_("You took part in an earlier step, and somebody else must decide here."))
    seats = seats_of(person, day)
    mine = [seat for seat in seats if ProcedureStep.objects.filter(held_by(seat, day), pk=step.pk).exists()]
    if step.committee is not None:  # its chair records what a session resolves, and does not decide alone
        added = {one.pk for one in signers(step)}
        mine = [seat for seat in mine if seat.pk != step.committee.chair_id or seat.pk in added]
        if not mine:
            raise Forbidden(_("The committee decides here, in a session."))
    free = [seat for seat in mine if seat.pk not in barred]
    if not free:
        said = _("Somebody who took part in an earlier step cannot be stood in for here.")
        raise Forbidden(said if mine else _("This step does not wait for you."))
    decided = set(step.decisions.values_list("seat_id", flat=True))
    left = [seat for seat in free if seat.pk not in decided]
    if not left:
        raise Conflict(_("You have decided here already."))
    if not step.needs_all and course.rule_is_met(step, day):
        left = [seat for seat in left if seat in signers(step)]
        if not left:
            raise Conflict(_("Somebody has decided this already; an added signature is awaited."))
    return left[0]


@transaction.atomic
def withdraw(*, procedure: Procedure, by: Person, at: datetime, ground: str = "") -> Procedure:
    """Take a procedure back: whoever started it, who stands in for them, or their superior when they have left."""
    procedure = Procedure.objects.select_for_update().get(pk=procedure.pk)
    if not may_withdraw(procedure, by, at):
        raise Forbidden(_("Only whoever started the procedure takes it back."))
    if procedure.state != "open":
        raise Conflict(_("This has been decided already."))
    course.finish(procedure, "withdrawn", by=by, at=at, ground=ground.strip())
    return procedure


def may_withdraw(procedure: Procedure, by: Person, at: datetime) -> bool:
    """Whether a person may take a procedure back."""
    starter = procedure.started_by
    if starter is None or not by.is_active:
        return False
    if starter.is_active:
        return may_act_for(by, starter, signed_on(at))
    heads = {starter.superior_id, starter.department.head_id if starter.department else None}
    return by.pk in heads


@transaction.atomic
def add_signer(*, step: ProcedureStep, person: Person, by: Person, at: datetime) -> StepPerson:
    """Ask somebody more to sign a step; who holds the step does so, and the step then waits for both."""
    procedure = Procedure.objects.select_for_update().get(pk=step.procedure_id)
    step, day = _open_step(procedure, step.pk, at), signed_on(at)
    if not may_add(step, by, at):
        raise Forbidden(_("Only those whom the step waits for add a signer."))
    wrong = _unfit(step, person, at)
    if wrong:
        raise Invalid(wrong, fields={"person": wrong})
    if person in holders(step, day):
        raise Conflict(_("%(name)s decides here already.") % {"name": person})
    made, new = StepPerson.objects.get_or_create(
        step=step, person=person, part="signer", defaults={"by": by, "at": at}
    )
    if not new:
        raise Conflict(_("%(name)s decides here already.") % {"name": person})
    journal(procedure, "signer_added", by=by, at=at, person=str(person), step=str(step))
    tell(kind="signer_added", key=f"{step.pk}", to=person, at=at, who=by, title=procedure.title)
    return made


def may_add(step: ProcedureStep, by: Person, at: datetime) -> bool:
    """Whether a person may ask somebody more to sign."""
    return may_hold(by, step, signed_on(at))


def _unfit(step: ProcedureStep, person: Person, at: datetime) -> str:
    """Why somebody cannot sign a step; empty when they can."""
    course.bar(step, at=at)
    if not person.is_active:
        return _("%(name)s has left.") % {"name": person}
    if step.named.filter(part="barred", person=person).exists():
        return _("%(name)s took part in an earlier step.") % {"name": person}
    customer = step.procedure.customer
    if customer is not None and not customer.is_visible_to(person):
        return _("%(name)s does not see this customer.") % {"name": person}
    return ""


def definition_of(procedure: Procedure) -> Definition:
    """The definition under which a procedure was started."""
    return read(procedure.definition)
