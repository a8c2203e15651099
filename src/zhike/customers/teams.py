"""The team that customers of a grade are entitled to, and what is missing of it (ORG-05)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers.life import POSTS
from zhike.customers.models import Assignment, Customer
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Invalid
from zhike.people.models import Person
from zhike.people.rules import allow

sentences({
    "team_post_required": gettext_lazy("%(who)s entitled customers of grade %(grade)s to %(post)s"),
    "team_post_waived": gettext_lazy("%(who)s no longer entitles customers of grade %(grade)s to %(post)s"),
})  # fmt: skip


class TeamPost(models.Model):
    """Customers of a grade are entitled to a post, perhaps a senior one, within so many days."""

    grade = models.CharField(gettext_lazy("grade"), max_length=20)
    post = models.CharField(gettext_lazy("post"), max_length=30)
    senior = models.BooleanField(gettext_lazy("senior"), default=False)
    days = models.PositiveIntegerField(gettext_lazy("days to fill it"), default=14)

    class Meta:
        db_table = "zhike_team_post"
        ordering = ["grade", "id"]
        constraints = [models.UniqueConstraint(fields=["grade", "post"], name="team_post_once")]

    def __str__(self) -> str:
        name = str(POSTS[self.post])
        return _("senior %(post)s") % {"post": name} if self.senior else name


@dataclass(frozen=True)
class Entitlement:
    """A post that a customer is entitled to: who holds it, or by when somebody must."""

    post: TeamPost
    holder: Assignment | None
    due_on: date

    def is_late(self, day: date) -> bool:
        """Whether it is unmet past its day."""
        return self.holder is None and self.due_on < day


def entitlements(
    customer: Customer, team: Iterable[Assignment], posts: Iterable[TeamPost]
) -> list[Entitlement]:
    """What a customer's grade entitles it to, against its team. A senior post is not filled by a junior."""
    start = customer.grade_since or timezone.localtime(customer.added_at).date()
    members = [one for one in team if one.ended_at is None and one.person.is_active]
    found = []
    for post in posts:
        if post.grade == customer.grade:
            holder = next(
                (one for one in members if one.post == post.post and (one.senior or not post.senior)), None
            )
            found.append(Entitlement(post, holder, start + timedelta(days=post.days)))
    return found


@transaction.atomic
def require_post(
    *, grade: str, post: str, senior: bool, days: int, by: Person | None, at: datetime
) -> TeamPost:
    """Entitle customers of a grade to a post; `by` is None only when the demo company is loaded."""
    if by is not None:
        allow(by, "set_limits")
    if post not in POSTS:
        raise Invalid(_("Unknown post."), fields={"post": _("unknown")})
    made, _new = TeamPost.objects.update_or_create(
        grade=grade, post=post, defaults={"senior": senior, "days": days}
    )
    journal(
        made,
        "team_post_required",
        by=by,
        at=at,
        grade=grade,
        post=str(made),
        after={"senior": senior, "days": days},
    )
    return made


@transaction.atomic
def waive_post(*, post: TeamPost, by: Person, at: datetime) -> None:
    """Take a post out of a grade's team."""
    allow(by, "set_limits")
    journal(post, "team_post_waived", by=by, at=at, grade=post.grade, post=POSTS[post.post])
    post.delete()


def unmet(customers: Iterable[Customer], day: date) -> list[tuple[Customer, Entitlement]]:
    """Unmet entitlements of customers, in two queries."""
    some: list[Any] = list(customers)
    posts = list(TeamPost.objects.all())
    teams: dict[int, list[Assignment]] = {}
    rows = Assignment.objects.current().filter(customer__in=some).select_related("person")
    for row in rows:
        teams.setdefault(row.customer_id, []).append(row)
    return [
        (customer, one)
        for customer in some
        for one in entitlements(customer, teams.get(customer.pk, []), posts)
        if one.holder is None
    ]
