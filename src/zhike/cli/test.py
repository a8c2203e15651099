"""`zhike test`: run the tests that stand beside a policy, and say which article and reason failed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from zhike.cli.common import find_policy, json_option, policy_argument
from zhike.cli.kinds import Place, lang_option
from zhike.cli.speaking import Speaking
from zhike_engine.policy.testing import CaseResult, Failure, TestReport, run_tests
from zhike_engine.words import Lang, Text

PASSED = Text(zh="通过", en="passed")
FAILED = Text(zh="失败", en="FAILED")
SUMMARY = Text(
    zh="制度 {policy}：用例 {cases}，通过 {passed}，失败 {failed}",
    en="policy {policy}: cases {cases}, passed {passed}, failed {failed}",
)
ARTICLE = Text(zh="条款 {number} {title}", en="article {number} {title}")


@click.command(name="test", cls=Speaking, short_help="Run a policy's own tests.")
@policy_argument
@click.option(
    "--file",
    "file",
    type=Place(),
    help="Run this file instead of the tests.yaml beside it.",
)
@click.option("--verbose", "-v", is_flag=True, help="List the cases that pass, too.")
@lang_option()
@json_option
def command(policy: str, file: Path | None, verbose: bool, lang: Lang, as_json: bool) -> None:
    """Run the cases of a policy: facts in, grade and reasons out.

    POLICY is a policy file, a folder with policy.yaml, or the name of a shipped policy. The exit status is 1 when a
    case fails.
    """
    report = run_tests(find_policy(policy), file)
    if as_json:
        click.echo(json.dumps(plain(report), ensure_ascii=False, indent=2))
    else:
        show(report, lang, verbose=verbose)
    if report.failed:
        click.get_current_context().exit(1)


def show(report: TestReport, lang: Lang, *, verbose: bool = False) -> None:
    """Print what failed, where, under which article; then the counts."""
    for case in report.cases:
        if case.failures:
            click.echo(f"{click.style(FAILED.pick(lang), fg='red')}  {case.it.pick(lang)}")
            for failure in case.failures:
                click.echo(f"    {failure.place}\n        {failure.message.pick(lang)}")
                if failure.article:
                    click.echo(f"        {_article(report, failure, lang)}")
        elif verbose:
            click.echo(f"{click.style(PASSED.pick(lang), fg='green')}  {case.it.pick(lang)}")
    count = len(report.cases)
    line = SUMMARY.format(
        policy=report.policy.name, cases=count, passed=count - report.failed, failed=report.failed
    )
    click.echo(line.pick(lang))


def _article(report: TestReport, failure: Failure, lang: Lang) -> str:
    article = report.policy.document.articles.get(failure.article)
    title = article.title.pick(lang) if article is not None else ""
    return ARTICLE.format(number=failure.article, title=title).pick(lang).rstrip()


def plain(report: TestReport) -> dict[str, Any]:
    """The report as JSON: every case with its place, and every failure with place, message and article."""
    return {
        "policy": report.policy.name,
        "policy_hash": report.policy.hash,
        "file": str(report.path),
        "cases": len(report.cases),
        "failed": report.failed,
        "results": [_case(case) for case in report.cases],
    }


def _case(case: CaseResult) -> dict[str, Any]:
    return {
        "it": {"zh": case.it.zh, "en": case.it.en},
        "place": str(case.place),
        "passed": case.passed,
        "failures": [
            {
                "place": str(one.place),
                "message": {"zh": one.message.zh, "en": one.message.en},
                "article": one.article,
            }
            for one in case.failures
        ],
    }
