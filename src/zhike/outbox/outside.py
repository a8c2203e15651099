"""Mail to addresses outside the company: with attachments, once, and its end told to the noun that wrote it.

    post(kind="letter", key="17 1", address="buyer@example.com", subject=…, text=…, html=…, reply_to=…,
         attachments=[{"name": "letter.pdf", "path": "letters/ab/ab…", "type": "application/pdf"}], at=at)

Paths of attachments are within the folder of files (MEDIA_ROOT).

    @on_end("letter")
    def ended(message: Message, state: str, at: datetime) -> None: ...     # `sent` or `failed`, in the transaction of that

A colleague hears something twice rather than never; whoever is outside hears it once. The moment before the mail server
takes a mail is written down; a worker that dies in that moment leaves a message whose end nobody knows. It is not sent
again by itself: it fails with that sentence, and a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from zhike.outbox.models import Message

Ended = Callable[[Message, str, datetime], None]
E = TypeVar("E", bound=Ended)
ENDS: dict[str, Ended] = {}
"""Kind of message -> who hears of its end."""


def on_end(kind: str) -> Callable[[E], E]:
    """Register who hears of the end of messages of a kind."""

    def keep(function: E) -> E:
        if kind in ENDS:
            raise ValueError(f"the end of messages `{kind}` is heard twice")
        ENDS[kind] = function
        return function

    return keep


@transaction.atomic
def post(
    *, kind: str, key: str, address: str, subject: str, text: str, html: str = "", reply_to: str = "",
    attachments: Sequence[dict[str, str]] = (), at: datetime,
) -> Message:  # fmt: skip
    """Write a mail to an address outside, in the transaction of the change it tells of; the same key again writes none."""
    name = f"{kind} {key} outside"
    given: dict[str, Any] = {"html": html, "reply_to": reply_to, "attachments": list(attachments)}
    message = Message(
        kind=kind, key=name, channel="mail", address=address, outside=given, subject=" ".join(subject.split())[:200],
        text=text, next_at=at, written_at=at,
    )  # fmt: skip
    Message.objects.bulk_create([message], ignore_conflicts=True)
    return Message.objects.get(key=name)
