"""The manifest of a facts folder: hashes of its files, and whether it is sealed.

A folder is sealed when `facts.json` says that its tables were checked and every file still has the hash it states.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from zhike_engine.errors import FactsInvalid
from zhike_engine.facts.summary import Summary
from zhike_engine.messages import say

MANIFEST = "facts.json"


def file_hashes(paths: Mapping[str, Path]) -> dict[str, str]:
    """SHA-256 of every file's content, several files at a time."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(_sha256, paths.values()))
    return dict(zip(paths, found, strict=True))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprint(hashes: Mapping[str, str]) -> str:
    """One SHA-256 over the hashes of all tables."""
    return hashlib.sha256(json.dumps(dict(hashes), sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path, hashes: Mapping[str, str]) -> tuple[bool, dict[str, Summary]]:
    """Whether the folder is sealed, and the summaries it states for its tables; raises FactsInvalid."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return False, {}
    try:
        stated = json.loads(manifest.read_text("utf-8"))
        tables = stated["tables"]
        sealed = bool(stated.get("checked")) and all(
            tables.get(name, {}).get("sha256") == hashed for name, hashed in hashes.items()
        )
        told = {name: entry["summary"] for name, entry in tables.items() if entry.get("summary")}
        summaries = {name: Summary.from_json(plain) for name, plain in told.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FactsInvalid(
            say("`{file}` cannot be read", file=MANIFEST),
            place=str(manifest),
            hint=say("run `zhike facts` again"),
        ) from None
    return sealed, summaries if sealed else {}


def write_manifest(folder: Path, hashes: Mapping[str, str], summaries: Mapping[str, Summary]) -> None:
    """Seal a folder: state the hash and the summary of every table."""
    tables = {name: {"sha256": hashes[name], "summary": told.to_json()} for name, told in summaries.items()}
    text = json.dumps({"zhike_facts": 1, "checked": True, "tables": tables}, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
