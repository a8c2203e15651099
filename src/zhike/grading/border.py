"""What grading asks of policies: the document of a version, its values, and the keys of its ratings."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zhike.policies.models import PolicyVersion
from zhike_engine import Policy, load_policy


@lru_cache(maxsize=32)
def _read(digest: str, text: str) -> Policy:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "policy.yaml"
        path.write_text(text, "utf-8")
        return load_policy(path)


def document(version: PolicyVersion) -> Policy:
    """The policy as the engine reads it."""
    if find_spec("zhike.policies.reading"):
        found: Policy = import_module("zhike.policies.reading").document(version)
        return found
    return _read(hashlib.sha256(version.text.encode()).hexdigest(), version.text)


def values(version: PolicyVersion) -> dict[str, Any]:
    """The company's values of its parameters."""
    if find_spec("zhike.policies.reading"):
        return dict(import_module("zhike.policies.reading").values(version))
    return dict(version.values)


def rating_key(version: PolicyVersion, rating: str) -> str:
    """The key under which grades of a rating are kept."""
    return f"{version.policy.code}.{rating}"
