"""Tokens of programs, and the answers already given to their requests."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.people.models import Person

MOST_DAYS = 90


class Token(models.Model):
    """A key with which a program acts for a person, within some of the person's verbs, until a day. Only its hash is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    verbs = models.JSONField(_("may"), default=list)
    networks = models.JSONField(_("networks"), default=list)
    made_at = models.DateTimeField()
    until_on = models.DateField(_("until"))
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "zhike_token"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


def fresh_secret() -> str:
    """A new secret; shown once."""
    return f"zk_{secrets.token_urlsafe(32)}"


def digest_of(secret: str) -> str:
    """How a secret is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Equal, in constant time."""
    return hmac.compare_digest(one, other)


class Answered(models.Model):
    """The answer to a request that carried an Idempotency-Key; the same key gives the same answer for a day and more."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    route = models.CharField(max_length=200)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "zhike_answered"
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="answered_once")]
        indexes = [models.Index(fields=["at"], name="answered_at")]
