"""Every change of tokens."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from ipaddress import ip_network

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.api.models import MOST_DAYS, Token, digest_of, fresh_secret
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Forbidden, Invalid
from zhike.people.models import Person, signed_on
from zhike.people.rules import allow, can

sentences({
    "token_made": gettext_lazy("%(who)s made the token “%(what)s”"),
    "token_revoked": gettext_lazy("%(who)s revoked the token “%(what)s”"),
})  # fmt: skip


@transaction.atomic
def make_token(
    *, name: str, verbs: list[str], until_on: date, networks: list[str], by: Person, at: datetime
) -> tuple[Token, str]:
    """A token and its secret, which is never shown again. It may no more than its person, and ends within 90 days."""
    allow(by, "use_api")
    beyond = [verb for verb in verbs if not can(by, verb)]
    if beyond:
        raise Forbidden(_("A token cannot do more than you: %(verbs)s.") % {"verbs": ", ".join(beyond)})
    day = signed_on(at)
    if not day <= until_on <= day + timedelta(days=MOST_DAYS):
        raise Invalid(
            _("A token ends within %(days)s days.") % {"days": MOST_DAYS}, fields={"until_on": _("too late")}
        )
    for network in networks:
        try:
            ip_network(network)
        except ValueError as error:
            raise Invalid(
                _("“%(network)s” is not a network.") % {"network": network}, fields={"networks": _("unknown")}
            ) from error
    secret = fresh_secret()
    token = Token.objects.create(
        person=by,
        name=name[:60],
        digest=digest_of(secret),
        verbs=sorted(set(verbs)),
        networks=networks,
        made_at=at,
        until_on=until_on,
    )
    journal(token, "token_made", by=by, at=at, until=until_on, verbs=verbs)
    return token, secret


@transaction.atomic
def revoke_token(*, token: Token, by: Person, at: datetime) -> None:
    """End a token at once; one's own, or anybody's for those who manage people."""
    if token.person_id != by.pk:
        allow(by, "manage_people")
    if Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at):
        journal(token, "token_revoked", by=by, at=at)
