"""Visits of customers with their forms, and what a form proposes to change in the archive (ARC-10)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.models import Activity, Contact, Customer
from zhike.customers.sections import class_of
from zhike.customers.showing import label_of
from zhike.people.models import Person

KINDS = {
    "sales": _("sales visit"), "return": _("return visit"), "opinions": _("visit to ask for opinions"), "service": _("service visit"),
    "other": pgettext_lazy("visit", "other visit"),
}  # fmt: skip
"""What a visit is for -> its name."""
STATES = {
    "planned": pgettext_lazy("visit", "planned"), "today": pgettext_lazy("visit", "today"), "due": _("form due"), "late": _("form late"),
    "submitted": _("to be checked"), "checked": pgettext_lazy("visit", "checked"), "cancelled": pgettext_lazy("visit", "cancelled"),
}  # fmt: skip
"""State of a visit on a day -> its name; all but the last three follow from the day."""
SATISFACTION = {
    1: _("very dissatisfied"), 2: _("dissatisfied"), 3: _("neither"), 4: _("satisfied"), 5: _("very satisfied"),
}  # fmt: skip
"""Mark that a customer gives -> what it means."""
OPEN = Q(submitted_at__isnull=True, cancelled_at__isnull=True)
UNCHECKED = Q(submitted_at__isnull=False, checked_at__isnull=True)


class VisitQuerySet(models.QuerySet["Visit"]):
    """Visits."""

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees."""
        if "all" in person.access.scopes:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(person))

    def open(self) -> Self:
        """Those that are neither cancelled nor reported by a form."""
        return self.filter(OPEN)

    def planned(self, day: date) -> Self:
        """Those still to be made after a day."""
        return self.filter(OPEN, day__gt=day)

    def due(self, day: date) -> Self:
        """Those whose day has come and whose form may still be in time."""
        return self.filter(OPEN, day__lte=day, due_on__gte=day)

    def late(self, day: date) -> Self:
        """Those whose last day for the form has passed without one."""
        return self.filter(OPEN, due_on__lt=day)

    def unchecked(self) -> Self:
        """Those whose form waits for its check."""
        return self.filter(UNCHECKED)

    def of(self, person: Person) -> Self:
        """Those that a person answers for, or goes along with."""
        going = Visit.people.through.objects.filter(person=person).values("visit_id")
        return self.filter(Q(owner=person) | Q(pk__in=going))


class Visit(models.Model):
    """A visit of a customer, planned or recorded after, with its form 客户访问表.

    The limit is that of the moment the visit was entered or moved, kept with it. Whether the form came in time is settled
    when it is submitted; until then the state follows from the day.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="visits")
    kind = models.CharField(_("kind"), max_length=10)
    day = models.DateField(_("day of the visit"))
    purpose = models.CharField(pgettext_lazy("visit", "purpose"), max_length=160)
    owner = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("answers for the form")
    )
    people: models.ManyToManyField = models.ManyToManyField(  # type: ignore[type-arg]
        Person, related_name="+", blank=True, verbose_name=_("who else goes")
    )
    contacts: models.ManyToManyField = models.ManyToManyField(  # type: ignore[type-arg]
        Contact, related_name="+", blank=True, verbose_name=_("contacts to meet")
    )
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    added_at = models.DateTimeField(_("entered"))
    version = models.PositiveIntegerField(default=1)
    # the limit of that moment
    days = models.PositiveSmallIntegerField(_("days for the form"))
    working = models.BooleanField(_("working days"), default=False)
    due_on = models.DateField(_("form to be submitted by"))
    # the form, as it is being written
    draft = models.JSONField(default=dict)
    drafted_at = models.DateTimeField(null=True)
    drafted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # the form, as it was submitted
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    submitted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("submitted by")
    )
    in_time = models.BooleanField(pgettext_lazy("visit", "in time"), null=True)
    met: models.ManyToManyField = models.ManyToManyField(  # type: ignore[type-arg]
        Contact, related_name="+", blank=True, verbose_name=_("who was met")
    )
    topics = models.TextField(pgettext_lazy("visit", "topics"), blank=True)
    findings = models.TextField(_("findings"), blank=True)
    opinions = models.TextField(_("opinions of the customer"), blank=True)
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_on = models.DateField(_("next step by"), null=True)
    problems = models.JSONField(_("problems"), default=list)
    needs = models.JSONField(_("needs learned"), default=list)
    significant = models.TextField(_("significant information"), blank=True)
    # what became of it
    checker = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("asked to check")
    )
    checked_at = models.DateTimeField(pgettext_lazy("visit", "checked"), null=True)
    checked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("checked by")
    )
    remark = models.TextField(_("remark"), blank=True)
    activity = models.ForeignKey(Activity, models.SET_NULL, null=True, related_name="+")
    returned_at = models.DateTimeField(_("sent back"), null=True)
    returned_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("sent back by")
    )
    returned_for = models.TextField(_("why it was sent back"), blank=True)
    told_at = models.DateTimeField(_("told that the form is late"), null=True)
    told_above = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(pgettext_lazy("visit", "cancelled"), null=True)
    cancelled_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("cancelled by")
    )
    ground = models.TextField(_("reason"), blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        db_table = "zhike_visit"
        ordering = ["-day", "-id"]
        verbose_name = _("visit")
        indexes = [
            models.Index(fields=["-day", "-id"], name="visit_day"),
            models.Index(fields=["customer", "-day", "-id"], name="visit_customer"),
            models.Index(fields=["owner", "-day"], name="visit_owner"),
            models.Index(fields=["due_on", "id"], condition=OPEN, name="visit_open"),
            models.Index(fields=["submitted_at", "id"], condition=UNCHECKED, name="visit_unchecked"),
        ]

    def __str__(self) -> str:
        return self.purpose

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/visits/{self.pk}/"

    def is_visible_to(self, person: Person) -> bool:
        """Whether a person sees it."""
        return Visit.objects.visible_to(person).filter(pk=self.pk).exists()

    @property
    def is_open(self) -> bool:
        """Whether it is neither cancelled nor reported by a form."""
        return self.submitted_at is None and self.cancelled_at is None

    @property
    def is_spontaneous(self) -> bool:
        """Whether it was entered after it was made."""
        return self.day < timezone.localtime(self.added_at).date()

    def state(self, day: date) -> str:
        """How it stands on a day: a code of STATES."""
        if self.cancelled_at is not None:
            return "cancelled"
        if self.submitted_at is not None:
            return "submitted" if self.checked_at is None else "checked"
        if self.due_on < day:
            return "late"
        return "planned" if self.day > day else "today" if self.day == day else "due"

    def days_late(self, day: date) -> int:
        """Days between the last day for the form and the day it came, or a given day; 0 in time."""
        end = timezone.localtime(self.submitted_at).date() if self.submitted_at is not None else day
        return max((end - self.due_on) // timedelta(days=1), 0)

    @property
    def kind_name(self) -> str:
        """What it is for, in the reader's language."""
        return str(KINDS.get(self.kind, self.kind))


class VisitChange(models.Model):
    """Something that the form says has changed: a datum of a contact or of the customer, or a new person there."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="changes")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    field = models.CharField(max_length=20)
    current = models.TextField(blank=True)
    proposed = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    taken = models.BooleanField(null=True)
    ground = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "zhike_visit_change"
        ordering = ["id"]
        verbose_name = _("proposed change")

    def __str__(self) -> str:
        return f"{self.about} · {self.label}"

    @property
    def noun(self) -> str:
        """Whose field it is."""
        return "contact" if self.contact_id is not None or self.field == NEW_PERSON else "customer"

    @property
    def about(self) -> str:
        """Whom it is about; empty for the customer itself."""
        return str(self.contact) if self.contact is not None else ""

    @property
    def label(self) -> str:
        """The name of the field, in the reader's language."""
        return str(NAMES[self.field]) if self.field in NAMES else label_of(self.noun, self.field)

    @property
    def is_new(self) -> bool:
        """Whether it is about a person whom the archive does not know yet."""
        return self.field == NEW_PERSON

    def said(self, value: str | None = None) -> str:
        """The proposed value as people read it, or another one of the same field."""
        text = self.proposed if value is None else value
        return str(_("yes, since %(day)s") % {"day": text}) if self.field == LEFT else text

    def details_said(self) -> list[tuple[str, str]]:
        """What is told of a new person: name of the field, value."""
        return [(label_of("contact", name), value) for name, value in self.details.items()]

    @property
    def field_class(self) -> str:
        """The class of fields that must be seen to take it, and to read its values."""
        if self.is_new:
            channels = [name for name in OF_CONTACT if class_of("contact", name) == "contact"]
            return "contact" if any(self.details.get(name) for name in channels) else "basic"
        return class_of(self.noun, self.field)

    def now(self, customer: Customer) -> str:
        """What stands in the archive today."""
        if self.field == NEW_PERSON:
            return ""
        value: Any = getattr(self.contact or customer, self.field)
        return str(value) if value is not None else ""


NEW_PERSON = "person"
LEFT = "left_on"
NAMES = {NEW_PERSON: _("new person"), LEFT: _("has left the company")}
OF_CONTACT = ("post", "mobile", "phone", "email")
"""Fields of a contact that a form may change, beside that the person has left."""
OF_CUSTOMER = ("address", "phone", "email", "website")
"""Facts of the customer that a form may change."""
