"""`zhike worker`: does the jobs."""

from __future__ import annotations

import os

import click

from zhike.cli.installation import need_schema, start_django
from zhike.cli.kinds import lang_option
from zhike.cli.speaking import Speaking
from zhike_engine.words import Lang

PARENT = "ZHIKE_PARENT"
"""The process that a worker belongs to; the worker ends when it is gone."""


@click.command(name="worker", cls=Speaking)
@lang_option()
def command(lang: Lang) -> None:
    """Do the jobs that pages and the clock have queued, until told to end.

    Ends on Ctrl-C or SIGTERM, once running jobs have come to a point where they can be put back.
    """
    start_django()
    need_schema()
    from zhike.jobs.worker import Worker

    parent = os.environ.get(PARENT)
    Worker(parent=int(parent) if parent else None).run()
