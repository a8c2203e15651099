"""`zhike facts`: a company's own files go in, checked fact tables and a quality report come out."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from zhike.cli.common import json_option
from zhike.cli.kinds import Place, lang_option
from zhike.cli.speaking import Speaking
from zhike.facts.importer import Progress as Tell
from zhike.facts.importer import import_facts
from zhike.facts.summary import COUNTS
from zhike_engine.facts.tables import TABLES
from zhike_engine.language.titles import WORDS
from zhike_engine.words import Lang, Text

PATIENCE = 2.0
"""Seconds before a progress bar shows up."""

HEADINGS = {
    "table": Text(zh="事实表", en="table"),
    "rows": Text(zh="结果行数", en="rows made"),
    "read": Text(zh="读入", en="read"),
    "kept": Text(zh="保留", en="kept"),
    "merged": Text(zh="并入", en="merged"),
    "dropped": Text(zh="剔除", en="dropped"),
    "outside": Text(zh="不取", en="not asked for"),
}
ACTIONS = {
    "dropped": Text(zh="剔除", en="dropped"),
    "repaired": Text(zh="修正", en="repaired"),
    "suspicious": Text(zh="可疑", en="suspicious"),
}
STYLES = {"dropped": "red", "repaired": "yellow", "suspicious": "cyan"}
REASONS = Text(zh="剔除、修正和可疑的行", en="Rows dropped, repaired or suspicious")
REASON_HEADINGS = (
    Text(zh="事实表", en="table"),
    Text(zh="处理", en="what"),
    Text(zh="行数", en="rows"),
    Text(zh="原因", en="why"),
)
SPAN = Text(zh="{table}：{first} 至 {last}", en="{table}: {first} to {last}")
SUM = Text(
    zh="  {currency} {status} {rows} 行，合计 {amount}",
    en="  {currency} {status} {rows} rows, {amount} in all",
)
WRITTEN = Text(
    zh="已写入 {out}；逐行清单见 quality.csv",
    en="written to {out}; every row with its reason is in quality.csv",
)


@click.command(
    name="facts", cls=Speaking, short_help="Bring order history and other facts into the canonical tables."
)
@click.argument("mapping", metavar="MAPPING", type=Place())
@click.option("--out", required=True, type=Place(), help="Folder for the fact tables.")
@click.option(
    "--source",
    type=Place(exists=True, file_okay=False),
    help="Folder of the files that MAPPING names; without it, the folder of MAPPING.",
)
@click.option(
    "--force", is_flag=True, help="Replace the folder even when it holds something else than facts."
)
@lang_option()
@json_option
def command(mapping: Path, out: Path, source: Path | None, *, force: bool, lang: Lang, as_json: bool) -> None:
    """Import files by a mapping: CSV, Excel, Parquet or database tables become fact tables.

    Every row that is dropped, repaired or suspicious is counted and listed with its reason, file and row number
    in quality.csv, quality.parquet and quality.json beside the tables. When anything fails, nothing is written.
    """
    with _progress(lang) as tell:
        done = import_facts(mapping, out, source=source, force=force, progress=tell)
    if as_json:
        click.echo(json.dumps(done.quality, ensure_ascii=False, indent=1))
    else:
        _print(done.quality, out, lang)


@contextmanager
def _progress(lang: Lang) -> Iterator[Tell]:
    """A progress bar on stderr, on a terminal only, for imports that take longer than two seconds."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty())
    task = bar.add_task("", total=None)
    timer = threading.Timer(PATIENCE, bar.start)
    timer.daemon = True

    def tell(step: Text, done: int, steps: int) -> None:
        bar.update(task, description=step.pick(lang), completed=done, total=steps)

    timer.start()
    try:
        yield tell
    finally:
        timer.cancel()
        bar.stop()


def _print(quality: dict[str, Any], out: Path, lang: Lang) -> None:
    console = Console()
    counts = Table(*(heading.pick(lang) for heading in HEADINGS.values()))
    for column in counts.columns[1:]:
        column.justify = "right"
    for name, told in quality["tables"].items():
        title = name if lang == "en" else f"{TABLES[name].title.zh} {name}"
        counts.add_row(title, *(f"{told[count]:,}" for count in ("rows", *COUNTS)))
    console.print(counts)
    _print_reasons(console, quality, lang)
    for name, told in quality["tables"].items():
        if all(told.get("days", [None])):
            first, last = told["days"]
            click.echo(SPAN.format(table=TABLES[name].title, first=first, last=last).pick(lang))
            for each in told.get("sums", []):
                click.echo(_sum(each, lang))
    click.echo(WRITTEN.format(out=out).pick(lang))


def _print_reasons(console: Console, quality: dict[str, Any], lang: Lang) -> None:
    table = Table(
        *(heading.pick(lang) for heading in REASON_HEADINGS), title=REASONS.pick(lang), title_justify="left"
    )
    table.columns[2].justify = "right"
    for name, told in quality["tables"].items():
        for reason in told["reasons"]:
            action = f"[{STYLES[reason['action']]}]{ACTIONS[reason['action']].pick(lang)}[/]"
            table.add_row(name, action, f"{reason['rows']:,}", reason[lang])
    if table.row_count:
        console.print(table)


def _sum(each: dict[str, Any], lang: Lang) -> str:
    whole, _, decimals = each["amount"].partition(".")
    amount = f"{int(whole):,}.{decimals.rstrip('0').ljust(2, '0')}"
    if each["amount"].startswith("-") and not amount.startswith("-"):
        amount = f"-{amount}"
    text = SUM.format(
        currency=each["currency"],
        status=WORDS.get(each.get("status", ""), ""),
        rows=f"{each['rows']:,}",
        amount=amount,
    )
    return " ".join(text.pick(lang).split(" ")).replace("  ", " ")
