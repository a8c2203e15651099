"""Departments, regions, roles and the people in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Tree(models.Model):
    """A named place in a tree; `path` is `/1/4/9/`, the keys from the root to here."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    path = models.CharField(max_length=200, default="", editable=False, db_index=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name_en if self.name_en and not (get_language() or "").startswith("zh") else self.name_zh


class Department(Tree):
    """A department; its head answers for what nobody else owns."""

    head = models.ForeignKey(
        "zhike.Person", models.SET_NULL, null=True, blank=True, related_name="heads", verbose_name=_("head")
    )

    class Meta(Tree.Meta):
        db_table = "zhike_department"
        verbose_name = _("department")


class Region(Tree):
    """A sales region."""

    class Meta(Tree.Meta):
        db_table = "zhike_region"
        verbose_name = _("region")


def settle_path(kind: type[Department | Region], place: Department | Region) -> None:
    """Compute the path of a place and of those below; call after saving."""
    above = kind.objects.get(pk=place.parent_id).path if place.parent_id else "/"
    place.path = f"{above}{place.pk}/"
    kind.objects.filter(pk=place.pk).update(path=place.path)
    for child in kind.objects.filter(parent_id=place.pk):
        settle_path(kind, child)


class Role(models.Model):
    """What its holders may do, to which customers, and which classes of fields they see."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)
    scope = models.CharField(_("customers seen"), max_length=12, default="own")
    verbs = models.JSONField(_("may"), default=list)
    sees = models.JSONField(_("sees"), default=list)
    second_factor = models.BooleanField(_("needs a second factor"), default=False)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        db_table = "zhike_role"
        ordering = ["id"]
        verbose_name = _("role")

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class PersonManager(BaseUserManager["Person"]):
    """Finds people; new ones come from `people.actions`."""

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(username__iexact=username)

    def active(self) -> models.QuerySet[Person]:
        """People who have not left."""
        return self.filter(is_active=True)


class Person(AbstractBaseUser):
    """Somebody who signs in. People are never deleted; who leaves is deactivated."""

    username = models.CharField(_("user name"), max_length=60, unique=True)
    display_name = models.CharField(_("name"), max_length=80)
    pinyin = models.CharField(max_length=160, blank=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    post = models.CharField(_("post"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("department")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("region")
    )
    superior = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("superior")
    )
    is_active = models.BooleanField(default=True)
    left_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField()
    settings = models.JSONField(default=dict, blank=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]
    objects = PersonManager()

    class Meta:
        db_table = "zhike_person"
        ordering = ["pinyin", "id"]
        verbose_name = _("person")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="one_user_name"),
            models.UniqueConstraint(Lower("email"), condition=~Q(email=""), name="one_e_mail"),
        ]

    def __str__(self) -> str:
        return self.display_name

    def roles_on(self, day: date) -> models.QuerySet[Role]:
        """Roles granted and running on a day."""
        return Role.objects.filter(
            Q(grants__until_on__isnull=True) | Q(grants__until_on__gte=day),
            grants__person=self, grants__from_on__lte=day, grants__withdrawn_at__isnull=True, closed_on__isnull=True,
        ).distinct()  # fmt: skip

    @cached_property
    def access(self) -> Access:
        """What this person may do and see today; one query, kept for the request."""
        from django.utils import timezone

        return Access.of(self, timezone.localdate())


class Access:
    """The sum of a person's roles on a day."""

    def __init__(
        self, verbs: frozenset[str], sees: frozenset[str], scopes: frozenset[str], roles: tuple[Role, ...]
    ) -> None:
        self.verbs, self.sees, self.scopes, self.roles = verbs, sees, scopes, roles
        self.second_factor = any(role.second_factor for role in roles)

    @classmethod
    def of(cls, person: Person, day: date) -> Access:
        """Of a person on a day; someone who left may nothing."""
        roles = tuple(person.roles_on(day)) if person.is_active and person.pk else ()
        return cls(
            frozenset(verb for role in roles for verb in role.verbs),
            frozenset(one for role in roles for one in role.sees),
            frozenset(role.scope for role in roles if "see_customers" in role.verbs),
            roles,
        )


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants of roles."""

    def running(self, day: date) -> Self:
        """Those in force on a day."""
        return self.filter(
            Q(until_on__isnull=True) | Q(until_on__gte=day), from_on__lte=day, withdrawn_at__isnull=True
        )

    def to_review(self, day: date) -> Self:
        """Those in force whose review date has come."""
        return self.running(day).filter(review_on__lte=day)


class Grant(models.Model):
    """A role given to a person by somebody, until a day or to be reviewed on one."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    objects = GrantQuerySet.as_manager()

    class Meta:
        db_table = "zhike_grant"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=False) | Q(review_on__isnull=False),
                name="grant_ends_or_is_reviewed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.role}"


class Denial(models.Model):
    """An attempt that was refused; kept apart from the journal, which tells of changes.

    `contact_id` and `who` name the contact of a customer who tried it in the portal, without a person.
    """

    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    verb = models.CharField(max_length=60)
    path = models.CharField(max_length=300)
    method = models.CharField(max_length=8)
    address = models.GenericIPAddressField(null=True)
    customer_id = models.BigIntegerField(null=True)
    contact_id = models.BigIntegerField(null=True)
    who = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "zhike_denial"
        ordering = ["-id"]


def signed_on(at: datetime) -> date:
    """The local day of a moment."""
    from django.utils import timezone

    return timezone.localtime(at).date()
