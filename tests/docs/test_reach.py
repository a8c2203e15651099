"""The page that says what the language can say: every construct and question once, every place and every proof there."""

from __future__ import annotations

import re

import pytest

from zhike.docs import ROOT

PAGES = pytest.mark.parametrize("page", ["reach.md", "reach.zh.md"])


def rows(page: str) -> tuple[list[list[str]], list[list[str]]]:
    """The cells of the two tables: constructs, then questions."""
    parts = (ROOT / "docs" / "reference" / page).read_text("utf-8").split("\n## ")
    return tuple(
        [line.strip("| ").split(" | ") for line in part.splitlines() if re.match(r"\| \d", line)]
        for part in parts[1:3]
    )  # type: ignore[return-value]


@PAGES
def test_every_construct_has_its_place_and_its_proof(page):
    constructs, questions = rows(page)
    assert [int(row[0]) for row in constructs] == list(range(1, 32))
    assert [int(row[0]) for row in questions] == list(range(1, 31))
    assert all("](" in row[2] for row in constructs)
    proofs = {int(row[0]): re.findall(r"`(tests/[^`]+)`", row[3]) for row in constructs}
    assert [number for number, found in proofs.items() if not found] == []
    assert [path for found in proofs.values() for path in found if not (ROOT / path).is_file()] == []


def test_both_languages_name_the_same_proofs_and_places():
    def named(page: str) -> list[list[str]]:
        return [
            sorted(re.findall(r"\]\(([^)]+)\)|`(tests/[^`]+)`", " ".join(row).replace(".zh.md", ".md")))
            for table in rows(page)
            for row in table
        ]

    assert named("reach.md") == named("reach.zh.md")
