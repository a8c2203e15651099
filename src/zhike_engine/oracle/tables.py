"""Keyed tables: the first cell whose keys all match."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from zhike_engine.oracle.expressions import Names, Sort, compare
from zhike_engine.oracle.numbers import Scalar, exact
from zhike_engine.plan.build import Plan


def cell_of(plan: Plan, table: str, names: Names) -> Scalar:
    """The value of the first cell that matches; `otherwise` when none does; None when there is neither."""
    spec = plan.document.tables[table]
    keys = [names.value(key) for key in spec.by]
    for cell in spec.cells:
        if all(
            want == "*" or compare("=", key, _read(plan, want, names))
            for key, want in zip(keys, cell.when, strict=True)
        ):
            return _read(plan, cell.value, names)
    return None if spec.otherwise is None else _read(plan, spec.otherwise, names)


def _read(plan: Plan, raw: Any, names: Names) -> Scalar:
    if isinstance(raw, (int, Decimal)) and not isinstance(raw, bool):
        return exact(raw)
    return names.value(raw) if raw in plan.parameters else str(raw)


def table_sort(plan: Plan, table: str) -> Sort:
    """How the values of a keyed table are kept."""
    spec = plan.document.tables[table]
    values = [cell.value for cell in spec.cells] + ([spec.otherwise] if spec.otherwise is not None else [])
    texts = [isinstance(one, str) and one not in plan.parameters for one in values]
    return "text" if any(texts) else "exact"
