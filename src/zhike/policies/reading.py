"""Reading policies: the document, the company's values, grades, and who is in scope of which version.

version = in_force_for(customer, day)
rating_key(version, "value")          "foreign-trade.value"
grades_of(version, "value")           best first: code, rank, title, colour
scope_customers(version)              a query set
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q

from zhike.customers.models import Customer, CustomerQuerySet
from zhike.policies.chips import word_for
from zhike.policies.grades import GradeSpec, grades_in
from zhike.policies.models import PolicyVersion
from zhike.policies.scopes import scope_query
from zhike.policies.words import lang
from zhike_engine.language.parse import parse
from zhike_engine.plan.parameters import resolve
from zhike_engine.policy.check import CHECKED_ON
from zhike_engine.policy.load import Policy, content_hash, read_policy
from zhike_engine.words import Lang


@lru_cache(maxsize=64)
def read_text(text: str) -> Policy:
    """A policy from its text; kept, since reading takes a tenth of a second. Raises as `load_policy`."""
    return read_policy(text)


def document(version: PolicyVersion) -> Policy:
    """The policy that a version's text is."""
    return read_text(version.text)


def values(version: PolicyVersion) -> dict[str, Any]:
    """The company's values of parameters, as people write them; what is not there is unset."""
    return dict(version.values)


def hash_of(text: str, given: Mapping[str, Any]) -> str:
    """SHA-256 of what a version says: its document and its values; comments and layout do not count."""
    return content_hash({"document": read_text(text).hash, "values": dict(given)})


def rating_key(version: PolicyVersion, rating: str) -> str:
    """The name of a rating across policies: `<policy>.<rating>`."""
    return f"{version.policy.code}.{rating}"


def ratings_of(version: PolicyVersion) -> list[str]:
    """The names of a version's ratings, the main one first."""
    return list(document(version).document.ratings)


def grades_of(version: PolicyVersion, rating: str) -> list[GradeSpec]:
    """The grades of a rating, best first. `rating` is a name, or the key of `rating_key`."""
    return grades_in(document(version), rating.rpartition(".")[2])


def word_in(version: PolicyVersion | None, rating: str, code: str, language: Lang | None = None) -> str:
    """The word for a grade of a version, where that is known; `rating` is a name, or the key of `rating_key`."""
    if version is None or not code:
        return code
    return _words(version.text, rating.rpartition(".")[2], language or lang()).get(code, code)


@lru_cache(maxsize=256)
def _words(text: str, rating: str, language: Lang) -> dict[str, str]:
    return {one.code: word_for(one.code, one.text, language) for one in grades_in(read_text(text), rating)}


def scope_of(version: PolicyVersion, day: date | None = None) -> Q:
    """The condition on the archive under which a customer is in scope. Raises ScopeUnfit."""
    policy = document(version)
    text = policy.document.scope.customers
    if not text:
        return scope_query(None, {})
    known = resolve(policy.document, day or CHECKED_ON, values(version))
    return scope_query(parse(text), {name: one.value for name, one in known.items()})


def scope_customers(version: PolicyVersion) -> CustomerQuerySet:
    """The living customers that a version grades. Raises ScopeUnfit where its scope asks for what no archive says."""
    rows = Customer.objects.living().filter(scope_of(version))
    assert isinstance(rows, CustomerQuerySet)
    return rows


def versions_for(customer: Customer, day: date) -> list[PolicyVersion]:
    """The versions in force on a day that have a customer in scope: one; more of them is an error of the policies."""
    found = PolicyVersion.objects.in_force(day).select_related("policy").order_by("policy__code")
    own = Customer.objects.filter(pk=customer.pk)
    return [version for version in found if own.filter(scope_of(version, day)).exists()]


def in_force_for(customer: Customer, day: date) -> PolicyVersion | None:
    """The version by which a customer is graded on a day; the first by code where two claim it."""
    return next(iter(versions_for(customer, day)), None)
