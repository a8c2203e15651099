"""`zhike serve`: serves the pages, and by default does the jobs too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import click

from zhike.cli.installation import need_checks, need_port, need_schema, start_django
from zhike.cli.kinds import Whole, lang_option
from zhike.cli.language import spoken
from zhike.cli.speaking import Speaking
from zhike.cli.worker import PARENT
from zhike_engine.words import Lang, Text

AGAIN = 3.0
GRACE = 20.0
SERVING = Text(zh="正在提供服务：{here}（按 Ctrl-C 停止）", en="serving {here}; Ctrl-C ends it")
BEHIND = Text(
    zh="正在提供服务：{here}，用户访问 {address}（按 Ctrl-C 停止）",
    en="serving {here}, for people at {address}; Ctrl-C ends it",
)


class EmbeddedWorker:
    """A `zhike worker` beside the server; started again when it ends by itself."""

    def __init__(self) -> None:
        self.ending = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._keep, name="embedded worker", daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ending.set()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.thread.join(GRACE)
        if self.process is not None and self.process.poll() is None:
            self.process.kill()

    def _keep(self) -> None:
        command = [sys.executable, "-m", "zhike", "worker"]
        env = {**os.environ, PARENT: str(os.getpid())}
        while not self.ending.is_set():
            self.process = subprocess.Popen(command, env=env)  # noqa: S603 -- the words are this program's own
            self.process.wait()
            self.ending.wait(AGAIN)


@click.command(name="serve", cls=Speaking)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=Whole(1, 65535), help="Port; by default the one of ZHIKE_ADDRESS, or 8000.")
@lang_option()
def command(lang: Lang, host: str, port: int | None) -> None:
    """Serve the product, until told to end.

    Refuses to start on wrong settings, a schema that does not fit, a page without a rule, or a port in use.
    ZHIKE_WEB_WORKERS says how many processes serve pages; ZHIKE_EMBEDDED_WORKER=false leaves the jobs to `zhike worker`.
    """
    start_django()
    from django.conf import settings

    need_schema()
    need_checks()
    serve(host, port or own_port(settings.ADDRESS))


def own_port(address: str) -> int:
    """The port of an address without a proxy in front; 8000 when it names none."""
    return urlsplit(address).port or 8000


def told(host: str, port: int, address: str) -> Text:
    """Where it listens, and the address that people type where that is another."""
    here = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    return (SERVING if here == address else BEHIND).format(here=here, address=address)


def serve(host: str, port: int) -> None:
    """Listen until told to end."""
    from contextlib import nullcontext

    from django.conf import settings
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces

    need_port(host, port)
    connections.close_all()
    server = Granian(
        "zhike.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.GIVEN["ZHIKE_WEB_WORKERS"],
        blocking_threads=4,
        backpressure=64,
        respawn_failed_workers=True,
        workers_kill_timeout=int(GRACE),
        log_access=False,
        websockets=False,
    )
    click.echo(told(host, port, settings.ADDRESS).pick(spoken()))
    with EmbeddedWorker() if settings.GIVEN["ZHIKE_EMBEDDED_WORKER"] else nullcontext():
        server.serve()
