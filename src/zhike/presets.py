"""The policies that ship with Zhike: `policies/` of a checkout, `zhike/presets` of an installed copy."""

from __future__ import annotations

from pathlib import Path

from zhike.messages import say
from zhike_engine.errors import NotFound
from zhike_engine.issues import did_you_mean
from zhike_engine.policy.load import Policy

EXAMPLE_VALUES = "values.example.yaml"
"""Name of the file with the marked example values, beside a policy."""


def folder() -> Path:
    """The folder that holds one folder per shipped policy."""
    here = Path(__file__).resolve().parent
    installed = here / "presets"
    return installed if installed.is_dir() else here.parents[1] / "policies"


def names() -> list[str]:
    """Names of the shipped policies, sorted."""
    home = folder()
    return sorted(path.parent.name for path in home.glob("*/policy.yaml")) if home.is_dir() else []


def policy_path(name: str) -> Path:
    """The folder of a shipped policy; raises NotFound."""
    if name not in names():
        hint = did_you_mean(name, names()) or say("give the path of a policy file")
        raise NotFound(say("there is no shipped policy `{name}`", name=name), hint=hint)
    return folder() / name


def example_values(policy: Policy) -> Path:
    """The file of example values beside a policy; raises NotFound."""
    path = policy.path.parent / EXAMPLE_VALUES
    if not path.is_file():
        raise NotFound(
            say("policy `{policy}` has no example values", policy=policy.name),
            place=str(policy.path.parent),
            hint=say(
                "add `{file}` with `values:`, or give a values file with `--values FILE`", file=EXAMPLE_VALUES
            ),
        )
    return path
