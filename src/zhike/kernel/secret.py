"""Secrets: given, or made once and kept beside the data."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path


@cache
def kept_secret(file: Path) -> str:
    """The secret in a file that only its owner may read; made on first use, once, whoever is first."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}.{os.getpid()}")
        with os.fdopen(
            os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as out:
            out.write(secrets.token_urlsafe(50))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass  # another process was first
        finally:
            fresh.unlink()
    return file.read_text("utf-8")


def secret_key(given: str, data: Path) -> str:
    """The key given, or the one in `secret.key` of the data folder."""
    return given or kept_secret(data / "secret.key")
