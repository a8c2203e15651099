"""The guides of running Zhike: the same steps in both languages, and only commands and options that there are."""

from __future__ import annotations

import re

import click
import pytest

from tests.house.sources import ROOT
from zhike.cli.main import COMMANDS, cli
from zhike.config.table import SETTINGS

GUIDES = [ROOT / "docs" / "howto" / name for name in ("deploy.md", "deploy.zh.md")]
BLOCK = re.compile(r"^```(?:sh|ini|nginx|dockerfile)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def steps(text: str) -> list[str]:
    """The blocks of code, without remarks and without what is said in a language."""
    bare = [
        re.sub(r" +#.*$|\"[^\"$]*\"|(?<=PASSPHRASE=).*", "", block, flags=re.MULTILINE)
        for block in BLOCK.findall(text)
    ]
    return [line.rstrip() for block in bare for line in block.splitlines()]


def test_both_languages_give_the_same_steps():
    first, second = (steps(guide.read_text("utf-8")) for guide in GUIDES)
    assert first == second


def test_every_command_and_every_setting_is_there():
    text = GUIDES[0].read_text("utf-8")
    calls = re.findall(
        r"(?:^|zhike/bin/|drill |sh\", \"-c\", \"|exec )zhike (\w+)([^\n`&|<]*)", text, re.MULTILINE
    )
    assert {"migrate", "createuser", "doctor", "serve", "backup"} <= {name for name, _ in calls}
    for name, rest in calls:
        assert name in COMMANDS, name
        command = cli.get_command(click.Context(cli), name)
        known = {option for one in command.params for option in one.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= known, (name, rest)
    assert set(re.findall(r"ZHIKE_[A-Z_]+", text)) <= {one.name for one in SETTINGS}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda one: one.name)
def test_nothing_runs_as_root_in_the_data_folder_and_no_drill_touches_the_database_in_use(guide):
    text = guide.read_text("utf-8")
    assert "systemd-run" in text
    assert "--uid=zhike" in text
    assert text.index("systemctl enable --now") < text.index("zhike doctor")
    for drill in re.findall(r"^drill=.*$", text, re.MULTILINE):
        assert "-u ZHIKE_DATABASE_URL" in drill or "ZHIKE_DATABASE_URL=postgresql:///zhike_drill" in drill
