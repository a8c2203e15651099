"""The example facts as tables."""

from __future__ import annotations

import csv

from zhike.docs.examples import HOME
from zhike.docs.words import Page, markdown_table


def example(_: Page, names: tuple[str, ...]) -> str:
    """Block `example TABLE`: the rows of one table of the example facts."""
    with (HOME / "facts" / f"{names[0]}.csv").open(encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    return markdown_table(head, rows)
