"""Grading runs, proposals, decisions, and the grades of every customer over time."""
