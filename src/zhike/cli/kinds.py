"""Kinds of values on the command line, which say in our words what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from zhike.cli.language import VARIABLE, spoken
from zhike.messages import Said, say
from zhike_engine.plan.build import FIRST_YEAR, LAST_YEAR
from zhike_engine.words import LANGS, OR, quoted

F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A date."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            self.fail(say("`{text}` is not a date; write it like 2026-06-30", text=value), param, ctx)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail(
                say(
                    "`{text}` is too far away; a day lies in the years {first} to {last}",
                    text=value,
                    first=FIRST_YEAR,
                    last=LAST_YEAR,
                ),
                param,
                ctx,
            )
        return day


class Code(click.ParamType[str]):
    """A currency."""

    name = "CODE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if len(text) != 3 or not text.isascii() or not text.isupper() or not text.isalpha():
            self.fail(say("`{currency}` is no currency code such as CNY", currency=text), param, ctx)
        return text


class OneOf(click.Choice[str]):
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            words = quoted(self.choices, OR)
            self.fail(say("`{value}` is not allowed; write {words}", value=value, words=words), param, ctx)


class Whole(click.IntRange):
    """A whole number, which may have to lie in a range."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            self.fail(self._wanted(value), param, ctx)

    def _describe_range(self) -> str:
        """The range as the help shows it; empty where every number will do."""
        return "" if self.min is None and self.max is None else super()._describe_range()

    def _wanted(self, value: Any) -> Said:
        if self.min is None:
            return say("`{value}` is not a whole number", value=value)
        if self.max is None:
            return say("`{value}` is not a whole number of at least {low}", value=value, low=self.min)
        return say(
            "`{value}` is not a whole number from {low} to {high}", value=value, low=self.min, high=self.max
        )


class Place(click.Path):
    """A file or a folder."""

    def __init__(self, *, exists: bool = False, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(exists=exists, file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(self._wrong(Path(value)), param, ctx)

    def _wrong(self, path: Path) -> Said:
        if not path.exists():
            if self.file_okay:
                return say("there is no file or folder `{path}`", path=path)
            return say("there is no folder `{path}`", path=path)
        if path.is_dir() and not self.dir_okay:
            return say("`{path}` is a folder, and a file is needed", path=path)
        if path.is_file() and not self.file_okay:
            return say("`{path}` is a file, and a folder is needed", path=path)
        return say("`{path}` cannot be read", path=path)


def lang_option(**attributes: Any) -> Callable[[F], F]:
    """`--lang`; its value is the language that was settled before anything was understood."""
    return click.option(
        "--lang",
        type=OneOf(LANGS),
        envvar=VARIABLE,
        default="zh",
        show_default=True,
        show_envvar=True,
        callback=lambda *_: spoken(),
        help="Language of what is shown.",
        **attributes,
    )
