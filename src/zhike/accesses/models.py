"""Accesses of customers' contacts to the portal (SEC-08). Whether one is open follows from its dates and the archive."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.models import Contact, Customer
from zhike.people.models import Person

PARTS = {
    "orders": _("orders"),
    "requests": _("requests"),
    "letters": _("letters"),
    "plans": _("service plans"),
}
"""Part of the portal -> its name; the customer's own facts are in every access."""
STATES = {
    "open": pgettext_lazy("portal access", "open"), "ended": pgettext_lazy("portal access", "ended"),
    "revoked": pgettext_lazy("portal access", "revoked"), "left": _("contact has left"),
    "closed": _("customer is closed or merged"), "moved": _("e-mail has changed"),
}  # fmt: skip
"""State of an access on a day -> its name."""


class PortalAccessQuerySet(models.QuerySet["PortalAccess"]):
    """Accesses."""

    def visible_to(self, person: Person) -> Self:
        """Those of customers that a person sees."""
        if "all" in person.access.scopes:
            return self
        return self.filter(contact__customer__in=Customer.objects.visible_to(person))

    def standing(self) -> Self:
        """Those that nobody has revoked: they can be renewed."""
        return self.filter(revoked_at__isnull=True)

    def running(self, day: date) -> Self:
        """Those standing whose last day has not passed; see `PortalAccess.state` for what else may close one."""
        return self.standing().filter(until_on__gte=day)


class PortalAccess(models.Model):
    """A contact may use the portal until a day, from the address it was opened for.

    No job ends it: `state` is asked at every request, and the contact's and the customer's own records answer. `opened_for`
    is the key of the customer of that time, for a merge of archives carries contacts to another.
    """

    contact = models.ForeignKey(Contact, models.PROTECT, related_name="accesses", verbose_name=_("contact"))
    email = models.EmailField(_("e-mail"))
    opened_for = models.BigIntegerField()
    parts = models.JSONField(_("what is shown"), default=list)
    until_on = models.DateField(_("last day"))
    version = models.PositiveIntegerField(default=1)
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("opened by"))
    opened_at = models.DateTimeField(_("opened"))
    visited_at = models.DateTimeField(_("last visit"), null=True)
    revoked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("revoked by")
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = PortalAccessQuerySet.as_manager()

    class Meta:
        db_table = "zhike_portal_access"
        ordering = ["-id"]
        verbose_name = _("portal access")
        indexes = [models.Index(fields=["email"], name="portal_access_email")]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(revoked_at__isnull=True), name="one_portal_access"
            )
        ]

    def __str__(self) -> str:
        return self.contact.name

    @property
    def customer(self) -> Customer:
        """The customer of the contact."""
        return self.contact.customer

    @property
    def customer_id(self) -> int:
        """The key of the customer of the contact."""
        return self.contact.customer_id

    def is_visible_to(self, person: Person) -> bool:
        """Whether a person sees it."""
        return PortalAccess.objects.visible_to(person).filter(pk=self.pk).exists()

    def state(self, day: date) -> str:
        """How it stands on a day: a code of STATES. Only `open` lets anybody in."""
        if self.revoked_at is not None:
            return "revoked"
        if self.contact.left_on is not None:
            return "left"
        if self.customer.life == "closed" or self.customer_id != self.opened_for:
            return "closed"
        if self.contact.email.lower() != self.email:
            return "moved"
        return "open" if self.until_on >= day else "ended"
