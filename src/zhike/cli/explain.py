"""`zhike explain`: why a customer has its grade, as a page that a salesperson understands."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from zhike.cli.common import RunOptions, json_option, lang_option, policy_argument, run_options, start_run
from zhike.explain_page import as_data, page
from zhike.explain_text import show
from zhike_engine.errors import OutputFailed
from zhike_engine.explain import Explanation, explain
from zhike_engine.words import Lang


@click.command(name="explain")
@click.argument("customer", metavar="CUSTOMER")
@policy_argument
@run_options
@click.option("--rating", metavar="NAME", help="Only this rating of the policy.")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to send or print."
)
@click.option("--all", "everything", is_flag=True, help="Show the conditions of every grade.")
@lang_option
@json_option
def command(
    *,
    customer: str,
    rating: str | None,
    html: Path | None,
    everything: bool,
    lang: Lang,
    as_json: bool,
    **given: Any,
) -> None:
    """Explain why CUSTOMER has its grade under POLICY, and what is missing for the next better one.

    POLICY is a policy file, a folder with policy.yaml, or the name of a shipped policy.
    """
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


def write_page(found: list[Explanation], path: Path, lang: Lang) -> None:
    """Write the page beside its name, then move it there; raises OutputFailed."""
    fresh = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(page(found, lang), "utf-8")
        fresh.replace(path)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        raise OutputFailed(
            f"`{path}` cannot be written: {problem.strerror}", hint="nothing was changed"
        ) from None
