"""The command line as a page: every command with its arguments and options."""

from __future__ import annotations

import click

from zhike.cli.help import metavar, paragraphs
from zhike.cli.main import COMMANDS, cli
from zhike.docs.words import Page, markdown_table
from zhike_engine.words import Text


def listing(page: Page, _: tuple[str, ...]) -> str:
    """Block `commands`: the list of commands, then each with its options."""
    head = [page.say(Text(zh="命令", en="Command")), page.say(Text(zh="作用", en="What it does"))]
    rows = [[f"[`zhike {name}`](#zhike-{name})", page.translated(does)] for name, does in COMMANDS.items()]
    parts = [markdown_table(head, rows), *(described(page, name) for name in COMMANDS)]
    return "\n\n".join(parts)


def described(page: Page, name: str) -> str:
    """The section of one command."""
    context = click.Context(cli, info_name="zhike")
    of = cli.get_command(context, name)
    assert of is not None
    inner = click.Context(of, info_name=name, parent=context)
    usage = " ".join(["zhike", name, *(metavar(one, page.lang) for one in of.collect_usage_pieces(inner))])
    told = [page.translated(part) for part in paragraphs(of.help or "")]
    parts = [f"## `zhike {name}`", f"```text\n{usage}\n```", *told]
    options = [one for one in of.params if isinstance(one, click.Option)]
    head = (Text(zh="选项", en="Option"), Text(zh="缺省", en="Default"), Text(zh="作用", en="What it does"))
    rows = [[names(page, one), default(one), page.translated(one.help or "")] for one in options]
    return "\n\n".join([*parts, markdown_table([page.say(word) for word in head], rows)])


def names(page: Page, option: click.Option) -> str:
    """An option as it is typed, with the name of its value."""
    value = "" if option.is_flag else f" {metavar(option.make_metavar(click.Context(cli)), page.lang)}"
    needed = " *" if option.required else ""
    return ", ".join(f"`{name}{value}`" for name in (*option.opts, *option.secondary_opts)) + needed


def default(option: click.Option) -> str:
    """The default of an option, where it has one that a person can see."""
    if option.is_flag or option.required or option.default is None or isinstance(option.default, type):
        return ""
    found = option.get_default(click.Context(cli))
    if found is None or found in ((), "") or callable(found) or repr(found).startswith("Sentinel"):
        return ""
    return f"`{found}`"
