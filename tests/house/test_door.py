"""The public door of the engine: narrow, documented, every name behind it real."""

from __future__ import annotations

import inspect

import pytest

import zhike_engine

DOOR = getattr(zhike_engine, "__all__", [])


def test_the_door_is_there_and_narrow():
    assert 1 <= len(DOOR) <= 25
    assert len(set(DOOR)) == len(DOOR)


@pytest.mark.parametrize("name", DOOR)
def test_every_public_name_says_what_it_is(name):
    thing = getattr(zhike_engine, name)
    if inspect.isclass(thing) or inspect.isroutine(thing):
        own = thing.__dict__.get("__doc__") if inspect.isclass(thing) else thing.__doc__
        assert own, f"`{name}` has no docstring"
        assert not own.startswith(f"{name}("), f"`{name}` has only the docstring that a dataclass writes"
