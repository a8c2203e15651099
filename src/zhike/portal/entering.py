"""Signing in to the portal without a password: a code to an address, a visit, and its end.

asked = ask_code(email, at)            # for every address the same: one row, one job
visit = try_code(asked, typed, at)     # five tries, once, ten minutes, from the browser that asked
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.accesses.actions import note_entry, note_visit
from zhike.accesses.models import PortalAccess
from zhike.accesses.telling import tell_contact
from zhike.jobs.actions import enqueue
from zhike.jobs.registry import job
from zhike.jobs.running import Run
from zhike.kernel.refusals import Invalid
from zhike.outbox.actions import send_waiting
from zhike.outbox.models import Message
from zhike.outbox.outside import on_end
from zhike.people.company import limits
from zhike.people.models import Denial, signed_on
from zhike.portal.models import CODE_LASTS, MOST_TRIES, PortalCode, PortalVisit

SUBJECT = gettext_lazy("%(code)s is your code for the customer portal")
TEXT = gettext_lazy(
    "Your code for the customer portal is %(code)s. It can be used once, within ten minutes, on the device where you asked for it.\n\n"
    "If you did not ask for it, you need not do anything: without this code nobody gets in.\n\n%(link)s\n"
)
USED = "******"
KEPT = timedelta(days=7)
GRAIN = timedelta(minutes=1)


class WrongCode(Invalid):
    """A code that lets nobody in; why, it does not say. `access` is one that it was meant for, for the record of it."""

    def __init__(self, access: PortalAccess | None) -> None:
        said = _("The code is wrong, was used, or has run out.")
        super().__init__(said, fields={"code": said})
        self.access = access


def digest(token: str) -> str:
    """What is kept of a token that a browser holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def _mac(row: int, code: str) -> str:
    """What is kept of a code: under the key of the installation, which is not in the database."""
    return salted_hmac("zhike.portal.code", f"{row} {code}", algorithm="sha256").hexdigest()


@transaction.atomic
def ask_code(*, email: str, at: datetime, heard: bool = True) -> str:
    """Note that a browser asks for a code; what it must show later. Nothing here depends on whether the address is known.

    `heard` is False when the address was asked for too often: then no code will come.
    """
    token = secrets.token_urlsafe(32)
    PortalCode.objects.filter(asked_at__lt=at - KEPT).delete()
    row = PortalCode.objects.create(token=digest(token), email=email.strip().lower(), asked_at=at)
    enqueue(kind="portal_code", payload={"code": row.pk if heard else 0}, at=at)
    return token


@job("portal_code", title=gettext_lazy("Code for the customer portal"), quick=True)
def send_code(run: Run) -> dict[str, Any]:
    """Make the code and mail it, where the address has an open access; done twice it makes no second one."""
    row = PortalCode.objects.filter(pk=run.payload["code"], code="", used_at__isnull=True).first()
    if row is None or row.asked_at < run.at - CODE_LASTS:
        return {}
    access = next(iter(open_accesses(row.email, run.at)), None)
    if access is None:
        return {}
    code = f"{secrets.randbelow(10**6):06d}"
    with transaction.atomic():
        if not PortalCode.objects.filter(pk=row.pk, code="").update(code=_mac(row.pk, code)):
            return {}
        tell_contact(
            access=access,
            kind="portal_code",
            key=str(row.pk),
            subject=SUBJECT,
            text=TEXT,
            at=run.at,
            code=code,
        )
    send_waiting(at=run.at)
    return {}


@on_end("portal_code")
def code_ended(message: Message, state: str, at: datetime) -> None:
    """The mail is out, or will never be: the outbox does not keep the code."""
    plain = {"code": USED, "link": ""}
    Message.objects.filter(pk=message.pk).update(subject=str(SUBJECT) % plain, text="")


def open_accesses(email: str, at: datetime) -> list[PortalAccess]:
    """The accesses that are open to an address at a moment, the newest first."""
    rows = PortalAccess.objects.running(signed_on(at)).filter(email=email)
    found = rows.select_related("contact__customer__manager").order_by("-id")
    return [one for one in found if one.state(signed_on(at)) == "open"]


def try_code(*, token: str, typed: str, at: datetime) -> str:
    """Begin a visit with the code that came by mail; what the browser must show from now on. Raises WrongCode.

    The try is counted before the code is looked at, so that many tries at the same time are still five.
    """
    row = PortalCode.objects.filter(token=digest(token)).first()
    lasting = PortalCode.objects.filter(
        token=digest(token), used_at__isnull=True, asked_at__gt=at - CODE_LASTS
    )
    counted = lasting.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1)
    given = _mac(row.pk if row else 0, typed)
    right = constant_time_compare(given, row.code if row else "")
    found = open_accesses(row.email if row else "", at)
    if not (counted and right and found and row is not None):
        raise WrongCode(found[0] if found else None)
    return _begin(row, found, at)


@transaction.atomic
def _begin(row: PortalCode, found: list[PortalAccess], at: datetime) -> str:
    """The code is used up; the visit begins, in the only customer where there is one."""
    if not PortalCode.objects.filter(pk=row.pk, used_at__isnull=True).update(used_at=at):
        raise WrongCode(found[0])
    PortalVisit.objects.filter(begun_at__lt=at - KEPT).delete()
    fresh = secrets.token_urlsafe(32)
    visit = PortalVisit.objects.create(token=digest(fresh), email=row.email, begun_at=at, seen_at=at)
    if len(found) == 1:
        choose(visit=visit, access=found[0], at=at)
    return fresh


@transaction.atomic
def choose(*, visit: PortalVisit, access: PortalAccess, at: datetime) -> None:
    """Look at one customer, of those that have opened the portal to this address; one at a time."""
    others = PortalVisit.objects.filter(pk=visit.pk, email=access.email).exclude(access=access)
    if others.update(access=access):
        note_entry(access=access, at=at)


def leave(*, token: str, at: datetime) -> None:
    """End a visit."""
    PortalVisit.objects.filter(token=digest(token), ended_at__isnull=True).update(ended_at=at)


@dataclass(frozen=True)
class Clocks:
    """How long a visit may be idle, and last in all."""

    idle: timedelta
    whole: timedelta
    is_open: bool

    @classmethod
    def of_company(cls) -> Clocks:
        """As the company has set them."""
        known = limits()
        idle, whole = timedelta(minutes=known["portal_idle_minutes"]), timedelta(hours=known["session_hours"])
        return cls(idle, whole, known["portal_open"] == 1)


def visit_of(*, token: str, clocks: Clocks, at: datetime) -> PortalVisit | None:
    """The visit of a browser, unless it has ended or its access is not open any more."""
    if not token:
        return None
    related = "access__contact__customer__manager"
    visit = PortalVisit.objects.select_related(related).filter(token=digest(token)).first()
    if visit is None or visit.is_over(at, clocks.idle, clocks.whole):
        return None
    access = visit.access
    if access is not None and (access.state(signed_on(at)) != "open" or access.email != visit.email):
        return None
    if at - visit.seen_at >= GRAIN:
        PortalVisit.objects.filter(pk=visit.pk).update(seen_at=at)
        if access is not None:
            note_visit(access=access, at=at)
    return visit


def note_refusal(
    *, verb: str, access: PortalAccess | None, path: str, method: str, address: str | None, at: datetime
) -> None:
    """Record what was refused to a contact, where staff reads what was refused to them."""
    Denial.objects.create(
        at=at, person=None, verb=verb, path=path.replace("\0", "")[:300], method=method[:8], address=address or None,
        customer_id=access.customer_id if access else None, contact_id=access.contact_id if access else None,
        who=access.contact.name[:120] if access else "",
    )  # fmt: skip
