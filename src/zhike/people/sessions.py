"""Sessions: they end after some idle time, after a whole time, with the account, and when their owner says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from zhike.people.company import limits
from zhike.people.models import Person

Answer = Callable[[HttpRequest], HttpResponse]
GRAIN = 60
"""Seconds between two notes of when a session was last seen: not every request writes."""


class SessionClock:
    """Ends a session that was idle too long, or that has lasted too long. The limits are those of its first request."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _tick(request)
        return self.answer(request)


def _tick(request: HttpRequest) -> None:
    kept, now = request.session, int(timezone.now().timestamp())
    clock = kept.get("clock")
    if clock is None:
        of_company = limits()
        kept["clock"] = {
            "begun": now, "seen": now, "idle": of_company["idle_minutes"] * 60, "whole": of_company["session_hours"] * 3600,
        }  # fmt: skip
    elif now - clock["seen"] > clock["idle"] or now - clock["begun"] > clock["whole"]:
        key = kept.session_key
        logout(request)
        UserSession.objects.filter(session_key=key).delete()
        request.session_ended = True  # type: ignore[attr-defined]
    elif now - clock["seen"] >= GRAIN:
        kept["clock"] = {**clock, "seen": now}
        UserSession.objects.filter(session_key=kept.session_key).update(last_seen_at=timezone.now())


def sessions_of(person: Person) -> list[UserSession]:
    """The sessions of a person that live, the latest first."""
    found: list[UserSession] = UserSession.objects.purge_and_list(person)
    return sorted(found, key=lambda one: one.last_seen_at, reverse=True)


def end_each(sessions: Iterable[UserSession]) -> int:
    """End sessions; how many."""
    return len([session.end() for session in sessions])


def end_all(person: Person, *, but: str | None = None) -> int:
    """End every session of a person, but the one with a key."""
    return end_each(UserSession.objects.filter(user=person).exclude(session_key=but or ""))
