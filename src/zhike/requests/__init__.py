"""Requests of customers: by when each is to be answered under the policy of the day, and whether it was (SLA-01)."""
