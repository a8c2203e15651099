"""`zhike simulate`: change values and see who moves from where to where, before anyone signs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from zhike.cli.common import (
    RunOptions,
    given_values,
    json_option,
    policy_argument,
    progress,
    run_options,
    start_run,
)
from zhike.cli.kinds import Place, Whole, lang_option
from zhike.cli.speaking import Speaking
from zhike.messages import say
from zhike.output import write_movers
from zhike_engine.formats import spelt
from zhike_engine.run import Run
from zhike_engine.whatif import Movement, what_if
from zhike_engine.words import Lang, Text

NONE = Text(zh="无等级", en="no grade")


@click.command(name="simulate", cls=Speaking)
@policy_argument
@run_options
@click.option(
    "--change",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="A value to try against the run as given.",
)
@click.option("--movers", type=Whole(0), default=20, show_default=True, help="How many movers to list.")
@click.option("--out", type=Place(dir_okay=False), help="Write every mover into a CSV file.")
@lang_option()
@json_option
def command(
    *, changes: tuple[str, ...], movers: int, out: Path | None, lang: Lang, as_json: bool, **given: Any
) -> None:
    """Grade before and after a change of parameters: the movement matrix, and who moves.

    Without --change, the values of --set are the change, tried against the policy's and --values' own.
    """
    sets = given.pop("sets")
    if not changes:
        changes, sets = sets, ()
    if not changes:
        raise click.UsageError(say("there is nothing to try; name a change with `--set NAME=VALUE`"))
    options = RunOptions(sets=sets, **given)
    run = start_run(options, lang)
    try:
        tried = given_values(run.policy, None, changes)
        with progress(lang) as tell:
            tell("what_if", 0, 1)
            found = what_if(run, tried, movers=max(movers, 10_000_000 if out else 0))
        if out is not None:
            write_movers(found, out)
        if as_json:
            click.echo(json.dumps(_plain(found, tried, movers), ensure_ascii=False, indent=2, default=str))
        else:
            _show(run, found, tried, movers, lang)
    finally:
        run.backend.close()


def _plain(found: dict[str, Movement], tried: dict[str, Any], limit: int) -> dict[str, Any]:
    return {
        "changes": tried,
        "ratings": {
            name: {
                "moved": one.moved,
                "matrix": [{"before": a, "after": b, "customers": n} for (a, b), n in _ordered(one)],
                "movers": [
                    {
                        "customer": m.customer, "name": m.name, "before": m.before, "after": m.after,
                        "state_before": m.state_before, "state_after": m.state_after,
                        "gained": list(m.gained), "lost": list(m.lost),
                    }
                    for m in one.movers[:limit]
                ],
            }
            for name, one in found.items()
        },
    }  # fmt: skip


def _ordered(one: Movement) -> list[tuple[tuple[str | None, str | None], int]]:
    place = {code: index for index, code in enumerate([*one.codes, None])}
    return sorted(one.cells.items(), key=lambda cell: (place.get(cell[0][0], 99), place.get(cell[0][1], 99)))


def _show(run: Run, found: dict[str, Movement], tried: dict[str, Any], limit: int, lang: Lang) -> None:
    zh = lang == "zh"
    console = Console(soft_wrap=True)
    for name, value in tried.items():
        old, spec = run.plan.parameters[name].written, run.policy.document.parameters[name]
        title = spec.title.zh if zh else spec.title.en
        was, now = (
            ("未设定" if zh else "unset") if one is None else f"{one} {spec.unit}".strip()
            for one in (old, value)
        )
        console.print(f"{title} `{name}`：{was} → {now}" if zh else f"{title} `{name}`: {was} → {now}")
    for rating, one in found.items():
        spec_of = run.policy.document.ratings[rating]
        named = spec_of.title
        shown = {
            code: code if spelt(code) else grade.title.pick(lang) for code, grade in spec_of.grades.items()
        }
        console.print()
        head = f"{named.zh}：{one.moved} 个客户变动" if zh else f"{named.en}: {one.moved} customers move"
        console.print(_matrix(one, head, zh, shown))
        if one.moved and limit:
            console.print(_movers(one, limit, zh, shown))
            if one.moved > limit:
                rest = one.moved - limit
                console.print(
                    f"另有 {rest} 个；用 --movers 或 --out 列出"
                    if zh
                    else f"{rest} more; list them with --movers or --out"
                )


def _matrix(one: Movement, title: str, zh: bool, shown: Mapping[str, str]) -> Table:
    none = NONE.zh if zh else NONE.en
    codes = [*one.codes, *([None] if any(None in pair for pair in one.cells) else [])]
    table = Table(title=title, title_justify="left")
    table.add_column("之前 ＼ 之后" if zh else "before \\ after")
    for code in codes:
        table.add_column(shown.get(code or "", none), justify="right")
    table.add_column("合计" if zh else "total", justify="right")
    for old in codes:
        counts = [one.cells.get((old, new), 0) for new in codes]
        cells = [
            ("·" if not n else f"[bold]{n:,}[/bold]" if old != new else f"{n:,}")
            for new, n in zip(codes, counts, strict=True)
        ]
        table.add_row(shown.get(old or "", none), *cells, f"{sum(counts):,}")
    table.add_row(
        "合计" if zh else "total", *(f"{one.after(code):,}" for code in codes), f"{sum(one.cells.values()):,}"
    )
    return table


def _movers(one: Movement, limit: int, zh: bool, shown: Mapping[str, str]) -> Table:
    table = Table(title_justify="left")
    for head in ("客户", "名称", "之前", "之后", "新满足", "不再满足") if zh else (
        "customer", "name", "before", "after", "now holds", "no longer holds",
    ):  # fmt: skip
        table.add_column(head)
    none = NONE.zh if zh else NONE.en
    for m in one.movers[:limit]:
        table.add_row(
            m.customer,
            m.name,
            shown.get(m.before or "", none),
            shown.get(m.after or "", none),
            "\n".join(m.gained),
            "\n".join(m.lost),
        )
    return table
