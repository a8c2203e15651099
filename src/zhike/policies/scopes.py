"""Whom a policy grades: its scope expression as a condition on the archive, with the engine's three values (GOV-05).

A condition holds, fails or cannot be told; a customer is in scope when it holds. Every node becomes two queries, one for
holding and one for failing, so that negation is exact also for what an archive does not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from zhike.customers.models import Customer
from zhike.facts.engine import SOURCES
from zhike.kernel.refusals import Invalid
from zhike_engine.facts.tables import TABLES
from zhike_engine.language import nodes as n

EVERYBODY = Q(pk__isnull=False)
NOBODY = Q(pk__isnull=True)
TESTS = {"=": "", "<": "__lt", "<=": "__lte", ">": "__gt", ">=": "__gte"}
INVERSE: dict[str, str] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class ScopeUnfit(Invalid):
    """A scope asks for something that no archive says."""


@dataclass(frozen=True)
class Told:
    """For which customers a condition holds, and for which it fails; for the others it cannot be told."""

    holds: Q
    fails: Q

    @property
    def inverse(self) -> Told:
        """Of the negation."""
        return Told(self.fails, self.holds)


def fields() -> Mapping[str, str]:
    """Column of the customers' table -> field of the archive."""
    found: Mapping[str, str] = SOURCES["customers"][1]
    return found


def scope_query(node: n.Node | None, parameters: Mapping[str, Any]) -> Q:
    """The customers for whom a scope holds; all when there is none. Raises ScopeUnfit for what no archive says."""
    return EVERYBODY if node is None else _Reader(parameters).told(node).holds


class _Reader:
    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self.parameters = parameters

    def told(self, node: n.Node) -> Told:
        match node:
            case n.All(items):
                return self.every([self.told(item) for item in items])
            case n.Any(items):
                return self.every([self.told(item).inverse for item in items]).inverse
            case n.Not(of):
                return self.told(of).inverse
            case n.Boolean(value):
                return Told(EVERYBODY, NOBODY) if value else Told(NOBODY, EVERYBODY)
            case n.Computable(n.Name(name)):
                known = self.known(name)
                return Told(known, ~known)
            case n.Compare(op, left, right):
                return self.compare(op, left, right)
            case n.In(of, items):
                each = [self.compare("=", of, item) for item in items]
                return self.every([one.inverse for one in each]).inverse
            case n.Between(of, low, high):
                return self.every([self.compare(">=", of, low), self.compare("<=", of, high)])
            case n.Name(name) if isinstance(self.parameters.get(name), bool):
                return self.told(n.Boolean(self.parameters[name]))
        raise ScopeUnfit(_unfit(type(node).__name__.lower()))

    def every(self, all_of: list[Told]) -> Told:
        holds, fails = EVERYBODY, NOBODY
        for one in all_of:
            holds, fails = holds & one.holds, fails | one.fails
        return Told(holds, fails)

    def compare(self, op: str, left: n.Node, right: n.Node) -> Told:
        if op == "!=":
            return self.compare("=", left, right).inverse
        if not self.is_column(left):
            if not self.is_column(right):
                raise ScopeUnfit(_unfit("comparison"))
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)
            return self.compare(turned, right, left)
        assert isinstance(left, n.Name)
        field, known = self.field(left.name), self.known(left.name)
        if self.is_column(right):
            assert isinstance(right, n.Name)
            value: Any = F(self.field(right.name))
            known &= self.known(right.name)
        else:
            value = self.constant(left.name, right)
            if value is None:
                return Told(NOBODY, NOBODY)
        if op == "=":
            same = Q(**{field: value})
            return Told(known & same, known & ~same)
        return Told(
            known & Q(**{f"{field}{TESTS[op]}": value}), known & Q(**{f"{field}{TESTS[INVERSE[op]]}": value})
        )

    def is_column(self, node: n.Node) -> bool:
        return isinstance(node, n.Name) and node.name not in self.parameters

    def constant(self, column: str, node: n.Node) -> Any:
        """The value that a column is compared with; None where a parameter is unset."""
        match node:
            case n.String(value):
                return date.fromisoformat(value) if self.kind(column) == "date" else value
            case n.Number(value):
                return value
            case n.Name(name):
                found = self.parameters[name]
                return found if isinstance(found, str | Decimal | bool) else None
        raise ScopeUnfit(_unfit(type(node).__name__.lower()))

    def kind(self, name: str) -> str:
        return TABLES["customers"].column(name.removeprefix("customers.")).kind

    def field(self, name: str) -> str:
        column = name.removeprefix("customers.")
        if column == name or column not in fields():
            raise ScopeUnfit(_unfit(name))
        return fields()[column]

    def known(self, name: str) -> Q:
        """Archives that say something: neither nothing nor an empty text."""
        field = self.field(name)
        said = Q(**{f"{field}__isnull": False})
        model_field: Any = Customer
        for part in field.split("__"):
            found = model_field._meta.get_field(part)
            model_field = found.related_model or found
        if self.kind(name) in ("id", "text", "choice"):
            said &= ~Q(**{field: ""})
        return said


def _unfit(name: str) -> str:
    return _("The scope asks for “%(name)s”, which no archive says.") % {"name": name}
