"""The public door of the engine: every name with its signature and its docstring."""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import Any

import zhike_engine
from zhike.docs.words import Page


def door(_: Page, __: tuple[str, ...]) -> str:
    """Block `door`: a section for each name of `zhike_engine.__all__`."""
    return "\n\n".join(
        f"## `{name}`\n\n{told(name, getattr(zhike_engine, name))}" for name in zhike_engine.__all__
    )


def told(name: str, thing: Any) -> str:
    """What a name is: signature and docstring of a callable, the docstring of a package, the keys of a table."""
    if isinstance(thing, ModuleType):
        doors = ", ".join(f"`{one}`" for one in getattr(thing, "__all__", ()))
        return f"Package `{thing.__name__}`: {doors}.\n\n{text(thing)}"
    if inspect.isroutine(thing):
        return f"```python\n{name}{signature(thing)}\n```\n\n{text(thing)}"
    if inspect.isclass(thing):
        public = [one for one in vars(thing) if not one.startswith("_")]
        fields = ", ".join(
            f"`{one}`" for one in dict.fromkeys([*getattr(thing, "__annotations__", {}), *public])
        )
        return f"{text(thing)}\n\nHas {fields}." if fields else text(thing)
    return f"The fact tables by name: {', '.join(f'`{key}`' for key in thing)}."


def signature(thing: Any) -> str:
    """The signature as it is written, over several lines where it is long."""
    shown = str(inspect.signature(thing)).replace("'", "")
    if len(shown) < 90:
        return shown
    inside, _, result = shown.removeprefix("(").rpartition(") -> ")
    parts = re.split(r", (?=\w+:|\*,|\*\w)", inside)
    return "(\n" + "".join(f"    {part},\n" for part in parts) + f") -> {result}"


def text(thing: Any) -> str:
    """A docstring as Markdown; runnable examples become code."""
    doc = inspect.cleandoc(thing.__doc__ or "")
    return re.sub(r"((?:^>>>.*\n?(?:^(?!\s*$).*\n?)*)+)", r"```python\n\1\n```", doc, flags=re.MULTILINE)
