"""`zhike schema`: the JSON Schema of policies and of mapping files."""

from __future__ import annotations

import click

from zhike.cli.speaking import Speaking
from zhike.facts.schema import mapping_schema_text
from zhike_engine.policy.schema import schema_text


@click.command(name="schema", cls=Speaking)
@click.option("--mapping", is_flag=True, help="That of mapping files, which `zhike facts` reads.")
def command(*, mapping: bool) -> None:
    """Print the JSON Schema of the policy format, for editors that complete and check YAML."""
    click.echo(mapping_schema_text() if mapping else schema_text(), nl=False)
