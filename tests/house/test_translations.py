"""Nothing that a person reads is left in one language."""

from __future__ import annotations

from zhike.ui.translations import faults


def test_every_text_has_its_chinese_and_every_word_is_marked() -> None:
    assert [str(fault) for fault in faults()] == []
