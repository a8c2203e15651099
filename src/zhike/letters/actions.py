"""Sending letters, marking them posted, not telling a customer with approval, and what the customer answers (GRD-22)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.customers import documents
from zhike.customers.documents import Document
from zhike.jobs.actions import enqueue
from zhike.jobs.models import Job
from zhike.kernel.journal import entry_for, journal, journal_all, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.letters.grounds import word_of
from zhike.letters.making import kept, number_of
from zhike.letters.models import MEANS, Letter
from zhike.outbox.models import Message
from zhike.outbox.outside import on_end
from zhike.people.models import Person
from zhike.people.rules import allow
from zhike.policies.models import PolicyVersion

sentences({
    "letter_queued": gettext_lazy("%(who)s had the letter about %(what)s sent by %(means)s"),
    "letter_sent": gettext_lazy("The letter about %(what)s went to %(address)s"),
    "letter_posted": gettext_lazy("%(who)s posted the letter about %(what)s"),
    "letter_failed": gettext_lazy("The letter about %(what)s could not be sent: %(why)s"),
    "letter_suppressed": gettext_lazy("%(who)s approved that the customer is not told of %(what)s: %(ground)s"),
    "letter_unsuppressed": gettext_lazy("%(who)s decided that the customer is told of %(what)s after all"),
})  # fmt: skip
SENDABLE = ("due", "failed", "printed")
"""States from which a letter can be sent."""
MOST = 2_000
"""Letters of one batch."""


@transaction.atomic
def send_letters(*, letters: Iterable[Letter], means: str, by: Person, at: datetime) -> Job | None:
    """Queue letters to go out as one job; those that somebody else took meanwhile stay with them. None when none is left."""
    allow(by, "send_letters")
    if means not in MEANS:
        raise Invalid(_("Unknown means of sending."))
    keys = [one.pk for one in letters]
    if len(keys) > MOST:
        raise Invalid(_("At most %(most)s letters at once.") % {"most": MOST})
    rows = Letter.objects.visible_to(by).filter(pk__in=keys, state__in=SENDABLE)
    taken = with_versions(rows.select_for_update(of=("self",)).select_related("customer", "grade"))
    Letter.objects.filter(pk__in=[one.pk for one in taken], state__in=SENDABLE).update(
        state="queued", means=means, sent_by=by, error="", attempt=F("attempt") + 1
    )
    if not taken:
        return None
    journal_all([entry_for(one, "letter_queued", by=by, at=at, means=MEANS[means]) for one in taken])
    return enqueue(kind="send_letters", payload={"letters": [one.pk for one in taken]}, by=by, at=at)


def with_versions(letters: Iterable[Letter]) -> list[Letter]:
    """Letters with the versions of their grades, each read once: the versions are large and name the grades."""
    rows = list(letters)
    versions = PolicyVersion.objects.in_bulk({one.grade.version_id for one in rows if one.grade.version_id})
    for one in rows:
        one.grade.version = versions.get(one.grade.version_id) if one.grade.version_id else None
    return rows


@on_end("letter")
def mail_ended(message: Message, state: str, at: datetime) -> None:
    """The mail server took a letter, or did not: called in the transaction that says so."""
    key, _space, attempt = message.key.removeprefix("letter ").partition(" ")
    letter = (
        Letter.objects.select_for_update(of=("self",)).select_related("customer", "grade__version", "sent_by")
        .filter(pk=int(key), state="queued", attempt=int(attempt.split()[0])).first()
    )  # fmt: skip
    if letter is None:  # it was told by another way meanwhile
        return
    if state == "sent":
        told(letter, at)
        journal(letter, "letter_sent", by=None, at=at, address=letter.address)
    else:
        fail_letter(letter=letter, why=message.error, at=at)


@transaction.atomic
def fail_letter(*, letter: Letter, why: str, at: datetime) -> None:
    """A letter could not go out: it stands among those to be sent again, with the reason."""
    if Letter.objects.filter(pk=letter.pk, state="queued").update(state="failed", error=why[:300]):
        journal(letter, "letter_failed", by=None, at=at, why=why[:300])


@transaction.atomic
def mark_posted(*, letters: Iterable[Letter], by: Person, at: datetime) -> int:
    """Printed letters were posted or handed over; how many."""
    allow(by, "send_letters")
    keys = [one.pk for one in letters]
    rows = Letter.objects.visible_to(by).filter(pk__in=keys, state="printed")
    taken = with_versions(rows.select_for_update(of=("self",)).select_related("customer", "grade"))
    for one in taken:
        one.sent_by = by
        told(one, at)
    journal_all([entry_for(one, "letter_posted", by=by, at=at) for one in taken])
    return len(taken)


def told(letter: Letter, at: datetime) -> None:
    """The letter is out: say so, and file it in the customer's archive as it went."""
    path = kept(letter.sha256, "pdf")
    digest, size = "", path.stat().st_size
    with path.open("rb") as file:
        digest = documents.keep([file.read()], size)
    assert letter.sent_by is not None
    document = Document.objects.create(
        customer=letter.customer, kind="letter", title=_("Notice of grade %(grade)s") % {"grade": word_of(letter.grade)},
        signed_on=None, file_name=f"{number_of(letter)}.pdf", size=size, content_type="application/pdf", sha256=digest,
        added_by=letter.sent_by, added_at=at,
    )  # fmt: skip
    Letter.objects.filter(pk=letter.pk).update(
        state="sent", sent_at=at, sent_by=letter.sent_by, document=document
    )


# --- not telling -----------------------------------------------------------------------------------------------


@transaction.atomic
def suppress(*, letter: Letter, ground: str, by: Person, at: datetime) -> Letter:
    """A customer is not told, as a deviation that whoever decides on grades approves, with a reason that stays visible."""
    allow(by, "decide_grades", letter.customer)
    if len(ground.strip()) < 4:
        raise Invalid(_("Say why the customer is not told."), fields={"ground": _("a reason is needed")})
    changed = Letter.objects.filter(pk=letter.pk, state__in=SENDABLE).update(
        state="suppressed", ground=ground.strip(), suppressed_by=by, suppressed_at=at
    )
    if not changed:
        raise Conflict(_("The letter is on its way, or its customer was told."))
    letter.refresh_from_db()
    journal(letter, "letter_suppressed", by=by, at=at, ground=ground.strip())
    return letter


@transaction.atomic
def unsuppress(*, letter: Letter, by: Person, at: datetime) -> Letter:
    """The customer is told after all."""
    allow(by, "decide_grades", letter.customer)
    if not Letter.objects.filter(pk=letter.pk, state="suppressed").update(state="due"):
        raise Conflict(_("The letter is not held back."))
    letter.refresh_from_db()
    journal(letter, "letter_unsuppressed", by=by, at=at)
    return letter
