"""The policy format as JSON Schema, for editors. `docs/reference/policy.schema.json` is the published copy."""

from __future__ import annotations

import json
from typing import Any

from zhike_engine.policy.model import PolicyDocument

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a policy document."""
    found: dict[str, Any] = PolicyDocument.model_json_schema(by_alias=True)
    return {"$schema": DIALECT, **found, "title": "Zhike policy"}


def schema_text() -> str:
    """The schema as JSON text, the same on every run."""
    return json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
