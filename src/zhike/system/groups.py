"""Chat groups that hear what concerns the installation, and what they hear.

The address of a robot is a secret: whoever has it can post. It is written once and never shown, not in the journal either.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.jobs.registry import every, job
from zhike.jobs.running import Run
from zhike.kernel.journal import journal, sentences
from zhike.kernel.refusals import Conflict, Invalid
from zhike.outbox.actions import tell
from zhike.outbox.fetching import Unreachable, check_address
from zhike.outbox.kinds import notice
from zhike.outbox.models import CHANNELS, DROPPED, WAITING, Group, Message
from zhike.people.models import Person
from zhike.people.rules import allow
from zhike.system.health import BAD, look

GROUPS = {channel: name for channel, name in CHANNELS.items() if channel != "mail"}
"""Chat program -> its name."""

sentences({
    "group_added": gettext_lazy("%(who)s added the chat group “%(what)s”"),
    "group_tested": gettext_lazy("%(who)s sent a test to the chat group “%(what)s”"),
    "group_closed": gettext_lazy("%(who)s closed the chat group “%(what)s”"),
})  # fmt: skip
notice(
    "group_test", about=gettext_lazy("Test of a chat group"), must=True, group=True,
    subject=gettext_lazy("Zhike: a test"), text=gettext_lazy("%(who)s asked for it. This group hears when something is wrong."),
)  # fmt: skip
notice(
    "unwell", about=gettext_lazy("Health"), must=True, group=True,
    subject=gettext_lazy("Zhike: %(title)s"), text=gettext_lazy("%(why)s See %(link)s"),
)  # fmt: skip


@transaction.atomic
def add_group(*, name: str, channel: str, address: str, language: str, by: Person, at: datetime) -> Group:
    """Let a group hear."""
    allow(by, "run_system")
    if channel not in GROUPS:
        raise Invalid(_("This chat program is not known."), fields={"channel": _("unknown")})
    try:
        check_address(address)
    except Unreachable as why:
        raise Invalid(str(why), fields={"address": str(why)}) from why
    if urlsplit(address).scheme != "https":
        raise Invalid(
            _("The address must begin with https://."),
            fields={"address": _("The address must begin with https://.")},
        )
    try:
        with transaction.atomic():
            group = Group.objects.create(name=name, channel=channel, address=address, language=language)
    except IntegrityError as error:
        taken = _("There is a group of this name already, or there was one.")
        raise Invalid(taken, fields={"name": taken}) from error
    journal(group, "group_added", by=by, at=at, after={"name": name, "channel": channel})
    return group


@transaction.atomic
def send_test(*, group: Group, by: Person, at: datetime) -> None:
    """Send a message that says nothing but that it arrives; Conflict when the group is closed."""
    allow(by, "run_system")
    if tell(kind="group_test", key=at.isoformat(), to=group, at=at, who=by) is None:
        raise Conflict(_("The group is closed."))
    journal(group, "group_tested", by=by, at=at)


@transaction.atomic
def close_group(*, group: Group, by: Person, at: datetime) -> None:
    """Let a group hear nothing any more, and forget its address; Conflict when it is closed already."""
    allow(by, "run_system")
    if not Group.objects.filter(pk=group.pk, closed_at__isnull=True).update(closed_at=at, address=""):
        raise Conflict(_("The group is closed."))
    Message.objects.filter(group=group, state=WAITING).update(state=DROPPED)
    journal(group, "group_closed", by=by, at=at)


@job("watch_health", title=gettext_lazy("Look at the health of the installation"), quick=True)
def watch_health(run: Run) -> dict[str, Any]:
    """Tell every group what is bad, each thing once a day."""
    return {"told": watch(run.at)}


def watch(at: datetime) -> int:
    """Tell what is bad; how many messages were written."""
    groups = list(Group.objects.filter(closed_at__isnull=True))
    told = 0
    for bad in (found for found in (look(at) if groups else []) if found.state == BAD):
        key = f"{timezone.localdate(at)} {bad.code}"
        for group in groups:
            words = {"title": bad.title, "why": bad.text, "link": "/health/"}
            told += tell(kind="unwell", key=key, to=group, at=at, **words) is not None
    return told


every("watching_health", kind="watch_health", minutes=10)
