"""Who a request acts for: a bearer token, or the session of a person who is signed in."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja.security import HttpBearer
from ninja.security import SessionAuth as OfNinja

from zhike.api.models import Token, digest_of
from zhike.kernel.refusals import Forbidden
from zhike.people.agreements import gate
from zhike.people.middleware import asked_in
from zhike.people.models import Access, Person
from zhike.people.rules import allow


class Bearer(HttpBearer):
    """`Authorization: Bearer zk_…`; the person's rights, narrowed to the token's."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        now = timezone.now()
        found = (
            Token.objects.select_related("person")
            .filter(digest=digest_of(token), revoked_at__isnull=True)
            .first()
        )
        if not token or found is None or found.until_on < timezone.localdate() or not found.person.is_active:
            return None
        if found.networks and not _inside(request.META.get("REMOTE_ADDR", ""), found.networks):
            return None
        if found.used_at is None or (now - found.used_at).total_seconds() > 60:
            Token.objects.filter(pk=found.pk).update(used_at=now)
        person = found.person
        whole = person.access
        verbs = whole.verbs & frozenset(found.verbs) if "use_api" in whole.verbs else frozenset()
        person.access = Access(
            verbs, whole.sees, whole.scopes if "see_customers" in verbs else frozenset(), whole.roles
        )
        request.user = person
        _speak(request, person)
        return person


class SessionAuth(OfNinja):
    """The session of a browser. Only who has one is asked for the token against forged requests: a bad key is just unknown."""

    def __call__(self, request: HttpRequest) -> Any:
        if request.headers.get("Authorization") or not request.user.is_authenticated:
            return None
        return super().__call__(request)


def _speak(request: HttpRequest, person: Person) -> None:
    """A program that says no language is answered in that of its person."""
    if person.language in dict(settings.LANGUAGES) and not asked_in(request):
        translation.activate(person.language)  # the middleware puts it back
        request.LANGUAGE_CODE = person.language


def _inside(address: str, networks: list[str]) -> bool:
    try:
        return any(ip_address(address) in ip_network(network) for network in networks)
    except ValueError:
        return False


AUTH: list[Any] = [Bearer(), SessionAuth()]


def enter(request: HttpRequest, verb: str, *, customer_data: bool = True) -> Person:
    """The person of a request, who holds a verb and has signed the agreement. Raises Forbidden, GateClosed."""
    person = request.user
    if not isinstance(person, Person):
        raise Forbidden(_("Sign in first."))
    allow(person, verb)
    if customer_data:
        gate(person, timezone.now())
    return person
