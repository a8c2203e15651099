"""What every template knows about the page around it: `shell`."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from zhike.people.models import Person
from zhike.people.rules import can, sees
from zhike.ui.nav import NAV, Link, Section

THEME_COOKIE = "zhike_theme"
THEMES = ("zhike", "zhike-dark")
IN_DOCK = 3


def leads(person: Person, link: Link) -> bool:
    """Whether a link does not end in a refusal of a person."""
    return (not link.verb or can(person, link.verb)) and (not link.sees or sees(person, link.sees))


class Shell:
    """The frame of a page; computed only where a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def person(self) -> Person | None:
        """Who is signed in."""
        user = getattr(self.request, "user", None)
        return user if isinstance(user, Person) else None

    @cached_property
    def sections(self) -> list[Section]:
        """The navigation that this person may use."""
        person = self.person
        if person is None:
            return []
        allowed = [
            Section(section.name, tuple(link for link in section.links if leads(person, link)))
            for section in NAV
        ]
        return [section for section in allowed if section.links]

    @cached_property
    def links(self) -> list[Link]:
        """Every link of the navigation, without sections."""
        return [link for section in self.sections for link in section.links]

    @cached_property
    def here(self) -> Link | None:
        """The place of this page: the link whose address is the longest that holds it."""
        held = [link for link in self.links if link.holds(self.request.path)]
        return max(held, key=lambda link: len(link.href), default=None)

    @cached_property
    def dock(self) -> list[Link]:
        """The first places, for the thumb."""
        return self.links[:IN_DOCK]

    @cached_property
    def theme(self) -> str:
        """The theme chosen, or nothing: then the system decides."""
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @property
    def command(self) -> str:
        """How the key beside the space bar is called here: Ctrl K, or ⌘K on a Mac."""
        return "⌘K" if "Mac" in self.request.headers.get("User-Agent", "") else "Ctrl K"

    @property
    def language(self) -> str:
        """The language of this page, as HTML names it."""
        return "zh-Hans" if (get_language() or "").startswith("zh") else "en"

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Languages to choose from."""
        return list(settings.LANGUAGES)

    @property
    def in_dialog(self) -> bool:
        """Whether htmx asks for this page to put it into the dialog."""
        return self.request.headers.get("HX-Target") == "dialog#dialog"

    @property
    def base(self) -> str:
        """What a page extends that may also be shown in the dialog, or before sign-in: `{% extends shell.base %}`."""
        if self.in_dialog:
            return "ui/dialog.html"
        return "ui/app.html" if self.person else "ui/door.html"


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"shell": Shell(request)}
