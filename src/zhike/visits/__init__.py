"""Visits of customers and their forms."""
