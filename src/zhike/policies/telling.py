"""Who a policy binds, who is told of it, who has acknowledged it, and who is reminded (GOV-04, GOV-05)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden
from zhike.outbox.actions import tell
from zhike.outbox.kinds import notice
from zhike.people.models import Department, Grant, Person, Role, signed_on
from zhike.policies.models import Acknowledgement, PolicyVersion
from zhike.policies.reading import document

REMINDED_AFTER = timedelta(days=3)
"""Time between publication and the first reminder, and between reminders."""
sentences({"policy_acknowledged": gettext_lazy("%(who)s acknowledged “%(what)s”")})
notice(
    "policy_published",
    about=gettext_lazy("Policies"),
    must=True,
    subject=gettext_lazy("The policy “%(policy)s” is in force from %(day)s"),
    text=gettext_lazy("It binds you. Read it and acknowledge that you have: %(link)s"),
)
notice(
    "policy_reminder",
    about=gettext_lazy("Policies"),
    must=True,
    subject=gettext_lazy("You have not acknowledged the policy “%(policy)s” yet"),
    text=gettext_lazy("It binds you from %(day)s on. Read it and acknowledge that you have: %(link)s"),
)


def people_in_scope(version: PolicyVersion) -> QuerySet[Person]:
    """Everybody whom a version binds: its departments and those below, its roles, and the executing department."""
    scope = document(version).document.scope
    places = list(Department.objects.filter(code__in=scope.departments))
    if version.executing is not None:
        places.append(version.executing)
    wanted = Q(pk__in=[])
    for place in places:
        wanted |= Q(department__path__startswith=place.path)
    words = {word for role in scope.roles for word in (role.zh, role.en)}
    if words:
        roles = Role.objects.filter(Q(code__in=words) | Q(name_zh__in=words) | Q(name_en__in=words))
        grants = Grant.objects.running(timezone.localdate()).filter(role__in=roles)
        wanted |= Q(pk__in=grants.values("person_id"))
    return Person.objects.active().filter(wanted)


def ask_everybody(version: PolicyVersion, *, at: datetime) -> int:
    """Tell everybody in scope who was not told yet, and ask them to acknowledge; how many."""
    known = set(version.acknowledgements.values_list("person_id", flat=True))
    new = [person for person in people_in_scope(version) if person.pk not in known]
    Acknowledgement.objects.bulk_create(
        (Acknowledgement(version=version, person=person, asked_at=at) for person in new),
        ignore_conflicts=True,
    )
    for person in new:
        tell(kind="policy_published", key=f"{version.pk} {person.pk}", to=person, at=at, **_words(version))
    return len(new)


def _words(version: PolicyVersion) -> dict[str, Any]:
    return {
        "policy": version,
        "day": date_format(version.effective_on, "Y-m-d") if version.effective_on else "",
        "link": version.get_absolute_url(),
    }


@transaction.atomic
def acknowledge(*, version: PolicyVersion, by: Person, at: datetime) -> Acknowledgement:
    """Say that one has read a version; once, and only whom it binds."""
    if version.state != "published":
        raise Conflict(_("Only a published version is acknowledged."))
    owed = Acknowledgement.objects.filter(version=version, person=by)
    if not owed.exists():
        if not people_in_scope(version).filter(pk=by.pk).exists():
            raise Forbidden(_("This policy does not bind you."))
        Acknowledgement.objects.create(version=version, person=by, asked_at=at)
    if owed.filter(given_at__isnull=True).update(given_at=at):
        journal(version, "policy_acknowledged", by=by, at=at)
    return owed.get()


def owed_by(person: Person, day: date) -> QuerySet[Acknowledgement]:
    """The acknowledgements that a person still owes, the oldest first."""
    rows = Acknowledgement.objects.filter(person=person, given_at__isnull=True, version__state="published")
    current = PolicyVersion.objects.in_force(day).values("pk")
    later = PolicyVersion.objects.filter(state="published", effective_on__gt=day).values("pk")
    return (
        rows.filter(Q(version__in=current) | Q(version__in=later))
        .select_related("version__policy")
        .order_by("asked_at")
    )


def missing(version: PolicyVersion) -> QuerySet[Acknowledgement]:
    """Who has not acknowledged a version: those who are still here."""
    return (
        version.acknowledgements.filter(given_at__isnull=True, person__is_active=True)
        .select_related("person__department")
        .order_by("person__pinyin", "pk")
    )


def remind(*, at: datetime) -> dict[str, int]:
    """Ask people who came into scope since publication, and remind those who have not answered. Safe to run twice."""
    day = signed_on(at)
    asked = reminded = 0
    for version in PolicyVersion.objects.in_force(day).select_related("policy", "executing"):
        with transaction.atomic():
            asked += ask_everybody(version, at=at)
        late = missing(version).annotate(last=Coalesce("reminded_at", "asked_at"))
        for one in late.filter(last__lte=at - REMINDED_AFTER):
            with transaction.atomic():
                mine = Acknowledgement.objects.filter(
                    pk=one.pk, reminded_at=one.reminded_at, given_at__isnull=True
                )
                if mine.update(reminded_at=at):
                    key = f"{version.pk} {one.person_id} {day}"
                    tell(kind="policy_reminder", key=key, to=one.person, at=at, **_words(version))
                    reminded += 1
    return {"asked": asked, "reminded": reminded}


@job("policy_reminders", title=gettext_lazy("Reminders to acknowledge policies"), quick=True)
def policy_reminders(run: Run) -> dict[str, Any]:
    """The job."""
    return dict(remind(at=run.at))


every("policy_reminders", kind="policy_reminders", daily="07:40")
