"""Procedures: steps by role with separation of duties, time limits, escalation; one inbox of what waits."""
