"""Bringing a company's own files into fact tables."""
