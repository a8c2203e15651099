"""Delegates: somebody acts for somebody who is away, from one day until another, where a verb asks for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Person
from zhike.people.rules import can

sentences({
    "delegation_named": gettext_lazy("%(who)s named %(delegate)s to act for %(person)s until %(until)s"),
    "delegation_ended": gettext_lazy("%(who)s ended the delegation from %(person)s to %(delegate)s"),
})  # fmt: skip


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Delegations."""

    def running(self, day: date) -> Self:
        """Those in force on a day."""
        return self.filter(from_on__lte=day, until_on__gte=day, ended_at__isnull=True)


class Delegation(models.Model):
    """`delegate` acts for `person` on the days from `from_on` to `until_on`, both included."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="delegations", verbose_name=gettext_lazy("person")
    )
    delegate = models.ForeignKey(
        Person, models.PROTECT, related_name="acts_for", verbose_name=gettext_lazy("delegate")
    )
    from_on = models.DateField(gettext_lazy("from"))
    until_on = models.DateField(gettext_lazy("until"))
    reason = models.CharField(gettext_lazy("reason"), max_length=120)
    named_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        db_table = "zhike_delegation"
        ordering = ["-from_on", "-id"]
        indexes = [models.Index(fields=["delegate", "until_on"], name="delegation_delegate")]

    def __str__(self) -> str:
        return f"{self.person} → {self.delegate}"


def delegates_of(person: Person, day: date) -> list[Person]:
    """Who acts for a person on a day."""
    return [
        one.delegate
        for one in Delegation.objects.running(day).filter(person=person).select_related("delegate")
        if one.delegate.is_active
    ]


def may_act_for(by: Person, person: Person, day: date) -> bool:
    """Whether somebody is the person, or the person's delegate on a day."""
    return by.pk == person.pk or Delegation.objects.running(day).filter(person=person, delegate=by).exists()


@transaction.atomic
def name_delegate(
    *, person: Person, delegate: Person, from_on: date, until_on: date, reason: str, by: Person, at: datetime
) -> Delegation:
    """Name a delegate: everybody for themselves, administrators for anybody."""
    if by.pk != person.pk and not can(by, "manage_people"):
        raise Forbidden(_("Only the person or an administrator names a delegate."))
    wrong = {}
    if delegate.pk == person.pk:
        wrong["delegate"] = _("another person")
    elif not delegate.is_active:
        wrong["delegate"] = _("has left")
    if until_on < from_on:
        wrong["until_on"] = _("not before the first day")
    if not reason.strip():
        wrong["reason"] = _("missing")
    if wrong:
        raise Invalid(_("The delegation cannot be named like this."), fields=wrong)
    overlapping = Delegation.objects.filter(
        person=person, ended_at__isnull=True, from_on__lte=until_on, until_on__gte=from_on
    )
    if overlapping.exists():
        raise Conflict(_("Somebody already acts for %(name)s on these days.") % {"name": person})
    made = Delegation.objects.create(
        person=person, delegate=delegate, from_on=from_on, until_on=until_on, reason=reason.strip(),
        named_by=by, named_at=at,
    )  # fmt: skip
    _tell(made, "delegation_named", by, at)
    return made


@transaction.atomic
def end_delegation(*, delegation: Delegation, by: Person, at: datetime) -> None:
    """End a delegation at once."""
    if by.pk != delegation.person_id and not can(by, "manage_people"):
        raise Forbidden(_("Only the person or an administrator ends a delegation."))
    if Delegation.objects.filter(pk=delegation.pk, ended_at__isnull=True).update(ended_at=at):
        _tell(delegation, "delegation_ended", by, at)


def _tell(delegation: Delegation, action: str, by: Person, at: datetime) -> None:
    journal(
        delegation, action, by=by, at=at, person=str(delegation.person), delegate=str(delegation.delegate),
        until=delegation.until_on, reason=delegation.reason,
    )  # fmt: skip
