"""The environment variable ZHIKE_LANG sets the language of every command; `--lang` goes before it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from zhike.cli.main import cli


@pytest.mark.parametrize(
    ("environment", "options", "word"),
    [
        ({}, [], "通过"),
        ({"ZHIKE_LANG": "en"}, [], "passed"),
        ({"ZHIKE_LANG": "en"}, ["--lang", "zh"], "通过"),
    ],
)
def test_the_language_of_a_command(environment, options, word):
    done = CliRunner().invoke(cli, ["test", "foreign-trade", *options], env=environment)
    assert done.exit_code == 0
    assert word in done.output
