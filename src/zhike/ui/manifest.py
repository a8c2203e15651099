"""Addresses of the built files, from the manifest that the build writes."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

BUILT = Path(__file__).parent / "static" / "dist"


@lru_cache(maxsize=1)
def _read(changed: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((BUILT / "manifest.json").read_text("utf-8"))
    return found


def manifest() -> dict[str, Any]:
    """The manifest; read again when it changes while developing. Raises ImproperlyConfigured before the first build."""
    try:
        return _read((BUILT / "manifest.json").stat().st_mtime_ns if settings.DEBUG else 0)
    except FileNotFoundError as error:
        raise ImproperlyConfigured("the pages have no styles yet: run `make assets`") from error


def built(file: str) -> str:
    """The address of a file in the folder of built files."""
    return static(f"dist/{file}")


def asset(name: str) -> str:
    """The address of a built file by its source, such as `src/main.js` or `icons.svg`."""
    return built(manifest()[name]["file"])


def styles(name: str) -> list[str]:
    """The addresses of an entry's style sheets."""
    return [built(file) for file in manifest()[name].get("css", [])]


@lru_cache(maxsize=8)
def _sprite(version: int) -> str:
    return asset("icons.svg")


def sprite() -> str:
    """The address of the icons."""
    return _sprite((BUILT / "manifest.json").stat().st_mtime_ns if settings.DEBUG else 0)
