"""Who submits and who verifies: never the same person, nor one who stands in for the other (GRD-18)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from zhike.kernel.refusals import Forbidden
from zhike.people.delegations import Delegation
from zhike.people.models import Department, Grant, Person, Role
from zhike.people.rules import allow, can, sees
from zhike.people.verbs import VERBS
from zhike.submissions.models import Submission, SubmissionLine, departments_of


def holders(verb: str, day: date) -> list[Person]:
    """The people whose roles hold a verb on a day."""
    roles = [role.pk for role in Role.objects.filter(closed_on__isnull=True) if verb in role.verbs]
    keys = Grant.objects.running(day).filter(role__in=roles).values("person_id")
    return list(Person.objects.active().filter(pk__in=keys).order_by("pk"))


def allow_submitting(by: Person, department: Department) -> None:
    """Refuse whoever may not submit for a department. Raises Forbidden."""
    allow(by, "submit_figures")
    if not departments_of(by).filter(pk=department.pk).exists():
        raise Forbidden(_("The figures of this department are not yours to submit."))
    if not sees(by, "price"):
        raise Forbidden(_("Your roles do not show amounts."))


def may_submit(by: Person, department: Department) -> bool:
    """Whether a person may submit for a department."""
    try:
        allow_submitting(by, department)
    except Forbidden:
        return False
    return True


def seats(by: Person, day: date) -> list[Person]:
    """The person, and those for whom the person stands in on a day."""
    running = Delegation.objects.running(day).filter(delegate=by).select_related("person")
    return [by, *(one.person for one in running if one.person.is_active)]


def allow_verifying(by: Person, submission: Submission, day: date) -> None:
    """Refuse whoever may not verify these figures. Raises Forbidden.

    The verifier holds the verb or stands in for somebody who does, and neither the verifier nor whom they stand in for
    has submitted or explained these figures; nor does the verifier stand in for whoever has.
    """
    own = seats(by, day)
    if not any(can(one, "verify_figures") for one in own):
        raise Forbidden(_("Your roles do not allow you to %(what)s.") % {"what": VERBS["verify_figures"]})
    if not submission.is_visible_to(by):
        raise Forbidden(_("This record is not yours to change."))
    hands = {submission.submitted_by_id}
    explained = SubmissionLine.objects.filter(submission=submission, explained_by__isnull=False)
    hands |= {key for key in explained.values_list("explained_by_id", flat=True).distinct() if key}
    if hands & {one.pk for one in own}:
        raise Forbidden(
            _(
                "Whoever submits or explains figures, or stands in for somebody who does, does not verify them."
            )
        )


def may_verify(by: Person, submission: Submission, day: date) -> bool:
    """Whether a person may verify figures."""
    try:
        allow_verifying(by, submission, day)
    except Forbidden:
        return False
    return True
