"""Mail to contacts about the portal: what happened, and where to look; never what the page itself says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from zhike.accesses.models import PortalAccess
from zhike.customers.models import Contact, Customer
from zhike.outbox.models import Message
from zhike.outbox.outside import post
from zhike.people.models import signed_on

AT_HOME = {"", "CN", "HK", "MO", "TW", "SG"}
"""Countries whose customers are written to in Chinese, unless the contact has another language."""
OPENED = _("You may now use our customer portal")
OPENED_TEXT = _(
    "Hello %(name)s,\n\n%(who)s has opened our customer portal to you until %(day)s. There you see what concerns your"
    " company, and can ask us for something. Sign in with this e-mail address; a code comes by mail, there is no password:\n\n"
    "%(link)s\n"
)
PLANNED = _("A service plan waits for your confirmation")
PLANNED_TEXT = _(
    "Hello,\n\nwe have sent you a service plan. Please read it in the customer portal, and confirm it or say what should be different:\n\n"
    "%(link)s\n"
)
ANSWERED = _("Your request was answered")
ANSWERED_TEXT = _(
    "Hello,\n\nwe have answered your request. You can read the answer in the customer portal:\n\n%(link)s\n"
)


def portal_address() -> str:
    """Where the portal is."""
    return f"{settings.ADDRESS}/portal/"


def language_of(contact: Contact, customer: Customer) -> str:
    """In which language a contact is spoken to."""
    if contact.language in dict(settings.LANGUAGES):
        return contact.language
    return "zh-hans" if customer.country in AT_HOME else "en"


def tell_contact(
    *, access: PortalAccess, kind: str, key: str, subject: Any, text: Any, at: datetime, **words: Any
) -> Message:
    """Write a mail to the contact in its language; `subject` and `text` are lazy texts with `%(name)s` fields."""
    plain = {name: str(value) for name, value in words.items()} | {"link": portal_address()}
    with translation.override(language_of(access.contact, access.customer)):
        return post(
            kind=kind,
            key=key,
            address=access.email,
            subject=str(subject) % plain,
            text=str(text) % plain,
            at=at,
        )


def tell_of_plan(*, customer: Customer, contact: Contact | None, key: str, at: datetime) -> None:
    """A service plan was sent to a customer: the contact it went to, or all who may look at plans, hear that it waits for them."""
    rows = PortalAccess.objects.running(signed_on(at)).filter(contact__customer=customer)
    for one in (rows.filter(contact=contact) if contact else rows).select_related("contact__customer"):
        if one.state(signed_on(at)) == "open" and "plans" in one.parts:
            tell_contact(
                access=one,
                kind="portal_plan",
                key=f"{key} {one.pk}",
                at=at,
                subject=PLANNED,
                text=PLANNED_TEXT,
            )


def tell_of_answer(*, contact: Contact | None, key: str, at: datetime) -> None:
    """A request of a contact was answered: whoever may look into the portal hears that the answer is there."""
    if contact is None:
        return
    rows = PortalAccess.objects.running(signed_on(at)).filter(contact=contact)
    for one in rows.select_related("contact__customer"):
        if one.state(signed_on(at)) == "open" and "requests" in one.parts:
            tell_contact(
                access=one, kind="portal_answer", key=key, at=at, subject=ANSWERED, text=ANSWERED_TEXT
            )
