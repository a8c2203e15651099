"""The environment variable ZHIKE_LANG sets the language of every command; `--lang` goes before it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from zhike.cli.main import cli


@pytest.mark.parametrize(
    ("environment", "options", "word"),
    [
        ({"ZHIKE_LANG": None}, [], "通过"),
        ({"ZHIKE_LANG": "en"}, [], "passed"),
        ({"ZHIKE_LANG": "en"}, ["--lang", "zh"], "通过"),
    ],
)
def test_the_language_of_a_command(environment, options, word):
    done = CliRunner().invoke(cli, ["test", "foreign-trade", *options], env=environment)
    assert done.exit_code == 0
    assert word in done.output


@pytest.mark.parametrize(
    ("variable", "arguments", "word"),
    [
        (None, ["--help"], "用法："),
        ("en", ["--help"], "Usage: "),
        ("en", ["--lang", "zh", "--help"], "用法："),
        ("zh", ["--lang=en", "grade", "--help"], "Usage: "),
        ("zh", ["grade", "--help", "--lang", "en"], "Usage: "),
        (None, ["--lang", "en", "grade"], "Usage: "),
        (None, ["grade"], "用法："),
    ],
)
def test_the_language_of_help_and_of_a_wrong_call(variable, arguments, word):
    done = CliRunner().invoke(cli, arguments, env={"ZHIKE_LANG": variable})
    assert done.output.startswith(word)
