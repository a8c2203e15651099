"""Confidentiality agreements: published texts, signatures, and the gate before customers' data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, GateClosed, Invalid
from zhike.people.models import Person, signed_on
from zhike.people.rules import allow

sentences({
    "agreement_published": gettext_lazy("%(who)s published the confidentiality agreement “%(what)s”"),
    "agreement_signed": gettext_lazy("%(who)s signed the confidentiality agreement “%(what)s”"),
    "agreement_filed": gettext_lazy("%(who)s filed the agreement that %(signer)s signed on paper"),
})  # fmt: skip


class Agreement(models.Model):
    """One version of the text; never changed once published."""

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(gettext_lazy("title"), max_length=120)
    text = models.TextField(gettext_lazy("text"))
    effective_on = models.DateField(gettext_lazy("in force from"))
    valid_months = models.PositiveIntegerField(gettext_lazy("months a signature is valid"), default=24)
    warn_days = models.PositiveIntegerField(gettext_lazy("days of warning before the end"), default=30)
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        db_table = "zhike_agreement"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    def digest(self) -> str:
        """SHA-256 of the exact text."""
        return hashlib.sha256(f"{self.number}\n{self.title}\n{self.text}".encode()).hexdigest()


class Signature(models.Model):
    """A person signed a version, on the page or on paper."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, models.PROTECT, related_name="signatures")
    signed_at = models.DateTimeField()
    until_on = models.DateField()
    typed_name = models.CharField(max_length=80)
    text_digest = models.CharField(max_length=64)
    filed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    paper = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "zhike_signature"
        ordering = ["-signed_at"]

    def __str__(self) -> str:
        return str(self.agreement)

    def is_intact(self) -> bool:
        """Whether the text is still the one that was signed."""
        return self.text_digest == self.agreement.digest()


def current(day: date) -> Agreement | None:
    """The version in force on a day."""
    return Agreement.objects.filter(effective_on__lte=day).order_by("-number").first()


def signature(person: Person, day: date) -> Signature | None:
    """The person's valid signature of the version in force."""
    return (
        Signature.objects.filter(person=person, agreement__effective_on__lte=day, until_on__gte=day)
        .select_related("agreement")
        .order_by("-agreement__number", "-until_on")
        .first()
    )


def gate(person: Person, at: datetime) -> None:
    """Refuse whoever has no valid signature of the version in force; one query. Raises GateClosed."""
    day = signed_on(at)
    own = Signature.objects.filter(person=person, agreement=OuterRef("pk")).order_by("-until_on")
    version = (
        Agreement.objects.filter(effective_on__lte=day)
        .order_by("-number")
        .annotate(signed_until=Subquery(own.values("until_on")[:1]))
        .only("pk")
        .first()
    )
    if version is None or (version.signed_until is not None and version.signed_until >= day):
        return
    why = (
        _("Your confidentiality agreement has expired.")
        if version.signed_until is not None
        else _("Customers' data opens once you have signed the confidentiality agreement.")
    )
    raise GateClosed(why, way_out=_("Read and sign the agreement"), link="/people/agreement/")


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month."""
    from zhike_engine.plan.windows import add_months as later

    return later(day, months)


@transaction.atomic
def publish_agreement(
    *, title: str, text: str, effective_on: date, valid_months: int, warn_days: int, by: Person, at: datetime
) -> Agreement:
    """Publish the next version; from its day on everybody signs again."""
    allow(by, "manage_agreements")
    last = Agreement.objects.order_by("-number").first()
    made = Agreement.objects.create(
        number=(last.number if last else 0) + 1, title=title, text=text, effective_on=effective_on, valid_months=valid_months,
        warn_days=warn_days, published_by=by, published_at=at,
    )  # fmt: skip
    journal(made, "agreement_published", by=by, at=at, effective_on=effective_on)
    return made


@transaction.atomic
def sign_agreement(*, agreement: Agreement, typed_name: str, by: Person, at: datetime) -> Signature:
    """Sign the version in force on the page, by typing one's own name."""
    day = signed_on(at)
    if current(day) != agreement:
        raise Conflict(_("A newer version of the agreement is in force; read that one."))
    if typed_name.strip() != by.display_name:
        raise Conflict(_("Type your name as it is written here: %(name)s") % {"name": by.display_name})
    made = Signature.objects.create(
        agreement=agreement, person=by, signed_at=at, until_on=add_months(day, agreement.valid_months) - timedelta(days=1),
        typed_name=typed_name.strip(), text_digest=agreement.digest(),
    )  # fmt: skip
    journal(made, "agreement_signed", by=by, at=at, until=made.until_on)
    return made


@transaction.atomic
def file_signature(*, person: Person, signed_at: datetime, paper: str, by: Person, at: datetime) -> Signature:
    """File an agreement that a person signed on paper: the version that was in force on the day of signing."""
    allow(by, "manage_agreements")
    if by.pk == person.pk:
        raise Forbidden(_("Nobody files a signature of their own."))
    day = signed_on(signed_at)
    agreement = current(day)
    if agreement is None or signed_at > at:
        raise Invalid(_("No agreement was in force on this day."), fields={"signed_on": _("another day")})
    if not paper.strip():
        raise Invalid(_("Say where the paper is kept."), fields={"paper": _("missing")})
    made = Signature.objects.create(
        agreement=agreement, person=person, signed_at=signed_at, until_on=add_months(day, agreement.valid_months) - timedelta(days=1),
        typed_name=person.display_name, text_digest=agreement.digest(), filed_by=by, paper=paper.strip(),
    )  # fmt: skip
    journal(made, "agreement_filed", by=by, at=at, signer=str(person), until=made.until_on)
    return made


@dataclass(frozen=True)
class Standing:
    """How a person stands to the version in force: `signed`, `ending` (within the days of warning), `expired` or `missing`."""

    person: Person
    state: str
    until_on: date | None
    intact: bool


def standing(day: date) -> list[Standing]:
    """Everybody who has not left, those who must act first; two queries."""
    version = current(day)
    if version is None:
        return []
    last: dict[int, Signature] = {}
    for one in Signature.objects.filter(agreement=version).order_by("until_on"):
        one.agreement = version
        last[one.person_id] = one
    found = [
        _stand(person, last.get(person.pk), version, day)
        for person in Person.objects.active().select_related("department", "superior")
    ]
    order = ("missing", "expired", "ending", "signed")
    return sorted(found, key=lambda one: order.index(one.state))


def _stand(person: Person, held: Signature | None, version: Agreement, day: date) -> Standing:
    if held is None:
        return Standing(person, "missing", None, intact=True)
    left = (held.until_on - day).days
    state = "expired" if left < 0 else "ending" if left < version.warn_days else "signed"
    return Standing(person, state, held.until_on, held.is_intact())


def ending(day: date) -> list[Standing]:
    """Those who must be warned on a day, with their superiors: the signature ends soon, or has ended."""
    return [one for one in standing(day) if one.state in {"ending", "expired"}]
