"""`zhike explain`: why a customer has its grade, as a page that a salesperson understands."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from zhike import presets
from zhike.cli.common import RunOptions, find_policy, json_option, run_options, start_run
from zhike.cli.help import metavar
from zhike.cli.kinds import Place, lang_option
from zhike.cli.speaking import Speaking
from zhike.explain_output import read_output, show_output, units_of
from zhike.explain_page import as_data, page
from zhike.explain_text import show
from zhike.messages import say, system_says
from zhike.stored_run import explained
from zhike_engine.errors import NotFound, OutputFailed
from zhike_engine.explain import Explanation, explain
from zhike_engine.words import Lang, Text


@click.command(name="explain", cls=Speaking)
@click.argument("customer", metavar="CUSTOMER")
@click.argument("policy", metavar="[POLICY]", required=False)
@run_options
@click.option("--run", "finished", metavar="DIR", type=Place(),
              help="Explain from the folder that `zhike grade` wrote, instead of from facts.")  # fmt: skip
@click.option("--rating", metavar="NAME", help="Only this rating of the policy.")
@click.option("--html", type=Place(dir_okay=False), help="Write a page to send or print.")
@click.option("--all", "everything", is_flag=True, help="Show the conditions of every grade.")
@lang_option()
@json_option
def command(
    *, customer: str, finished: Path | None, rating: str | None, html: Path | None, everything: bool, lang: Lang,
    as_json: bool, **given: Any,
) -> None:  # fmt: skip
    """Explain why CUSTOMER has its grade under POLICY, and what is missing for the next better one.

    POLICY is a policy file, a folder with policy.yaml, or the name of a shipped policy. With --run it may be left
    out for a shipped policy; without the policy that was run, the conditions are shown as the run wrote them.
    """
    if finished is not None:
        from_output(finished, customer, rating, given["policy"], html, lang, as_json, everything)
        return
    for name in ("policy", "facts", "as_of"):
        if given[name] is None:
            shown = "POLICY" if name == "policy" else "--" + name.replace("_", "-")
            raise click.UsageError(
                say(
                    "explain needs {missing}, or `--run` with the folder of a finished run",
                    missing=Text(zh=f"`{metavar(shown, 'zh')}`", en=f"`{shown}`"),
                )
            )
    run = start_run(RunOptions(**given), lang)
    try:
        found = explain(run, customer, rating)
    finally:
        run.backend.close()
    if html is not None:
        write_page(found, html, lang)
    if as_json:
        click.echo(json.dumps(as_data(found), ensure_ascii=False, indent=2))
    elif html is not None:
        click.echo(("说明：" if lang == "zh" else "page: ") + str(html))
    else:
        show(found, lang, Console(file=sys.stdout), everything=everything)


for parameter in command.params:
    if parameter.name in ("facts", "as_of"):  # a finished run stands for both
        parameter.required = False


def from_output(
    folder: Path,
    customer: str,
    rating: str | None,
    policy: str | None,
    html: Path | None,
    lang: Lang,
    as_json: bool,
    everything: bool,
) -> None:
    """Show what a finished run wrote about a customer: its explanation where the run tells it, else its rows."""
    written = read_output(folder, customer, rating)
    name = str(written.record["policy"])
    known = find_policy(policy) if policy else find_policy(name) if name in presets.names() else None
    found = explained(read_output(folder, customer), known, rating)
    if html is not None:
        if found is None:
            raise NotFound(
                say("the run alone does not tell the reasons of `{customer}`", customer=customer),
                hint=say("give `POLICY` as it was run, or its `--facts` and `--as-of` instead of `--run`"),
            )
        write_page(found, html, lang)
    if as_json:
        rows: dict[str, Any] = {"run": written.record, "grades": written.grades, "reasons": written.reasons}
        rows["explanations"] = None if found is None else as_data(found)
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
    elif html is not None:
        click.echo(("说明：" if lang == "zh" else "page: ") + str(html))
    elif found is not None:
        show(found, lang, Console(file=sys.stdout), everything=everything)
    else:
        show_output(written, units_of(written.record, known), lang, Console(file=sys.stdout))


def write_page(found: list[Explanation], path: Path, lang: Lang) -> None:
    """Write the page beside its name, then move it there; raises OutputFailed."""
    fresh = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(page(found, lang), "utf-8")
        fresh.replace(path)
    except OSError as problem:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise OutputFailed(
            say("`{path}` cannot be written: {reason}", path=path, reason=system_says(problem)),
            hint=say("nothing was changed"),
        ) from None
