"""Checks of archives: formats, ranges, duplicates, conflicts with transactions, gaps; defects with owner and due date (ARC-12)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.db import connection, models
from django.db.models import Avg, Count, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.customers.completeness import ITEMS, measure
from zhike.customers.duplicates import Mark
from zhike.customers.formats import CONTACT_FAULTS, format_faults
from zhike.customers.limits import Limits
from zhike.customers.models import Contact, Customer, CustomerQuerySet
from zhike.kernel.journal import plain
from zhike.people.models import Department, Person

CODES: dict[str, Any] = {
    "missing": _("%(field)s is missing"),
    "format": _("%(field)s has the wrong format"),
    "range": _("%(field)s cannot be right"),
    "duplicate": _("another archive has the same %(field)s"),
    "conflict": _("%(field)s does not agree with the orders"),
}
"""Code of a defect -> its sentence."""
USUAL_DAYS = 14
"""Days to correct a defect where the company has set no number."""
EARLIEST = date(1900, 1, 1)
"""No customer has come before."""
Check = Callable[[list[Customer], date], Iterator[tuple[int, str, str, str]]]
CHECKS: list[Check] = []
"""Checks of higher layers: (customers, day) -> (customer, code, field, detail)."""


class DefectQuerySet(models.QuerySet["Defect"]):
    """Defects of archives."""

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees."""
        if "all" in person.access.scopes:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(person))

    def standing(self) -> Self:
        """Those not yet corrected."""
        return self.filter(cleared_at__isnull=True)


class Defect(models.Model):
    """Something wrong or missing in an archive, until a check finds it corrected."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="defects", db_index=False)
    code = models.CharField(max_length=10)
    field = models.CharField(max_length=40)
    detail = models.CharField(max_length=200, blank=True)
    found_on = models.DateField(_("found on"))
    due_on = models.DateField(_("due on"))
    cleared_at = models.DateTimeField(null=True, blank=True)

    objects = DefectQuerySet.as_manager()

    class Meta:
        db_table = "zhike_defect"
        verbose_name = _("defect")
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["customer", "cleared_at", "due_on"], name="defect_of_customer"),
            models.Index(
                fields=["due_on", "id"], condition=Q(cleared_at__isnull=True), name="defect_standing"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "code", "field"],
                condition=Q(cleared_at__isnull=True),
                name="one_standing_defect",
            )
        ]

    @property
    def said(self) -> str:
        """The detail in the reader's language."""
        return gettext(self.detail) if self.code == "format" and self.detail else self.detail

    def __str__(self) -> str:
        return str(CODES[self.code]) % {"field": field_name(self.field)}


def field_name(code: str) -> str:
    """The name of a field or item of an archive; a contact's channel is `contact.<key>.<channel>`."""
    for item in ITEMS:
        if item.code == code:
            return str(item.name)
    noun, _dot, rest = code.partition(".")
    if noun == "contact":
        return str(Contact._meta.get_field(rest.rpartition(".")[2]).verbose_name)  # type: ignore[union-attr]
    return str(Customer._meta.get_field(code).verbose_name)  # type: ignore[union-attr]


def defects_of(customers: list[Customer], day: date) -> Iterator[tuple[int, str, str, str]]:
    """Every defect: (customer, code, field, detail). Customers come with their contacts prefetched."""
    for one in customers:
        if one.merged_into_id is not None:
            continue
        for item in measure(one).missing:
            yield one.pk, "missing", item.code, ""
        for fact, fault in format_faults(one).items():
            yield one.pk, "format", fact, plain(fault)["msgid"]
        if one.since is not None and not EARLIEST <= one.since <= day:
            yield one.pk, "range", "since", str(one.since)
        for contact in one.contacts.all():
            if contact.left_on is None:
                for channel, fault_of in CONTACT_FAULTS.items():
                    if fault_of(contact, one.country) is not None:
                        yield one.pk, "format", f"contact.{contact.pk}.{channel}", contact.name
    yield from _doubled(customers)
    for check in CHECKS:
        yield from check(customers, day)


def _doubled(customers: list[Customer]) -> Iterator[tuple[int, str, str, str]]:
    """Names and registration numbers that another archive has too."""
    keys = [one.pk for one in customers]
    own = Mark.objects.filter(customer__in=keys, kind__in=["name", "registration"])
    others = Mark.objects.filter(kind=models.OuterRef("kind"), value=models.OuterRef("value")).exclude(
        customer=models.OuterRef("customer")
    )
    for row in own.filter(models.Exists(others)).values("customer_id", "kind").distinct():
        yield row["customer_id"], "duplicate", row["kind"], ""


def check_archives(keys: Iterable[int], *, at: datetime, day: date, limits: Limits | None = None) -> int:
    """Look through archives: new defects are noted with their due day, corrected ones cleared. Safe to run twice."""
    wanted = list(keys)
    limits = limits or Limits()
    customers = list(Customer.objects.filter(pk__in=wanted).prefetch_related("contacts"))
    found = {(pk, code, field): detail for pk, code, field, detail in defects_of(customers, day)}
    standing = {
        (row.customer_id, row.code, row.field): row.pk
        for row in Defect.objects.standing().filter(customer__in=wanted)
    }
    gone = [pk for key, pk in standing.items() if key not in found]
    if gone:
        Defect.objects.filter(pk__in=gone, cleared_at__isnull=True).update(cleared_at=at)
    grades = {one.pk: one.grade for one in customers}
    fresh = [
        Defect(
            customer_id=pk, code=code, field=field, detail=detail[:200], found_on=day,
            due_on=day + timedelta(days=limits.of("defect_days", grades[pk]) or USUAL_DAYS),
        )
        for (pk, code, field), detail in found.items()
        if (pk, code, field) not in standing
    ]  # fmt: skip
    Defect.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    return len(fresh)


@dataclass(frozen=True)
class Quality:
    """The quality of the archives of a department."""

    department: Department | None
    customers: int
    completeness: float
    faultless: int
    defects: int
    late: int

    @property
    def full(self) -> float:
        """Completeness from 0 to 1."""
        return self.completeness / 100

    @property
    def share(self) -> float:
        """Percent of archives without a defect."""
        return 100 * self.faultless / self.customers if self.customers else 100.0


NONE = (0, 0, 0)


def _told(seen: CustomerQuerySet, day: date) -> dict[int | None, tuple[int, int, int]]:
    """Department -> customers with a defect, their defects, the late ones; added up by customer first, in an index alone."""
    inner, given = seen.values("pk", "department_id").query.sql_with_params()
    late = connection.ops.adapt_datefield_value(day)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.department_id, count(*), sum(d.number), sum(d.late) FROM (SELECT customer_id, count(*) AS number, "
            "sum(CASE WHEN due_on < %s THEN 1 ELSE 0 END) AS late FROM zhike_defect WHERE cleared_at IS NULL GROUP BY customer_id) d "
            f"JOIN ({inner}) c ON c.pk = d.customer_id GROUP BY c.department_id",
            [late, *given],
        )
        return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in cursor.fetchall()}


def quality(by: Person, day: date) -> list[Quality]:
    """The report: one row per department, over the customers that a person sees."""
    seen = Customer.objects.visible_to(by).living().exclude(life="closed").order_by()
    rows = {
        row["department"]: row
        for row in seen.values("department").annotate(number=Count("pk"), full=Avg("completeness"))
    }
    told = _told(seen, day)
    names = Department.objects.in_bulk([key for key in rows if key is not None])
    return sorted(
        (
            Quality(
                names.get(key) if key is not None else None,
                row["number"],
                row["full"] or 0.0,
                row["number"] - told.get(key, NONE)[0],
                *told.get(key, NONE)[1:],
            )
            for key, row in rows.items()
        ),
        key=lambda one: one.department.path if one.department else "~",
    )
