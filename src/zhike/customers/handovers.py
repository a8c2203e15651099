"""Handing a customer over: open items listed, signed by giver and receiver, somebody answering all the while (ORG-08)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.actions import assign_post
from zhike.customers.life import CHANNELS, GRIEVANCES, POSTS
from zhike.customers.limits import Limits
from zhike.customers.models import Assignment, Contact, Customer
from zhike.customers.owners import Chain
from zhike.customers.posts import pass_post
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "handover_opened": gettext_lazy("%(who)s opened the handover of %(what)s from %(giver)s to %(receiver)s"),
    "handover_signed": gettext_lazy("%(who)s signed the handover of %(what)s as %(side)s"),
    "handover_done": gettext_lazy("%(what)s was handed over from %(giver)s to %(receiver)s"),
    "handover_late": gettext_lazy("The handover of %(what)s is unsigned past its day; %(told)s was told"),
    "handover_withdrawn": gettext_lazy("%(who)s withdrew the handover of %(what)s"),
    "customer_told": gettext_lazy("%(who)s told %(contact)s that %(receiver)s is the new contact"),
})  # fmt: skip
USUAL_DAYS = 7
"""Days to sign where the company has set no number."""
OPEN_ITEMS: list[Callable[[Customer, date], list[dict[str, Any]]]] = []
"""What higher layers know to be open at a customer: (customer, day) -> items with `kind`, `text`, `due`."""


class HandoverQuerySet(models.QuerySet["Handover"]):
    """Handovers."""

    def standing(self) -> Self:
        """Those not yet signed by both, nor withdrawn."""
        return self.filter(done_at__isnull=True, withdrawn_at__isnull=True)

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees, and those that wait for the person's own signature."""
        return self.filter(
            Q(customer__in=Customer.objects.visible_to(person)) | Q(giver=person) | Q(receiver=person)
        )

    def awaiting(self, person: Person) -> Self:
        """Those that a person has yet to sign."""
        return self.standing().filter(
            Q(giver=person, giver_signed_at__isnull=True)
            | Q(receiver=person, receiver_signed_at__isnull=True)
        )


class Handover(models.Model):
    """A post in a customer's team goes from one person to another; `interim` answers until both have signed."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="handovers")
    post = models.CharField(gettext_lazy("post"), max_length=30)
    former = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    giver = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    receiver = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    interim = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    reason = models.CharField(gettext_lazy("reason"), max_length=200, blank=True)
    items = models.JSONField(default=list)
    opened_by = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_on = models.DateField(gettext_lazy("to be signed by"))
    giver_signed_at = models.DateTimeField(null=True)
    receiver_signed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    escalated_to = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")
    escalated_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    told_contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")

    objects = HandoverQuerySet.as_manager()

    class Meta:
        db_table = "zhike_handover"
        verbose_name = gettext_lazy("handover")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "post"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="one_standing_handover",
            )
        ]

    def __str__(self) -> str:
        return str(self.customer)

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"{self.customer.get_absolute_url()}handovers/{self.pk}/"

    def is_visible_to(self, person: Person) -> bool:
        """Whether a person may read it."""
        return person.pk in {self.giver_id, self.receiver_id} or self.customer.is_visible_to(person)

    def is_late(self, day: date) -> bool:
        """Whether it is unsigned past its day."""
        return self.done_at is None and self.withdrawn_at is None and self.due_on < day

    def hindrance(self) -> str:
        """Why a standing handover cannot be signed any more; empty where it can."""
        if self.done_at is not None or self.withdrawn_at is not None:
            return ""
        unsigned = [] if self.giver_signed_at else [self.giver]
        for person in (self.receiver, *unsigned):
            if not person.is_active:
                return _("%(name)s has left: this handover is to be withdrawn, and another opened.") % {
                    "name": person
                }
        held = Assignment.objects.current().filter(customer=self.customer_id, post=self.post)
        if not held.filter(person=self.former_id).exists():
            return _("%(name)s does not hold this post any more: this handover is to be withdrawn.") % {
                "name": self.former
            }
        return ""


def open_items(customer: Customer, day: date) -> list[dict[str, Any]]:
    """What is open at a customer: promised steps, needs, and what higher layers know; key contacts last."""
    steps = customer.activities.promised()
    found = [
        _item(
            "complaint" if one.kind in GRIEVANCES else "promise",
            one.follow_up or one.subject,
            one.follow_up_on,
        )
        for one in steps
    ]
    found += [_item("need", str(one), one.answer_by) for one in customer.needs.unanswered()]
    found += [_item("defect", str(one), one.due_on) for one in customer.defects.standing()]
    for more in OPEN_ITEMS:
        found += more(customer, day)
    people = customer.contacts.offered()
    return found + [_item("contact", f"{one.name} · {one.post}".rstrip(" ·"), None) for one in people]


def _item(kind: str, text: str, due: date | None) -> dict[str, Any]:
    return {"kind": kind, "text": text, "due": due.isoformat() if due else ""}


@transaction.atomic
def open_handover(
    *, customer: Customer, receiver: Person, post: str = "manager", reason: str = "", by: Person, at: datetime
) -> Handover:
    """Begin to hand a post over. The giver answers meanwhile; one who has left is replaced by the supervisor, who also signs."""
    allow(by, "assign_customer", customer)
    if not receiver.is_active:
        raise Invalid(_("%(name)s has left.") % {"name": receiver}, fields={"receiver": _("has left")})
    held = Assignment.objects.current().filter(customer=customer, post=post).select_related("person").first()
    if held is None:
        raise Invalid(_("Nobody holds this post: assign it instead."), fields={"post": _("free")})
    if held.person_id == receiver.pk:
        raise Invalid(
            _("%(name)s holds this post already.") % {"name": receiver}, fields={"receiver": _("the same")}
        )
    if Handover.objects.standing().filter(customer=customer, post=post).exists():
        raise Conflict(_("A handover of this post is open already."))
    giver = held.person if held.person.is_active else (Chain().owner(customer) or by)
    day = timezone.localtime(at).date()
    made = Handover.objects.create(
        customer=customer, post=post, former=held.person, giver=giver, receiver=receiver, interim=giver, reason=reason,
        items=open_items(customer, day), opened_by=by, opened_at=at,
        due_on=day + timedelta(days=Limits().of("handover_days", customer.grade) or USUAL_DAYS),
    )  # fmt: skip
    journal(made, "handover_opened", by=by, at=at, giver=str(held.person), receiver=str(receiver),
            post=POSTS[post], reason=reason)  # fmt: skip
    return made


@transaction.atomic
def hand_all(
    *, customers: Iterable[Customer], receiver: Person, by: Person, at: datetime
) -> tuple[int, int, int]:
    """Hand many customers to one manager, all or none: those without a manager at once, the others by a handover that both
    sign. How many were given, how many handovers were opened, how many stay (the receiver's own, or with a handover open)."""
    given = opened = kept = 0
    for customer in customers:
        if customer.manager_id is None:
            assign_post(customer=customer, person=receiver, post="manager", senior=False, by=by, at=at)
            given += 1
        elif (
            customer.manager_id == receiver.pk
            or Handover.objects.standing().filter(customer=customer, post="manager").exists()
        ):
            kept += 1
        else:
            open_handover(customer=customer, receiver=receiver, by=by, at=at)
            opened += 1
    return given, opened, kept


@transaction.atomic
def sign_handover(*, handover: Handover, by: Person, at: datetime) -> Handover:
    """Sign as giver or receiver, or as both when the receiver stands in for one who has left. Both signed: the post passes."""
    signed = [side for side in ("giver", "receiver") if _sign(handover, side, by, at)]
    handover.refresh_from_db()
    if not signed:
        if by.pk not in {handover.giver_id, handover.receiver_id}:
            raise Forbidden(_("Only giver and receiver sign a handover."))
        raise Conflict(_("This handover does not wait for your signature."))
    if why := handover.hindrance():
        raise Conflict(why)
    for side in signed:
        name = gettext_lazy("giver") if side == "giver" else gettext_lazy("receiver")
        journal(handover, "handover_signed", by=by, at=at, side=name)
    if handover.giver_signed_at and handover.receiver_signed_at:
        _finish(handover, at)
    return handover


def _sign(handover: Handover, side: str, by: Person, at: datetime) -> bool:
    """Put a signature where it is still missing; whether it was put."""
    own = {f"{side}_id": by.pk, f"{side}_signed_at__isnull": True}
    waiting = Handover.objects.standing().filter(pk=handover.pk, **own)
    return bool(waiting.update(**{f"{side}_signed_at": at}))


def _finish(handover: Handover, at: datetime) -> None:
    if not Handover.objects.standing().filter(pk=handover.pk).update(done_at=at):
        return
    handover.refresh_from_db()
    pass_post(handover.customer, handover.receiver, handover.post, at=at, old=handover.former)
    journal(
        handover, "handover_done", by=None, at=at, giver=str(handover.former), receiver=str(handover.receiver)
    )


@transaction.atomic
def withdraw_handover(*, handover: Handover, by: Person, at: datetime) -> None:
    """It will not happen; the post stays where it is."""
    allow(by, "assign_customer", handover.customer)
    if not Handover.objects.standing().filter(pk=handover.pk).update(withdrawn_at=at):
        raise Conflict(_("This handover was signed by both or withdrawn before."))
    journal(handover, "handover_withdrawn", by=by, at=at)


@transaction.atomic
def withdraw_standing(*, customer: Customer, by: Person, at: datetime) -> list[int]:
    """Withdraw what is open at a customer whose archive goes into another; the keys."""
    rows = list(Handover.objects.standing().filter(customer=customer).select_related("customer"))
    for one in rows:
        Handover.objects.filter(pk=one.pk).update(withdrawn_at=at)
        journal(one, "handover_withdrawn", by=by, at=at)
    return [one.pk for one in rows]


@transaction.atomic
def tell_customer(
    *, handover: Handover, contact: Contact, channel: str, by: Person, at: datetime
) -> Handover:
    """The customer has been told who is the new contact; it goes onto the timeline."""
    from zhike.customers.contacts import log_activity

    allow(by, "log_activity", handover.customer)
    if channel not in CHANNELS:
        raise Invalid(_("Unknown channel."), fields={"channel": _("unknown")})
    if not Handover.objects.filter(pk=handover.pk, told_at__isnull=True, done_at__isnull=False).update(
        told_at=at, told_contact=contact
    ):
        raise Conflict(_("The customer has been told already, or the handover is not signed yet."))
    handover.refresh_from_db()
    words: dict[str, Any] = {"contact": str(contact), "receiver": str(handover.receiver)}
    journal(handover, "customer_told", by=by, at=at, **words)
    log_activity(
        customer=handover.customer, channel=channel, done_on=timezone.localtime(at).date(), contact=contact,
        subject=_("New contact: %(receiver)s") % words, content=_("%(receiver)s is the new contact.") % words,
        result=_("%(contact)s was told.") % words, by=by, at=at,
    )  # fmt: skip
    return handover


@transaction.atomic
def escalate_handovers(*, at: datetime, day: date) -> int:
    """Tell the supervisor of handovers that are unsigned past their day; once each. How many."""
    late = list(
        Handover.objects.standing()
        .filter(due_on__lt=day, escalated_at__isnull=True)
        .select_related("customer", "interim", "giver")
    )
    chain = Chain() if late else None
    for one in late:
        assert chain is not None
        told = chain.superior(one.giver) or chain.head(one.customer.department_id) or one.opened_by
        if Handover.objects.filter(pk=one.pk, escalated_at__isnull=True).update(
            escalated_at=at, escalated_to=told
        ):
            journal(one, "handover_late", by=None, at=at, told=str(told))
    return len(late)
