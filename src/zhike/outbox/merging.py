"""Several messages to one chat group as one post: the robots of DingTalk and WeCom take twenty a minute, and then none."""

from __future__ import annotations

from datetime import datetime

from zhike.outbox.models import WAITING, Message

POSTS = 15
"""So many posts go to one group at a time; the outbox is looked through every minute."""
BYTES = {"wecom": 2_000, "dingtalk": 18_000, "feishu": 18_000}
"""How long a post may be, by channel."""


def gather(message: Message, *, at: datetime, until: datetime) -> list[Message]:
    """Claim what else waits for the group of a claimed message, and let the message's text (unsaved) say it too."""
    if message.group_id is None:
        return []
    room = BYTES[message.channel] - _size(message.subject) - 1
    message.text = clipped(message.text, room)
    room -= _size(message.text)
    taken = []
    due = Message.objects.filter(state=WAITING, next_at__lte=at, group=message.group_id).order_by(
        "next_at", "id"
    )
    for other in due[:200]:
        said = f"\n\n{other.subject}\n{other.text}"
        if _size(said) > room:
            break
        mine = Message.objects.filter(pk=other.pk, state=WAITING, next_at=other.next_at)
        if mine.update(next_at=until, attempts=other.attempts + 1):
            message.text += said
            room -= _size(said)
            taken.append(other)
    return taken


def _size(text: str) -> int:
    return len(text.encode())


def clipped(text: str, room: int) -> str:
    """A text that has so many bytes at most; what is cut off ends in `…`."""
    if _size(text) <= room:
        return text
    return text.encode()[: max(room - 3, 0)].decode(errors="ignore") + "…"
