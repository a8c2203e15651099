"""Certificates as gates on duties: who has no valid one cannot be put on the roster, and drops out when it expires (TRN-04)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, GateClosed, Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "certificate_recorded": gettext_lazy("%(who)s recorded the certificate %(what)s, valid until %(until)s"),
    "certificate_withdrawn": gettext_lazy("%(who)s withdrew the certificate %(what)s"),
    "duty_given": gettext_lazy("%(who)s put %(person)s on duty: %(duty)s, from %(since)s until %(until)s"),
    "duty_ended": gettext_lazy("%(who)s took %(person)s off duty: %(duty)s"),
})  # fmt: skip

CERTIFICATES: dict[str, Any] = {"reception": gettext_lazy("reception training")}
"""Kind of certificate -> its name."""

DUTIES: dict[str, Any] = {"reception": gettext_lazy("reception: calls, letters, visits")}
"""Duty -> its name."""

NEEDED = {"reception": "reception"}
"""Duty -> the certificate it needs."""


class Certificate(models.Model):
    """A person has passed a training; valid on the days from `from_on` to `until_on`, both included."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="certificates")
    kind = models.CharField(gettext_lazy("kind"), max_length=40)
    from_on = models.DateField(gettext_lazy("from"))
    until_on = models.DateField(gettext_lazy("until"))
    evidence = models.CharField(gettext_lazy("evidence"), max_length=200)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_certificate"
        ordering = ["-until_on", "-id"]
        indexes = [models.Index(fields=["person", "kind", "until_on"], name="certificate_person")]

    def __str__(self) -> str:
        return f"{self.person} · {CERTIFICATES.get(self.kind, self.kind)}"


class Duty(models.Model):
    """A person stands on the roster of a duty on some days."""

    duty = models.CharField(gettext_lazy("duty"), max_length=40)
    person = models.ForeignKey(Person, models.PROTECT, related_name="duties")
    from_on = models.DateField(gettext_lazy("from"))
    until_on = models.DateField(gettext_lazy("until"))
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_duty"
        ordering = ["from_on", "id"]
        indexes = [models.Index(fields=["duty", "until_on"], name="duty_days")]

    def __str__(self) -> str:
        return f"{DUTIES.get(self.duty, self.duty)} · {self.person}"


def certificate(person: Person, kind: str, day: date) -> Certificate | None:
    """The person's certificate of a kind that is valid on a day, the one that lasts longest."""
    return Certificate.objects.filter(
        person=person, kind=kind, from_on__lte=day, until_on__gte=day, withdrawn_at__isnull=True
    ).first()


def requires_certificate(person: Person, kind: str, day: date) -> Certificate:
    """The gate on a duty. Raises GateClosed for somebody without a valid certificate."""
    found = certificate(person, kind, day)
    if found is None:
        raise GateClosed(
            _("%(name)s has no valid certificate: %(kind)s.") % {"name": person, "kind": CERTIFICATES[kind]},
            way_out=_("Certificates"),
            link="/people/certificates/",
        )
    return found


def on_duty(duty: str, day: date) -> list[Person]:
    """Who stands on the roster of a duty on a day; whose certificate has expired has dropped out."""
    valid = Certificate.objects.filter(
        person=OuterRef("person"), kind=NEEDED[duty], from_on__lte=day, until_on__gte=day, withdrawn_at__isnull=True
    )  # fmt: skip
    rows = Duty.objects.filter(
        Exists(valid), duty=duty, from_on__lte=day, until_on__gte=day, ended_at__isnull=True, person__is_active=True
    )  # fmt: skip
    return list({row.person_id: row.person for row in rows.select_related("person")}.values())


@transaction.atomic
def record_certificate(
    *, person: Person, kind: str, from_on: date, until_on: date, evidence: str, by: Person, at: datetime
) -> Certificate:
    """Record a certificate with its evidence; nobody certifies themselves."""
    allow(by, "manage_certificates")
    if by.pk == person.pk:
        raise Forbidden(_("Nobody records a certificate for themselves."))
    wrong = {}
    if kind not in CERTIFICATES:
        wrong["kind"] = _("unknown")
    if until_on < from_on:
        wrong["until_on"] = _("not before the first day")
    if not evidence.strip():
        wrong["evidence"] = _("missing")
    if wrong:
        raise Invalid(_("The certificate cannot be recorded like this."), fields=wrong)
    made = Certificate.objects.create(
        person=person, kind=kind, from_on=from_on, until_on=until_on, evidence=evidence.strip(), recorded_by=by, recorded_at=at
    )  # fmt: skip
    journal(made, "certificate_recorded", by=by, at=at, until=until_on, evidence=evidence)
    return made


@transaction.atomic
def withdraw_certificate(*, certificate: Certificate, by: Person, at: datetime) -> None:
    """Withdraw a certificate; its holder is off duty from now on."""
    allow(by, "manage_certificates")
    if Certificate.objects.filter(pk=certificate.pk, withdrawn_at__isnull=True).update(withdrawn_at=at):
        journal(certificate, "certificate_withdrawn", by=by, at=at)


@transaction.atomic
def give_duty(*, duty: str, person: Person, from_on: date, until_on: date, by: Person, at: datetime) -> Duty:
    """Put somebody on the roster; refused unless the certificate is valid on the first day."""
    allow(by, "manage_roster")
    if duty not in DUTIES:
        raise Invalid(_("Unknown duty."), fields={"duty": _("unknown")})
    if until_on < from_on:
        raise Invalid(_("The last day comes before the first."), fields={"until_on": _("too early")})
    if not person.is_active:
        raise Invalid(_("%(name)s has left.") % {"name": person}, fields={"person": _("has left")})
    requires_certificate(person, NEEDED[duty], from_on)
    doubled = Duty.objects.filter(
        duty=duty, person=person, ended_at__isnull=True, from_on__lte=until_on, until_on__gte=from_on
    )
    if doubled.exists():
        raise Conflict(_("%(name)s is on duty on these days already.") % {"name": person})
    made = Duty.objects.create(
        duty=duty, person=person, from_on=from_on, until_on=until_on, given_by=by, given_at=at
    )
    journal(
        made, "duty_given", by=by, at=at, since=from_on, until=until_on, person=str(person), duty=DUTIES[duty]
    )
    return made


@transaction.atomic
def end_duty(*, duty: Duty, by: Person, at: datetime) -> None:
    """Take somebody off the roster."""
    allow(by, "manage_roster")
    if Duty.objects.filter(pk=duty.pk, ended_at__isnull=True).update(ended_at=at):
        journal(duty, "duty_ended", by=by, at=at, person=str(duty.person), duty=DUTIES[duty.duty])
