"""What changed between two versions, by article in words; the places that an amendment touches (GOV-03)."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace

from zhike.messages import translated
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import document, values
from zhike.policies.words import lang
from zhike_engine.policy.diff import SECTIONS, Change, diff
from zhike_engine.policy.load import Policy
from zhike_engine.policy.model import PolicyDocument

UNCOUNTED = frozenset({"version", "policy", "control", "effective", "zhike"})
"""Keys of the head that say which document it is, and nothing of what it orders."""


def with_values(version: PolicyVersion) -> Policy:
    """The document with the company's values written into its parameters, so that they are compared as well."""
    policy = document(version)
    data = copy.deepcopy(policy.source.data)
    for name, value in values(version).items():
        parameter = data.get("parameters", {}).get(name)
        if parameter is not None:
            parameter.pop("values", None)
            parameter["value"] = value if isinstance(value, bool) or value is None else str(value)
    for parameter in data.get("parameters", {}).values():
        found = parameter.get("value")
        if found is not None and not isinstance(found, bool):
            parameter["value"] = str(found)
    return replace(policy, source=replace(policy.source, data=data))


def changes(old: PolicyVersion, new: PolicyVersion) -> list[Change]:
    """Every difference of text and values, in the order of the articles of the new version."""
    found = diff(with_values(old), with_values(new))
    return [one for one in found if one.path[0] not in UNCOUNTED]


def places(found: Iterable[Change]) -> int:
    """How many places are amended: articles touched, and elements that name no article, each once."""
    return len({one.article or one.path[:2] for one in found})


@dataclass(frozen=True)
class ArticleChanges:
    """What changed in one article; `number` is empty for what names no article."""

    number: str
    title: str
    lines: list[Change]


def by_article(found: Iterable[Change], new: Policy, old: Policy) -> list[ArticleChanges]:
    """Changes grouped by article, in the order of the text; the document at large comes first."""
    groups: dict[str, list[Change]] = {}
    for one in found:
        groups.setdefault(one.article, []).append(one)
    known = {**old.document.articles, **new.document.articles}
    return [
        ArticleChanges(number, known[number].title.pick(lang()) if number in known else "", lines)
        for number, lines in groups.items()
    ]


def what_changed(change: Change) -> str:
    """The element that changed, in the reader's language; keys of the head by what they mean."""
    key = str(change.path[0])
    field = PolicyDocument.model_fields.get(key)
    if key in SECTIONS or field is None:
        return change.what.pick(lang())
    return translated(field.description or key, lang())
