"""The report: one self-contained page about a run, in Chinese and English, for screen, phone and paper."""

from __future__ import annotations

from pathlib import Path

from zhike.report.page import render
from zhike_engine.run import Run
from zhike_engine.words import Lang


def write_report(run: Run, path: Path, *, lang_default: str = "zh") -> None:
    """Write the report of a finished run as one HTML file that asks for nothing else.

    `lang_default` is the language it opens in; the reader can switch. Raises OSError when `path` cannot be written.
    """
    lang: Lang = "en" if lang_default == "en" else "zh"
    path.write_text(render(run, lang), "utf-8")
