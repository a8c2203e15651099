"""Writing messages with the change they tell of, and sending what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.outbox.fetching import Unreachable
from zhike.outbox.kinds import KINDS, written
from zhike.outbox.merging import POSTS, gather
from zhike.outbox.models import FAILED, SENT, WAITING, Group, Message, Silence
from zhike.outbox.outside import ENDS
from zhike.outbox.sending import send

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440))
"""Before the second, third … attempt; after the last one the message has failed, and a person may send it again."""
LEASE = timedelta(minutes=2)


@transaction.atomic
def tell(*, kind: str, key: str, to: Any, at: datetime, **words: Any) -> Message | None:
    """Write a message to a person or a group, in the transaction of the change; the same key again writes none.

    None when the person does not want this kind, has left, or was told already.
    """
    known = KINDS[kind]
    group = to if isinstance(to, Group) else None
    channel = group.channel if group else "mail"
    if group is not None and group.closed_at is not None:
        return None
    if group is None and not _is_wanted(to, kind, channel, must=known.must):
        return None
    subject, text = written(known, words, _language(to))
    message = Message(
        kind=kind, key=f"{kind} {key} {channel} {to.pk}", channel=channel, group=group, person=None if group else to,
        subject=subject, text=text, next_at=at, written_at=at,
    )  # fmt: skip
    before = Message.objects.filter(key=message.key).exists()
    Message.objects.bulk_create([message], ignore_conflicts=True)
    return None if before else Message.objects.get(key=message.key)


def _is_wanted(person: Any, kind: str, channel: str, *, must: bool) -> bool:
    if not person.is_active:
        return False
    return must or not Silence.objects.filter(person=person, kind=kind, channel=channel).exists()


def _language(to: Any) -> str:
    return str(to.language or settings.LANGUAGE_CODE)


def send_waiting(*, at: datetime, limit: int = 200) -> Mapping[str, int]:
    """Send what is due. Each message is claimed first, so that no two workers send it; what fails waits ever longer.

    What waits for one group goes out together, for its robot takes few posts a minute.
    """
    counts, posted = {"sent": 0, "later": 0, "failed": 0}, Counter[int | None]()
    due = Message.objects.filter(state=WAITING, next_at__lte=at).order_by("next_at", "id")
    for message in list(due.select_related("person", "group")[:limit]):
        claimed = Message.objects.filter(pk=message.pk, state=WAITING, next_at=message.next_at)
        if posted[message.group_id] < POSTS and claimed.update(
            next_at=at + LEASE, attempts=message.attempts + 1
        ):
            others = gather(message, at=at, until=at + LEASE)
            posted[message.group_id] += message.group_id is not None
            counts[_attempt(message, at)] += 1
            for other in others:
                counts[_follow(other, message, at)] += 1
    return counts


def _follow(other: Message, first: Message, at: datetime) -> str:
    """A message that went along with another one: sent with it, or later on its own account."""
    mine = Message.objects.filter(pk=other.pk)
    now = Message.objects.get(pk=first.pk)
    if now.state == SENT:
        mine.update(state=SENT, sent_at=at, error="")
        return "sent"
    over = other.attempts >= len(PAUSES)
    mine.update(error=now.error, **({"state": FAILED} if over else {"next_at": at + PAUSES[other.attempts]}))
    return "failed" if over else "later"


def _attempt(message: Message, at: datetime) -> str:
    if message.handed_at is not None:
        return _end(message, FAILED, at, _("⚠ A worker ended while the mail server was taking it."))
    try:
        send(message, lambda: Message.objects.filter(pk=message.pk).update(handed_at=at))
    except Unreachable as why:
        if why.for_good or message.attempts >= len(PAUSES):
            return _end(message, FAILED, at, str(why))
        later = at + PAUSES[message.attempts]
        Message.objects.filter(pk=message.pk).update(error=str(why)[:300], next_at=later, handed_at=None)
        return "later"
    return _end(message, SENT, at, "")


@transaction.atomic
def _end(message: Message, state: str, at: datetime, error: str) -> str:
    """Write the end of a message, and tell whoever waits for it."""
    ended = {"sent_at": at} if state == SENT else {}
    Message.objects.filter(pk=message.pk).update(state=state, error=error[:300], **ended)
    if message.kind in ENDS:
        message.refresh_from_db()
        ENDS[message.kind](message, state, at)
    return state


def send_again(*, message: Message, at: datetime) -> bool:
    """Try a message that failed once more, from the beginning."""
    return bool(
        Message.objects.filter(pk=message.pk, state=FAILED).update(
            state=WAITING, attempts=0, next_at=at, error="", handed_at=None
        )
    )


@transaction.atomic
def set_silences(*, person: Any, wanted: set[str]) -> None:
    """Keep which kinds of mail a person wants; kinds that must be heard stay."""
    quiet = {name for name, kind in KINDS.items() if not kind.must} - wanted
    Silence.objects.filter(person=person, channel="mail").exclude(kind__in=quiet).delete()
    Silence.objects.bulk_create(
        (Silence(person=person, kind=kind, channel="mail") for kind in sorted(quiet)), ignore_conflicts=True
    )


@job("send_messages", title=gettext_lazy("Sending of messages"), quick=True)
def send_messages(run: Run) -> dict[str, Any]:
    """Send what waits in the outbox."""
    return dict(send_waiting(at=run.at))


every("sending", kind="send_messages", minutes=1)
