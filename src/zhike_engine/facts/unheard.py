"""Records that the policy at hand cannot obey: they change nothing, so that somebody must hear of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from zhike_engine.backends.base import Facts, Finding
from zhike_engine.policy.model import PolicyDocument
from zhike_engine.sql.dialect import Dialect
from zhike_engine.words import Text

NO_RATING = Text(zh="制度没有这个评级，未计入", en="left out: the policy has no such rating")
NO_GRADE = Text(zh="评级没有这个等级，未计入", en="left out: the rating has no such grade")
NOT_ALLOWED = Text(zh="制度不承认这种记录，未计入", en="left out: the policy obeys no such record")
BACKWARDS = Text(zh="截止日早于开始日，未计入", en="left out: it ends before it begins")

Rows = Callable[[str], list[tuple[Any, ...]]]
"""Asks an engine."""


def unheard(rows: Rows, facts: Facts, document: PolicyDocument, d: Dialect) -> list[Finding]:
    """Manual records and previous grades that name what the policy does not have."""
    found: list[Finding] = []
    ratings = _among("t.rating", document.ratings, d)
    grades = " or ".join(
        f"(t.rating = {d.text(name)} and not {_among('t.grade', spec.grades, d)})"
        for name, spec in document.ratings.items()
    )
    tests = [("previous_grades", grades, NO_GRADE)]
    if any(spec.manual for spec in document.ratings.values()):
        refused = " or ".join(
            f"(t.rating = {d.text(name)} and not {_among('t.kind', spec.manual.allowed if spec.manual else (), d)})"
            for name, spec in document.ratings.items()
        )
        tests += [
            ("overrides", f"not {ratings}", NO_RATING),
            ("overrides", grades, NO_GRADE),
            ("overrides", refused, NOT_ALLOWED),
            ("overrides", "t.until_on < t.from_on", BACKWARDS),
        ]
    for table, test, reason in tests:
        if table in facts.columns:
            [[count]] = rows(f"select count(*) from f_{table} t where {test}")
            if count:
                found.append(Finding(table, reason, int(count)))
    return found


def _among(column: str, words: Collection[str], d: Dialect) -> str:
    return f"({column} in ({', '.join(d.text(word) for word in words)}))" if words else "(1 = 0)"
