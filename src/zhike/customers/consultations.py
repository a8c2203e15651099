"""Consulting an archive beyond one's own customers: request, purpose, period, the keeper's decision; it closes by itself (SEC-07)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.models import Consultation, Customer
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.company import limit
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "consultation_asked": gettext_lazy("%(who)s asked to consult an archive: %(purpose)s"),
    "consultation_approved": gettext_lazy("%(who)s opened the archive to %(person)s until %(until)s: %(purpose)s"),
    "consultation_refused": gettext_lazy("%(who)s refused %(person)s the consultation: %(note)s"),
    "consultation_ended": gettext_lazy("%(who)s ended the consultation of %(person)s"),
})  # fmt: skip


@transaction.atomic
def ask_consultation(
    *, asked_for: str, purpose: str, from_on: date, until_on: date, by: Person, at: datetime
) -> Consultation:
    """Ask the keeper for an archive, named as the person knows it; whether there is such a customer is not told."""
    allow(by, "see_customers")
    wrong = {}
    if not asked_for.strip():
        wrong["asked_for"] = _("missing")
    if len(purpose.strip()) < 5:
        wrong["purpose"] = _("say what for")
    wrong |= _period(from_on, until_on, timezone.localtime(at).date())
    if wrong:
        raise Invalid(_("The request is incomplete."), fields=wrong)
    made = Consultation.objects.create(
        asked_for=asked_for.strip(), purpose=purpose.strip(), person=by, from_on=from_on, until_on=until_on, asked_at=at
    )  # fmt: skip
    journal(made, "consultation_asked", by=by, at=at, purpose=made.purpose)
    return made


def _period(from_on: date, until_on: date, today: date) -> dict[str, str]:
    most = limit("consultation_days")
    if until_on < from_on or until_on < today:
        return {"until_on": _("not before the first day, and not past")}
    if until_on - max(from_on, today) >= timedelta(days=most):
        return {"until_on": _("at most %(days)s days") % {"days": most}}
    return {}


def suggested(consultation: Consultation, by: Person) -> Customer | None:
    """The customer that the request names exactly, for the keeper's form; only one that the keeper sees."""
    words, seen = consultation.asked_for, Customer.objects.visible_to(by).living()
    return seen.filter(code=words).first() or seen.filter(name=words).first()


@transaction.atomic
def approve_consultation(
    *, consultation: Consultation, customer: Customer, until_on: date, note: str, by: Person, at: datetime
) -> Consultation:
    """Open the archive to the person until a day; the keeper sees the customer and is not the one who asked."""
    allow(by, "approve_consultation", customer)
    _not_own(consultation, by)
    wrong = _period(consultation.from_on, until_on, timezone.localtime(at).date())
    if wrong:
        raise Invalid(_("The archive cannot be opened for this period."), fields=wrong)
    _claim(consultation, "approved", by, at, customer=customer, until_on=until_on, note=note.strip())
    journal(
        consultation, "consultation_approved", by=by, at=at, person=str(consultation.person), until=until_on,
        purpose=consultation.purpose,
    )  # fmt: skip
    return consultation


@transaction.atomic
def refuse_consultation(*, consultation: Consultation, note: str, by: Person, at: datetime) -> Consultation:
    """Refuse a request, with the reason."""
    allow(by, "approve_consultation")
    _not_own(consultation, by)
    if not note.strip():
        raise Invalid(_("Say why."), fields={"note": _("missing")})
    _claim(consultation, "refused", by, at, note=note.strip())
    journal(consultation, "consultation_refused", by=by, at=at, person=str(consultation.person), note=note)
    return consultation


@transaction.atomic
def end_consultation(*, consultation: Consultation, by: Person, at: datetime) -> None:
    """Close an archive before its day: the keeper, or the person."""
    if by.pk != consultation.person_id:
        allow(by, "approve_consultation")
    if Consultation.objects.filter(pk=consultation.pk, decision="approved").update(decision="ended"):
        journal(consultation, "consultation_ended", by=by, at=at, person=str(consultation.person))


def _not_own(consultation: Consultation, by: Person) -> None:
    if by.pk == consultation.person_id:
        raise Forbidden(_("Nobody decides on their own request."))


def _claim(consultation: Consultation, decision: str, by: Person, at: datetime, **values: object) -> None:
    claimed = Consultation.objects.filter(pk=consultation.pk, decision="").update(
        decision=decision, decided_by=by, decided_at=at, **values
    )
    if not claimed:
        raise Conflict(_("Somebody has decided on this request already."))
    consultation.refresh_from_db()
