"""Tables of the keys of a document: name, kind of value, whether it must be there, default, meaning."""

from __future__ import annotations

import importlib
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BaseModel, Discriminator
from pydantic.fields import FieldInfo

from zhike.docs.words import Page, markdown_table
from zhike_engine.policy.metrics import KINDS, kind_of
from zhike_engine.policy.parts import BothTexts
from zhike_engine.words import Text

MODULES = (
    "zhike_engine.policy.metrics",
    "zhike_engine.policy.conditions",
    "zhike_engine.policy.header",
    "zhike_engine.policy.values",
    "zhike_engine.policy.scorecards",
    "zhike_engine.policy.ratings",
    "zhike_engine.policy.clocks",
    "zhike_engine.policy.reserved",
    "zhike_engine.policy.model",
    "zhike_engine.policy.cases",
)
"""Modules whose models have tables."""
HEAD = (
    Text(zh="键", en="Key"),
    Text(zh="取值", en="Value"),
    Text(zh="必填", en="Required"),
    Text(zh="缺省", en="Default"),
    Text(zh="含义", en="Meaning"),
)
_YES = Text(zh="是", en="yes")
_LAST = ("over", "where", "by", "article", "title", "note")
"""Keys that many kinds of metric share; they stand last."""
_TYPES: dict[Any, Text] = {
    str: Text(zh="文字", en="text"),
    bool: Text(zh="true 或 false", en="true or false"),
    int: Text(zh="整数", en="whole number"),
    Decimal: Text(zh="数", en="number"),
    Any: Text(zh="值", en="value"),
    BothTexts: Text(zh="中英文字", en="text in both languages"),
}
_SPECIAL = {
    "_readable": Text(zh="表达式", en="expression"),
    "_identifier": Text(zh="名称", en="name"),
    "_rating_name": Text(zh="名称", en="name"),
    "_percent": Text(zh="百分比", en="percentage"),
    "_date": Text(zh="日期", en="date"),
}
"""Name of the validator of an annotated text -> what it is."""
_CONDITION = Text(zh="条件", en="condition")
_METRIC = Text(zh="指标", en="metric")
_KEYS = Text(zh="键值，另见其表", en="keys, in their own table")


def model(name: str) -> type[BaseModel]:
    """The model of the policy document or of a test file with this name; raises KeyError."""
    for module in MODULES:
        found = getattr(importlib.import_module(module), name, None)
        if isinstance(found, type) and issubclass(found, BaseModel):
            return found
    raise KeyError(name)


def keys(page: Page, names: tuple[str, ...]) -> str:
    """Block `keys MODEL`: every key of a model."""
    of = model(names[0])
    hints = get_type_hints(of, include_extras=True)
    fields = list(of.model_fields.items())
    if of in KINDS.values():
        fields.sort(key=lambda one: _LAST.index(one[0]) if one[0] in _LAST else -1)
    rows = [
        [
            f"`{field.alias or name}`",
            words(hints[name], page) + limits(field, page),
            page.say(_YES) if field.is_required() else "",
            "" if field.is_required() else default(field.default),
            page.translated(field.description or ""),
        ]
        for name, field in fields
    ]
    return markdown_table([page.say(word) for word in HEAD], rows)


_PAGES = {
    **dict.fromkeys(
        (
            "parameters",
            "consistency",
            "facts",
            "windows",
            "tables",
            "scorecards",
            "ratings",
            "words",
            "clocks",
        ),
        "",
    ),
    **dict.fromkeys(("fallback", "pending", "newcomers", "quotas", "hysteresis", "movement"), ""),
    **dict.fromkeys(("protection", "manual", "review"), ""),
    **dict.fromkeys(("floors", "ceilings", "vetoes"), "bounds"),
    **dict.fromkeys(("obligations", "procedures", "forms", "gates", "indicators"), "reserved"),
    "metrics": "../metrics/README",
    "open_questions": "open-questions",
    "cycle": "cycles",
    "grades": "conditions",
}
"""Key -> its page beside the index; the page of the same name where none is given."""


def index(page: Page, names: tuple[str, ...]) -> str:
    """Block `index MODEL`: every key with a link to its page."""
    of = model(names[0])
    home = "ratings" if names[0] == "Rating" else "header"
    end = ".zh.md" if page.lang == "zh" else ".md"
    rows = []
    for name, field in of.model_fields.items():
        key = field.alias or name
        target = (_PAGES[key] or key) if key in _PAGES else home
        rows.append([f"[`{key}`]({target}{end})", page.translated(field.description or "")])
    return markdown_table([page.say(HEAD[0]), page.say(HEAD[-1])], rows)


def kinds(page: Page, _: tuple[str, ...]) -> str:
    """Block `kinds`: every kind of metric with the first sentence of its meaning."""
    end = ".zh.md" if page.lang == "zh" else ".md"
    rows = [
        [f"[`{kind}`]({kind}{end})", page.translated((of.__doc__ or "").strip().rstrip("."))]
        for kind, of in KINDS.items()
    ]
    return markdown_table(
        [page.say(Text(zh="种类", en="Kind")), page.say(Text(zh="含义", en="Meaning"))], rows
    )


def words(hint: Any, page: Page) -> str:
    """What may stand at a key, in words."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(inside, page)
    if origin in (Union, UnionType):
        parts = [words(one, page) for one in inside if one is not NoneType]
        return page.say(Text(zh=" 或 ", en=" or ")).join(dict.fromkeys(parts))
    if origin is Literal:
        return page.say(Text(zh="、", en=", ")).join(f"`{one}`" for one in inside)
    if origin is list:
        return page.say(Text(zh="列表：{}", en="list of {}")).format(words(inside[0], page))
    if origin is dict:
        of = words(inside[1], page)
        return page.say(Text(zh="按名称：{}", en="by name: {}")).format(of)
    if hint in _TYPES:
        return page.say(_TYPES[hint])
    assert issubclass(hint, BaseModel)
    return page.say(_KEYS)


def _annotated(inside: tuple[Any, ...], page: Page) -> str:
    base, *rest = inside
    for one in rest:
        validator = getattr(getattr(one, "func", None), "__name__", "")
        if validator in _SPECIAL:
            return page.say(_SPECIAL[validator])
        if isinstance(one, Discriminator):
            return page.say(_METRIC if one.discriminator is kind_of else _CONDITION)
    return words(base, page)


def limits(field: FieldInfo, page: Page) -> str:
    """The ends of a number or of the length of a list, in words."""
    low = next((one.ge for one in field.metadata if isinstance(one, Ge)), None)
    high = next((one.le for one in field.metadata if isinstance(one, Le)), None)
    low = next((one.min_length for one in field.metadata if isinstance(one, MinLen)), low)
    high = next((one.max_length for one in field.metadata if isinstance(one, MaxLen)), high)
    if low is not None and high is not None:
        return page.say(Text(zh="，{} 至 {}", en=", {} to {}")).format(low, high)
    if low is not None:
        return page.say(Text(zh="，至少 {}", en=", at least {}")).format(low)
    return ""


def default(value: Any) -> str:
    """A default as it would be written; empty where absence is the default."""
    if value is None or value in ("", [], {}) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return f"`{value}`"
