"""Kinds of values on the command line, as the help shows them."""

from __future__ import annotations

import click
import pytest

from zhike.cli.help import option_row
from zhike.cli.kinds import Whole


@pytest.mark.parametrize(
    ("kind", "shown"),
    [(Whole(), "[default: 5]"), (Whole(1, 9), "[default: 5; 1<=x<=9]"), (Whole(1), "[default: 5; x>=1]")],
)
def test_the_help_shows_a_range_only_where_there_is_one(kind, shown, monkeypatch):
    option = click.Option(["--count"], type=kind, default=5, show_default=True, help="How many.")
    monkeypatch.setattr("zhike.cli.help.spoken", lambda: "en")
    assert option_row(option, click.Context(click.Command("count")))[1] == f"How many.  {shown}"
