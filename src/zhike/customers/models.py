"""Customers, their people, their team, and what is known of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self
from urllib.parse import quote

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.customers.life import GRIEVANCES
from zhike.kernel.amounts import AmountField
from zhike.people.models import Department, Person, Region

LIVING = Q(merged_into__isnull=True)
"""Customers that were not merged into another: what every list shows, and so what its indexes hold."""


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Customers."""

    def visible_to(self, person: Person) -> Self:
        """Those whose archive a person's roles, teams and running consultations open. A stranger's customer does not exist."""
        access = person.access
        if "all" in access.scopes:
            return self
        if not access.scopes and not access.verbs:
            return self.none()
        seen = Q(pk__in=Consultation.objects.open_to(person).values("customer_id"))
        if access.scopes - {"none"}:
            seen |= Q(manager=person) | Q(
                pk__in=Assignment.objects.current().filter(person=person).values("customer_id")
            )
        if "department" in access.scopes and person.department is not None:
            seen |= Q(department__in=Department.objects.filter(path__startswith=person.department.path))
        if "region" in access.scopes and person.region is not None:
            seen |= Q(region__in=Region.objects.filter(path__startswith=person.region.path))
        return self.filter(seen)

    def living(self) -> Self:
        """Without those that were merged into another."""
        return self.filter(LIVING)


class Customer(models.Model):
    """One archive per customer, shared by everybody who may see it (ARC-01)."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    life = models.CharField(_("life cycle"), max_length=12, default="prospect")
    grade = models.CharField(_("grade"), max_length=20, blank=True)
    grade_since = models.DateField(_("grade since"), null=True, blank=True)
    # basic information (ARC-02)
    legal_representative = models.CharField(_("legal representative"), max_length=80, blank=True)
    registration = models.CharField(_("registration number"), max_length=40, blank=True)
    business_scope = models.TextField(_("business scope"), blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    province = models.CharField(_("province"), max_length=60, blank=True)
    city = models.CharField(_("city"), max_length=60, blank=True)
    address = models.CharField(_("address"), max_length=240, blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.CharField(_("website"), max_length=160, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    since = models.DateField(_("customer since"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True)
    # axes (GRD-03)
    scale = models.CharField(_("purchase scale"), max_length=20, blank=True)
    industry = models.CharField(_("industry"), max_length=20, blank=True)
    need_type = models.CharField(_("type of need"), max_length=20, blank=True)
    segment = models.CharField(_("segment"), max_length=20, blank=True)
    importance = models.CharField(_("strategic importance"), max_length=20, blank=True)
    # where it belongs
    region = models.ForeignKey(
        "zhike.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        db_index=False,
        verbose_name=_("region"),
    )
    department = models.ForeignKey(
        "zhike.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        db_index=False,
        verbose_name=_("department"),
    )
    manager = models.ForeignKey(
        "zhike.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        db_index=False,
        verbose_name=_("account manager"),
    )
    group = models.CharField(_("group"), max_length=120, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="branches",
        verbose_name=_("parent company"),
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", db_index=False
    )
    # kept up by facts and activities, so that lists sort by them
    amount_12m = AmountField(_("orders, 12 months"), default=Decimal(0))
    receivable = AmountField(_("receivable"), default=Decimal(0))
    overdue = AmountField(_("overdue"), default=Decimal(0))
    last_order_on = models.DateField(_("last order"), null=True, blank=True)
    last_contact_on = models.DateField(_("last contact"), null=True, blank=True)
    completeness = models.PositiveSmallIntegerField(_("completeness"), default=0)
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    search = models.TextField(default="", editable=False)
    channels = models.TextField(default="", editable=False)
    tokens = models.TextField(default="", editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        db_table = "zhike_customer"
        verbose_name = _("customer")
        ordering = ["-amount_12m", "-id"]
        indexes = [
            models.Index(fields=["-amount_12m", "-id"], condition=LIVING, name="customer_amount"),
            models.Index(fields=["-receivable", "-id"], condition=LIVING, name="customer_receivable"),
            models.Index(fields=["-overdue", "-id"], condition=LIVING, name="customer_overdue"),
            models.Index(fields=["name", "id"], condition=LIVING, name="customer_name"),
            models.Index(fields=["grade", "-amount_12m", "-id"], condition=LIVING, name="customer_grade"),
            models.Index(fields=["life", "-amount_12m", "-id"], condition=LIVING, name="customer_life"),
            models.Index(fields=["manager", "-amount_12m", "-id"], condition=LIVING, name="customer_manager"),
            models.Index(fields=["region", "-amount_12m", "-id"], condition=LIVING, name="customer_region"),
            models.Index(
                fields=["department", "-amount_12m", "-id"], condition=LIVING, name="customer_department"
            ),
            models.Index(
                fields=["importance", "industry", "-amount_12m", "-id"],
                condition=LIVING,
                name="customer_axes",
            ),
            models.Index(fields=["-last_order_on", "-id"], condition=LIVING, name="customer_last_order"),
            models.Index(fields=["last_contact_on", "id"], condition=LIVING, name="customer_last_contact"),
            models.Index(fields=["completeness", "id"], condition=LIVING, name="customer_completeness"),
            models.Index(fields=["-added_at", "-id"], condition=LIVING, name="customer_added"),
            models.Index(fields=["merged_into"], condition=~LIVING, name="customer_merged"),
            # in the place of the indexes of the keys alone: groups are counted in them without reading a row
            models.Index(
                fields=["region", "merged_into", "manager", "department"], name="customer_of_region"
            ),
            models.Index(
                fields=["department", "merged_into", "manager", "region", "life", "completeness"],
                name="customer_of_department",
            ),
            models.Index(
                fields=["manager", "merged_into", "region", "department"], name="customer_of_manager"
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        """The record page."""
        return f"/customers/{quote(self.code, safe='')}/"

    def is_visible_to(self, person: Person) -> bool:
        """Whether a person sees this customer."""
        return Customer.objects.visible_to(person).filter(pk=self.pk).exists()


class ContactQuerySet(models.QuerySet["Contact"]):
    """Contacts of customers."""

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees."""
        return self.filter(customer__in=Customer.objects.visible_to(person))

    def offered(self) -> Self:
        """Those to whom notices, surveys and invitations may go: nobody who has left (ARC-04)."""
        return self.filter(left_on__isnull=True)


class Contact(models.Model):
    """A person at a customer; who leaves is marked, not removed (ARC-04)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts")
    name = models.CharField(_("name"), max_length=80)
    post = models.CharField(_("post"), max_length=80, blank=True)
    decides = models.CharField(_("role in decisions"), max_length=20, blank=True)
    mobile = models.CharField(_("mobile"), max_length=40, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    chat = models.CharField(_("WeChat"), max_length=80, blank=True)
    preferences = models.TextField(_("preferences"), blank=True)
    important_date = models.DateField(_("important date"), null=True, blank=True)
    important_what = models.CharField(_("occasion"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    successor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    awaits_successor = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    objects = ContactQuerySet.as_manager()

    class Meta:
        db_table = "zhike_contact"
        verbose_name = _("contact")
        ordering = ["left_on", "id"]

    def __str__(self) -> str:
        return self.name


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Posts in customers' teams."""

    def current(self) -> Self:
        """Those that have not ended."""
        return self.filter(ended_at__isnull=True)


class Assignment(models.Model):
    """A person holds a post in a customer's team, from one day until another (ORG-04, ORG-05)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="assignments")
    person = models.ForeignKey("zhike.Person", models.PROTECT, related_name="assignments")
    post = models.CharField(_("post"), max_length=30)
    senior = models.BooleanField(_("senior"), default=False)
    from_on = models.DateField(_("from"))
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        db_table = "zhike_assignment"
        verbose_name = _("post in the team")
        ordering = ["post", "-from_on"]
        indexes = [
            models.Index(
                fields=["person", "customer"], condition=Q(ended_at__isnull=True), name="assignment_current"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(post="manager", ended_at__isnull=True),
                name="one_manager_per_customer",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.post}"


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    """Consultations of archives."""

    def open_to(self, person: Person) -> Self:
        """Those that open an archive to a person now."""
        from django.utils import timezone

        day = timezone.localdate()
        return self.filter(person=person, decision="approved", from_on__lte=day, until_on__gte=day)


class Consultation(models.Model):
    """A request to consult another's archive, with purpose and period; the keeper decides (SEC-07)."""

    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="consultations")
    asked_for = models.CharField(_("customer as named by the person"), max_length=160)
    person = models.ForeignKey("zhike.Person", models.PROTECT, related_name="consultations")
    purpose = models.CharField(_("purpose"), max_length=200)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=10, default="")
    decided_by = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        db_table = "zhike_consultation"
        ordering = ["-id"]
        indexes = [models.Index(fields=["person", "until_on"], name="consultation_person")]

    def __str__(self) -> str:
        return f"{self.customer or self.asked_for} · {self.person}"


class ActivityQuerySet(models.QuerySet["Activity"]):
    """Activities with customers."""

    def visible_to(self, person: Person) -> Self:
        """Those with customers that a person sees."""
        return self.filter(customer__in=Customer.objects.visible_to(person))

    def counting(self) -> Self:
        """Those that count as done: with content and result (ARC-06)."""
        return self.exclude(content="").exclude(result="")

    def promised(self) -> Self:
        """Those whose promised next step is still to be taken."""
        return self.filter(follow_up_on__isnull=False, followed_up_at__isnull=True)


class Activity(models.Model):
    """A contact, visit, meeting or service with a customer; without content or result it does not count (ARC-06)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="activities")
    kind = models.CharField(_("kind"), max_length=14, default="communication")
    channel = models.CharField(_("channel"), max_length=12)
    done_on = models.DateField(_("day"))
    person = models.ForeignKey("zhike.Person", models.PROTECT, related_name="activities")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="activities")
    subject = models.CharField(_("subject"), max_length=160)
    minutes = models.PositiveIntegerField(_("time spent, in minutes"), null=True, blank=True)
    content = models.TextField(_("content"), blank=True)
    result = models.TextField(_("result"), blank=True)
    follow_up = models.CharField(_("next step"), max_length=200, blank=True)
    follow_up_on = models.DateField(_("next step by"), null=True, blank=True)
    followed_up_at = models.DateTimeField(null=True, blank=True)
    severity = models.CharField(_("severity"), max_length=8, blank=True)
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    added_at = models.DateTimeField()

    objects = ActivityQuerySet.as_manager()

    class Meta:
        db_table = "zhike_activity"
        verbose_name = _("activity")
        ordering = ["-done_on", "-id"]
        indexes = [
            models.Index(fields=["customer", "-done_on", "-id"], name="activity_customer"),
            models.Index(fields=["person", "-done_on"], name="activity_person"),
            models.Index(
                fields=["follow_up_on"],
                condition=Q(follow_up_on__isnull=False, followed_up_at__isnull=True),
                name="activity_promised",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_open_grievance(self) -> bool:
        """Whether it is a complaint or a dispute that nobody has settled."""
        return self.kind in GRIEVANCES and self.settled_on is None

    def counts(self) -> bool:
        """Whether it counts as done: content and result are both there."""
        return bool(self.content.strip() and self.result.strip())


class Viewing(models.Model):
    """A person opened, exported or printed an archive on a day: one row per person, customer, day and way (SEC-06)."""

    person = models.ForeignKey("zhike.Person", models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="viewings")
    on = models.DateField()
    way = models.CharField(max_length=12)
    first_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "zhike_viewing"
        ordering = ["-first_at"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "person", "on", "way"], name="viewing_once")
        ]
        indexes = [models.Index(fields=["person", "on"], name="viewing_person")]


def lapse_day(last_order_on: date | None, since: date | None, months: int) -> date | None:
    """The first day on which a customer without an order counts as lapsed."""
    from zhike_engine.plan.windows import add_months

    start = last_order_on or since
    return None if start is None else add_months(start, months)
