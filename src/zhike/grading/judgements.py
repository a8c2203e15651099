"""What a named person judges about a customer: with a ground, a reviewer and an end (GRD-05); a run asks for those it needs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Customer
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Forbidden, Invalid
from zhike.people.delegations import may_act_for
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "judgement_given": gettext_lazy("%(who)s judged %(what)s: %(value)s, because %(ground)s"),
    "judgement_given_for": gettext_lazy("%(who)s judged %(what)s for %(seat)s: %(value)s, because %(ground)s"),
})  # fmt: skip

ARCHIVE_FIELD = {"strategic_importance": "importance", "importance": "importance"}
"""Judgement -> the field of the archive that shows its value."""
ARCHIVE_WORD = {"general": "ordinary", "potential": "ordinary"}
"""Value of a judgement -> the word of that field."""


class JudgementQuerySet(models.QuerySet["Judgement"]):
    """Judgements."""

    def standing(self) -> Self:
        """Those that no later one has replaced."""
        return self.filter(replaced_at__isnull=True)

    def valid(self, day: date) -> Self:
        """Those that hold on a day."""
        return (
            self.standing()
            .filter(judged_on__lte=day)
            .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day))
        )

    def due(self, day: date) -> Self:
        """Those whose day of review has come: they must be given anew."""
        return self.standing().filter(valid_until__lt=day)

    def visible_to(self, person: Person) -> Self:
        """Those about customers that a person sees."""
        if "all" in person.access.scopes:
            return self
        return self.filter(customer__in=Customer.objects.visible_to(person))


class Judgement(models.Model):
    """One judgement: `name` and `value` are words of the policy, or a column of customers and its value."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="judgements", verbose_name=gettext_lazy("customer")
    )
    name = models.CharField(gettext_lazy("judgement"), max_length=60)
    value = models.CharField(gettext_lazy("value"), max_length=60)
    ground = models.TextField(gettext_lazy("reason"))
    judged_by = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=gettext_lazy("judged by")
    )
    judged_on = models.DateField(gettext_lazy("day"))
    reviewer = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=gettext_lazy("reviewer")
    )
    valid_until = models.DateField(gettext_lazy("review on"), null=True, blank=True)
    given_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = JudgementQuerySet.as_manager()

    class Meta:
        db_table = "zhike_judgement"
        ordering = ["-judged_on", "-id"]
        verbose_name = gettext_lazy("judgement")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "name"],
                condition=Q(replaced_at__isnull=True),
                name="one_judgement_stands",
            ),
        ]
        indexes = [
            models.Index(fields=["name", "customer"], name="judgement_name"),
            models.Index(
                fields=["valid_until", "id"], condition=Q(replaced_at__isnull=True), name="judgement_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} · {self.name}"


@transaction.atomic
def judge(
    *,
    customer: Customer,
    name: str,
    value: str,
    ground: str,
    reviewer: Person | None,
    valid_until: date | None,
    by: Person,
    at: datetime,
    needs_reviewer: bool = True,
    judged_on: date | None = None,
    seat: Person | None = None,
) -> Judgement:
    """Give a judgement about a customer; it takes the place of the one before, which stays on record.

    Without a ground, a reviewer other than oneself, or a day of review it is refused. `judged_on` is the day as of which it
    is given, for a run that looks back; `given_at` keeps when that was. `seat` is whoever one stands in for: their rights
    count, and they do not review it either.
    """
    seat = seat or by
    if not may_act_for(by, seat, timezone.localtime(at).date()):
        raise Forbidden(_("You do not stand in for %(name)s.") % {"name": seat})
    allow(seat, "judge_customers", customer)
    wrong: dict[str, Any] = {}
    if not ground.strip():
        wrong["ground"] = _("A judgement needs its reason.")
    if needs_reviewer and reviewer is None:
        wrong["reviewer"] = _("Name who reviewed it.")
    if reviewer is not None and reviewer.pk in (by.pk, seat.pk):
        wrong["reviewer"] = _("Nobody reviews their own judgement.")
    if valid_until is None or valid_until <= at.date():
        wrong["valid_until"] = _("Name a later day on which it is reviewed.")
    day = judged_on or at.date()
    if day > at.date():
        wrong["value"] = _("This day has not come yet.")
    if wrong:
        raise Invalid(_("The judgement is not complete."), fields=wrong)
    Judgement.objects.standing().filter(customer=customer, name=name).update(replaced_at=at)
    made = Judgement.objects.create(
        customer=customer, name=name, value=value, ground=ground.strip(), judged_by=by, judged_on=day,
        reviewer=reviewer, valid_until=valid_until, given_at=at,
    )  # fmt: skip
    if name in ARCHIVE_FIELD:
        Customer.objects.filter(pk=customer.pk).update(
            **{ARCHIVE_FIELD[name]: ARCHIVE_WORD.get(value, value)}, changed_at=at
        )
    action = "judgement_given" if seat.pk == by.pk else "judgement_given_for"
    journal(made, action, by=by, at=at, value=value, ground=ground.strip()[:200], seat=seat.display_name)
    return made
