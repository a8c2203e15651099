"""`zhike worker`: does the jobs."""

from __future__ import annotations

import click

from zhike.cli.installation import need_schema, start_django
from zhike.cli.kinds import Whole, lang_option
from zhike.cli.speaking import Speaking
from zhike_engine.words import Lang


@click.command(name="worker", cls=Speaking)
@click.option("--parent", type=Whole(), hidden=True, help="End when this process is gone.")
@lang_option()
def command(lang: Lang, parent: int | None) -> None:
    """Do the jobs that pages and the clock have queued, until told to end.

    Ends on Ctrl-C or SIGTERM, once running jobs have come to a point where they can be put back.
    """
    start_django()
    need_schema()
    from zhike.jobs.worker import Worker

    Worker(parent=parent).run()
