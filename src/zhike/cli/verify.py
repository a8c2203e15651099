"""`zhike verify`: checks the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import Progress

from zhike.cli.installation import need_schema, start_django
from zhike.cli.kinds import lang_option
from zhike.cli.speaking import Speaking
from zhike_engine.words import Lang, Text

FAULTS = {
    "changed": Text(zh="内容被改动", en="its content was changed"),
    "removed": Text(zh="缺少这一环，记录被删除", en="it is missing from the chain; an entry was removed"),
    "chain": Text(
        zh="与前一环不符，记录被插入或调换",
        en="it does not follow the one before; entries were inserted or moved",
    ),
    "cut": Text(
        zh="末尾被截断，或数据库被换成了旧副本", en="the end was cut off, or the database is an older copy"
    ),
    "anchor": Text(zh="与锚点文件不符", en="it does not agree with the anchor file"),
}
"""Code of a fault -> what it means."""


@contextmanager
def rich_progress(total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr that shows up on a terminal only."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda number: bar.update(task, completed=number)


@click.command(name="verify", cls=Speaking)
@lang_option()
def command(lang: Lang) -> int:
    """Check every entry of the journal, and name each place that does not fit; status 1 when one is found."""
    start_django()
    need_schema()
    from zhike.kernel.journal import Entry, verify

    total = Entry.objects.count()
    with rich_progress(total) as tell:
        faults = list(verify(tell))
    for fault in faults:
        text = FAULTS[fault.code]
        click.echo(f"{fault.place.pick(lang)}: {text.pick(lang)}")
    whole = Text(zh="日志完整：{count} 条记录", en="the journal is whole: {count} entries").format(
        count=total
    )
    broken = Text(zh="发现 {count} 处不符", en="{count} places do not fit").format(count=len(faults))
    shown = broken if faults else whole
    click.echo(shown.pick(lang))
    return 1 if faults else 0
