"""`zhike demo --files`: a made-up company as files, graded by every shipped policy."""

from __future__ import annotations

import webbrowser
from datetime import date
from pathlib import Path

import click

from zhike import presets
from zhike.cli.common import RunOptions, start_run
from zhike.cli.grade import STATES
from zhike.demo.company import Summary, generate
from zhike.output import replacing, write_record, write_tables
from zhike.report import write_report
from zhike_engine.words import Lang


def make_files(out: Path, *, customers: int, seed: int, as_of: date, show: bool, lang: Lang) -> None:
    """Make the demo company in `out` and grade it with every shipped policy; nothing is left of one that was not finished."""
    facts, new = out / "facts", not out.exists()
    try:
        summary = generate(facts, seed=seed, customers=customers, as_of=as_of)
    except BaseException:
        if new and out.is_dir() and not any(out.iterdir()):
            out.rmdir()
        raise
    _tell(summary, lang)
    reports = []
    for name in presets.names():
        report = grade(name, facts, as_of, out / "results" / name, lang)
        reports.append(report)
        click.echo(("报告：" if lang == "zh" else "report: ") + str(report))
    if show and reports:
        webbrowser.open(reports[0].absolute().as_uri())


def _tell(summary: Summary, lang: Lang) -> None:
    headline = summary.headline()
    click.echo(headline.zh if lang == "zh" else headline.en)


def grade(name: str, facts: Path, as_of: date, out: Path, lang: Lang) -> Path:
    """Grade the demo company with one shipped policy and its example values; returns the path of the report."""
    previous = facts / "previous" / f"{name}.csv"
    options = RunOptions(
        policy=name,
        facts=str(facts),
        as_of=as_of,
        values="example",
        previous=previous if previous.is_file() else None,
    )
    run = start_run(options, lang)
    try:
        with replacing(out) as folder:
            write_tables(run, folder)
            record = write_record(run, folder)
            write_report(run, folder / "report.html", lang_default=lang)
    finally:
        run.backend.close()
    title = run.policy.document.title
    click.echo(f"\n{title.zh if lang == 'zh' else title.en}")
    for rating, found in record["grades"].items():
        spec = run.policy.document.ratings[rating]
        counts = "  ".join(f"{code} {count}" for code, count in found["grades"].items())
        states = "  ".join(
            f"{_state(state, lang)} {count}" for state, count in found["states"].items() if state != "graded"
        )
        click.echo(
            f"  {spec.title.zh if lang == 'zh' else spec.title.en}: {counts}"
            + (f"  ({states})" if states else "")
        )
    return out / "report.html"


def _state(state: str, lang: Lang) -> str:
    return STATES[state].zh if lang == "zh" else STATES[state].en
