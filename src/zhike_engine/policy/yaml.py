"""A strict YAML reader that remembers where everything stands.

Differences from plain YAML 1.1: booleans are only `true` and `false`; dates stay text; numbers with a point
become Decimal; duplicate keys, anchors, tags and tabs are refused; every key is text as written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from zhike_engine.errors import DocumentInvalid
from zhike_engine.issues import Place
from zhike_engine.messages import Said, say, system_says

Plain = None | bool | int | Decimal | str | list[Any] | dict[str, Any]

_INT = re.compile(r"[-+]?[0-9]+\Z")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+\Z")
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 60
"""So many lists and keys within each other; shipped policies need a dozen."""

_FAULTS = {
    "mapping values are not allowed": say("mapping values are not allowed in this context"),
    "tab character": say("a tab stands where blanks belong"),
    "could not find expected ':'": say("a colon is missing after a key"),
    "did not find expected key": say("a key was expected here; the indentation differs from the line above"),
    "did not find expected '-'": say("a list entry was expected here; the indentation differs"),
    "did not find expected ','": say("a comma or a closing bracket is missing"),
    "block sequence entries are not allowed": say("a list entry cannot stand here"),
    "cannot start any token": say("a sign stands here with which no value can begin"),
    "unexpected end of stream": say("the text ends inside a quotation"),
    "did not find expected node content": say("a value is missing"),
    "did not find expected <document start>": say("a second document begins here"),
    "but found another document": say("a second document begins here"),
    "undefined alias": say("anchors and aliases are not allowed"),
    "undefined tag": say("tags are not allowed"),
    "unknown escape character": say(
        "a backslash in double quotes is followed by a letter that means nothing"
    ),
    "special characters are not allowed": say("the text has a control character"),
    "control characters are not allowed": say("the text has a control character"),
}
"""Words of the reader of YAML -> what is wrong."""


@dataclass(frozen=True)
class Document:
    """The plain data of a file and the place of every element, by its path of keys and indexes."""

    file: str
    data: Any
    places: Mapping[tuple[str | int, ...], Place]
    text: str

    def place(self, loc: tuple[str | int, ...]) -> Place:
        """The place of the element at `loc`, or of its nearest ancestor that stands in the file."""
        while loc and loc not in self.places:
            loc = loc[:-1]
        return self.places.get(loc, Place(self.file, 1, 1))


def load_document(path: Path) -> Document:
    """Read a UTF-8 YAML file; raises DocumentInvalid with the place of the first thing that is not YAML."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DocumentInvalid(say("file `{path}` does not exist", path=path), place=str(path)) from None
    except OSError as problem:
        raise DocumentInvalid(
            say("file `{path}` cannot be read: {reason}", path=path, reason=system_says(problem)),
            place=str(path),
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise DocumentInvalid(
            say("the file is not UTF-8 text"),
            place=f"{path}:{line}",
            hint=say("save it again with the encoding UTF-8"),
        ) from None
    return parse_document(text, str(path))


def parse_document(text: str, file: str = "<text>") -> Document:
    """Read YAML text; `file` is the name shown in places."""
    try:
        _check_depth(text, file)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        what = (problem.problem or "").rstrip(".")
        if mark and "\t" in _indent(text, mark.line):
            what = "tab character"
        raise DocumentInvalid(
            say("not valid YAML: {fault}", fault=_yaml_fault(what)), place=str(place), hint=_yaml_hint(what)
        ) from None
    except (yaml.YAMLError, ValueError) as problem:
        raise DocumentInvalid(
            say("not valid YAML: {fault}", fault=_yaml_fault(_one_line(problem))), place=file
        ) from None
    if node is None:
        raise DocumentInvalid(say("the file is empty"), place=file)
    places: dict[tuple[str | int, ...], Place] = {}
    data = _Reader(file, places).read(node, ())
    return Document(file=file, data=data, places=places, text=text)


def _check_depth(text: str, file: str) -> None:
    """Refuse lists within lists without end before the tree is built: the library does that by calls within calls."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                mark: Any = event.start_mark
                raise DocumentInvalid(
                    say("lists and keys lie deeper within each other than {most} levels", most=_DEEPEST),
                    place=str(Place(file, mark.line + 1, mark.column + 1)),
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _one_line(problem: Exception) -> str:
    return " ".join(str(problem).split())


def _yaml_fault(what: str) -> Said:
    """What the reader of YAML says, in our words where they are known."""
    for words, fault in _FAULTS.items():
        if words in what:
            return fault
    return say("the reader says `{words}`", words=what)


def _indent(text: str, number: int) -> str:
    """The blanks before the first sign of a line."""
    line = [*text.splitlines(), ""][min(number, len(text.splitlines()))]
    return line[: len(line) - len(line.lstrip())]


def _yaml_hint(what: str) -> Said:
    if "\\t" in what or "tab character" in what:
        return say("indent with spaces, not with tabs")
    if "mapping values are not allowed" in what:
        return say("put text that contains `: ` in quotes")
    return say("check the indentation and the quotes on this line and the one above")


class _Reader:
    def __init__(self, file: str, places: dict[tuple[str | int, ...], Place]) -> None:
        self.file = file
        self.places = places
        self.seen: set[int] = set()

    def place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def read(self, node: yaml.Node, loc: tuple[str | int, ...]) -> Any:
        self.places.setdefault(loc, self.place(node))
        if id(node) in self.seen:
            self.refuse(node, say("anchors and aliases are not allowed"), say("write the element out"))
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*loc, index)) for index, child in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return self.scalar(node)

    def mapping(self, node: yaml.MappingNode, loc: tuple[str | int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.refuse(
                    key_node,
                    say("a key must be plain text"),
                    say("write one word or a quoted text before the colon"),
                )
            key = str(key_node.value)
            if key in found:
                self.refuse(key_node, say("key `{key}` stands twice", key=key), say("keep one of the two"))
            self.places[(*loc, key)] = self.place(key_node)
            found[key] = self.read(value_node, (*loc, key))
        return found

    def scalar(self, node: yaml.ScalarNode) -> Plain:
        text = str(node.value)
        if node.style in ("'", '"', "|", ">"):
            return text
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INT.match(text):
            return (
                int(text) if not (len(text.lstrip("+-")) > 1 and text.lstrip("+-").startswith("0")) else text
            )
        if _DECIMAL.match(text):
            return Decimal(text)
        return text

    def refuse(self, node: yaml.Node, message: Said, hint: Said) -> None:
        raise DocumentInvalid(message, place=str(self.place(node)), hint=hint)
