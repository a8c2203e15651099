"""Options that several commands share, and how they are read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
import pyarrow as pa
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from zhike import presets
from zhike.cli.kinds import Code, Day, Place
from zhike.messages import say
from zhike.previous import read_previous
from zhike_engine.backends.open import open_backend
from zhike_engine.policy.check import check, refuse
from zhike_engine.policy.load import Policy, load_policy, read_values
from zhike_engine.run import Run, run
from zhike_engine.words import Text

F = TypeVar("F", bound=Callable[..., Any])

STEPS = {
    "facts": Text(zh="读取事实", en="reading facts"),
    "metrics": Text(zh="计算指标", en="computing metrics"),
    "result": Text(zh="定级", en="grading"),
    "what_if": Text(zh="比较前后", en="comparing before and after"),
    "tables": Text(zh="写出等级和理由", en="writing grades and reasons"),
    "report": Text(zh="写出报告", en="writing the report"),
}
"""Steps of a run and of what follows it -> what people see; every other step of a run computes metrics."""


policy_argument = click.argument("policy", metavar="POLICY")
"""A policy file, a folder with policy.yaml, or the name of a shipped policy."""
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")


def run_options(command: F) -> F:
    """Everything that names a run: facts, day, values, previous grades, engine."""
    for option in reversed(
        [
            click.option(
                "--facts", required=True, metavar="DIR|URL", help="Folder of fact tables, or a database URL."
            ),
            click.option("--as-of", "as_of", required=True, type=Day(), help="Last day that counts."),
            click.option(
                "--values",
                "values",
                metavar="FILE|example",
                help="Values of parameters, or the example ones.",
            ),
            click.option(
                "--set",
                "sets",
                multiple=True,
                metavar="NAME=VALUE",
                help="Set one parameter; may be repeated.",
            ),
            click.option("--previous", type=Place(), help="Grades of an earlier run."),
            click.option(
                "--engine",
                metavar="ENGINE",
                help="duckdb, postgresql://…, sqlite://…, spark://…, local-spark.",
            ),
            click.option(
                "--currency",
                type=Code(),
                metavar="CODE",
                help="Count in this currency instead of the policy's.",
            ),
        ]
    ):
        command = option(command)
    return command


@dataclass(frozen=True)
class RunOptions:
    """The options of a run as given."""

    policy: str
    facts: str
    as_of: date
    values: str | None = None
    sets: tuple[str, ...] = ()
    previous: Path | None = None
    engine: str | None = None
    currency: str | None = None

    def read_policy(self) -> Policy:
        """The policy, counting in the currency asked for."""
        policy = find_policy(self.policy)
        if self.currency is None:
            return policy
        document = policy.document.model_copy(update={"currency": self.currency})
        return Policy(document, policy.source, policy.path)

    def given(self, policy: Policy) -> dict[str, Any]:
        """Parameter values from `--values` and `--set`; the latter win."""
        return given_values(policy, self.values, self.sets)


def find_policy(name: str) -> Policy:
    """A policy by path or by the name of a shipped one."""
    path = Path(name)
    if path.exists() or "/" in name or name.endswith((".yaml", ".yml")):
        return load_policy(path)
    return load_policy(presets.policy_path(name))


def given_values(policy: Policy, values: str | None, sets: tuple[str, ...]) -> dict[str, Any]:
    """Values of parameters from a values file (or `example`) and from NAME=VALUE pairs."""
    found: dict[str, Any] = {}
    if values == "example":
        found.update(read_values(presets.example_values(policy), policy))
    elif values is not None:
        found.update(read_values(Path(values), policy))
    for pair in sets:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(say("`{pair}` is not `NAME=VALUE`", pair=pair), param_hint="--set")
        found[name.strip()] = value.strip() or None
    return found


def start_run(options: RunOptions, lang: str) -> Run:
    """Open the engine and run the policy, with a progress bar on a terminal."""
    policy = options.read_policy()
    given = options.given(policy)
    refuse(policy, check(policy, given, options.as_of))
    previous: pa.Table | None = read_previous(options.previous, policy) if options.previous else None
    backend = open_backend(options.engine, options.facts)
    with ExitStack() as undone:
        undone.callback(backend.close)
        with progress(lang) as tell:
            done = run(policy, backend, options.as_of, given, previous=previous, progress=tell)
        undone.pop_all()
    return done


@contextmanager
def progress(lang: str, console: Console | None = None) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on stderr that shows up on a terminal only."""
    shown = console is not None or sys.stderr.isatty()
    console = console or Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not (shown and console.is_terminal)
    ) as bar:
        task = bar.add_task("", total=None)

        def tell(step: str, done: int, of: int) -> None:
            text = STEPS.get(step, STEPS["metrics"])
            bar.update(task, description=text.zh if lang == "zh" else text.en, completed=done, total=of)

        yield tell
