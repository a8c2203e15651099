"""A customer's result as a finished run wrote it: grades.parquet, reasons.parquet and run.json, without the facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Rich

from zhike.explain_words import MARKS, WORDS
from zhike.messages import say
from zhike_engine.errors import NotFound
from zhike_engine.explain.explaining import STATES
from zhike_engine.formats import grouped
from zhike_engine.issues import did_you_mean
from zhike_engine.language.nodes import Between, Compare, Within
from zhike_engine.language.sentences import Titles, unit_of
from zhike_engine.plan.build import build
from zhike_engine.policy.load import Policy
from zhike_engine.words import Lang

FILES = ("run.json", "grades.parquet", "reasons.parquet")


@dataclass(frozen=True)
class Written:
    """What an output folder says about one customer; one row of grades per rating, one of reasons per condition."""

    record: Mapping[str, Any]
    grades: list[dict[str, Any]]
    reasons: list[dict[str, Any]]


def read_output(folder: Path, customer: str, rating: str | None = None) -> Written:
    """Read an output folder; raises NotFound for a folder that is none, and for an unknown customer or rating."""
    for name in FILES:
        if not (folder / name).is_file():
            raise NotFound(
                say("`{folder}` has no `{name}`", folder=folder, name=name),
                hint=say("give the folder that `zhike grade --out` wrote"),
            )
    record = json.loads((folder / "run.json").read_text("utf-8"))
    connection = duckdb.connect()
    try:
        grades = _rows(connection, folder / "grades.parquet", customer, rating)
        if not grades:
            raise _nobody(connection, folder, customer, rating)
        return Written(record, grades, _rows(connection, folder / "reasons.parquet", customer, rating))
    finally:
        connection.close()


def _rows(
    connection: duckdb.DuckDBPyConnection, file: Path, customer: str, rating: str | None
) -> list[dict[str, Any]]:
    where = "customer = ?" + (" and rating = ?" if rating else "")
    given = [str(file), customer, *([rating] if rating else [])]
    found = connection.execute(f"select * from read_parquet(?) where {where}", given)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _nobody(
    connection: duckdb.DuckDBPyConnection, folder: Path, customer: str, rating: str | None
) -> NotFound:
    file = str(folder / "grades.parquet")
    known = connection.execute("select distinct customer, rating from read_parquet(?)", [file]).fetchall()
    customers, ratings = {str(row[0]) for row in known}, {str(row[1]) for row in known}
    if customer in customers:
        return NotFound(
            say("the run has no rating `{rating}`", rating=rating), hint=did_you_mean(str(rating), ratings)
        )
    return NotFound(
        say("the run has no customer `{customer}`", customer=customer), hint=did_you_mean(customer, customers)
    )


def units_of(record: Mapping[str, Any], policy: Policy | None) -> Titles | None:
    """The titles and units of the run's policy, when the policy at hand is the one that was run."""
    if policy is None or policy.hash != record["policy_hash"]:
        return None
    return Titles(build(policy.document, date.fromisoformat(record["as_of"]), record["values"]))


def show_output(written: Written, titles: Titles | None, lang: Lang, console: Console) -> None:
    """Print what the run wrote; numbers stand in people's units when the policy is known."""
    for number, row in enumerate(written.grades):
        if number:
            console.rule(style="dim")
        _head(row, titles, lang, console)
        own = [reason for reason in written.reasons if reason["rating"] == row["rating"]]
        for grade, reasons in groupby(own, key=lambda reason: reason["grade_tested"]):
            console.print(Padding(Rich(str(grade), style="bold"), (1, 0, 0, 2), expand=False))
            console.print(Padding(_table(list(reasons), titles, lang), (0, 0, 0, 4)))
    made = written.record
    facts = f"{WORDS['facts'].pick(lang)} {made['facts_fingerprint'][:16]}"
    policy = (
        f"{made['policy']} {made['policy_version']} · {WORDS['hash'].pick(lang)} {made['policy_hash'][:16]}"
    )
    said = f"{policy} · {WORDS['as_of'].pick(lang)} {made['as_of']} · {facts}"
    console.print(Padding(Rich(said, style="dim"), (1, 0, 0, 0), expand=False))


def _head(row: Mapping[str, Any], titles: Titles | None, lang: Lang, console: Console) -> None:
    rating, grade = str(row["rating"]), row["grade"]
    spec = titles.plan.document.ratings[rating] if titles else None
    shown = spec.grades[grade].title.pick(lang) if spec and grade else grade or "—"
    console.print(Rich.assemble(Rich(f" {shown} ", style="reverse bold"), f" {row['name'] or row['customer']}",
                                Rich(f"  {row['customer']}", style="dim")))  # fmt: skip
    notes = [spec.title.pick(lang) if spec else rating, STATES[row["state"]].pick(lang)]
    if row["previous_grade"]:
        notes.append(f"{'上期' if lang == 'zh' else 'before'} {row['previous_grade']}")
    if row["score"] is not None:
        notes.append(f"{WORDS['score'].pick(lang)} {grouped(Decimal(row['score']), 2, strip=True)}")
    if row["review"]:
        notes.append(f"{WORDS['review'].pick(lang)} {row['review']}")
    console.print(Rich(" · ".join(notes), style="dim"))


def _table(reasons: list[dict[str, Any]], titles: Titles | None, lang: Lang) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column(WORDS["condition"].pick(lang), overflow="fold", min_width=30)
    table.add_column(WORDS["value"].pick(lang), justify="right")
    table.add_column(WORDS["limit"].pick(lang), justify="right")
    table.add_column(WORDS["article"].pick(lang), style="dim", overflow="fold")
    for reason in reasons:
        unit = _unit(reason, titles)
        numbers = [_number(reason[side], unit, titles, lang, side) for side in ("value", "limit")]
        said = reason["sentence_zh" if lang == "zh" else "sentence_en"]
        table.add_row(_mark(reason), said, *numbers, reason["article"])
    return table


def _mark(reason: Mapping[str, Any]) -> Rich:
    if not reason["applies"]:
        return Rich(MARKS["not_applicable"], style="dim")
    if reason["holds"] is None:
        return Rich(MARKS["unknown"], style="yellow")
    return Rich(MARKS["held"], style="green") if reason["holds"] else Rich(MARKS["failed"], style="red")


def _unit(reason: Mapping[str, Any], titles: Titles | None) -> str:
    if titles is None:
        return "any"
    leaves = titles.plan.rating(reason["rating"]).leaves()
    node = next((leaf.node for leaf in leaves if leaf.id == reason["condition"]), None)
    if isinstance(node, Compare):
        return unit_of(node.left, titles)
    return unit_of(node.of, titles) if isinstance(node, Between | Within) else "any"


def _number(value: float | None, unit: str, titles: Titles | None, lang: Lang, side: str) -> str:
    if value is None:
        return "—"
    if titles is None:
        return grouped(Decimal(repr(value)), 4, strip=True)
    shown = titles.formats.limit(value, unit) if side == "limit" else titles.formats.value(value, unit)
    return shown.pick(lang)
