"""Cautions of the start-up checks are said, and do not stop the start."""

from __future__ import annotations

import pytest

from zhike.cli import installation
from zhike.config import checks


def test_an_unsafe_sqlite_is_told_at_the_start(monkeypatch, settings, capsys):
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        pytest.skip("the caution is about SQLite")
    monkeypatch.setattr(checks, "is_safe", lambda: False)
    installation.need_checks()
    assert "pysqlite3" in capsys.readouterr().err
    monkeypatch.setattr(checks, "is_safe", lambda: True)
    installation.need_checks()
    assert capsys.readouterr().err == ""
