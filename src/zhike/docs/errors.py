"""The family of errors as a table."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
from pathlib import Path

import zhike
import zhike_engine
from zhike.docs.words import Page, markdown_table
from zhike_engine.errors import ZhikeError
from zhike_engine.words import Text


def family() -> dict[str, type[ZhikeError]]:
    """Code -> the class that bears it, of every error that Zhike can raise; the first class of a code counts."""
    for package in (zhike_engine, zhike):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if declares_errors(module.name):
                importlib.import_module(module.name)
    found: dict[str, type[ZhikeError]] = {}
    waiting = list(ZhikeError.__subclasses__())
    while waiting:
        one = waiting.pop(0)
        found.setdefault(one.code, one)
        waiting += one.__subclasses__()
    return found


def declares_errors(module: str) -> bool:
    """Whether a module derives a class from one of the errors it imports. The others stay unread: pages need the product."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return False
    text = Path(spec.origin).read_text("utf-8")
    named = set(re.findall(r"\w+", " ".join(re.findall(r"errors import \(?([\w\s,]+)", text)))) | {
        "ZhikeError"
    }
    return any(base in named for base in re.findall(r"^class \w+\((\w+)", text, re.MULTILINE))


def codes(page: Page, _: tuple[str, ...]) -> str:
    """Block `codes`: every code with its meaning."""
    rows = [
        [f"[`{code}`](#{code})", page.translated((of.__doc__ or "").strip().splitlines()[0].rstrip("."))]
        for code, of in sorted(family().items())
    ]
    head = [page.say(Text(zh="代码", en="Code")), page.say(Text(zh="含义", en="Meaning"))]
    return markdown_table(head, rows)
