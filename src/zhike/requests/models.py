"""Requests of customers, with the limit that ruled when they came in (GOV-01, SLA-01)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.models import Contact, Customer
from zhike.people.models import Person
from zhike.policies.models import PolicyVersion

KINDS = {
    "enquiry": _("enquiry"), "quotation": _("quotation"), "order": _("order and delivery"), "technical": _("technical support"),
    "repair": _("repair"), "complaint": _("complaint"), "other": pgettext_lazy("request", "other"),
}  # fmt: skip
"""What a request is about -> its name; the codes are those that the clocks of a policy know."""
CHANNELS = {
    "call": _("call"), "mail": _("e-mail"), "chat": _("instant message"), "online": _("online service"), "meeting": _("face to face"),
    "visit": _("visit"), "hotline": _("hotline"), "letter": _("letter"), "portal": _("customer portal"),
}  # fmt: skip
"""Way in which a request came in, or was answered -> its name (SLA-02)."""
RECORDED = {code: name for code, name in CHANNELS.items() if code != "portal"}
"""The channels whose requests a person records; in the portal the contact asks alone."""
REASONS = {
    "no_grade": _("the customer had no grade when it came in"),
    "no_version": _("no version of the policy of the grade was in force when it came in"),
    "no_clock": _("the policy names no time limit for this grade and kind of request"),
    "unset": _("the company has not set the time limit of this grade yet"),
}
"""Why a request has no limit -> how it is said."""
STATES = {
    "waiting": pgettext_lazy("request", "waiting"), "overdue": pgettext_lazy("request", "overdue"),
    "in_time": _("answered in time"), "late": _("answered late"), "answered": pgettext_lazy("request", "answered"),
    "closed": _("closed without an answer"),
}  # fmt: skip
"""State of a request at a moment -> its name."""
UNANSWERED = Q(answered_at__isnull=True, closed_at__isnull=True)


class RequestQuerySet(models.QuerySet["ServiceRequest"]):
    """Requests."""

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees."""
        if "all" in person.access.scopes:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(person))

    def open(self) -> Self:
        """Those that nobody has answered or closed."""
        return self.filter(UNANSWERED)

    def overdue(self, at: datetime) -> Self:
        """Those whose limit has passed without an answer."""
        return self.filter(UNANSWERED, due_at__lt=at)

    def due_on_day_of(self, at: datetime) -> Self:
        """Those to be answered in what is left of the local day of a moment."""
        tomorrow = timezone.localtime(at).date() + timedelta(days=1)
        ends = timezone.make_aware(datetime.combine(tomorrow, time()))
        return self.filter(UNANSWERED, due_at__gte=at, due_at__lt=ends)


class ServiceRequest(models.Model):
    """Something a customer asks for, until a person has answered it for the first time.

    Grade, version, clock, hours and article are those of the moment it came in, kept with it: what is decided later about
    grades and policies does not change them. `met` is settled by the first answer; it stays empty without a limit.
    Nobody recorded what a contact asked in the portal; of the answer the customer reads there only `reply`.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="requests")
    kind = models.CharField(_("kind"), max_length=12)
    channel = models.CharField(pgettext_lazy("request", "channel"), max_length=10)
    subject = models.CharField(_("subject"), max_length=160)
    text = models.TextField(_("what is asked for"), blank=True)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("owner"))
    received_at = models.DateTimeField(_("came in"))
    recorded_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"))
    # the rule of that moment
    rating = models.CharField(max_length=120, blank=True)
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("policy version")
    )
    clock = models.CharField(_("clock"), max_length=60, blank=True)
    article = models.CharField(_("article"), max_length=60, blank=True)
    hours = models.DecimalField(_("limit in hours"), max_digits=8, decimal_places=2, null=True)
    working = models.BooleanField(_("working hours"), default=False)
    reason = models.CharField(_("why there is no limit"), max_length=12, blank=True)
    due_at = models.DateTimeField(_("to be answered by"), null=True)
    # what became of it
    receipt_at = models.DateTimeField(_("automatic receipt"), null=True)
    answered_at = models.DateTimeField(_("first answer"), null=True)
    answered_by = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("request", "answered by"),
    )
    answer = models.TextField(_("what was answered"), blank=True)
    reply = models.TextField(_("what the customer reads in the portal"), blank=True)
    answer_recorded_at = models.DateTimeField(null=True)
    met = models.BooleanField(_("in time"), null=True)
    told_at = models.DateTimeField(_("told that it is overdue"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )
    ground = models.TextField(_("reason"), blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        db_table = "zhike_service_request"
        ordering = ["-received_at", "-id"]
        verbose_name = _("request")
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="request_received"),
            models.Index(fields=["customer", "-received_at"], name="request_customer"),
            models.Index(fields=["due_at", "id"], condition=UNANSWERED, name="request_open"),
            models.Index(fields=["owner", "due_at"], condition=UNANSWERED, name="request_owner"),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/requests/{self.pk}/"

    def is_visible_to(self, person: Person) -> bool:
        """Whether a person sees it."""
        return ServiceRequest.objects.visible_to(person).filter(pk=self.pk).exists()

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.answered_at is None and self.closed_at is None

    def state(self, at: datetime) -> str:
        """How it stands at a moment: a code of STATES."""
        if self.answered_at is not None:
            return "answered" if self.met is None else "in_time" if self.met else "late"
        if self.closed_at is not None:
            return "closed"
        return "overdue" if self.due_at is not None and self.due_at < at else "waiting"

    @property
    def kind_name(self) -> str:
        """What it is about, in the reader's language."""
        return str(KINDS.get(self.kind, self.kind))

    @property
    def channel_name(self) -> str:
        """How it came in, in the reader's language."""
        return str(CHANNELS.get(self.channel, self.channel))

    @property
    def reason_said(self) -> str:
        """Why it has no limit, in the reader's language; empty when it has one."""
        return str(REASONS.get(self.reason, ""))
