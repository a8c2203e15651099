"""`zhike new`: a policy of one's own, started from a shipped one."""

from __future__ import annotations

import re
from pathlib import Path

import click

from zhike import beside, presets
from zhike.cli.kinds import Place, lang_option
from zhike.cli.speaking import Speaking
from zhike.messages import say, system_says
from zhike_engine.errors import NotFound, OutputFailed
from zhike_engine.policy.load import load_policy
from zhike_engine.words import Lang


@click.command(name="new", cls=Speaking)
@click.argument("name")
@click.option(
    "--from", "preset", default="foreign-trade", show_default=True, help="Shipped policy to start from."
)
@click.option(
    "--dir",
    "folder",
    type=Place(),
    default=Path(),
    help="Where to put it; here by default.",
)
@lang_option()
def command(name: str, preset: str, folder: Path, lang: Lang) -> None:
    """Copy a shipped policy under a new NAME, into a folder of that name.

    The shipped policy stays as it is. The copy has the policy, its example values and its tests.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        raise NotFound(
            say("`{name}` cannot be the name of a policy", name=name),
            hint=say("use small letters, digits and -, such as `our-policy`"),
        )
    source = presets.policy_path(preset)
    target = folder / name
    if target.exists():
        raise OutputFailed(
            say("`{path}` exists already", path=target),
            hint=say("choose another name, or remove the folder"),
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with beside.building(target) as fresh:
            for file in sorted(source.glob("*.yaml")):
                text = re.sub(r"(?m)^policy: .*$", f"policy: {name}", file.read_text("utf-8"), count=1)
                (fresh / file.name).write_text(text, "utf-8")
            beside.put_in_place(fresh, target)
    except OSError as problem:
        raise OutputFailed(
            say("`{path}` cannot be written: {reason}", path=target, reason=system_says(problem)),
            hint=say("nothing was changed"),
        ) from None
    policy = load_policy(target)
    unset = [
        key for key, spec in policy.document.parameters.items() if spec.value is None and not spec.values
    ]
    if lang == "zh":
        click.echo(f"已新建 {target}，源自 {preset}；有 {len(unset)} 个参数尚未设定")
        click.echo(f"下一步：编辑 {target / 'policy.yaml'}，然后运行 zhike check {target}")
    else:
        click.echo(f"made {target} from {preset}; {len(unset)} parameters are unset")
        click.echo(f"next: edit {target / 'policy.yaml'}, then run zhike check {target}")
