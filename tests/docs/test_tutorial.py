"""A stranger who types what the tutorial says sees what it shows."""

from __future__ import annotations

import itertools

import pytest

from zhike.docs import ROOT
from zhike.docs.tutorial import TUTORIALS, blocks, played


@pytest.mark.slow
@pytest.mark.parametrize("name", TUTORIALS)
def test_every_command_says_what_the_tutorial_shows(name):
    page = (ROOT / name).read_text("utf-8")
    assert played(page, ROOT) == page, "run `python -m zhike.docs`"


@pytest.mark.parametrize("name", TUTORIALS)
def test_every_output_stands_behind_a_command(name):
    kinds = [block.kind for block in blocks((ROOT / name).read_text("utf-8"))]
    shown = [pair for pair in itertools.pairwise(kinds) if pair[1] == "text"]
    assert shown == [("sh", "text")] * 8
