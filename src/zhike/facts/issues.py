"""Problems of a mapping document, gathered with their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from zhike_engine.errors import MappingInvalid
from zhike_engine.issues import Issue, did_you_mean
from zhike_engine.policy.yaml import Document


class MappingIssues(MappingInvalid):
    """A mapping with problems; `issues` lists every one of them."""

    def __init__(self, message: str, *, issues: Sequence[Issue], hint: str = "", place: str = "") -> None:
        super().__init__(message, hint=hint, place=place)
        self.issues = tuple(issues)

    @classmethod
    def of(cls, issues: Sequence[Issue]) -> MappingIssues:
        """One error for all issues: a single one speaks for itself, several are listed."""
        first = issues[0]
        if len(issues) == 1:
            return cls(first.message, issues=issues, hint=first.hint, place=str(first.place))
        return cls(f"{len(issues)} problems in the mapping", issues=issues, place=first.place.file)

    def __str__(self) -> str:
        lines = [] if len(self.issues) == 1 else [f"  {issue}" for issue in self.issues]
        return "\n".join([super().__str__(), *lines])


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
                "error", place, f"unknown key `{last}`", did_you_mean(last, _keys_at(model, loc[:-1]))
            )
        case "missing":
            return Issue("error", place, f"key `{last}` is missing")
        case "value_error":
            return Issue("error", place, error["msg"].removeprefix("Value error, "))
        case "literal_error":
            expected = str(error.get("ctx", {}).get("expected", "")).replace("'", "`")
            return Issue("error", place, f"`{error['input']}` is not allowed here", f"write {expected}")
        case "string_pattern_mismatch":
            return Issue("error", place, f"`{error['input']}` is not allowed here")
        case "string_type":
            return Issue("error", place, f"a text is needed for `{_key(loc)}`", "put it in quotes")
        case "int_type" | "int_parsing" | "decimal_type":
            return Issue("error", place, f"a number is needed for `{_key(loc)}`")
        case "dict_type" | "model_type" | "model_attributes_type":
            return Issue("error", place, f"`{_key(loc)}` needs keys and values below it")
        case "list_type":
            return Issue("error", place, f"`{_key(loc)}` needs a list")
        case _:
            return Issue("error", place, f"`{_key(loc)}` is not right: {_small(error['msg'])}")


def _key(loc: tuple[int | str, ...]) -> str:
    return next((str(part) for part in reversed(loc) if isinstance(part, str) and part[:1].islower()), "")


def _small(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


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
