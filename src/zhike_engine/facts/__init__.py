"""Fact tables: what they are (`tables`) and how the engine reads them."""
