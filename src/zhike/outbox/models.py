"""Messages that are to be sent, and what people do not want to hear."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

WAITING, SENT, FAILED, DROPPED = "waiting", "sent", "failed", "dropped"
STATES = {WAITING: _("waiting"), SENT: _("sent"), FAILED: _("failed"), DROPPED: _("not wanted")}
"""State of a message -> its name."""
CHANNELS = {
    "mail": _("e-mail"), "wecom": _("WeCom group"), "dingtalk": _("DingTalk group"), "feishu": _("Feishu group"),
}  # fmt: skip
"""Way of sending -> its name."""


class Group(models.Model):
    """A group of a chat program with its robot; the address is a secret that whoever has it can post with."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    channel = models.CharField(_("channel"), max_length=10)
    address = models.CharField(_("robot's address"), max_length=300)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "zhike_chat_group"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """One message to a person, a group or an address outside. `key` makes it one, however often the change is told.

    A message to an address outside also has `outside` (how its text looks, its attachments, whom to answer; see
    `outbox.outside`) and `handed_at`: when it was about to be handed to the mail server. Whoever finds it there without
    an end does not know whether it went out, and does not send it again.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=160, unique=True)
    channel = models.CharField(max_length=10)
    person = models.ForeignKey("zhike.Person", models.PROTECT, null=True, related_name="messages")
    group = models.ForeignKey(Group, models.PROTECT, null=True, related_name="messages")
    address = models.EmailField(blank=True)
    outside = models.JSONField(default=dict)
    handed_at = models.DateTimeField(null=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    state = models.CharField(max_length=8, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "zhike_message"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state=WAITING), name="message_waiting"),
            models.Index(fields=["person", "-id"], name="message_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, group__isnull=True, address="")
                | Q(person__isnull=True, group__isnull=False, address="")
                | (Q(person__isnull=True, group__isnull=True) & ~Q(address="")),
                name="message_to_one",
            )
        ]

    def __str__(self) -> str:
        return self.subject


class Silence(models.Model):
    """A person does not want messages of a kind by a channel; without the row they come."""

    person = models.ForeignKey("zhike.Person", models.CASCADE, related_name="silences")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10)

    class Meta:
        db_table = "zhike_silence"
        constraints = [models.UniqueConstraint(fields=["person", "kind", "channel"], name="silence_once")]
