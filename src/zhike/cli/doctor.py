"""`zhike doctor`: looks at the whole installation."""

from __future__ import annotations

import click

from zhike.cli.installation import need_database, start_django
from zhike.cli.kinds import lang_option
from zhike.cli.speaking import Speaking
from zhike_engine.words import Lang, Text

MARKS = {
    "good": Text(zh="正常", en="good"),
    "warning": Text(zh="留意", en="look"),
    "bad": Text(zh="有误", en="bad "),
}
"""State of a finding -> what stands in front of it."""


@click.command(name="doctor", cls=Speaking)
@lang_option()
def command(lang: Lang) -> int:
    """Look at settings, database, disk, clock, jobs, journal and backups; status 1 when something is bad."""
    start_django()
    need_database()
    from django.utils import timezone, translation

    from zhike.system.health import BAD, look, schema, worst

    now = timezone.now()
    with translation.override("zh-hans" if lang == "zh" else "en"):
        first = schema(now)
        found = [first] if first.state == BAD else look(now)
        for one in found:
            click.echo(f"{MARKS[one.state].pick(lang)}  {one.title}: {one.text}")
    return 1 if worst(found) == BAD else 0
