"""What committees do: name members, write and submit papers, call sessions, resolve, ask for actions (ORG-03)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Department, Person, signed_on
from zhike.people.rules import allow, can
from zhike.procedures import course
from zhike.procedures.actions import start
from zhike.procedures.committees import Action, Committee, Paper, Resolution, Session
from zhike.procedures.definitions import Definition, StepRule
from zhike.procedures.endings import on_end
from zhike.procedures.models import CHOICES, Procedure, ProcedureStep, StepDecision
from zhike.procedures.papers import checked

sentences({
    "committee_named": gettext_lazy("%(who)s named the members of the committee %(what)s"),
    "committee_closed": gettext_lazy("%(who)s closed the committee %(what)s"),
    "paper_written": gettext_lazy("%(who)s wrote the paper “%(what)s”"),
    "paper_submitted": gettext_lazy("%(who)s submitted the paper “%(what)s” to %(committee)s"),
    "paper_placed": gettext_lazy("%(who)s put “%(what)s” on the agenda of %(session)s"),
    "paper_effective": gettext_lazy("“%(what)s” took effect by resolution %(resolution)s"),
    "session_called": gettext_lazy("%(who)s called the session %(what)s for %(day)s"),
    "session_opened": gettext_lazy("%(who)s opened the session %(what)s; present: %(people)s"),
    "session_closed": gettext_lazy("%(who)s closed the session %(what)s with its minutes"),
    "resolved": gettext_lazy("%(who)s recorded the resolution on “%(paper)s”: %(choice)s, %(votes)s"),
    "resolution_refused": gettext_lazy("%(who)s was not allowed to record a resolution on “%(what)s”: %(reason)s"),
    "action_asked": gettext_lazy("%(who)s asked %(person)s: %(what)s"),
    "action_done": gettext_lazy("%(who)s reported done: %(what)s"),
})  # fmt: skip
notice(
    "session_called",
    about=gettext_lazy("Sessions of committees"),
    subject=gettext_lazy("Session of %(committee)s on %(day)s"),
    text=gettext_lazy("%(who)s calls %(committee)s to a session on %(day)s.\nPlace: %(place)s"),
)
notice(
    "action_asked",
    about=gettext_lazy("Sessions of committees"),
    subject=gettext_lazy("To be done until %(due)s: %(what)s"),
    text=gettext_lazy("%(committee)s asks you: %(what)s\nUntil: %(due)s"),
)
KIND = "paper"
"""Kind of the procedures of papers that are matters of their own."""


@transaction.atomic
def name_committee(
    *, code: str, name_zh: str, name_en: str, chair: Person, members: Iterable[Person], by: Person, at: datetime,
    quorum: int | None = None,
) -> Committee:  # fmt: skip
    """Name a committee, or name its members anew; the chair is a member."""
    allow(by, "manage_committees")
    people = {one.pk: one for one in [chair, *members]}
    if gone := [str(one) for one in people.values() if not one.is_active]:
        raise Invalid(_("%(name)s has left.") % {"name": ", ".join(gone)}, fields={"members": _("has left")})
    if quorum is not None and not 0 < quorum <= len(people):
        raise Invalid(
            _("The quorum is a number of members."), fields={"quorum": _("not a number of members")}
        )
    made, _new = Committee.objects.update_or_create(
        code=code,
        defaults={"name_zh": name_zh.strip(), "name_en": name_en.strip(), "chair": chair, "quorum": quorum},
    )
    made.members.set(people.values())
    journal(
        made,
        "committee_named",
        by=by,
        at=at,
        after={"chair": chair, "members": sorted(people), "quorum": quorum},
    )
    return made


def may_write(person: Person, kind: str) -> bool:
    """Whether a person brings papers of a kind: strategies and policies from those who write policies; issues from everybody."""
    if kind in ("strategy", "policy"):
        member = person.committees.exists()
        return member or can(person, "edit_policies") or can(person, "manage_committees")
    return person.department_id is not None


@transaction.atomic
def write_paper(
    *, committee: Committee, kind: str, title: str, text: str, by: Person, at: datetime, departments: Iterable[Department] = (),
    customer: Customer | None = None,
) -> Paper:  # fmt: skip
    """Write a paper as a draft, which only its writer sees."""
    concerned = list(departments)
    checked(kind, customer, concerned, by)
    if not may_write(by, kind):
        raise Forbidden(_("Your roles do not allow you to bring this before a committee."))
    if not title.strip() or not text.strip():
        raise Invalid(_("A paper has a title and a text."), fields={"text": _("missing")})
    made = Paper.objects.create(
        committee=committee,
        kind=kind,
        title=title.strip()[:200],
        text=text.strip(),
        customer=customer,
        written_by=by,
        written_at=at,
    )
    made.departments.set(concerned)
    journal(made, "paper_written", by=by, at=at)
    return made


@transaction.atomic
def submit_paper(*, paper: Paper, by: Person, at: datetime) -> Procedure:
    """Submit a draft: it waits for a session, and takes effect only by its resolution."""
    if paper.written_by_id != by.pk:
        raise Forbidden(_("Only whoever wrote the paper submits it."))
    if not Paper.objects.filter(pk=paper.pk, state="draft").update(state="submitted"):
        raise Conflict(_("The paper has been submitted already."))
    paper.refresh_from_db()
    step = StepRule(
        "resolve", {"zh": "委员会审议", "en": "resolution of the committee"}, committee=paper.committee.code
    )
    definition = Definition(KIND, {"zh": "提交委员会", "en": "Before the committee"}, (step,))
    journal(paper, "paper_submitted", by=by, at=at, committee=str(paper.committee))
    return start(
        kind=KIND,
        record=paper,
        definition=definition,
        by=by,
        at=at,
        title=paper.title,
        href=paper.get_absolute_url(),
        customer=paper.customer,
    )


def lead(committee: Committee, by: Person) -> None:
    """Refuse whoever does not lead a committee."""
    if not committee.is_led_by(by):
        raise Forbidden(_("Only the chair and those who manage committees do this."))


@transaction.atomic
def call_session(
    *,
    committee: Committee,
    held_on: date,
    by: Person,
    at: datetime,
    place: str = "",
    papers: Iterable[Paper] = (),
) -> Session:
    """Call a session with its agenda; every member is told."""
    lead(committee, by)
    if committee.closed_on is not None:
        raise Conflict(_("The committee has been closed."))
    if held_on < signed_on(at):
        raise Invalid(_("A session is called for a day to come."), fields={"held_on": _("in the past")})
    committee = Committee.objects.select_for_update().get(pk=committee.pk)
    last = committee.sessions.aggregate(last=Max("number"))["last"] or 0
    made = Session.objects.create(
        committee=committee, number=last + 1, held_on=held_on, place=place.strip(), called_by=by, called_at=at
    )
    journal(made, "session_called", by=by, at=at, day=held_on)
    for paper in papers:
        place_paper(session=made, paper=paper, by=by, at=at)
    for person in committee.members.filter(is_active=True):
        tell(
            kind="session_called", key=str(made.pk), to=person, at=at, who=by, committee=committee, day=held_on.isoformat(),
            place=made.place or "—",
        )  # fmt: skip
    return made


@transaction.atomic
def place_paper(*, session: Session, paper: Paper, by: Person, at: datetime) -> Paper:
    """Put a submitted paper on the agenda; one that was on another that has not resolved it moves."""
    lead(session.committee, by)
    if session.closed_at is not None:
        raise Conflict(_("The session has been closed."))
    place = (session.papers.aggregate(last=Max("place"))["last"] or 0) + 1
    mine = Paper.objects.filter(pk=paper.pk, committee=session.committee, state="submitted")
    if not mine.update(session=session, place=place):
        raise Conflict(_("Only papers that were submitted to this committee come on its agenda."))
    paper.refresh_from_db()
    journal(paper, "paper_placed", by=by, at=at, session=str(session))
    return paper


@transaction.atomic
def open_session(*, session: Session, present: Iterable[Person], by: Person, at: datetime) -> Session:
    """Record who is there; only members count."""
    lead(session.committee, by)
    if signed_on(at) < session.held_on:
        raise Invalid(_("The day of the session has not come."), fields={"present": _("too early")})
    if session.closed_at is not None:
        raise Conflict(_("The session has been closed."))
    members = set(session.committee.members.filter(is_active=True).values_list("pk", flat=True))
    people = [one for one in present if one.pk in members]
    if not people:
        raise Invalid(_("Nobody is there."), fields={"present": _("missing")})
    Session.objects.filter(pk=session.pk).update(opened_at=at)
    session.present.set(people)
    session.refresh_from_db()
    journal(session, "session_opened", by=by, at=at, people=", ".join(str(one) for one in people))
    return session


def resolve(
    *, session: Session, paper: Paper, choice: str, by: Person, at: datetime, votes_for: int, votes_against: int = 0,
    abstained: int = 0, ground: str = "",
) -> Resolution:  # fmt: skip
    """Record what a session decided on a paper; it decides the step that the paper stands for. Refused attempts are journalled."""
    try:
        return _resolve(
            session=session, paper=paper, choice=choice, by=by, at=at, votes=(votes_for, votes_against, abstained),
            ground=ground.strip(),
        )  # fmt: skip
    except Forbidden as refusal:
        with transaction.atomic():
            journal(paper, "resolution_refused", by=by, at=at, reason=str(refusal))
        raise


@transaction.atomic
def _resolve(
    *,
    session: Session,
    paper: Paper,
    choice: str,
    by: Person,
    at: datetime,
    votes: tuple[int, int, int],
    ground: str,
) -> Resolution:
    lead(session.committee, by)
    step = ProcedureStep.objects.filter(pk=paper.step_id or 0).first()
    if step is None:
        raise Conflict(_("The paper has not been submitted."))
    procedure = Procedure.objects.select_for_update().get(pk=step.procedure_id)
    step = ProcedureStep.objects.select_related("committee", "escalate_committee").get(pk=step.pk)
    step.procedure = procedure
    if step.state != "open":
        raise Conflict(_("This has been decided already."))
    _fit(session, paper, choice, votes, ground)
    made = Resolution.objects.create(
        session=session, paper=paper, choice=choice, ground=ground, votes_for=votes[0], votes_against=votes[1],
        abstained=votes[2], recorded_by=by, at=at,
    )  # fmt: skip
    StepDecision.objects.create(
        step=step, seat=None, person=by, choice=choice, ground=ground, at=at, resolution=made
    )
    journal(
        procedure, "resolved", by=by, at=at, paper=paper.title, choice=CHOICES[choice], votes=" : ".join(map(str, votes)),
        ground=ground,
    )  # fmt: skip
    if choice in ("approve", "change") and not course.others_signed(step):
        return made
    if procedure.noun != "paper":  # it stands for a step of another procedure, where its matter goes on
        Paper.objects.filter(pk=paper.pk, state="submitted").update(state="settled")
    course.after_resolution(procedure, step, choice, by=by, at=at)
    return made


def _fit(session: Session, paper: Paper, choice: str, votes: tuple[int, int, int], ground: str) -> None:
    """Refuse what a session cannot resolve: not on its agenda, no quorum, votes that do not carry the decision."""
    in_favour, against, _abstained = votes
    if choice not in CHOICES:
        raise Invalid(_("Unknown choice."), fields={"choice": _("unknown")})
    if choice != "approve" and not ground:
        raise Invalid(_("Say why."), fields={"ground": _("Say why.")})
    if paper.session_id != session.pk:
        raise Conflict(_("The paper is not on the agenda of this session."))
    if session.opened_at is None:
        raise Conflict(_("The session has not been opened: record first who is there."))
    if session.closed_at is not None:
        raise Conflict(_("The session has been closed."))
    there = session.present.count()
    if there < session.committee.needed():
        words = {"there": there, "needed": session.committee.needed()}
        raise Invalid(_("There is no quorum: %(there)s are there, %(needed)s are needed.") % words)
    if sum(votes) > there:
        raise Invalid(
            _("There are more votes than members present."), fields={"votes_for": _("more than are there")}
        )
    carried = in_favour > against
    if carried != (choice in ("approve", "change")):
        raise Invalid(
            _("The votes do not carry this decision: approval needs more votes for than against."),
            fields={"votes_for": _("does not carry the decision")},
        )


@transaction.atomic
def ask_action(
    *,
    session: Session,
    what: str,
    person: Person,
    due_on: date,
    by: Person,
    at: datetime,
    paper: Paper | None = None,
) -> Action:
    """Ask somebody to do something by a day."""
    lead(session.committee, by)
    if session.opened_at is None or session.closed_at is not None:
        raise Conflict(_("Actions are asked for while a session is open."))
    if not what.strip():
        raise Invalid(_("Say what is to be done."), fields={"what": _("missing")})
    if not person.is_active:
        raise Invalid(_("%(name)s has left.") % {"name": person}, fields={"person": _("has left")})
    if due_on < signed_on(at):
        raise Invalid(_("The day lies in the past."), fields={"due_on": _("in the past")})
    made = Action.objects.create(
        session=session, paper=paper, what=what.strip()[:200], person=person, due_on=due_on
    )
    journal(made, "action_asked", by=by, at=at, person=str(person))
    tell(
        kind="action_asked", key=str(made.pk), to=person, at=at, what=made.what, due=due_on.isoformat(),
        committee=session.committee,
    )  # fmt: skip
    return made


@transaction.atomic
def finish_action(*, action: Action, result: str, by: Person, at: datetime) -> Action:
    """Report an action done: whoever was asked, or who leads the committee."""
    if by.pk != action.person_id and not action.session.committee.is_led_by(by):
        raise Forbidden(_("Only whoever was asked reports it done."))
    if not result.strip():
        raise Invalid(_("Say what came of it."), fields={"result": _("missing")})
    if not Action.objects.filter(pk=action.pk, done_at__isnull=True).update(
        done_at=at, result=result.strip()[:200]
    ):
        raise Conflict(_("This was reported done already."))
    action.refresh_from_db()
    journal(action, "action_done", by=by, at=at, result=action.result)
    return action


@transaction.atomic
def close_session(*, session: Session, minutes: str, by: Person, at: datetime) -> Session:
    """Close a session with its minutes; papers that were not resolved wait for the next."""
    lead(session.committee, by)
    if not minutes.strip():
        raise Invalid(_("The minutes are missing."), fields={"minutes": _("missing")})
    rows = Session.objects.filter(pk=session.pk, closed_at__isnull=True, opened_at__isnull=False)
    if not rows.update(closed_at=at, minutes=minutes.strip()):
        raise Conflict(_("Only a session that is open is closed."))
    Paper.objects.filter(session=session, state="submitted").update(session=None)
    session.refresh_from_db()
    journal(session, "session_closed", by=by, at=at)
    return session


@on_end(KIND)
def paper_ended(procedure: Procedure, *, outcome: str, by: Person | None, at: datetime) -> None:
    """A paper of its own takes effect, is rejected, or becomes a draft again."""
    paper = Paper.objects.get(pk=procedure.record)
    state = {
        "approved": "effective" if paper.kind in ("strategy", "policy") else "settled",
        "rejected": "rejected",
    }.get(outcome, "draft")
    values: dict[str, Any] = {"state": state}
    if state == "effective":
        values["effective_on"] = signed_on(at)
    if state == "draft":
        values |= {"session": None, "step": None}
    Paper.objects.filter(pk=paper.pk, state="submitted").update(**values)
    if state == "effective":
        resolution = paper.resolutions.last()
        journal(
            paper, "paper_effective", by=by, at=at, resolution=str(resolution.session) if resolution else "—"
        )
