"""`zhike clauses`: what the product must do, clause by clause, and which tests prove it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from zhike.clause_marks import Mark, find_marks
from zhike.clauses import (
    RESULTS,
    Catalogue,
    Outcome,
    Proof,
    checkout,
    load_catalogue,
    prove,
    read_results,
    unknown_marks,
)
from zhike.cli.kinds import Place, lang_option
from zhike.cli.speaking import Speaking
from zhike.messages import say
from zhike_engine.errors import NotFound
from zhike_engine.issues import did_you_mean
from zhike_engine.words import Lang, Text

HEADINGS = (
    Text(zh="条款", en="Clause"),
    Text(zh="标题", en="Title"),
    Text(zh="已证明", en="Proven"),
    Text(zh="测试数", en="Tests"),
    Text(zh="最近结果", en="Last result"),
)
OUTCOME_WORDS: dict[Outcome, Text] = {
    "passed": Text(zh="通过", en="passed"),
    "skipped": Text(zh="跳过", en="skipped"),
    "not run": Text(zh="未运行", en="not run"),
    "failed": Text(zh="失败", en="failed"),
}
OUTCOME_STYLES: dict[Outcome, str] = {
    "passed": "green",
    "skipped": "yellow",
    "not run": "yellow",
    "failed": "red",
}
SUMMARY = Text(
    zh="条款 {shown}：已证明 {proven}，未证明 {unproven}；测试 {tests}",
    en="clauses {shown}: proven {proven}, not proven {unproven}; tests {tests}",
)
NO_TESTS = Text(
    zh="此处没有测试：这是已安装的副本，不是源码检出，因此每一条都列为未证明\n  办法：在源码检出中运行，或用 --checkout 指定其目录",
    en="there are no tests here: this is an installed copy, not a checkout, so every clause is listed as unproven\n"
    "  hint: run it in a checkout, or name one with --checkout",
)
NO_RESULTS = Text(
    zh="还没有测试结果，因此每一条都列为未证明\n  办法：先运行 make test",
    en="no test results are recorded yet, so every clause is listed as unproven\n  hint: run `make test` first",
)


@click.command(name="clauses", cls=Speaking, short_help="List the clauses and the tests that prove them.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print a list of {id, proven, tests: [{test, outcome}]}."
)
@click.option(
    "--area", "areas", multiple=True, metavar="AREA", help="Only this area, such as GRD; may be repeated."
)
@click.option("--unproven", is_flag=True, help="Only clauses that are not proven.")
@lang_option()
@click.option(
    "--checkout",
    "folder",
    type=Place(exists=True, file_okay=False),
    help="Read the tests of this checkout of Zhike.",
)
def command(as_json: bool, areas: tuple[str, ...], unproven: bool, lang: Lang, folder: Path | None) -> None:
    """List what the product must do, clause by clause, and the tests that prove it.

    A clause is proven when at least one test is marked with it and every such test passed the last time it ran.
    """
    root = folder or checkout()
    catalogue = load_catalogue(root)
    wanted = _wanted(catalogue, areas)
    proofs = [proof for proof in _proofs(catalogue, root, lang) if proof.clause.area in wanted]
    shown = [proof for proof in proofs if not (unproven and proof.proven)]
    if as_json:
        click.echo(json.dumps([_plain(proof) for proof in shown], ensure_ascii=False, indent=1))
    else:
        _print_table(shown, lang)


def _wanted(catalogue: Catalogue, areas: Sequence[str]) -> set[str]:
    wanted = {area.upper() for area in areas}
    for area in sorted(wanted - set(catalogue.areas)):
        raise NotFound(say("there is no area `{area}`", area=area), hint=did_you_mean(area, catalogue.areas))
    return wanted or set(catalogue.areas)


def _proofs(catalogue: Catalogue, root: Path | None, lang: Lang) -> tuple[Proof, ...]:
    """Joins catalogue, tests and results; says on stderr what is missing for a proof."""
    if root is None or not (root / "tests").is_dir():
        click.echo(NO_TESTS.pick(lang), err=True)
        return prove(catalogue, (), {})
    marks: tuple[Mark, ...] = find_marks(root)
    for issue in unknown_marks(catalogue, marks):
        click.echo(issue.text(lang), err=True)
    if not (root / RESULTS).is_file():
        click.echo(NO_RESULTS.pick(lang), err=True)
    return prove(catalogue, marks, read_results(root))


def _plain(proof: Proof) -> dict[str, object]:
    tests = [{"test": witness.test, "outcome": witness.outcome} for witness in proof.witnesses]
    return {"id": proof.clause.id, "proven": proof.proven, "tests": tests}


def _print_table(proofs: Sequence[Proof], lang: Lang) -> None:
    table = Table(*(heading.pick(lang) for heading in HEADINGS))
    table.columns[3].justify = "right"
    for _, area in groupby(proofs, key=lambda proof: proof.clause.area):
        for proof in area:
            table.add_row(*_row(proof, lang))
        table.add_section()
    console = Console()
    console.print(table)
    proven = sum(proof.proven for proof in proofs)
    tests = {witness.test for proof in proofs for witness in proof.witnesses}
    summary = SUMMARY.format(
        shown=len(proofs), proven=proven, unproven=len(proofs) - proven, tests=len(tests)
    )
    console.print(summary.pick(lang), highlight=False)


def _row(proof: Proof, lang: Lang) -> tuple[str, str, str, str, str]:
    outcome = proof.outcome
    last = f"[{OUTCOME_STYLES[outcome]}]{OUTCOME_WORDS[outcome].pick(lang)}[/]" if outcome else "–"
    mark = "[green]✓[/]" if proof.proven else "–"
    return proof.clause.id, proof.clause.title.pick(lang), mark, str(len(proof.witnesses)), last
