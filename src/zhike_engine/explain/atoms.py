"""Conditions taken apart: negations pushed inwards, ranges split at their ends, down to single comparisons."""

from __future__ import annotations

from collections.abc import Iterator

from zhike_engine.language import nodes as n
from zhike_engine.language.sentences import inverse


def straight(node: n.Node) -> n.Node:
    """The same condition as All and Any over atoms: no negation but of single atoms, no ranges.

    >>> straight(n.Not(n.Any((n.Name("a"), n.Compare(">", n.Name("b"), n.Name("c"))))))
    All(items=(Not(of=Name(name='a')), Compare(op='<=', left=Name(name='b'), right=Name(name='c'))))
    """
    match node:
        case n.All(items):
            return n.All(tuple(straight(item) for item in items))
        case n.Any(items):
            return n.Any(tuple(straight(item) for item in items))
        case n.Between(of, low, high):
            return n.All((n.Compare(">=", of, low), n.Compare("<=", of, high)))
        case n.Within(of, tolerance, target):
            low, high = n.Arithmetic("-", target, tolerance), n.Arithmetic("+", target, tolerance)
            return n.All((n.Compare(">=", of, low), n.Compare("<=", of, high)))
        case n.Not(of):
            return _denied(of)
    return node


def _denied(node: n.Node) -> n.Node:
    match node:
        case n.All(items):
            return n.Any(tuple(straight(n.Not(item)) for item in items))
        case n.Any(items):
            return n.All(tuple(straight(n.Not(item)) for item in items))
        case n.Between() | n.Within():
            return _denied(straight(node))
        case n.Not(of):
            return straight(of)
        case n.Boolean(value):
            return n.Boolean(not value)
    return inverse(node) or n.Not(node)


def atoms(node: n.Node) -> Iterator[n.Node]:
    """The atoms of a straight condition, in reading order."""
    if isinstance(node, n.All | n.Any):
        for item in node.items:
            yield from atoms(item)
    else:
        yield node


def sides(atom: n.Node) -> tuple[n.Node, ...]:
    """The values an atom looks at."""
    match atom:
        case n.Compare(_, left, right):
            return left, right
        case n.In(of, items):
            return of, *items
        case n.Computable(of):
            return (of,)
        case n.Not(of):
            return sides(of)
        case n.Boolean():
            return ()
    return (atom,)
