"""The mapping format as JSON Schema, for editors. `docs/reference/mapping.schema.json` is the published copy."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from zhike.facts.mapping import VERSION, Mapping
from zhike_engine.facts.tables import TABLES, Table
from zhike_engine.policy.schema import DIALECT

_PLAIN = {"type": ["string", "number", "boolean"]}
_VALUE = {"anyOf": [_PLAIN, {"$ref": "#/$defs/Value"}]}
"""A column of the source or a formula, or a value with options."""


def mapping_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a mapping document: every fact table with its own columns."""
    found: dict[str, Any] = Mapping.model_json_schema(by_alias=True)
    parts, keys = found["$defs"], found["properties"]
    target = parts.pop("Target")
    target["properties"]["attributes"]["additionalProperties"] = _VALUE
    parts |= {name: _target(target, table) for name, table in TABLES.items()}
    keys["tables"] |= {
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in TABLES},
        "additionalProperties": False,
    }
    keys["facts_mapping"]["const"] = VERSION
    return {"$schema": DIALECT, **found, "title": "Zhike mapping"}


def _target(target: dict[str, Any], table: Table) -> dict[str, Any]:
    """How one fact table is filled."""
    own = deepcopy(target) | {"title": table.title.en, "description": table.meaning.en}
    columns = {column.name: {"description": column.meaning.en, **_VALUE} for column in table.columns}
    own["properties"]["columns"] |= {"properties": columns, "additionalProperties": False}
    if not table.open:
        del own["properties"]["attributes"]
    return own


def mapping_schema_text() -> str:
    """The schema as JSON text, the same on every run."""
    return json.dumps(mapping_schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
