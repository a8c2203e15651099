"""Every model of an archive beyond the customer, so that Django finds it and the journal knows its sentences."""

from __future__ import annotations

from zhike.customers.archive import Confirmation, FactSource, Finding, Need, Unit, UnitRecord
from zhike.customers.budgets import Allocation, Booking, Budget
from zhike.customers.documents import Document
from zhike.customers.duplicates import Mark
from zhike.customers.handovers import Handover
from zhike.customers.lapsing import Recovery
from zhike.customers.limits import Limit
from zhike.customers.merging import Merge
from zhike.customers.owners import Gap
from zhike.customers.quality import Defect
from zhike.customers.teams import TeamPost

__all__ = [
    "Allocation", "Booking", "Budget", "Confirmation", "Defect", "Document", "FactSource", "Finding", "Gap", "Handover", "Limit",
    "Mark", "Merge", "Need", "Recovery", "TeamPost", "Unit", "UnitRecord",
]  # fmt: skip
