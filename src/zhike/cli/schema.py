"""`zhike schema`: the JSON Schema of the policy format."""

from __future__ import annotations

import click

from zhike.cli.speaking import Speaking
from zhike_engine.policy.schema import schema_text


@click.command(name="schema", cls=Speaking)
def command() -> None:
    """Print the JSON Schema of the policy format, for editors that complete and check YAML."""
    click.echo(schema_text(), nl=False)
