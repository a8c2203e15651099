"""Orders, receivables and rates as imported: the single source of every figure (ARC-05)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Self

from django.core import exceptions
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.kernel.amounts import AmountField
from zhike.people.models import Person

STATUS: dict[str, Any] = {"completed": _("completed"), "returned": _("returned"), "cancelled": _("cancelled")}
"""Status of an order -> its name."""
TONES = {"completed": "success", "returned": "warning", "cancelled": "quiet"}
"""Status of an order -> its colour."""
RATE_PLACES = 8
RATE_ONE = 10**RATE_PLACES


class RateField(models.BigIntegerField):  # type: ignore[type-arg]
    """A Decimal of up to eight decimals, stored as a whole number, so that conversions are exact on every database."""

    description = "Exact rate"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-RATE_PLACES)

    def get_prep_value(self, value: Any) -> int | None:
        found = self.to_python(value)
        return None if found is None else int((found * RATE_ONE).quantize(Decimal(1), ROUND_HALF_UP))

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        try:
            return value if isinstance(value, Decimal) else Decimal(str(value))
        except InvalidOperation as error:
            raise exceptions.ValidationError(
                _("“%(value)s” is not a rate."), "invalid", {"value": value}
            ) from error

    @property
    def validators(self) -> list[Any]:
        """None: `to_python` reads it."""
        return []


class OfCustomerQuerySet(models.QuerySet["models.Model"]):
    """Facts of customers."""

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees, when the person may see orders."""
        if "see_orders" not in person.access.verbs:
            return self.none()
        if "all" in person.access.scopes:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(person))


class Order(models.Model):
    """An order; `returned` has a negative amount that reduces the period, `cancelled` never counts."""

    number = models.CharField(_("order"), max_length=60, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders", verbose_name=_("customer"))
    ordered_on = models.DateField(_("ordered on"))
    amount = AmountField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    profit = AmountField(_("profit"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, default="completed")
    product = models.CharField(_("product"), max_length=80, blank=True)
    known_on = models.DateField(_("known on"), null=True, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        db_table = "zhike_order"
        verbose_name = _("order")
        ordering = ["-ordered_on", "-id"]
        indexes = [
            models.Index(fields=["customer", "-ordered_on", "-id"], name="order_customer"),
            models.Index(fields=["-ordered_on", "-id"], name="order_day"),
            models.Index(fields=["currency", "ordered_on"], name="order_currency"),
        ]

    def __str__(self) -> str:
        return self.number


class Receivable(models.Model):
    """An amount that a customer owes until it is paid."""

    number = models.CharField(_("receivable"), max_length=60, unique=True)
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="receivables", verbose_name=_("customer")
    )
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="receivables", verbose_name=_("order")
    )
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    due_on = models.DateField(_("due on"))
    amount = AmountField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    known_on = models.DateField(_("known on"), null=True, blank=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        db_table = "zhike_receivable"
        verbose_name = _("receivable")
        ordering = ["-due_on", "-id"]
        indexes = [models.Index(fields=["customer", "-due_on", "-id"], name="receivable_customer")]

    def __str__(self) -> str:
        return self.number


class Rate(models.Model):
    """The rate of a currency on a day: units of the company's currency for one unit, times 10^8."""

    currency = models.CharField(_("currency"), max_length=3)
    rate_on = models.DateField(_("day"))
    rate = RateField(_("rate"))

    class Meta:
        db_table = "zhike_rate"
        ordering = ["currency", "-rate_on"]
        constraints = [models.UniqueConstraint(fields=["currency", "rate_on"], name="one_rate_a_day")]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate_on}"
