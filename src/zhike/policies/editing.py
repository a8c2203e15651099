"""Changing one place of a policy's text: comments, order and layout of everything else stay as they are.

set_at(text, ("ratings", "value", "grades", "A", "title"), {"zh": "金级", "en": "Gold"})
remove_at(text, ("parameters", "a_amount", "value"))
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

Path = Sequence[str | int]
PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff_][\w\u4e00-\u9fff .()/%+-]*\Z")
WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"})
LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def set_at(text: str, path: Path, value: Any) -> str:
    """The text with the element at `path` set to plain data; a key that is missing is added after its siblings."""
    node = _node(text, path)
    if node is not None:
        start, end = _span(text, node)
        return text[:start] + flow(value) + text[end:]
    parent = _node(text, path[:-1])
    if parent is None:
        return set_at(text, path[:-1], {str(path[-1]): value})
    return _added(text, parent, path[-1], value)


def remove_at(text: str, path: Path) -> str:
    """The text without the element at `path`; as it was when there is none."""
    parent = _node(text, path[:-1])
    node = _child(parent, path[-1])
    if node is None or parent is None:
        return text
    if isinstance(parent, yaml.MappingNode):
        start = next(key.start_mark.index for key, value in parent.value if value is node)
    else:
        start = text.rfind("-", 0, node.start_mark.index)
    _first, end = _span(text, node)
    if parent.flow_style:
        comma = re.match(r"\s*,\s*", text[end:])
        if comma:
            return text[:start] + text[end + comma.end() :]
        return re.sub(r",\s*\Z", "", text[:start]) + text[end:]
    line = text.rfind("\n", 0, start) + 1
    after = text.find("\n", end)
    return text[:line] + (text[after + 1 :] if after >= 0 else "")


def flow(value: Any) -> str:
    """Plain data on one line of YAML.

    >>> flow({"zh": "金级", "en": "Gold: best"})
    '{zh: 金级, en: "Gold: best"}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(str(key))}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    word = str(value)
    plain = PLAIN.match(word) and word.lower() not in WORDS and not word.endswith(" ")
    if plain:
        return word
    if '"' in word and "'" not in word and word.isprintable():
        return f"'{word}'"
    return json.dumps(word, ensure_ascii=False)


def _root(text: str) -> Any:
    found: Any = yaml.compose(text, Loader=LOADER)
    return found


def _node(text: str, path: Path) -> Any:
    here = _root(text)
    for part in path:
        here = _child(here, part)
    return here


def _child(node: Any, part: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part]
    return None


def _span(text: str, node: Any) -> tuple[int, int]:
    """Where an element stands, without the blank lines and comments that follow it."""
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        return start, start + len(text[start:end].rstrip())
    last = node
    while isinstance(last, yaml.CollectionNode) and not last.flow_style and last.value:
        last = last.value[-1][1] if isinstance(last, yaml.MappingNode) else last.value[-1]
    return start, last.start_mark.index + len(text[last.start_mark.index : last.end_mark.index].rstrip())


def _added(text: str, parent: Any, key: str | int, value: Any) -> str:
    if isinstance(parent, yaml.SequenceNode):
        return _appended(text, parent, value)
    if isinstance(parent, yaml.ScalarNode):
        start, end = _span(text, parent)
        return f"{text[:start].rstrip(' ')} {flow({str(key): value})}{text[end:]}"
    assert isinstance(parent, yaml.MappingNode)
    entry = f"{flow(str(key))}: {flow(value)}"
    if parent.flow_style:
        _start, end = _span(text, parent)
        inside = ", " if parent.value else ""
        return f"{text[: end - 1].rstrip()}{inside}{entry}{text[end - 1 :]}"
    column = parent.start_mark.column
    _start, end = _span(text, parent)
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    return f"{text[:line_end]}\n{' ' * column}{entry}{text[line_end:]}"


def _appended(text: str, parent: Any, value: Any) -> str:
    _start, end = _span(text, parent)
    if parent.flow_style:
        inside = ", " if parent.value else ""
        return f"{text[: end - 1]}{inside}{flow(value)}{text[end - 1 :]}"
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    return f"{text[:line_end]}\n{' ' * parent.start_mark.column}- {flow(value)}{text[line_end:]}"
