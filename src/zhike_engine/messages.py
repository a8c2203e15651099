"""What Zhike says when something is wrong: written in English where it happens, with its Chinese in one catalogue.

    raise FactsInvalid(say("`{table}` lacks the column `{column}`", table=table, column=column))

`messages.zh.yaml` of a package maps every English template to its Chinese one, with the same fields. A test fails
when a template is missing there, has other fields, or is no longer said.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Self

import yaml

from zhike_engine.words import Lang, Text, filled

FILE = "messages.zh.yaml"
"""The catalogue of a package."""


class Said(str):
    """One message: a string in English for scripts and logs, and `pick("zh")` for people who read Chinese.

    >>> say("the file is empty").pick("zh")
    '文件是空的'
    """

    __slots__ = ("package", "template", "values")
    template: str
    values: dict[str, object]
    package: str

    def __new__(cls, template: str, values: Mapping[str, object], package: str) -> Self:
        found = super().__new__(cls, filled(template, dict(values), "en"))
        found.template, found.values, found.package = template, dict(values), package
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return Said, (self.template, self.values, self.package)

    def pick(self, lang: Lang) -> str:
        """The message in `lang`."""
        if lang == "en" or not self.template:
            return str(self)
        return filled(chinese(self.package).get(self.template, self.template), self.values, "zh")

    @property
    def text(self) -> Text:
        """The message in both languages, without the way it was made."""
        return Text(zh=self.pick("zh"), en=str(self))


@cache
def chinese(package: str, file: str = FILE) -> Mapping[str, str]:
    """English -> Chinese, from a catalogue of a package."""
    text = resources.files(package).joinpath(file).read_text("utf-8")
    loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, str] = yaml.load(text, Loader=loader)  # noqa: S506 - both loaders are the safe one
    return found


def speaker(package: str) -> Callable[..., Said]:
    """The `say` of a package, which looks into that package's catalogue."""

    def say(template: str, /, **values: object) -> Said:
        """A message from its English template and the values of its fields."""
        return Said(template, values, package)

    return say


say = speaker("zhike_engine")


def together(message: Said, hint: Said) -> Said:
    """A message with its hint as one sentence."""
    if not (message and hint):
        return message or hint
    if message.endswith("?"):
        return say("{message} {hint}", message=message, hint=hint)
    return say("{message}; {hint}", message=message, hint=hint)


def system_says(problem: OSError) -> Said:
    """Why the operating system refuses."""
    known = {
        errno.ENOSPC: say("no space is left on the disk"),
        errno.EDQUOT: say("no space is left on the disk"),
        errno.EFBIG: say("the file would be too large"),
        errno.EACCES: say("permission is denied"),
        errno.EPERM: say("permission is denied"),
        errno.EROFS: say("the disk is read-only"),
        errno.ENOENT: say("there is no such file or folder"),
        errno.EEXIST: say("it exists already"),
        errno.EISDIR: say("it is a folder"),
        errno.ENOTDIR: say("part of the path is no folder"),
        errno.ENOTEMPTY: say("the folder is not empty"),
        errno.ENAMETOOLONG: say("the name is too long"),
        errno.EBUSY: say("it is in use"),
        errno.EIO: say("the disk reports an error"),
        errno.EMFILE: say("too many files are open"),
    }
    said = known.get(problem.errno or 0)
    return said or say("the system says `{words}`", words=problem.strerror or problem)


def counted_rows(count: int) -> Said:
    """How many rows, in words."""
    return say("1 row") if count == 1 else say("{count} rows", count=count)


NOTHING = Said("", {}, "zhike_engine")
"""No hint: there is nothing to say."""
