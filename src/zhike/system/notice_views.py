"""Pages of messages: what a person wants to hear, and what could not be sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from zhike.outbox.actions import send_again, set_silences
from zhike.outbox.kinds import KINDS
from zhike.outbox.models import CHANNELS, STATES, Message, Silence
from zhike.people.doors import door, me
from zhike.people.pages import table_page
from zhike.ui import grid
from zhike.ui.grid import Column

TONES = {"sent": "success", "failed": "error", "waiting": "info"}


@door()
def notices(request: HttpRequest) -> HttpResponse:
    """Choose which mails to get."""
    if request.method == "POST":
        set_silences(person=me(request), wanted=set(request.POST.getlist("kind")))
        return redirect("notices")
    quiet = set(Silence.objects.filter(person=me(request), channel="mail").values_list("kind", flat=True))
    groups: dict[str, list[dict[str, Any]]] = {}
    for kind in KINDS.values():
        if not kind.group:
            row = {"kind": kind, "wanted": kind.must or kind.name not in quiet}
            groups.setdefault(str(kind.about), []).append(row)
    return render(request, "system/notices.html", {"groups": groups})


MESSAGES = (
    Column("subject", _("Message"), lambda one: grid.text(one.subject), phone="title"),
    Column(
        "state",
        _("State"),
        lambda one: grid.tag(STATES[one.state], TONES.get(one.state, "quiet")),
        phone="aside",
    ),
    Column("to", _("To"), lambda one: grid.text(one.person or one.group or one.address), phone="meta"),
    Column(
        "channel", pgettext_lazy("channel", "By"), lambda one: grid.text(CHANNELS[one.channel]), phone="meta"
    ),
    Column("written", _("Written"), lambda one: grid.ago(one.written_at), phone="meta"),
    Column("error", _("Why not"), lambda one: grid.text(one.error), css="ink-2"),
)


@door("run_system")
@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    """The outbox: what waits, and what failed."""
    state = request.GET.get("state", "")
    state = state if state in STATES else "failed"
    found = Message.objects.select_related("person", "group").filter(state=state)
    return table_page(
        request, MESSAGES, found, title=_("Messages"), empty=_("No message"), template="system/messages.html",
        context={"state": state},
    )  # fmt: skip


@door("run_system")
@require_POST
def messages_again(request: HttpRequest) -> HttpResponse:
    """Send every message that failed once more."""
    now = timezone.now()
    for message in Message.objects.filter(state="failed")[:500]:
        send_again(message=message, at=now)
    return redirect("messages")


@door("run_system")
@require_POST
def message_again(request: HttpRequest, number: int) -> HttpResponse:
    """Send one message that failed once more."""
    send_again(message=get_object_or_404(Message, pk=number), at=timezone.now())
    return redirect("messages")
