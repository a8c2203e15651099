"""The `zhike` command. Each subcommand is a module of this package with the attribute `command`."""

from __future__ import annotations

import importlib
import os
import sys

import click

from zhike.cli.help import HEADING
from zhike.cli.kinds import lang_option
from zhike.cli.language import spoken
from zhike.cli.speaking import ERROR, STOPPED, Speaking, show_usage_error
from zhike.messages import say, together, translated
from zhike_engine.errors import ZhikeError
from zhike_engine.issues import did_you_mean

COMMANDS = {
    "check": "check a policy: every issue with its place and a way out",
    "facts": "bring order history and other facts into the canonical tables",
    "grade": "grade every customer, with reasons",
    "explain": "explain one customer's grade",
    "simulate": "change a value and see who moves",
    "test": "run a policy's own tests",
    "forecast": "forecast potential and churn, with a back-test",
    "new": "start a policy from a shipped one",
    "diff": "tell what changed between two policies, by article",
    "schema": "print the JSON Schema of the policy format, for editors",
    "demo": "set up a made-up company and serve it, or write it to files and grade it",
    "serve": "serve the product",
    "worker": "do the product's jobs",
    "migrate": "bring the product's database to this version",
    "createuser": "add the first administrator",
    "backup": "write an encrypted backup",
    "restore": "bring a backup back",
    "doctor": "look at the whole installation",
    "verify": "check that nobody has altered the journal",
    "clauses": "list what the product must do and which tests prove it",
}
"""Subcommand -> what it does; in the order in which a newcomer meets them."""


class Commands(Speaking, click.Group):
    """Loads a subcommand when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(f"zhike.cli.{cmd_name}").command
        assert isinstance(found, click.Command)
        return found

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section(HEADING.pick(spoken())):
            formatter.write_dl([(name, translated(does, spoken())) for name, does in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            unknown = say("there is no command `{name}`", name=args[0])
            raise click.UsageError(together(unknown, did_you_mean(args[0], COMMANDS)), ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="zhike", prog_name="zhike", message="%(prog)s %(version)s")
@lang_option(expose_value=False)
def cli() -> None:
    """Grade customers by a policy that runs."""


def main() -> None:
    """Entry point: errors become one message and an exit status, never a traceback."""
    try:
        status = cli.main(prog_name="zhike", standalone_mode=False)
    except click.exceptions.Exit as done:
        status = done.exit_code
    except click.Abort:
        click.echo(STOPPED.pick(spoken()), err=True)
        status = 130
    except click.ClickException as problem:
        show_usage_error(problem)
        status = problem.exit_code
    except ZhikeError as problem:
        click.echo(ERROR.pick(spoken()) + problem.text(spoken()), err=True)
        status = 1
    except KeyboardInterrupt:
        click.echo(STOPPED.pick(spoken()), err=True)
        status = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 141
    sys.exit(status if isinstance(status, int) else 0)
