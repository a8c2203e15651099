"""The usual size and seed of the demo company, for those who only show them."""

from __future__ import annotations

SEED = 20260101
AS_FILES = 600
"""Customers of the company as files."""
AS_PRODUCT = 5_000
"""Customers of the company in the product."""
