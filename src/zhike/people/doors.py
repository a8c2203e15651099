"""The rule of every route: each view says who may come in, or the product does not start.

    @door(verb="see_customers", customer_data=True)
    def customer_page(request): ...

`open_to_all` marks the few pages before sign-in. `zhike.config.checks` walks every address and refuses a view without a
rule; the middleware `Door` carries the rules out before the view runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest

from zhike.people.models import Person

V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """Who may enter a view: anyone, anyone signed in (`verb` empty), or holders of a verb; `customer_data` wants a valid agreement."""

    verb: str = ""
    customer_data: bool = False
    everyone: bool = False


def door(verb: str = "", *, customer_data: bool = False) -> Callable[[V], V]:
    """For people who are signed in, hold `verb`, and have signed the agreement when the view shows customers' data."""

    def mark(view: V) -> V:
        view.rule = Rule(verb, customer_data)  # type: ignore[attr-defined]
        return view

    return mark


def open_to_all(view: V) -> V:
    """For a page before sign-in."""
    view.rule = Rule(everyone=True)  # type: ignore[attr-defined]
    return view


FOREIGN = {
    "allauth.account.views": Rule(everyone=True),
    "allauth.mfa": Rule(everyone=True),
    "allauth.usersessions.views": Rule(),
    "allauth.socialaccount": Rule(everyone=True),
    "django.views.static": Rule(everyone=True),
}
"""Views of libraries -> their rule; allauth asks for a sign-in itself where one is needed."""


def rule_of(view: Any) -> Rule | None:
    """The rule of a view, or None when nobody wrote one."""
    found = getattr(view, "rule", None) or getattr(getattr(view, "view_class", None), "rule", None)
    if found is not None:
        return found  # type: ignore[no-any-return]
    module = getattr(getattr(view, "view_class", view), "__module__", "")
    return next((rule for prefix, rule in FOREIGN.items() if module.startswith(prefix)), None)


def me(request: HttpRequest) -> Person:
    """The person of a request that has passed its door."""
    person = request.user
    assert isinstance(person, Person), "a view without a sign-in has no person"
    return person
