"""Every change of a service plan as a whole: drawn up, submitted, approved, sent, confirmed, revised, withdrawn."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.accesses.telling import tell_of_plan
from zhike.customers.documents import Document
from zhike.customers.limits import Limits
from zhike.customers.models import Contact, Customer
from zhike.customers.owners import Chain
from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow, can
from zhike.plans.checking import clashing, faults, lacking
from zhike.plans.models import OPEN, WAYS, ServicePlan
from zhike.plans.revising import carry_progress, copy_items, digest_of, graded, text_of
from zhike.plans.telling import tell_of
from zhike.ui import figures

sentences({
    "plan_drawn": gettext_lazy("%(who)s drew up the service plan “%(what)s”"),
    "plan_changed": gettext_lazy("%(who)s changed the service plan “%(what)s”"),
    "plan_submitted": gettext_lazy("%(who)s submitted the service plan “%(what)s” for approval"),
    "plan_returned": gettext_lazy("%(who)s returned the service plan “%(what)s”: %(ground)s"),
    "plan_approved": gettext_lazy("%(who)s approved the service plan “%(what)s”"),
    "plan_sent": gettext_lazy("%(who)s sent the service plan “%(what)s” to the customer"),
    "plan_confirmed": gettext_lazy("%(name)s confirmed the service plan “%(what)s” (%(way)s), text %(digest)s"),
    "plan_change_asked": gettext_lazy("%(name)s asked for a change of “%(what)s” (%(way)s): %(change)s"),
    "plan_revised": gettext_lazy("%(who)s began a new revision of “%(what)s”: %(change)s"),
    "plan_withdrawn": gettext_lazy("%(who)s withdrew the service plan “%(what)s”: %(ground)s"),
})  # fmt: skip


@transaction.atomic
def draw_up(
    *, customer: Customer, title: str, kind: str, from_on: date, until_on: date, by: Person, at: datetime, goal: str = "",
    mode: str = "standard", mode_reason: str = "", copied: ServicePlan | None = None,
) -> ServicePlan:  # fmt: skip
    """Begin a plan as a draft, with the items of an earlier one if it is to be copied."""
    allow(by, "draw_plans", customer)
    day = timezone.localtime(at).date()
    values = {
        "title": title.strip()[:160], "kind": kind, "goal": goal.strip(), "mode": mode, "mode_reason": mode_reason.strip(),
        "from_on": from_on, "until_on": until_on,
    }  # fmt: skip
    _refuse(faults(values, day))
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    plan = ServicePlan.objects.create(
        customer=locked, number=_number(locked), drawn_by=by, drawn_at=at, **values, **graded(locked, day)
    )
    if copied is not None and copied.customer_id == locked.pk:
        copy_items(copied, plan, instead=Chain().owner(locked) or by, shift=(from_on - copied.from_on).days)
    journal(plan, "plan_drawn", by=by, at=at)
    return plan


def _number(customer: Customer) -> str:
    """The next number of a customer's plans; the customer is locked."""
    count = ServicePlan.objects.filter(customer=customer, revision=1).count() + 1
    while ServicePlan.objects.filter(number=f"{customer.code}-P{count}").exists():
        count += 1
    return f"{customer.code}-P{count}"


@transaction.atomic
def change_plan(*, plan: ServicePlan, by: Person, at: datetime, **values: Any) -> ServicePlan:
    """Change what stands above the items of a draft."""
    allow(by, "draw_plans", plan)
    _refuse(faults(values, timezone.localtime(at).date()))
    before, after = changes(plan, values)
    if after:
        claim(plan, "draft", **after)
        journal(plan, "plan_changed", by=by, at=at, before=before, after=after)
    return plan


@transaction.atomic
def submit(*, plan: ServicePlan, by: Person, at: datetime) -> ServicePlan:
    """Give a draft to be approved; whoever is to approve it is told."""
    allow(by, "draw_plans", plan)
    Customer.objects.select_for_update().get(pk=plan.customer_id)
    wrong = lacking(plan, timezone.localtime(at).date())
    if wrong:
        raise Invalid(" ".join(wrong), way_out=_("Complete the items, then submit the plan."))
    _refuse_clash(plan)
    asked = approver(plan, by)
    claim(plan, "draft", state="submitted", submitted_by=by, submitted_at=at, asked=asked, returned_for="")
    journal(plan, "plan_submitted", by=by, at=at)
    tell_of(plan, "plan_submitted", to=asked, by=by, at=at)
    return plan


def approver(plan: ServicePlan, by: Person) -> Person | None:
    """Whom a plan waits for: the nearest superior of the submitter, else head of department, who may approve and sees it."""
    chain = Chain()
    above = chain.superior(by)
    seen = {by.pk, plan.drawn_by_id}
    while above is not None and above.pk not in seen:
        if can(above, "approve_plans") and plan.customer.is_visible_to(above):
            return above
        seen.add(above.pk)
        above = chain.superior(above)
    head = chain.head(plan.customer.department_id)
    fit = head is not None and head.pk not in {by.pk, plan.drawn_by_id} and can(head, "approve_plans")
    return head if head is not None and fit and plan.customer.is_visible_to(head) else None


@transaction.atomic
def return_plan(*, plan: ServicePlan, ground: str, by: Person, at: datetime) -> ServicePlan:
    """Give a plan back to be changed, before it goes to the customer: whoever approves, or whoever submitted it."""
    if not can(by, "approve_plans") and by.pk not in {plan.submitted_by_id, plan.drawn_by_id}:
        raise Forbidden(_("Only who approves a plan or submitted it returns it."))
    allow(by, "see_customers", plan)
    if not ground.strip():
        raise Invalid(_("Say what is to change."), fields={"ground": _("missing")})
    claim(plan, ("submitted", "approved"), state="draft", returned_for=ground.strip(), asked=None, approved_by=None,
          approved_at=None)  # fmt: skip
    journal(plan, "plan_returned", by=by, at=at, ground=ground.strip())
    tell_of(plan, "plan_returned", to=plan.submitted_by, by=by, at=at, ground=ground.strip())
    return plan


@transaction.atomic
def approve(*, plan: ServicePlan, by: Person, at: datetime) -> ServicePlan:
    """Approve what another person drew up; its items become tasks of their owners, who are told."""
    allow(by, "approve_plans", plan)
    if by.pk in {plan.submitted_by_id, plan.drawn_by_id}:
        raise Forbidden(_("Another person approves: you drew this plan up or submitted it."))
    Customer.objects.select_for_update().get(pk=plan.customer_id)
    _refuse_clash(plan)
    claim(plan, "submitted", state="approved", approved_by=by, approved_at=at)
    journal(plan, "plan_approved", by=by, at=at)
    tell_of(plan, "plan_approved", to=plan.submitted_by, by=by, at=at)
    counts: dict[Person, int] = {}
    for one in plan.items.filter(done_on__isnull=True).select_related("owner"):
        counts[one.owner] = counts.get(one.owner, 0) + 1
    for owner, count in counts.items():
        tell_of(plan, "plan_items", to=owner, by=by, at=at, count=count)
    return plan


@transaction.atomic
def send(*, plan: ServicePlan, contact: Contact | None = None, by: Person, at: datetime) -> ServicePlan:
    """Note that an approved plan goes to the customer; what it says now is kept, and is what will be confirmed."""
    allow(by, "draw_plans", plan)
    _refuse(_foreign(plan, contact))
    text = text_of(plan)
    days = Limits().of("plan_confirm_days", plan.customer.grade)
    due = timezone.localtime(at).date() + timedelta(days=days) if days else None
    claim(plan, "approved", state="sent", sent_by=by, sent_at=at, sent_to=contact, kept=text, digest=digest_of(text),
          confirm_by=due)  # fmt: skip
    journal(plan, "plan_sent", by=by, at=at, after={"digest": plan.digest, "contact": str(contact or "")})
    tell_of_plan(customer=plan.customer, contact=contact, key=str(plan.pk), at=at)
    return plan


@transaction.atomic
def confirm(
    plan: ServicePlan, *, name: str, way: str, at: datetime, contact: Contact | None = None, by: Person | None = None,
    confirmed_at: datetime | None = None, digest: str = "", document: Document | None = None,
) -> ServicePlan:  # fmt: skip
    """The customer confirms the revision that was sent: in the portal (`by` None, with its contact), or by a signature or
    reply that a person records. `digest` is that of the text the customer had in view; another text is a Conflict."""
    given = confirmed_at or at
    wrong = _answered(plan, name, way, contact, by)
    if given > at:
        wrong["confirmed_at"] = _("later than now")
    elif plan.sent_at is not None and given < plan.sent_at.replace(second=0, microsecond=0):
        wrong["confirmed_at"] = _("before it was sent")
    if document is not None and document.customer_id != plan.customer_id:
        wrong["document"] = _("unknown")
    _refuse(wrong)
    if plan.state == "sent" and plan.until_on < timezone.localtime(at).date():
        raise Conflict(
            _("The period of this plan is over."), way_out=_("Ask for a revision with another period.")
        )
    if digest and digest != plan.digest:
        raise Conflict(_("The plan is not the one you read."), link=plan.get_absolute_url())
    claim(plan, "sent", state="confirmed", confirmed_at=given, confirmed_name=name.strip()[:80], confirmed_way=way,
          confirmed_contact=contact, confirmed_by=by, confirmed_recorded_at=at, confirmed_digest=plan.digest,
          document=document)  # fmt: skip
    standing = ServicePlan.objects.filter(number=plan.number, state="confirmed").exclude(pk=plan.pk)
    standing.update(state="replaced", ended_at=at, ended_by=by, version=F("version") + 1)
    carry_progress(plan)
    words: dict[str, Any] = {"name": name.strip(), "way": WAYS[way], "digest": plan.digest}
    journal(
        plan, "plan_confirmed", by=by, at=at, after={"confirmed_at": given, "digest": plan.digest}, **words
    )
    for person in {one for one in (plan.submitted_by, plan.customer.manager) if one is not None}:
        tell_of(plan, "plan_confirmed", to=person, by=by, at=at, name=name.strip())
    return plan


@transaction.atomic
def ask_for_change(
    plan: ServicePlan, *, text: str, name: str, way: str, at: datetime, contact: Contact | None = None, by: Person | None = None,
) -> ServicePlan:  # fmt: skip
    """The customer wants a plan changed: a new revision begins, and is given back. One that was only sent is over with it;
    one that is in force stays so until the new revision is confirmed."""
    wrong = _answered(plan, name, way, contact, by)
    if not text.strip():
        wrong["text"] = _("missing")
    _refuse(wrong)
    change = {
        "change_text": text.strip(), "change_name": name.strip()[:80], "change_way": way, "change_contact": contact, "change_by": by,
        "change_at": at,
    }  # fmt: skip
    made = _revision(plan, change, by=by, at=at)
    words: dict[str, Any] = {"name": name.strip(), "way": WAYS[way], "change": text.strip()}
    journal(made, "plan_change_asked", by=by, at=at, **words)
    for person in {one for one in (plan.submitted_by, plan.customer.manager) if one is not None}:
        tell_of(made, "plan_change_asked", to=person, by=by, at=at, name=name.strip(), what=text.strip())
    return made


@transaction.atomic
def revise(*, plan: ServicePlan, reason: str, by: Person, at: datetime) -> ServicePlan:
    """Begin a new revision of a plan in force, for a reason of the company's own."""
    allow(by, "draw_plans", plan)
    if not reason.strip():
        raise Invalid(_("Say what is to change."), fields={"reason": _("missing")})
    if plan.state != "confirmed":
        raise Conflict(_("Only a confirmed plan is revised; this one is still being agreed, or is over."))
    made = _revision(plan, {"change_text": reason.strip(), "change_by": by, "change_at": at}, by=by, at=at)
    journal(made, "plan_revised", by=by, at=at, change=reason.strip())
    return made


def _revision(plan: ServicePlan, change: dict[str, Any], *, by: Person | None, at: datetime) -> ServicePlan:
    """The next revision of a plan, as a draft with the same items."""
    customer = Customer.objects.select_for_update().get(pk=plan.customer_id)
    same = ServicePlan.objects.filter(number=plan.number)
    if plan.state == "sent":
        claim(plan, "sent", state="changed", ended_at=at, ended_by=by)
    else:
        claim(plan, "confirmed")
    begun = same.filter(state__in=OPEN).order_by("-revision").first()
    if begun is not None:
        raise Conflict(
            _("Revision %(number)s is being worked on already.") % {"number": begun.revision},
            link=begun.get_absolute_url(),
        )
    kept = ("customer", "number", "title", "kind", "goal", "mode", "mode_reason", "from_on", "until_on")
    last = same.aggregate(last=Max("revision"))["last"] or plan.revision
    made = ServicePlan.objects.create(
        **{name: getattr(plan, name) for name in kept}, revision=last + 1, former=plan, drawn_by=by or plan.drawn_by, drawn_at=at,
        **graded(customer, timezone.localtime(at).date()), **change,
    )  # fmt: skip
    copy_items(plan, made)
    return made


@transaction.atomic
def withdraw(*, plan: ServicePlan, ground: str, by: Person, at: datetime) -> ServicePlan:
    """A plan will not be carried out, or no further: it counts for nothing from now on, and its needs wait again."""
    allow(by, "draw_plans" if plan.state in ("draft", "submitted") else "approve_plans", plan)
    if not ground.strip():
        raise Invalid(_("Say why it is withdrawn."), fields={"ground": _("missing")})
    claim(plan, (*OPEN, "confirmed"), state="withdrawn", ended_at=at, ended_by=by, ground=ground.strip())
    journal(plan, "plan_withdrawn", by=by, at=at, ground=ground.strip())
    return plan


def claim(plan: ServicePlan, among: str | tuple[str, ...], **values: Any) -> None:
    """Change a plan that stands as it was read. Raises Conflict for whoever comes second."""
    states = (among,) if isinstance(among, str) else among
    standing = ServicePlan.objects.filter(pk=plan.pk, state__in=states, version=plan.version)
    if not standing.update(version=F("version") + 1, **values):
        raise Conflict(
            _("This plan has changed meanwhile."),
            way_out=_("Look at it again."),
            link=plan.get_absolute_url(),
        )
    plan.refresh_from_db()


def _answered(
    plan: ServicePlan, name: str, way: str, contact: Contact | None, by: Person | None
) -> dict[str, Any]:
    """What is wrong with an answer of the customer. Without `by` it comes from the portal, and from a contact."""
    if by is not None:
        allow(by, "draw_plans", plan)
    wrong = _foreign(plan, contact)
    if not name.strip():
        wrong["name"] = _("missing")
    if way not in WAYS or (way == "portal") != (by is None):
        wrong["way"] = _("unknown")
    if by is None and contact is None:
        wrong["contact"] = _("missing")
    return wrong


def _foreign(plan: ServicePlan, contact: Contact | None) -> dict[str, Any]:
    return (
        {"contact": _("unknown")} if contact is not None and contact.customer_id != plan.customer_id else {}
    )


def _refuse(wrong: dict[str, Any]) -> None:
    if wrong:
        raise Invalid(_("The plan cannot be kept like this."), fields=wrong)


def _refuse_clash(plan: ServicePlan) -> None:
    """Refuse a plan whose period overlaps that of another plan of the customer that is agreed or being agreed."""
    other = clashing(plan).first()
    if other is not None:
        words = {
            "plan": str(other),
            "from": figures.day(other.from_on),
            "until": figures.day(other.until_on),
        }
        raise Invalid(
            _("The period overlaps that of “%(plan)s”, %(from)s to %(until)s: a customer has one plan at a time.") % words,
            way_out=_("Change the period, or revise or withdraw the other plan."), link=other.get_absolute_url(),
        )  # fmt: skip
