"""The one description of the fact tables: names, kinds, units, keys, references.

The reader of the engine, the importer and the reference page `docs/reference/facts.md` all take it from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from zhike_engine.facts.judged import (
    ACTIVITIES,
    EXCHANGE_RATES,
    FORECASTS,
    JUDGEMENTS,
    OVERRIDES,
    PREVIOUS_GRADES,
    TARGETS,
)
from zhike_engine.facts.shape import PHYSICAL, Column, Kind, Table
from zhike_engine.facts.trade import COMPLAINTS, CUSTOMERS, ORDER_LINES, ORDERS, PAYMENTS, RECEIVABLES

__all__ = ["PHYSICAL", "TABLES", "Column", "Kind", "Table"]

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            CUSTOMERS,
            ORDERS,
            ORDER_LINES,
            RECEIVABLES,
            PAYMENTS,
            COMPLAINTS,
            ACTIVITIES,
            TARGETS,
            JUDGEMENTS,
            EXCHANGE_RATES,
            PREVIOUS_GRADES,
            OVERRIDES,
            FORECASTS,
        )
    }
)
"""Every fact table by name, in the order of the reference page."""
