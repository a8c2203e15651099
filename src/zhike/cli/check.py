"""`zhike check`: every issue of a policy."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from zhike.cli.common import find_policy, given_values, json_option, policy_argument
from zhike.cli.kinds import lang_option
from zhike.cli.speaking import Speaking
from zhike_engine.errors import HINT, PolicyInvalid
from zhike_engine.issues import LEVELS, Issue
from zhike_engine.policy.check import check
from zhike_engine.policy.load import count_of
from zhike_engine.words import Lang

COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


@click.command(name="check", cls=Speaking)
@policy_argument
@click.option("--values", metavar="FILE|example", help="Check with these values of parameters.")
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="NAME=VALUE",
    help="Check with one parameter set; may be repeated.",
)
@click.option("--strict", is_flag=True, help="Fail on warnings too.")
@lang_option()
@json_option
def command(
    policy: str, values: str | None, sets: tuple[str, ...], strict: bool, lang: Lang, as_json: bool
) -> None:
    """Check a policy completely: file:line:column, level, what is wrong, a way out.

    The exit status is 1 when there are errors, 0 otherwise; unset parameters are warnings.
    """
    try:
        found = find_policy(policy)
        issues = check(found, given_values(found, values, sets))
    except PolicyInvalid as problem:
        if not problem.issues:
            raise
        issues = list(problem.issues)
    if as_json:
        click.echo(json.dumps([_plain(issue) for issue in issues], ensure_ascii=False, indent=2))
    else:
        for issue in issues:
            level = click.style(LEVELS[issue.level].pick(lang), fg=COLOURS[issue.level])
            hint = f"\n    {HINT.pick(lang)}{issue.hint.pick(lang)}" if issue.hint else ""
            click.echo(f"{issue.place}  {level}  {issue.message.pick(lang)}{hint}")
        click.echo(count_of(issues).pick(lang))
    worst = {issue.level for issue in issues}
    sys.exit(1 if "error" in worst or (strict and "warning" in worst) else 0)


def _plain(issue: Issue) -> dict[str, object]:
    place = asdict(issue.place)
    chinese = {"message_zh": issue.message.pick("zh"), "hint_zh": issue.hint.pick("zh")}
    return {"level": issue.level, **place, "message": issue.message, "hint": issue.hint, **chinese}
