"""`zhike grade`: a policy and facts go in, a grade with reasons for every customer comes out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from zhike.cli.common import RunOptions, json_option, policy_argument, progress, run_options, start_run
from zhike.cli.kinds import Place, lang_option
from zhike.cli.speaking import Speaking
from zhike.output import replacing, write_record, write_tables
from zhike.report import write_report
from zhike_engine.run import Run
from zhike_engine.words import Lang, Text

STATES = {
    "graded": Text(zh="已定级", en="graded"),
    "provisional": Text(zh="暂定", en="provisional"),
    "pending": Text(zh="待定", en="pending"),
    "not_rated": Text(zh="不评级", en="not rated"),
}


@click.command(name="grade", cls=Speaking)
@policy_argument
@run_options
@click.option("--out", required=True, type=Place(), help="Folder for the results.")
@click.option("--no-workbook", is_flag=True, help="Do not write grades.xlsx.")
@lang_option()
@json_option
def command(*, out: Path, no_workbook: bool, lang: Lang, as_json: bool, **given: Any) -> None:
    """Grade every customer in scope, and write the results into a folder.

    POLICY is a policy file, a folder with policy.yaml, or the name of a shipped policy. The folder then holds
    grades.parquet, grades.csv, grades.xlsx, reasons.parquet, run.json and report.html.
    """
    options = RunOptions(**given)
    run = start_run(options, lang)
    try:
        with replacing(out) as folder, progress(lang) as tell:
            tell("tables", 0, 2)
            write_tables(run, folder, workbook=not no_workbook)
            record = write_record(run, folder)
            tell("report", 1, 2)
            write_report(run, folder / "report.html", lang_default=lang)
    finally:
        run.backend.close()
    if as_json:
        click.echo(json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True))
        return
    show(run, record, out, lang)


def show(run: Run, record: dict[str, Any], out: Path, lang: Lang) -> None:
    """Print the counts, what people should know about the facts, and where the report is."""
    zh = lang == "zh"
    console = Console(file=sys.stdout, soft_wrap=True)
    for name, found in record["grades"].items():
        spec = run.policy.document.ratings[name]
        table = Table(
            title=f"{spec.title.zh if zh else spec.title.en} · {record['as_of']}", title_justify="left"
        )
        table.add_column("等级" if zh else "grade")
        table.add_column("客户数" if zh else "customers", justify="right")
        for code, count in found["grades"].items():
            title = spec.grades[code].title
            shown = title.zh if zh else title.en
            table.add_row(code if shown == code else f"{code}  {shown}", f"{count:,}")
        for state in ("provisional", "pending", "not_rated"):
            if found["states"].get(state):
                word = STATES[state].zh if zh else STATES[state].en
                note = ("（计入上面的等级）" if zh else " (counted above)") if state == "provisional" else ""
                table.add_row(f"[dim]{word}{note}[/dim]", f"[dim]{found['states'][state]:,}[/dim]")
        console.print(table)
    for finding in record["findings"]:
        reason = finding["reason"]["zh" if zh else "en"]
        console.print(f"[yellow]![/yellow] {finding['table']}: {reason}: {finding['rows']:,}")
    console.print(("报告：" if zh else "report: ") + str(out / "report.html"))
