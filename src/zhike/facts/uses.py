"""What a mapping needs from each source: the columns with their places in the file, and the lookups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from zhike.facts import formula
from zhike.facts.columns import parsed
from zhike.facts.loading import Loaded
from zhike.facts.sources import Uses


def uses_of(loaded: Loaded) -> dict[str, Uses]:
    """The used columns of every used source, each with its first place in the mapping, in the mapping's order."""
    columns: dict[str, dict[str, str]] = defaultdict(dict)
    for source, place, node in _nodes(loaded):
        for part in formula.walk(node):
            if isinstance(part, formula.Column):
                columns[source].setdefault(part.name, place)
            elif isinstance(part, formula.Lookup):
                columns[part.source].setdefault(part.theirs, place)
                columns[part.source].setdefault(part.take, place)
    whole = {
        source
        for target in loaded.mapping.tables.values()
        if target.compares_rows
        for source in target.sources
    }
    read = {source for target in loaded.mapping.tables.values() for source in target.sources} | set(columns)
    return {name: Uses(columns[name], name in whole) for name in loaded.mapping.sources if name in read}


def lookups_of(loaded: Loaded) -> list[formula.Lookup]:
    """Every lookup of a mapping, once."""
    nodes = (part for _, _, node in _nodes(loaded) for part in formula.walk(node))
    return list(dict.fromkeys(part for part in nodes if isinstance(part, formula.Lookup)))


def totals_of(loaded: Loaded) -> list[str]:
    """The columns of order lines that orders add up."""
    nodes = (part for _, _, node in _nodes(loaded) for part in formula.walk(node))
    return sorted({part.column for part in nodes if isinstance(part, formula.Total)})


def _nodes(loaded: Loaded) -> Iterator[tuple[str, str, formula.Node]]:
    """Every formula and condition with the source whose rows it speaks of, and its place."""
    for name, source in loaded.mapping.sources.items():
        if source.only is not None:
            yield name, loaded.place("sources", name, "only"), formula.parse_condition(source.only)
    for table, target in loaded.mapping.tables.items():
        for source_name in target.sources:
            for loc, node in _table_nodes(loaded, table):
                yield source_name, loaded.place("tables", table, *loc), node


def _table_nodes(loaded: Loaded, table: str) -> Iterator[tuple[tuple[str | int, ...], formula.Node]]:
    target = loaded.mapping.tables[table]
    if target.only is not None:
        yield ("only",), formula.parse_condition(target.only)
    for kind, rules in (("drop", target.drop), ("flag", target.flag)):
        for index, rule in enumerate(rules):
            yield (kind, index, "when"), formula.parse_condition(rule.when)
    for part, values in (("columns", target.columns), ("attributes", target.attributes)):
        for name, value in values.items():
            if value.origin is not None:
                yield (part, name), parsed(value.origin)
            for index, case in enumerate(value.cases):
                yield (part, name, "cases", index), formula.parse_condition(case.when)
