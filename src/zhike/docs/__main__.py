"""`python -m zhike.docs`: fill the reference pages of this checkout again."""

from __future__ import annotations

import click

from zhike.docs import ROOT, pages


@click.command()
def main() -> None:
    """Make every reference page anew and tell which ones changed."""
    changed = 0
    for path, text in pages().items():
        target = ROOT / path
        if not target.is_file() or target.read_text("utf-8") != text:
            target.write_text(text, "utf-8")
            click.echo(f"made {path}")
            changed += 1
    click.echo(f"{changed} pages changed")


if __name__ == "__main__":
    main()
