"""What the product says when something is wrong; see `zhike_engine.messages`."""

from __future__ import annotations

from zhike_engine.messages import NOTHING, Said, counted_rows, speaker, system_says, together

__all__ = ["NOTHING", "Said", "counted_rows", "say", "system_says", "together"]

say = speaker("zhike")
