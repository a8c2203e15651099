"""Commands that speak Chinese and English: their help, and what they say about a wrong call."""

from __future__ import annotations

from typing import Any

import click

from zhike.cli.help import OPTIONS, Formatter, metavar, option_row, paragraphs
from zhike.cli.language import listen, spoken
from zhike.messages import Said, say, together, translated
from zhike_engine.issues import did_you_mean
from zhike_engine.words import Text, quoted, same

ERROR = Text(zh="错误：", en="error: ")
STOPPED = Text(zh="已停止，没有写出任何内容", en="stopped; nothing was written")
TRY = Text(zh="用 `{command} --help` 查看帮助。", en="Try `{command} --help` for help.")


class Context(click.Context):
    """A call of a command; its help is written by our formatter."""

    formatter_class = Formatter


class Speaking(click.Command):
    """A command whose help and refusals exist in both languages."""

    context_class = Context

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if parent is None:
            listen(args)
        return super().make_context(info_name, args, parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as problem:
            problem.ctx = problem.ctx or ctx
            raise
        if rest and not ctx.resilient_parsing and not isinstance(self, click.Group):
            raise click.UsageError(say("there is no place for {words}", words=quoted(rest)), ctx)
        return rest

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            told = (translated(part, spoken()) for part in paragraphs(self.help or ""))
            formatter.write_text("\n\n".join(told))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [option_row(one, ctx) for one in self.get_params(ctx) if isinstance(one, click.Option)]
        with formatter.section(OPTIONS.pick(spoken())):
            formatter.write_dl(rows)


def show_usage_error(problem: click.ClickException) -> None:
    """Print a wrong call on stderr: how the command is used, then what was wrong."""
    lang = spoken()
    ctx = getattr(problem, "ctx", None)
    if isinstance(problem, click.exceptions.NoArgsIsHelpError):
        click.echo(problem.format_message(), err=True)
        return
    if isinstance(ctx, click.Context):
        click.echo(ctx.get_usage(), err=True)
        click.echo(TRY.format(command=ctx.command_path).pick(lang) + "\n", err=True)
    click.echo(ERROR.pick(lang) + said(problem).pick(lang), err=True)


def said(problem: click.ClickException) -> Said:
    """What was wrong with a call, in our words."""
    match problem:
        case click.MissingParameter(param=click.Parameter() as wanted):
            return say("{parameter} is missing", parameter=_named(wanted))
        case click.NoSuchOption():
            near = did_you_mean(problem.option_name, _options(problem))
            return together(say("there is no option `{name}`", name=problem.option_name), near)
        case click.BadOptionUsage():
            if not _options(problem)[problem.option_name].is_flag:
                return say("option `{name}` needs a value", name=problem.option_name)
            return say("option `{name}` takes no value", name=problem.option_name)
        case click.BadParameter(message=Said() as message):
            where = _named(problem.param) if problem.param else f"`{problem.param_hint}`"
            return say("{parameter}: {message}", parameter=where, message=message)
        case click.ClickException(message=Said() as message):
            return message
    return say("the command line says `{words}`", words=problem.format_message())


def _options(problem: click.UsageError) -> dict[str, click.Option]:
    """The options of the command that was called, by each of their names."""
    if problem.ctx is None:
        return {}
    found = problem.ctx.command.get_params(problem.ctx)
    return {name: one for one in found if isinstance(one, click.Option) for name in one.opts}


def _named(parameter: click.Parameter) -> Text:
    """An option as it is typed, or the word that stands for an argument."""
    if isinstance(parameter, click.Option):
        return same(f"`{max(parameter.opts, key=len)}`")
    shown = parameter.human_readable_name.strip("[]")
    return Text(zh=f"`{metavar(shown, 'zh')}`", en=f"`{shown}`")
