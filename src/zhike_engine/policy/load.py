"""From a file to a policy: read, validate, and gather every issue with its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from zhike_engine.errors import DocumentInvalid, NotFound, ParameterInvalid, PolicyInvalid
from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.messages import Said, say
from zhike_engine.policy.metrics import KINDS
from zhike_engine.policy.model import PolicyDocument
from zhike_engine.policy.refusals import allowed, hint_of, said_of
from zhike_engine.policy.yaml import Document, load_document, parse_document
from zhike_engine.words import OR, Text, listed, quoted

VERSION = 1
"""Version of the policy format that this engine reads."""


@dataclass(frozen=True)
class Policy:
    """A policy as read from its file: the document, where everything stands in it, and its hash."""

    document: PolicyDocument
    source: Document
    path: Path

    @property
    def name(self) -> str:
        """Short name."""
        return self.document.policy

    @property
    def hash(self) -> str:
        """SHA-256 of the document's content; comments and layout do not count."""
        return content_hash(self.source.data)


def content_hash(data: Any) -> str:
    """SHA-256 of plain data in canonical JSON."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def policy_file(path: Path) -> Path:
    """The policy file that a path means: the file itself, or `policy.yaml` in a folder. Raises NotFound."""
    target = path / "policy.yaml" if path.is_dir() else path
    if not target.is_file():
        hint = say("give a policy file, a folder with `policy.yaml`, or the name of a shipped policy")
        raise NotFound(say("there is no policy at `{path}`", path=path), hint=hint)
    return target


def load_policy(path: Path) -> Policy:
    """Read a policy; raises PolicyInvalid with every issue of form. Meaning is checked in `check.py`."""
    file = policy_file(path)
    return _policy(load_document(file), file)


def read_policy(text: str, name: str = "policy.yaml") -> Policy:
    """A policy from its text; `name` is the file shown in places. Raises as `load_policy`."""
    return _policy(parse_document(text, name), Path(name))


def _policy(source: Document, file: Path) -> Policy:
    if not isinstance(source.data, dict):
        raise DocumentInvalid(
            say("the file is no policy: it must start with `zhike: 1`"), place=str(source.place(()))
        )
    _same_version(source)
    try:
        document = PolicyDocument.model_validate(source.data)
    except ValidationError as problem:
        issues = form_issues(problem, source, PolicyDocument)
        raise PolicyInvalid(
            say("policy `{path}` has {count}", path=file, count=count_of(issues)), issues=issues
        ) from None
    return Policy(document, source, file)


def _same_version(source: Document) -> None:
    version = source.data.get("zhike")
    if isinstance(version, int) and version > VERSION:
        raise PolicyInvalid(
            say(
                "the policy is written for format {version}; this Zhike reads format {known}",
                version=version,
                known=VERSION,
            ),
            place=str(source.place(("zhike",))),
            hint=say("install a newer Zhike"),
        )


def count_of(issues: list[Issue]) -> Text:
    """How many errors and warnings, in words."""
    errors = sum(issue.level == "error" for issue in issues)
    warnings = sum(issue.level == "warning" for issue in issues)
    parts = []
    if errors:
        parts.append(say("1 error") if errors == 1 else say("{count} errors", count=errors))
    if warnings:
        parts.append(say("1 warning") if warnings == 1 else say("{count} warnings", count=warnings))
    return listed(parts or [say("no issues")])


def form_issues(problem: ValidationError, source: Document, model: type[BaseModel]) -> list[Issue]:
    """Pydantic's findings as issues with places in the file."""
    found = []
    for error in problem.errors():
        loc = tuple(part for part in error["loc"])
        path = document_path(loc, source.data)
        message, hint = _say(error, path, model)
        found.append(Issue("error", source.place(path), message, hint))
    return sorted(found, key=lambda issue: issue.place)


def document_path(loc: tuple[str | int, ...], data: Any) -> tuple[str | int, ...]:
    """The parts of a pydantic location that are keys of the document; union tags are left out."""
    path: list[str | int] = []
    here: Any = data
    for part in loc:
        known = range(len(here)) if isinstance(here, list) else here if isinstance(here, Mapping) else ()
        if part in known:
            path.append(part)
            here = here[part]
        elif part == "[key]":
            break
    return tuple(path)


def _say(error: Any, path: tuple[str | int, ...], model: type[BaseModel]) -> tuple[Said, Said]:
    last = str(error["loc"][-1]) if error["loc"] else ""
    name = next(
        (one for one in reversed(error["loc"]) if isinstance(one, str)), last
    )  # a list's places have none
    given = error["input"]
    match error["type"]:
        case "missing":
            missing = say("`{key}` is missing", key=last)
            if path and str(path[-1]) != last:
                missing = say("`{key}` is missing in `{element}`", key=last, element=path[-1])
            return missing, say("add `{key}:`", key=last)
        case "extra_forbidden":
            unknown = say("unknown key `{key}`", key=last)
            if len(path) > 1:
                unknown = say("unknown key `{key}` in `{element}`", key=last, element=path[-2])
            return unknown, did_you_mean(last, _keys_at(model, error["loc"][:-1]))
        case "union_tag_not_found" | "union_tag_invalid":
            return say("`{name}` is no known kind of metric", name=last), did_you_mean(
                _first_key(given), KINDS
            )
        case "literal_error" | "enum":
            refused = say("`{value}` is not allowed for `{key}`", value=given, key=name)
            return refused, say("use {names}", names=quoted(allowed(error), OR))
    return said_of(error, name), hint_of(error)


def _first_key(value: Any) -> str:
    if isinstance(value, dict):
        plain = [key for key in value if key not in ("title", "article", "note", "over", "where", "by")]
        return str(plain[0]) if plain else ""
    return str(value)


def _keys_at(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    """Keys that may stand at a location, found by walking the models along it."""
    here: set[type[BaseModel]] = {model}
    for part in loc:
        if part in KINDS and any(kind in here for kind in KINDS.values()):
            here = {KINDS[str(part)]}
            continue
        further: set[type[BaseModel]] = set()
        for one in here:
            for name, field in one.model_fields.items():
                if part in (name, field.alias):
                    further |= _models_in(field.annotation)
        here = further or here
    return sorted({field.alias or name for one in here for name, field in one.model_fields.items()})


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {model for inner in get_args(annotation) for model in _models_in(inner)}


def read_values(path: Path, policy: Policy) -> dict[str, Any]:
    """Parameter values from a values file: `policy`, `note` and `values`. Raises DocumentInvalid, ParameterInvalid."""
    source = load_document(path)
    data = source.data
    if not isinstance(data, dict) or not isinstance(data.get("values"), dict):
        raise DocumentInvalid(
            say("a values file has the key `values:` with a value per parameter"), place=str(path)
        )
    for key in data:
        if key not in ("policy", "values", "note"):
            raise DocumentInvalid(say("unknown key `{key}`", key=key), place=str(source.place((key,))),
                                  hint=did_you_mean(key, ("policy", "values", "note")))  # fmt: skip
    if data.get("policy") not in (None, policy.name):
        raise ParameterInvalid(
            say(
                "the values are for policy `{other}`, not for `{policy}`",
                other=data["policy"],
                policy=policy.name,
            ),
            place=str(source.place(("policy",))),
        )
    for name in data["values"]:
        if name not in policy.document.parameters:
            raise ParameterInvalid(
                say("policy `{policy}` has no parameter `{name}`", policy=policy.name, name=name),
                place=str(source.place(("values", name))),
                hint=did_you_mean(name, policy.document.parameters),
            )
    return dict(data["values"])
