"""The customer portal: what a customer's contact sees of their own company, and nothing else (docs/howto/customer-portal.md).

Walled: it may import only what the contract in pyproject.toml leaves open and tests/house/test_portal.py lists. Records reach its
pages only through `zhike.portal.own` (narrowed to the customer) and `zhike.portal.fields` (narrowed to the allowed fields).
"""
