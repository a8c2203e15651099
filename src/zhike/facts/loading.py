"""Reading a mapping file: from YAML to a checked mapping, with every problem told at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from zhike.facts.checks import find_issues
from zhike.facts.issues import MappingIssues, issues_of
from zhike.facts.mapping import VERSION, Mapping
from zhike.messages import say
from zhike_engine.errors import MappingInvalid
from zhike_engine.policy.yaml import Document, load_document


@dataclass(frozen=True)
class Loaded:
    """A checked mapping with the document it was read from."""

    mapping: Mapping
    document: Document

    def place(self, *loc: str | int) -> str:
        """The place of an element, as `file:line:column`."""
        return str(self.document.place(loc))


def load_mapping(path: Path) -> Loaded:
    """Read and check a mapping file; raises DocumentInvalid or MappingInvalid, which lists every problem."""
    document = load_document(path)
    data = document.data
    if not isinstance(data, dict):
        raise MappingInvalid(say("a mapping is a list of keys and values"), place=str(document.place(())))
    version = data.get("facts_mapping")
    if isinstance(version, int) and version != VERSION:
        hint = (
            say("install a newer Zhike")
            if version > VERSION
            else say("write `facts_mapping: {version}`", version=VERSION)
        )
        place = str(document.place(("facts_mapping",)))
        raise MappingInvalid(
            say(
                "mapping language {version} is not known here; this program reads {known}",
                version=version,
                known=VERSION,
            ),
            hint=hint,
            place=place,
        )
    try:
        mapping = Mapping.model_validate(data)
    except ValidationError as problem:
        raise MappingIssues.of(issues_of(problem, Mapping, document)) from None
    issues = sorted(find_issues(mapping, document), key=lambda issue: issue.place)
    if issues:
        raise MappingIssues.of(issues)
    return Loaded(mapping, document)
