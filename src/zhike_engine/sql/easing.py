"""Hysteresis: a condition with its numeric limits moved by a part of themselves in the customer's favour.

A limit is written of constants and parameters only and stands beside a figure, wherever `and`, `or`, `between` and
`within` put it. Equalities and what stands under `not` are left as written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from zhike_engine.language import nodes as n
from zhike_engine.sql import values as v
from zhike_engine.sql.dialect import Dialect
from zhike_engine.sql.expressions import Environment, condition_sql, to_sql
from zhike_engine.sql.values import Value


@dataclass(frozen=True)
class Easing:
    """Moves limits by `room`; `is_parameter` tells whether a name is set by the policy."""

    room: Decimal
    names: Environment
    is_parameter: Callable[[str], bool]
    d: Dialect

    def sql(self, node: n.Node) -> str:
        """SQL of the eased condition; NULL when it cannot be told."""
        match node:
            case n.All(items):
                return "(" + " and ".join(self.sql(item) for item in items) + ")"
            case n.Any(items):
                return "(" + " or ".join(self.sql(item) for item in items) + ")"
            case n.Between(of, low, high):
                return self.sql(n.All((n.Compare(">=", of, low), n.Compare("<=", of, high))))
            case n.Within(of, tolerance, target):
                low, high = n.Arithmetic("-", target, tolerance), n.Arithmetic("+", target, tolerance)
                return self.sql(n.Between(of, low, high))
            case n.Compare(op, _, _) if op not in ("=", "!="):
                return self._compare(node)
        return condition_sql(node, self.names, self.d)

    def _compare(self, node: n.Compare) -> str:
        left, right = to_sql(node.left, self.names, self.d), to_sql(node.right, self.names, self.d)
        rising = node.op in (">", ">=")
        limits = (self._is_limit(node.left, left), self._is_limit(node.right, right))
        if limits == (False, True):
            right = self._moved(right, "-" if rising else "+")
        elif limits == (True, False):
            left = self._moved(left, "+" if rising else "-")
        return v.compare(node.op, left, right, self.d)

    def _is_limit(self, node: n.Node, value: Value) -> bool:
        return value.storage == "exact" and all(self.is_parameter(name) for name in n.names_in(node))

    def _moved(self, limit: Value, sign: Literal["+", "-"]) -> Value:
        if limit.constant is not None:
            step = abs(limit.constant) * self.room
            return v.constant(limit.constant + (step if sign == "+" else -step), limit.unit)
        size = Value(f"(case when {limit.sql} < 0 then -{limit.sql} else {limit.sql} end)", "exact",
                     limit.unit, limit.denominator)  # fmt: skip
        return v.add(limit, v.multiply(size, v.constant(self.room), self.d), sign, self.d)
