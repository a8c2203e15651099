"""Every change of people, departments, roles and grants."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.journal import changes, journal, sentences
from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.models import Department, Grant, Person, Region, Role, settle_path
from zhike.people.names import pinyin_keys
from zhike.people.rules import allow
from zhike.people.sessions import end_all
from zhike.people.verbs import APART, ROLES, WELL_GUARDED

sentences({
    "person_added": gettext_lazy("%(who)s added %(what)s"),
    "person_changed": gettext_lazy("%(who)s changed the account of %(what)s"),
    "person_left": gettext_lazy("%(who)s closed the account of %(what)s"),
    "person_returned": gettext_lazy("%(who)s reopened the account of %(what)s"),
    "role_granted": gettext_lazy("%(who)s granted %(what)s"),
    "role_withdrawn": gettext_lazy("%(who)s withdrew %(what)s"),
    "role_changed": gettext_lazy("%(who)s changed the role %(what)s"),
    "grant_reviewed": gettext_lazy("%(who)s reviewed %(what)s: again on %(review)s"),
    "password_given": gettext_lazy("%(who)s gave %(what)s a new password"),
    "factor_reset": gettext_lazy("%(who)s removed the second factor of %(what)s"),
    "place_saved": gettext_lazy("%(who)s saved %(what)s"),
})  # fmt: skip


@transaction.atomic
def add_person(
    *, username: str, display_name: str, password: str | None, by: Person | None, at: datetime, **more: Any
) -> Person:
    """Add somebody who may sign in; `by` is None only for the first person of an installation."""
    if by is not None:
        allow(by, "manage_people")
    elif Person.objects.exists():
        raise Forbidden(_("Only the first person comes from nobody."))
    if Person.objects.filter(username__iexact=username).exists():
        raise Conflict(
            _("The user name %(name)s is taken.") % {"name": username}, fields={"username": _("taken")}
        )
    _free_email(more.get("email", ""), None)
    person = Person(
        username=username,
        display_name=display_name,
        joined_at=at,
        pinyin=" ".join(pinyin_keys(display_name)),
        **more,
    )
    if password is not None:
        check_password(password, person)
    person.set_password(password)
    person.save()
    journal(person, "person_added", by=by, at=at)
    return person


def _free_email(email: str, person: Person | None) -> None:
    found = Person.objects.filter(email__iexact=email).first() if email else None
    if found is not None and found != person:
        raise Conflict(_("Somebody else has this e-mail."), fields={"email": _("taken")})


@transaction.atomic
def change_person(*, person: Person, by: Person, at: datetime, **values: Any) -> Person:
    """Change an account; people change their own language, phone and settings themselves."""
    if person.pk != by.pk or set(values) - {"language", "phone", "settings"}:
        allow(by, "manage_people")
    before, after = changes(person, values)
    if not after:
        return person
    _free_email(after.get("email", ""), person)
    for name, value in after.items():
        setattr(person, name, value)
    person.pinyin = " ".join(pinyin_keys(person.display_name))
    person.save(update_fields=[*after, "pinyin"])
    journal(person, "person_changed", by=by, at=at, before=before, after=after)
    return person


@transaction.atomic
def close_account(*, person: Person, by: Person, at: datetime) -> None:
    """Somebody has left: nothing opens for the account any more, from the next request on."""
    allow(by, "manage_people")
    if person.pk == by.pk:
        raise Forbidden(_("Nobody closes their own account."))
    if not Person.objects.filter(pk=person.pk, is_active=True).update(is_active=False, left_at=at):
        return
    person.refresh_from_db()
    end_all(person)
    journal(person, "person_left", by=by, at=at)


@transaction.atomic
def reopen_account(*, person: Person, by: Person, at: datetime) -> None:
    """Somebody has come back."""
    allow(by, "manage_people")
    if Person.objects.filter(pk=person.pk, is_active=False).update(is_active=True, left_at=None):
        person.refresh_from_db()
        journal(person, "person_returned", by=by, at=at)


@transaction.atomic
def give_password(*, person: Person, password: str, by: Person, at: datetime) -> None:
    """Give somebody a new password, to be changed by them; all their sessions end."""
    allow(by, "manage_people")
    check_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    end_all(person)
    journal(person, "password_given", by=by, at=at)


def check_password(password: str, person: Person) -> None:
    """Refuse a weak password. Raises Invalid."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), fields={"password": " ".join(error.messages)}) from error


@transaction.atomic
def reset_factor(*, person: Person, by: Person, at: datetime) -> None:
    """Remove somebody's lost second factor; all their sessions end. Nobody removes their own this way."""
    allow(by, "manage_people")
    if by.pk == person.pk:
        raise Forbidden(_("Another administrator does this for you."))
    Authenticator.objects.filter(user=person).delete()
    end_all(person)
    journal(person, "factor_reset", by=by, at=at)


@transaction.atomic
def grant_role(
    *,
    person: Person,
    role: Role,
    from_on: date,
    until_on: date | None,
    review_on: date | None,
    by: Person | None,
    at: datetime,
) -> Grant:
    """Give a role; it ends on a day or is reviewed on one, and never makes one person administrator, approver and auditor."""
    if by is not None:
        allow(by, "manage_people")
        if by.pk == person.pk:
            raise Forbidden(_("Nobody grants a role to themselves."))
    elif Grant.objects.exists():
        raise Forbidden(_("Only the first role comes from nobody."))
    if until_on is None and review_on is None:
        raise Invalid(
            _("A role ends on a day or is reviewed on one."), fields={"until_on": _("or a day of review")}
        )
    held = {role.code, *_held_between(person, from_on, until_on)}
    for pair in APART:
        if pair <= held:
            raise Conflict(
                _("System administrator, management and supervising department are never one person.")
            )
    grant = Grant.objects.create(
        person=person,
        role=role,
        from_on=from_on,
        until_on=until_on,
        review_on=review_on,
        approved_by=by,
        granted_at=at,
    )
    journal(grant, "role_granted", by=by, at=at, until=until_on, review=review_on)
    return grant


def _held_between(person: Person, from_on: date, until_on: date | None) -> set[str]:
    """Codes of the roles that a person holds on any day of a time."""
    grants = Grant.objects.filter(person=person, withdrawn_at__isnull=True, role__closed_on__isnull=True)
    grants = grants.filter(Q(until_on__isnull=True) | Q(until_on__gte=from_on))
    if until_on is not None:
        grants = grants.filter(from_on__lte=until_on)
    return set(grants.values_list("role__code", flat=True))


@transaction.atomic
def withdraw_role(*, grant: Grant, by: Person, at: datetime) -> None:
    """Take a role back at once."""
    allow(by, "manage_people")
    if Grant.objects.filter(pk=grant.pk, withdrawn_at__isnull=True).update(withdrawn_at=at, withdrawn_by=by):
        journal(grant, "role_withdrawn", by=by, at=at)


@transaction.atomic
def review_grant(*, grant: Grant, review_on: date, by: Person, at: datetime) -> None:
    """Confirm that a role is still needed, and say when to look again."""
    allow(by, "manage_people")
    if by.pk == grant.person_id:
        raise Forbidden(_("Nobody reviews their own role."))
    if review_on <= timezone.localtime(at).date():
        raise Invalid(_("The next review lies ahead."), fields={"review_on": _("later than today")})
    if Grant.objects.filter(pk=grant.pk, withdrawn_at__isnull=True).update(review_on=review_on):
        journal(grant, "grant_reviewed", by=by, at=at, review=review_on)


@transaction.atomic
def change_role(*, role: Role, by: Person, at: datetime, **values: Any) -> Role:
    """Change what a role may do and see; nobody widens a role of their own."""
    allow(by, "manage_people")
    before, after = changes(role, values)
    if not after:
        return role
    if role in by.access.roles and set(after) - {"second_factor"}:
        raise Forbidden(_("Nobody changes a role that they hold."))
    for name, value in after.items():
        setattr(role, name, value)
    role.save(update_fields=list(after))
    journal(role, "role_changed", by=by, at=at, before=before, after=after)
    return role


@transaction.atomic
def save_place(
    *,
    kind: type[Department | Region],
    by: Person | None,
    at: datetime,
    code: str,
    new: bool = False,
    **values: Any,
) -> Department | Region:
    """Add or change a department or region; with `new` the code must be free."""
    if by is not None:
        allow(by, "manage_people")
    place, made = kind.objects.get_or_create(code=code, defaults=values)
    if new and not made:
        raise Conflict(_("The code %(code)s is taken.") % {"code": code}, fields={"code": _("taken")})
    before, after = ({}, values) if made else changes(place, values)
    parent = values.get("parent")
    if parent is not None and place.path and parent.path.startswith(place.path):
        raise Invalid(_("A department cannot be part of itself."), fields={"parent": _("not below itself")})
    for name, value in values.items():
        setattr(place, name, value)
    place.save()
    settle_path(kind, place)
    if after:
        journal(place, "place_saved", by=by, at=at, before=before, after=after)
    return place


@transaction.atomic
def ship_roles(*, second_factor: bool = True) -> int:
    """Bring in the shipped roles that are not there yet; a company's own changes stay.

    `second_factor` makes the roles that ask for one by default do so; a demo leaves it away.
    """
    made = 0
    for one in ROLES:
        _role, new = Role.objects.get_or_create(
            code=one.code,
            defaults={
                "name_zh": one.zh,
                "name_en": one.en,
                "scope": one.scope,
                "verbs": list(one.verbs),
                "sees": list(one.sees),
                "second_factor": second_factor and one.code in WELL_GUARDED,
            },
        )
        made += new
    return made
