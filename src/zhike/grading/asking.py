"""What a run lacks: judgements and classes that nobody has given, so that customers stay pending (GRD-05).

A run is frozen, so what is judged afterwards counts in a run that is made again. Until then, or until somebody says with a
ground that a customer is left out, the run does not go before management.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.grading.behind import behind
from zhike.grading.facts import classes_of
from zhike.grading.judgements import Judgement
from zhike.grading.marks import pick
from zhike.grading.models import GradingResult, GradingRun
from zhike.grading.running import on_ready
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Person, Role
from zhike.people.rules import allow, can
from zhike.people.tasks import Task, asks
from zhike.policies import reading
from zhike.policies.models import PolicyVersion
from zhike.procedures.inbox import seats_of, with_role
from zhike_engine.policy.load import Policy
from zhike_engine.policy.metrics import Column
from zhike_engine.policy.metrics import Judgement as JudgementMetric

notice(
    "judgements_asked",
    about=gettext_lazy("Grading"),
    subject=gettext_lazy("%(number)s customers wait for your judgement: %(run)s"),
    text=gettext_lazy(
        "The run %(run)s cannot go before management: %(number)s customers that you see wait for a judgement."
    ),
)
sentences({
    "left_out": gettext_lazy("%(who)s left %(count)s customers of %(what)s without a judgement: %(ground)s"),
})  # fmt: skip
VERB = "judge_customers"
MANY = 200
"""So many are counted for a number beside a link."""


@dataclass(frozen=True)
class Asked:
    """A judgement or a class that a policy reads: `metric` is its value in results, `name` what a judgement is given under."""

    metric: str
    name: str
    words: Any
    spec: JudgementMetric | None

    @property
    def title(self) -> str:
        """What it is called, in the reader's language."""
        return pick(self.words)


class LeftOut(models.Model):
    """A customer without a judgement may go before management pending: who says so, and why."""

    run = models.ForeignKey(GradingRun, models.PROTECT, related_name="left_out")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    ground = models.TextField(gettext_lazy("reason"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "zhike_grading_left_out"
        ordering = ["id"]
        verbose_name = gettext_lazy("customer left out")
        constraints = [models.UniqueConstraint(fields=["run", "customer"], name="left_out_once")]

    def __str__(self) -> str:
        return str(self.customer)


def asked_by(version: PolicyVersion) -> Mapping[str, tuple[Asked, ...]]:
    """Rating -> the judgements and classes that it reads, also through formulas, tables and scores."""
    return _asked(version.text)


@lru_cache(maxsize=64)
def _asked(text: str) -> Mapping[str, tuple[Asked, ...]]:
    policy = reading.read_text(text)
    return {rating: tuple(_of_rating(policy, rating)) for rating in policy.document.ratings}


def _of_rating(policy: Policy, rating: str) -> Iterator[Asked]:
    document, classes = policy.document, classes_of(policy)
    seen = behind(document, [document.ratings[rating]])
    for name, spec in document.metrics.items():
        if name in seen and isinstance(spec, JudgementMetric):
            yield Asked(name, spec.judgement, spec.title.text, spec)
        elif name in seen and isinstance(spec, Column) and spec.column.removeprefix("customers.") in classes:
            yield Asked(name, spec.column.removeprefix("customers."), spec.title.text, None)


def lacking(run: GradingRun, names: Collection[str] | None = None) -> Any:
    """The pending results of a run for want of a judgement, in its frozen facts, that nobody has left out."""
    wanted = Q(pk__in=[])
    for rating, asked in asked_by(run.version).items():
        for one in asked:
            if names is None or one.name in names:
                wanted |= Q(rating=rating, **{f"metrics__{one.metric}": None})
    out = LeftOut.objects.filter(run=run).values("customer")
    return GradingResult.objects.filter(wanted, run=run, state="pending").exclude(customer__in=out)


def unanswered(run: GradingRun, name: str) -> Any:
    """Those of `lacking` for which the judgement has not been given since."""
    held = Judgement.objects.valid(run.as_of).filter(name=name)
    return lacking(run, {name}).exclude(customer__in=held.values("customer"))


def missing_judgements(run: GradingRun) -> int:
    """How many customers keep the run from going before management, because nobody has judged them or left them out."""
    return int(lacking(run).order_by().values("customer").distinct().count())


def answered_since(run: GradingRun) -> int:
    """How many of them have been judged since: they count when the run is made again."""
    names = {one.name for asked in asked_by(run.version).values() for one in asked}
    still = [set(unanswered(run, name).values_list("customer", flat=True)) for name in sorted(names)]
    rows = lacking(run).order_by().values_list("customer", flat=True).distinct()
    return len(set(rows) - set().union(*still))


def refuse_while_lacking(run: GradingRun) -> None:
    """Refuse to put a run before management while judgements are missing."""
    number = missing_judgements(run)
    if number:
        raise Conflict(
            _(
                "%(number)s customers wait for a judgement. Have them judged and grade again, or leave them out with a reason."
            )
            % {"number": number},
            link=f"/grading/judgements/?run={run.pk}",
        )


@transaction.atomic
def leave_out(
    *, run: GradingRun, customers: Collection[int] | None, ground: str, by: Person, at: datetime
) -> int:
    """Let customers without a judgement go before management pending: those of `customers`, or all. How many."""
    allow(by, "run_grading")
    if not ground.strip():
        raise Invalid(_("Say why they are left out."), fields={"ground": _("missing")})
    if not GradingRun.objects.select_for_update().filter(pk=run.pk, state="ready").exists():
        raise Conflict(_("The run is not ready for review."))
    rows = lacking(run).visible_to(by)
    if customers is not None:
        rows = rows.filter(customer__in=list(customers))
    keys = sorted(set(rows.values_list("customer", flat=True)))
    if not keys:
        raise Conflict(_("Nobody waits for a judgement here."))
    made = [LeftOut(run=run, customer_id=key, ground=ground.strip(), by=by, at=at) for key in keys]
    LeftOut.objects.bulk_create(made, batch_size=500)
    journal(
        run,
        "left_out",
        by=by,
        at=at,
        count=len(keys),
        ground=ground.strip()[:200],
        after={"customers": keys[:500]},
    )
    return len(keys)


@on_ready
def ask_people(run: GradingRun) -> None:
    """Tell those who judge that a run waits for them."""
    if not missing_judgements(run):
        return
    at = run.finished_at or run.started_at
    day = timezone.localtime(at).date()
    judges = [role for role in Role.objects.filter(closed_on__isnull=True) if VERB in role.verbs]
    people = {one.pk: one for role in judges for one in with_role(role, None, day)}
    for one in people.values():
        number = asked_of(run, one)
        if number:
            tell(kind="judgements_asked", key=str(run.pk), to=one, at=at, number=number, run=str(run))


def asked_of(run: GradingRun, person: Person) -> int:
    """How many customers that a person sees wait in a run for a judgement that has not been given since; at most MANY."""
    found = set[int]()
    for name in {one.name for asked in asked_by(run.version).values() for one in asked}:
        found |= set(unanswered(run, name).visible_to(person).values_list("customer", flat=True)[:MANY])
    return len(found)


@asks
def judgements_to_give(person: Person, day: date) -> Iterator[Task]:
    """The runs that wait for a person's judgements, and for those of whom they stand in for."""
    seats = [one for one in seats_of(person, day) if can(one, VERB)]
    if not seats:
        return
    runs = GradingRun.objects.filter(state="ready").select_related("version__policy")
    for run in runs.defer("board", "manifest"):
        for seat in seats:
            number, href = asked_of(run, seat), f"/grading/judgements/?run={run.pk}"
            note = _("customers that wait for a judgement: %(number)s") % {
                "number": number if number < MANY else f"{MANY}+"
            }
            if seat.pk != person.pk:
                note, href = f"{note} · {_('for %(name)s') % {'name': seat}}", f"{href}&seat={seat.pk}"
            if number:
                yield Task(str(run), note, href, "scale", number)
