"""Problems of a mapping document, gathered with their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from zhike.messages import NOTHING, Said, say
from zhike_engine.errors import MappingInvalid
from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.policy.refusals import allowed, hint_of, said_of
from zhike_engine.policy.yaml import Document
from zhike_engine.words import OR, Lang, quoted


class MappingIssues(MappingInvalid):
    """A mapping with problems; `issues` lists every one of them."""

    def __init__(
        self, message: Said, *, issues: Sequence[Issue], hint: Said = NOTHING, place: str = ""
    ) -> None:
        super().__init__(message, hint=hint, place=place)
        self.issues = tuple(issues)

    @classmethod
    def of(cls, issues: Sequence[Issue]) -> MappingIssues:
        """One error for all issues: a single one speaks for itself, several are listed."""
        first = issues[0]
        if len(issues) == 1:
            return cls(first.message, issues=issues, hint=first.hint, place=str(first.place))
        count = say("{count} problems in the mapping", count=len(issues))
        return cls(count, issues=issues, place=first.place.file)

    def text(self, lang: Lang) -> str:
        """The error, then every issue on a line of its own where there are several."""
        lines = [] if len(self.issues) == 1 else [f"  {issue.text(lang)}" for issue in self.issues]
        return "\n".join([super().text(lang), *lines])


def issues_of(problem: ValidationError, model: type[BaseModel], document: Document) -> list[Issue]:
    """What pydantic found, in our words and with places, in the order of the file."""
    found: dict[tuple[str, str], Issue] = {}
    for error in problem.errors(include_url=False):
        issue = _issue(error, model, document)
        found.setdefault((str(issue.place), issue.message), issue)
    return sorted(found.values(), key=lambda issue: issue.place)


def _issue(error: ErrorDetails, model: type[BaseModel], document: Document) -> Issue:
    loc, last = error["loc"], str(error["loc"][-1]) if error["loc"] else ""
    place = document.place(_in_file(loc, document.data))
    match error["type"]:
        case "extra_forbidden":
            return Issue(
                "error",
                place,
                say("unknown key `{key}`", key=last),
                did_you_mean(last, _keys_at(model, loc[:-1])),
            )
        case "missing":
            return Issue("error", place, say("key `{key}` is missing", key=last))
        case "literal_error":
            refused = say("`{value}` is not allowed here", value=error["input"])
            return Issue("error", place, refused, say("write {words}", words=quoted(allowed(error), OR)))
        case "string_pattern_mismatch":
            return Issue("error", place, say("`{value}` is not allowed here", value=error["input"]))
    return Issue("error", place, said_of(error, _key(loc)), hint_of(error))


def _key(loc: tuple[int | str, ...]) -> str:
    return next((str(part) for part in reversed(loc) if isinstance(part, str) and part[:1].islower()), "")


def _in_file(loc: tuple[Any, ...], data: Any) -> tuple[int | str, ...]:
    """The part of a pydantic location that exists in the file; union and wrapper steps are left out."""
    kept: list[int | str] = []
    for step in loc:
        if step in data if isinstance(data, dict) else isinstance(data, list) and step in range(len(data)):
            kept.append(step)
            data = data[step]
    return tuple(kept)


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the model at a location knows."""
    known: Any = model
    for step in loc:
        if isinstance(known, type) and issubclass(known, BaseModel):
            by_key = {(field.alias or name): field.annotation for name, field in known.model_fields.items()}
            known = by_key.get(str(step), known)
        else:
            known = next((arg for arg in reversed(get_args(known)) if _holds_model(arg)), known)
    while not (isinstance(known, type) and issubclass(known, BaseModel)):
        inner = next((arg for arg in get_args(known) if _holds_model(arg)), None)
        if inner is None:
            return []
        known = inner
    return [field.alias or name for name, field in known.model_fields.items()]


def _holds_model(annotation: Any) -> bool:
    if isinstance(annotation, type):
        return issubclass(annotation, BaseModel)
    return any(_holds_model(arg) for arg in get_args(annotation))
