"""Saved views: a name for a question to a list."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.people.models import Person


class ViewQuerySet(models.QuerySet["View"]):
    """Saved views."""

    def visible_to(self, person: Person) -> Self:
        """A person's own, and those shared with everybody."""
        return self.filter(Q(owner=person) | Q(shared=True))

    def of(self, noun: str) -> Self:
        """Of a list, in their order."""
        return self.filter(noun=noun).order_by("position", "id")


class View(models.Model):
    """A question to a list under a name; `shared` with everybody who sees the list, `first` opens by default."""

    noun = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(Person, models.CASCADE, related_name="views")
    query = models.TextField(blank=True)
    shared = models.BooleanField(_("shared with everybody"), default=False)
    first = models.BooleanField(_("opens by default"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ViewQuerySet.as_manager()

    class Meta:
        db_table = "zhike_view"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["noun", "owner", "name"], name="view_name"),
            models.UniqueConstraint(fields=["noun", "owner"], condition=Q(first=True), name="one_first_view"),
        ]

    def __str__(self) -> str:
        return self.name
