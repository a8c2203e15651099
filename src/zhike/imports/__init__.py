"""Data in: a file becomes records, checked, in the background, and can be undone."""
