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
from zhike.people.verbs import VERBS

V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """Who may enter a view: anyone, anyone signed in (`verb` empty), or holders of a verb.

    `customer_data` wants a valid agreement; `before_factor` lets in who must still set up a second factor.
    """

    verb: str = ""
    customer_data: bool = False
    everyone: bool = False
    before_factor: bool = False


def door(verb: str = "", *, customer_data: bool = False, before_factor: bool = False) -> Callable[[V], V]:
    """For people who are signed in, hold `verb`, and have signed the agreement when the view shows customers' data."""
    if verb and verb not in VERBS:
        raise ValueError(f"unknown verb `{verb}`")

    def mark(view: V) -> V:
        view.rule = Rule(verb, customer_data, before_factor=before_factor)  # type: ignore[attr-defined]
        return view

    return mark


def open_to_all(view: V) -> V:
    """For a page before sign-in."""
    view.rule = Rule(everyone=True)  # type: ignore[attr-defined]
    return view


def rule_of(view: Any) -> Rule | None:
    """The rule of a view, or None when nobody wrote one."""
    found = getattr(view, "rule", None) or getattr(getattr(view, "view_class", None), "rule", None)
    return found if isinstance(found, Rule) else None


def me(request: HttpRequest) -> Person:
    """The person of a request that has passed its door."""
    person = request.user
    assert isinstance(person, Person), "a view without a sign-in has no person"
    return person
