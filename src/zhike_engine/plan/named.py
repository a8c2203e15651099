"""Grades that a parameter names: written out before a rating is planned, so that every step meets codes only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhike_engine.plan.parameters import ParameterValue
from zhike_engine.policy.model import Rating


def settled(spec: Rating, parameters: Mapping[str, ParameterValue]) -> Rating:
    """The rating with the grades that parameters name; a parameter that is unset, or names no grade, stays."""
    codes = {
        name: one.value
        for name, one in parameters.items()
        if one.spec.type == "grade" and one.value in spec.grades
    }
    if not codes:
        return spec

    def code(name: str | None) -> Any:
        return codes.get(name or "", name)

    def graded(parts: list[Any]) -> list[Any]:
        return [part.model_copy(update={"grade": code(part.grade)}) for part in parts]

    changed: dict[str, Any] = {
        key: graded(getattr(spec, key)) for key in ("quotas", "floors", "ceilings", "vetoes")
    }
    if spec.newcomers:
        changed["newcomers"] = graded([spec.newcomers])[0]
    if spec.fallback:
        changed["fallback"] = spec.fallback.model_copy(update={"lines": graded(spec.fallback.lines)})
    if spec.test_order:
        changed["test_order"] = [code(name) for name in spec.test_order]
    if spec.protection:
        months, grades = spec.protection.months, [code(name) for name in spec.protection.grades]
        if isinstance(months, dict):
            months = {code(name): length for name, length in months.items()}
        changed["protection"] = spec.protection.model_copy(update={"months": months, "grades": grades})
    if spec.matrix:
        cells = {
            row: {column: code(name) for column, name in found.items()}
            for row, found in spec.matrix.cells.items()
        }
        changed["matrix"] = spec.matrix.model_copy(update={"cells": cells})
    return spec.model_copy(update=changed)
