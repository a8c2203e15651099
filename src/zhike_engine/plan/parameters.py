"""Parameters: the value in force on a day, in the units the engine counts in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from zhike_engine.errors import ParameterInvalid
from zhike_engine.issues import did_you_mean
from zhike_engine.messages import say
from zhike_engine.policy.model import Parameter, PolicyDocument
from zhike_engine.policy.values import MONEY_UNITS
from zhike_engine.words import OR, Text, quoted

FACTORS = {unit: Decimal(factor) for unit, factor in MONEY_UNITS.items()}
"""Money units a parameter may be written in -> currency units."""

_UNITS = {
    "money": "money",
    "percent": "share",
    "number": "any",
    "integer": "any",
    "grade": "text",
    "text": "text",
}


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A parameter on the as-of date. `value` is None while unset; money in currency units, percent as a share.

    `written` is the value as people write it, in the parameter's own unit; `local` maps an attribute's values to
    local values in the engine's units.
    """

    name: str
    spec: Parameter
    value: Decimal | str | bool | None
    written: Any = None
    local: Mapping[str, Decimal] | None = None

    @property
    def unit(self) -> str:
        """The unit of the engine: money, share, any, text or flag."""
        return _UNITS.get(self.spec.type, "flag")


def read_value(name: str, spec: Parameter, raw: Any) -> Decimal | str | bool | None:
    """A value as the engine counts it; raises ParameterInvalid when the parameter cannot take it.

    >>> from zhike_engine.policy.parts import AnyText
    >>> spec = Parameter.model_validate({"title": "limit", "type": "money", "unit": "万元"})
    >>> read_value("limit", spec, "500")
    Decimal('5000000')
    """
    if raw is None:
        return None
    if spec.type == "flag":
        if raw in (True, False):
            return bool(raw)
        if str(raw).lower() in ("true", "false"):
            return str(raw).lower() == "true"
        raise ParameterInvalid(
            say("parameter `{name}` is `true` or `false`, not `{value}`", name=name, value=raw)
        )
    if spec.type in ("grade", "text"):
        if spec.choices and str(raw) not in spec.choices:
            raise ParameterInvalid(
                say("parameter `{name}` is one of its choices, not `{value}`", name=name, value=raw),
                hint=say("use {names}", names=quoted(spec.choices, OR)),
            )
        return str(raw)
    number = _number(name, spec, raw)
    _within(name, spec, number)
    if spec.type == "percent":
        return number / 100
    if spec.type == "money":
        return number * FACTORS[spec.unit]
    return number


def _number(name: str, spec: Parameter, raw: Any) -> Decimal:
    text = str(raw).strip()
    if spec.type == "percent":
        text = text.rstrip("%％").strip()
    elif spec.type == "money" and spec.unit and text.endswith(spec.unit):
        text = text.removesuffix(spec.unit).strip()
    try:
        number = Decimal(text.replace(",", "") if spec.type == "money" else text)
    except InvalidOperation:
        raise _refused(name, spec, raw) from None
    if not number.is_finite() or isinstance(raw, bool):
        raise _refused(name, spec, raw)
    if spec.type == "integer" and number != number.to_integral_value():
        raise ParameterInvalid(
            say("parameter `{name}` is a whole number, not `{value}`", name=name, value=raw)
        )
    return number


_KINDS = {
    "money": Text(zh="金额", en="an amount"),
    "percent": Text(zh="百分比", en="a percentage"),
    "integer": Text(zh="整数", en="a whole number"),
}


def _refused(name: str, spec: Parameter, raw: Any) -> ParameterInvalid:
    kind = _KINDS.get(spec.type, Text(zh="数", en="a number"))
    if spec.unit:
        kind = Text(zh="{kind}（单位 {unit}）", en="{kind} in {unit}").format(kind=kind, unit=spec.unit)
    return ParameterInvalid(
        say("parameter `{name}` is {kind}, not `{value}`", name=name, kind=kind, value=raw)
    )


def _within(name: str, spec: Parameter, number: Decimal) -> None:
    if spec.at_least is not None and number < spec.at_least:
        raise ParameterInvalid(
            say(
                "parameter `{name}` is at least {limit}, not {value}",
                name=name,
                limit=spec.at_least,
                value=number,
            )
        )
    if spec.at_most is not None and number > spec.at_most:
        raise ParameterInvalid(
            say(
                "parameter `{name}` is at most {limit}, not {value}",
                name=name,
                limit=spec.at_most,
                value=number,
            )
        )


def resolve(document: PolicyDocument, as_of: date, given: Mapping[str, Any]) -> dict[str, ParameterValue]:
    """Every parameter of the policy on `as_of`; `given` values win over those of the document.

    Raises ParameterInvalid for an unknown name or a value that a parameter cannot take.
    """
    for name in given:
        if name not in document.parameters:
            raise ParameterInvalid(
                say("policy `{policy}` has no parameter `{name}`", policy=document.policy, name=name),
                hint=did_you_mean(name, document.parameters) or say("the policy has no parameters"),
            )
    found = {}
    for name, spec in document.parameters.items():
        raw = given[name] if name in given else _on(spec, as_of)
        local = None
        if spec.local is not None:
            local = {key: _local(name, spec, number) for key, number in spec.local.values.items()}
        found[name] = ParameterValue(name, spec, read_value(name, spec, raw), raw, local)
    return found


def _local(name: str, spec: Parameter, number: Decimal) -> Decimal:
    value = read_value(name, spec, number)
    assert isinstance(value, Decimal)
    return value


def _on(spec: Parameter, as_of: date) -> Any:
    current = spec.value
    for dated in sorted(spec.values, key=lambda one: one.starts):
        if dated.starts <= as_of:
            current = dated.value
    return current
