"""`zhike diff`: what changed between two policies, by article, in words."""

from __future__ import annotations

import json
from itertools import groupby

import click

from zhike.cli.common import find_policy, json_option
from zhike.cli.kinds import lang_option
from zhike.cli.speaking import Speaking
from zhike_engine.policy.diff import Change, diff
from zhike_engine.policy.load import Policy
from zhike_engine.words import Lang


@click.command(name="diff", cls=Speaking)
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@lang_option()
@json_option
def command(old: str, new: str, lang: Lang, as_json: bool) -> None:
    """Tell what changed from policy A to policy B, article by article.

    Each is a policy file, a folder with policy.yaml, or the name of a shipped policy.
    """
    after = find_policy(new)
    changes = diff(find_policy(old), after)
    if as_json:
        click.echo(
            json.dumps([_plain(change) for change in changes], ensure_ascii=False, indent=2, default=str)
        )
        return
    zh = lang == "zh"
    for article, group in groupby(changes, key=lambda change: change.article):
        click.secho(_heading(after, article, zh), bold=True)
        for change in group:
            click.echo("  " + (change.sentence.zh if zh else change.sentence.en))
    count = len(changes)
    click.echo(f"{count} 处变化" if zh else f"{count} change{'s' if count != 1 else ''}")


def _heading(policy: Policy, article: str, zh: bool) -> str:
    if not article:
        return "未归入条款" if zh else "without article"
    spec = policy.document.articles.get(article)
    title = (spec.title.zh if zh else spec.title.en) if spec else ""
    return f"{article} {title}".strip()


def _plain(change: Change) -> dict[str, object]:
    sentence = {"zh": change.sentence.zh, "en": change.sentence.en}
    path = [str(part) for part in change.path]
    return {"article": change.article, "kind": change.kind, "path": path, "old": change.old, "new": change.new,
            "sentence": sentence}  # fmt: skip
