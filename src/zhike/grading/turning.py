"""What turning a parameter tells: the classes of the figures on which everything rests that reads it.

Who turns a limit and reads how many customers move finds the figure that the limit cuts, for a bare count tells it as well
as a list does. So a parameter is turned only by whoever reads the figures of every condition that it reaches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from zhike.grading.behind import WORD, known_names, rules_in
from zhike.grading.secrecy import CLASSES, Reader, classes_of
from zhike.policies import reading
from zhike_engine.language.nodes import names_in
from zhike_engine.plan.rules import plan_rating
from zhike_engine.policy.model import PolicyDocument, Rating

CONDITIONS = {"all", "any", "if", "if_", "starts", "above", "below", "up_to", "values"}
"""Keys of a grade whose conditions are read as trees."""


def untold(reader: Reader) -> dict[str, frozenset[str]]:
    """Parameters that a reader does not turn -> the classes that turning them would tell of."""
    found = {name: classes & reader.lacks for name, classes in told_by(reader.text).items()}
    return {name: classes for name, classes in found.items() if classes}


@lru_cache(maxsize=64)
def told_by(text: str) -> dict[str, frozenset[str]]:
    """Parameter -> the classes that turning it tells of, in the policy of a text."""
    document = reading.read_text(text).document
    rests = _definitions(document)
    ratings = {name: list(_parts(document, name, one)) for name, one in document.ratings.items()}
    rests |= {name: set().union(*(one.reads for one in parts)) for name, parts in ratings.items()}
    every = [part for parts in ratings.values() for part in parts]
    return {name: _told(text, {name}, rests, every) for name in document.parameters}


@dataclass(frozen=True)
class Part:
    """A condition or another rule of a rating: the names that it reads, and the measures that its outcome tells of."""

    reads: set[str]
    tells: set[str]


def _told(text: str, reached: set[str], rests: dict[str, set[str]], parts: list[Part]) -> frozenset[str]:
    """The classes behind everything that what is reached reaches in turn."""
    while more := {name for name, words in rests.items() if name not in reached and words & reached}:
        reached |= more
    told = {name for part in parts if part.reads & reached for name in part.tells} | reached
    known = known_names(reading.read_text(text).document)
    return classes_of(text, (name for name in told if name in known)) & set(CLASSES)


def _definitions(document: PolicyDocument) -> dict[str, set[str]]:
    """Name -> the words of the rule behind it, for everything but the parameters themselves."""
    known = {name: one for name, one in known_names(document).items() if name not in document.parameters}
    found = {name: words_in(one.model_dump()) for name, one in known.items()}
    return found | {name: set(WORD.findall(str(said))) for name, said in document.windows.items()}


def _parts(document: PolicyDocument, name: str, rating: Rating) -> Iterator[Part]:
    """Each condition of a rating, and each of its other rules; one that names no measure is about all of them."""
    measures = known_names(document).keys() - document.parameters.keys()
    whole = {one for one in (rating.of, rating.score) if one}
    for leaf in plan_rating(name, 0, rating).leaves():
        names = set(names_in(leaf.node))
        whole |= names & measures
        yield Part(names, names)
    for rule in _rules(rating):
        words = words_in(rule)
        yield Part(words, words & measures or whole)


def _rules(rating: Rating) -> Iterator[Any]:
    """The rules of a rating beside the conditions of its grades."""
    for key, value in rating.model_dump(exclude={"grades", "title"}).items():
        yield from value if isinstance(value, list) else [{key: value}]
    for grade in rating.grades.values():
        yield {key: value for key, value in grade.model_dump().items() if key not in CONDITIONS}


def words_in(part: Any) -> set[str]:
    """Every word of the rules of a part of a policy."""
    return {word for text in rules_in(part) for word in WORD.findall(text)}
