"""Pages of the chat groups. The address of a robot is typed here, and shown nowhere."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.outbox.models import CHANNELS, Group
from zhike.people.doors import door, me
from zhike.people.forms import NothingForm, answer_form, posted
from zhike.people.pages import Way, table_page
from zhike.system.groups import GROUPS, add_group, close_group, send_test
from zhike.ui import grid


class GroupForm(forms.Form):
    """A group and its robot."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    channel = forms.ChoiceField(label=gettext_lazy("Chat program"), choices=lambda: list(GROUPS.items()))
    address = forms.CharField(
        label=gettext_lazy("Address of the robot"),
        max_length=300,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "The chat program shows it when the robot is added to the group. It is not shown again here."
        ),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


def _steps(group: Group) -> str:
    if group.closed_at is not None:
        return ""
    test, close = reverse("group_test", args=[group.pk]), reverse("group_close", args=[group.pk])
    return format_html("{} · {}", grid.link(_("Test"), test), grid.link(_("Close"), close))


def _state(group: Group) -> str:
    return grid.tag(_("closed")) if group.closed_at else grid.tag(_("hears"), "success")


COLUMNS = (
    grid.Column("name", gettext_lazy("Name"), lambda one: grid.text(one.name), phone="title"),
    grid.Column("channel", gettext_lazy("Chat program"), lambda one: grid.text(CHANNELS[one.channel]), phone="meta"),
    grid.Column("state", gettext_lazy("State"), _state, phone="aside"),
    grid.Column("steps", "", _steps, phone="meta"),
)  # fmt: skip


@door("run_system")
def groups(request: HttpRequest) -> HttpResponse:
    """The groups."""
    return table_page(
        request, COLUMNS, Group.objects.order_by("closed_at", "name"), title=_("Chat groups"),
        ways=[Way(_("Add a group"), reverse("group_new"), "plus")],
        tabs=[Way(_("Messages"), reverse("messages")), Way(_("Chat groups"), reverse("groups"), current=True)],
        empty=_("No group"), hint=_("Groups of WeCom, DingTalk and Feishu hear when the page of health turns red."),
    )  # fmt: skip


@door("run_system")
def group_new(request: HttpRequest) -> HttpResponse:
    """Add a group."""
    form = GroupForm(posted(request), initial={"language": settings.LANGUAGE_CODE})
    return answer_form(
        request, form, lambda: add_group(by=me(request), at=timezone.now(), **form.cleaned_data),
        title=_("Add a group"), back="groups", done=_("Added. Send a test now."),
    )  # fmt: skip


@door("run_system")
def group_test(request: HttpRequest, number: int) -> HttpResponse:
    """Send a test to a group."""
    group = get_object_or_404(Group, pk=number)
    return answer_form(
        request, NothingForm(posted(request)), lambda: send_test(group=group, by=me(request), at=timezone.now()),
        title=_("Test: %(what)s") % {"what": group}, back="groups", submit=_("Send a test"),
        done=_("The test is sent within a minute. What could not be sent stands under Messages."),
    )  # fmt: skip


@door("run_system")
def group_close(request: HttpRequest, number: int) -> HttpResponse:
    """Close a group."""
    group = get_object_or_404(Group, pk=number)
    return answer_form(
        request, NothingForm(posted(request)), lambda: close_group(group=group, by=me(request), at=timezone.now()),
        title=_("Close: %(what)s") % {"what": group}, back="groups", submit=_("Close"), danger=True,
        note=_("The group hears nothing any more, and the address of its robot is removed."),
    )  # fmt: skip
