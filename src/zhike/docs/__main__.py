"""`python -m zhike.docs`: fill the reference pages of this checkout again."""

from __future__ import annotations

from pathlib import Path

import click

from zhike.docs import ROOT, pages
from zhike.docs.tutorial import TUTORIALS, played


@click.command()
def main() -> None:
    """Make every reference page anew, play the tutorial, and tell which pages changed."""
    changed = 0
    tutorials = {Path(name): played((ROOT / name).read_text("utf-8"), ROOT) for name in TUTORIALS}
    for path, text in {**pages(), **tutorials}.items():
        target = ROOT / path
        if not target.is_file() or target.read_text("utf-8") != text:
            target.write_text(text, "utf-8")
            click.echo(f"made {path}")
            changed += 1
    click.echo(f"{changed} pages changed")


if __name__ == "__main__":
    main()
