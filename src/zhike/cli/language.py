"""The language of the command line: told by `--lang`, else by ZHIKE_LANG, before anything else is understood."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextvars import ContextVar

from zhike_engine.words import LANGS, Lang

VARIABLE = "ZHIKE_LANG"
"""The environment variable that sets the language of every command."""
_SPOKEN: ContextVar[Lang] = ContextVar("spoken", default="zh")


def spoken() -> Lang:
    """The language in which the command at hand speaks."""
    return _SPOKEN.get()


def listen(arguments: Sequence[str]) -> None:
    """Settle the language from what was typed, so that even a mistyped command is answered in it."""
    _SPOKEN.set(told(arguments, os.environ.get(VARIABLE, "")))


def told(arguments: Sequence[str], variable: str) -> Lang:
    """The language that the arguments ask for, or else the variable; Chinese where neither names one.

    >>> told(["grade", "--lang", "en"], "zh")
    'en'
    """
    asked = [variable]
    for word, after in zip(arguments, [*arguments[1:], ""], strict=True):
        if word == "--":
            break
        if word == "--lang":
            asked.append(after)
        elif word.startswith("--lang="):
            asked.append(word.removeprefix("--lang="))
    return next((lang for one in reversed(asked) for lang in LANGS if lang == one), "zh")
