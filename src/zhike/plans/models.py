"""Service plans of customers, revision by revision, and their items (ARC-07, SVC-03, SVC-04)."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.archive import Need
from zhike.customers.documents import Document
from zhike.customers.models import Contact, Customer
from zhike.people.models import Person
from zhike.policies.models import PolicyVersion

COMPONENTS = {
    "customisation": _("product customisation"), "supply": _("product supply"), "technical": _("technical support"),
    "presales": _("pre-sales advice"), "aftersales": _("after-sales service"), "training": _("training"), "pricing": _("pricing"),
    "delivery": _("delivery"), "solution": _("complete solution"), "advice": _("professional advice"),
    "other": pgettext_lazy("plan", "other"),
}  # fmt: skip
"""What an item of a plan consists of -> its name (SVC-03)."""
TYPES = {"develop": _("development"), "maintain": _("maintenance"), "recover": _("recovery")}
"""What a plan is for -> its name (GRD-23)."""
MODES = {
    "standard": _("standard service"),
    "consulting": _("consulting service"),
    "stationed": _("staff stationed at the customer"),
}
"""How a customer is served -> its name (SVC-06)."""
STATES = {
    "draft": pgettext_lazy("plan", "draft"), "submitted": _("to be approved"), "approved": _("approved, not sent yet"),
    "sent": _("waits for the customer"), "confirmed": _("confirmed"), "changed": _("change asked for"),
    "replaced": _("replaced by a later revision"), "withdrawn": _("withdrawn"),
}  # fmt: skip
"""What has been done with a revision -> its name."""
STANDINGS = {
    **{code: name for code, name in STATES.items() if code != "confirmed"},
    "coming": _("confirmed, not begun"), "force": pgettext_lazy("plan", "in force"), "expired": pgettext_lazy("plan", "expired"),
}  # fmt: skip
"""How a revision stands on a day -> its name: what is confirmed is in force within its period."""
WAYS = {"portal": _("customer portal"), "signature": _("signature"), "reply": _("recorded reply")}
"""How a customer confirms -> its name (SVC-04)."""
OVER = ("changed", "replaced", "withdrawn")
"""States in which a revision counts for nothing any more."""
OPEN = ("draft", "submitted", "approved", "sent")
"""States of a revision that is still being worked on."""
SETTLED = ("approved", "sent", "confirmed")
"""States in which the items of a revision are tasks of their owners."""


class PlanQuerySet(models.QuerySet["ServicePlan"]):
    """Revisions of service plans."""

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees."""
        if "all" in person.access.scopes:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(person))

    def counting(self) -> Self:
        """Those that count: not overtaken by a later revision, not withdrawn."""
        return self.exclude(state__in=OVER)

    def in_force(self, day: date) -> Self:
        """Those that the customer has confirmed and whose period holds a day."""
        return self.filter(state="confirmed", from_on__lte=day, until_on__gte=day)

    def expired(self, day: date) -> Self:
        """Those that were confirmed and whose period is over."""
        return self.filter(state="confirmed", until_on__lt=day)

    def unconfirmed(self, day: date) -> Self:
        """Those that the customer was to confirm before a day and has not."""
        return self.filter(state="sent", confirm_by__lt=day)


class ServicePlan(models.Model):
    """A revision of a service plan: what a customer gets in a period, who does it and when.

    A plan keeps its number through all revisions. What was sent to the customer is kept in `kept`, with its digest; the
    confirmation names the digest. Whether it is in force or expired follows from its period and is not stored.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="plans")
    number = models.CharField(pgettext_lazy("plan", "number"), max_length=60)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    former = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")
    title = models.CharField(pgettext_lazy("plan", "title"), max_length=160)
    kind = models.CharField(_("type of plan"), max_length=10)
    goal = models.TextField(_("goal"), blank=True)
    mode = models.CharField(_("service mode"), max_length=12, default="standard")
    mode_reason = models.CharField(_("reason for the service mode"), max_length=300, blank=True)
    from_on = models.DateField(pgettext_lazy("plan", "from"))
    until_on = models.DateField(pgettext_lazy("plan", "until"))
    state = models.CharField(max_length=10, default="draft")
    version = models.PositiveIntegerField(default=1)
    # the grade of the day it was drawn up
    rating = models.CharField(max_length=120, blank=True)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, related_name="+")
    # who did what with it
    drawn_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("drawn up by"))
    drawn_at = models.DateTimeField(_("drawn up"))
    submitted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("submitted by")
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    asked = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True)
    returned_for = models.TextField(_("why it was returned"), blank=True)
    sent_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("sent by")
    )
    sent_at = models.DateTimeField(_("sent"), null=True)
    sent_to = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    kept = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    confirm_by = models.DateField(_("to be confirmed by"), null=True)
    told_at = models.DateTimeField(null=True)
    # the customer's answer
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_name = models.CharField(_("confirmed by"), max_length=80, blank=True)
    confirmed_way = models.CharField(_("how"), max_length=10, blank=True)
    confirmed_contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_digest = models.CharField(max_length=64, blank=True)
    confirmed_recorded_at = models.DateTimeField(null=True)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="+")
    # why this revision was opened
    change_text = models.TextField(_("what is to change"), blank=True)
    change_name = models.CharField(_("asked by"), max_length=80, blank=True)
    change_way = models.CharField(_("how"), max_length=10, blank=True)
    change_contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    change_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    change_at = models.DateTimeField(null=True)
    # its end
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ground = models.TextField(_("reason"), blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        db_table = "zhike_service_plan"
        ordering = ["-from_on", "-id"]
        verbose_name = _("service plan")
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="plan_revision"),
            models.CheckConstraint(
                condition=Q(until_on__gte=models.F("from_on")), name="plan_ends_after_it_begins"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-from_on", "-id"], name="plan_customer"),
            models.Index(fields=["state", "until_on", "id"], name="plan_state"),
        ]

    def __str__(self) -> str:
        return f"{self.title} · {self.number}/{self.revision}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/plans/{self.pk}/"

    def is_visible_to(self, person: Person) -> bool:
        """Whether a person sees it."""
        return ServicePlan.objects.visible_to(person).filter(pk=self.pk).exists()

    def standing(self, day: date) -> str:
        """How it stands on a day: a code of STANDINGS."""
        if self.state != "confirmed":
            return self.state
        if day < self.from_on:
            return "coming"
        return "force" if day <= self.until_on else "expired"

    @property
    def is_draft(self) -> bool:
        """Whether its items may still be changed."""
        return self.state == "draft"

    @property
    def kind_name(self) -> str:
        """What it is for, in the reader's language."""
        return str(TYPES.get(self.kind, self.kind))

    @property
    def mode_name(self) -> str:
        """How the customer is served, in the reader's language."""
        return str(MODES.get(self.mode, self.mode))

    @property
    def way_name(self) -> str:
        """How the customer confirmed, in the reader's language."""
        return str(WAYS.get(self.confirmed_way, ""))


class ItemQuerySet(models.QuerySet["PlanItem"]):
    """Items of plans."""

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees."""
        if "all" in person.access.scopes:
            return self
        return self.filter(plan__customer__in=Customer.objects.visible_to(person))

    def tasks(self) -> Self:
        """Those that are to be done: of an approved plan, and not done yet."""
        return self.filter(plan__state__in=SETTLED, done_on__isnull=True)

    def late(self, day: date) -> Self:
        """Those past their day."""
        return self.tasks().filter(due_on__lt=day)


class PlanItem(models.Model):
    """One thing that a plan promises: content, method, who answers for it, by when, and which needs it answers."""

    plan = models.ForeignKey(ServicePlan, models.PROTECT, related_name="items")
    former = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")
    place = models.PositiveSmallIntegerField()
    component = models.CharField(_("component"), max_length=14)
    content = models.TextField(_("content"))
    method = models.CharField(_("method"), max_length=300, blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("responsible person"))
    from_on = models.DateField(pgettext_lazy("plan", "from"), null=True, blank=True)
    due_on = models.DateField(_("to be done by"))
    proof = models.CharField(_("what shows that it was done"), max_length=200, blank=True)
    needs = models.ManyToManyField(Need, related_name="plan_items", db_table="zhike_plan_item_need")
    done_on = models.DateField(_("done on"), null=True)
    result = models.TextField(_("result"), blank=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ItemQuerySet.as_manager()

    class Meta:
        db_table = "zhike_plan_item"
        ordering = ["place", "id"]
        verbose_name = _("item of a service plan")
        indexes = [
            models.Index(
                fields=["owner", "due_on"], condition=Q(done_on__isnull=True), name="plan_item_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.content[:80]

    @property
    def customer_id(self) -> int:
        """The customer it is for."""
        return self.plan.customer_id

    def is_visible_to(self, person: Person) -> bool:
        """Whether a person sees it."""
        return PlanItem.objects.visible_to(person).filter(pk=self.pk).exists()

    def is_late(self, day: date) -> bool:
        """Whether it is a task past its day."""
        return self.done_on is None and self.plan.state in SETTLED and self.due_on < day

    @property
    def component_name(self) -> str:
        """What it consists of, in the reader's language."""
        return str(COMPONENTS.get(self.component, self.component))
