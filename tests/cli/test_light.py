"""Commands that need no database start without the product: no Django, no page, no database driver."""

from __future__ import annotations

import subprocess
import sys

import pytest

from zhike.cli.main import COMMANDS

ASK = """
import sys
from zhike.cli.main import cli
try:
    cli([{name!r}, "--help"])
except SystemExit:
    pass
sys.stdout.flush()
sys.stderr.write(" ".join(sorted({{one.split(".")[0] for one in sys.modules}} & {{"django", "allauth", "ninja", "psycopg"}})))
"""


@pytest.mark.parametrize("name", ["grade", "demo", "serve"])
def test_help_is_shown_without_loading_django(name):
    assert name in COMMANDS
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(name=name)],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert "--help" in done.stdout
    assert done.stderr == ""
