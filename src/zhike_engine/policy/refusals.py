"""What a document must not say: our own refusals inside pydantic's models, and pydantic's findings in our words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from zhike_engine.messages import NOTHING, Said, say, together

_LITERAL = re.compile(r"""'([^']*)'|"([^"]*)"|([^\s,'"]+)""")
_NUMBERS = ("int_type", "int_parsing", "decimal_type", "decimal_parsing", "float_type", "float_parsing")
_BELOW = ("dict_type", "model_type", "model_attributes_type", "mapping_type")


class Refused(ValueError):
    """A value that a model refuses; the message and the hint reach the author of the document."""

    def __init__(self, message: Said, hint: Said = NOTHING) -> None:
        super().__init__(together(message, hint))
        self.message = message
        self.hint = hint


def refusal_in(error: Mapping[str, Any]) -> Refused | None:
    """Our own refusal, where pydantic only passes it on."""
    inner = error.get("ctx", {}).get("error")
    return inner if isinstance(inner, Refused) else None


def hint_of(error: Mapping[str, Any]) -> Said:
    """A way out of one of pydantic's findings."""
    refused = refusal_in(error)
    if refused is not None:
        return refused.hint
    if error["type"] == "string_pattern_mismatch":
        if error["loc"][-1:] == ("currency",):
            return say("write ISO codes of three capital letters, such as CNY")
        return say("use small letters, digits and hyphens")
    return say("put it in quotes") if error["type"] == "string_type" else NOTHING


def said_of(error: Mapping[str, Any], key: str) -> Said:
    """One of pydantic's findings about the value at `key`."""
    refused, given = refusal_in(error), error["input"]
    if refused is not None:
        return refused.message
    match error["type"]:
        case "string_type":
            return say("`{key}` must be a text, not `{value}`", key=key, value=given)
        case "int_from_float":
            return say("`{key}` must be a whole number, not `{value}`", key=key, value=given)
        case "bool_type" | "bool_parsing":
            return say("`{key}` must be `true` or `false`, not `{value}`", key=key, value=given)
        case "list_type":
            return say("`{key}` needs a list", key=key)
        case kind if kind in _NUMBERS:
            return say("`{key}` must be a number", key=key)
        case kind if kind in _BELOW:
            return say("`{key}` needs keys and values below it", key=key)
    return _limit(error, key) or say("`{value}` is not allowed for `{key}`", key=key, value=given)


def _limit(error: Mapping[str, Any], key: str) -> Said | None:
    ctx = error.get("ctx", {})
    match error["type"]:
        case "greater_than_equal":
            return say("`{key}` must be at least {limit}", key=key, limit=ctx["ge"])
        case "greater_than":
            return say("`{key}` must be above {limit}", key=key, limit=ctx["gt"])
        case "less_than_equal":
            return say("`{key}` must be at most {limit}", key=key, limit=ctx["le"])
        case "less_than":
            return say("`{key}` must be below {limit}", key=key, limit=ctx["lt"])
        case "too_short" if isinstance(error["input"], dict):
            return say("`{key}` needs at least one entry", key=key)
        case "too_short":
            return say("`{key}` needs a list of at least {limit}", key=key, limit=ctx["min_length"])
        case "too_long":
            return say("`{key}` takes a list of at most {limit}", key=key, limit=ctx["max_length"])
        case "string_too_short":
            return say(
                "`{key}` needs a text of at least {limit} characters", key=key, limit=ctx["min_length"]
            )
        case "string_too_long":
            return say("`{key}` takes a text of at most {limit} characters", key=key, limit=ctx["max_length"])
    return None


def allowed(error: Mapping[str, Any]) -> list[str]:
    """The words that a choice knows."""
    expected = str(error.get("ctx", {}).get("expected", ""))
    found = (single or double or bare for single, double, bare in _LITERAL.findall(expected))
    return [word for word in found if word != "or"]
