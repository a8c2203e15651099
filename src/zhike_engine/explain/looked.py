"""What a step looked at: each comparison of its condition, with the customer's value beside the limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zhike_engine.explain.atoms import atoms, straight
from zhike_engine.explain.conditions import Conditions
from zhike_engine.explain.model import Looked
from zhike_engine.language import nodes as n
from zhike_engine.language.parse import parse
from zhike_engine.language.sentences import to_text


def looked_at(conditions: Conditions, texts: Iterable[str | None]) -> tuple[Looked, ...]:
    """The comparisons of conditions outside the grades, once each, in the order in which they are read."""
    found = [
        _looked(conditions, atom)
        for text in texts
        if text is not None
        for atom in _telling(conditions, parse(text))
    ]
    return tuple(dict.fromkeys(one for one in found if one.value is not None))


def _telling(conditions: Conditions, node: n.Node) -> Iterator[n.Node]:
    """The atoms that say something of the customer: neither the company's settings nor whether a value is there."""
    for atom in atoms(straight(node)):
        inner = atom.of if isinstance(atom, n.Not) else atom
        if not isinstance(inner, n.Computable) and not conditions.settled(atom):
            yield atom


def _looked(conditions: Conditions, atom: n.Node) -> Looked:
    value, limit = conditions.sides(atom)
    return Looked(
        sentence=to_text(atom, conditions.titles),
        value=value,
        limit=limit,
        held=conditions.asked.truth(conditions.rating, atom),
        names=tuple(seen.name for seen in conditions.seen(atom)),
    )
