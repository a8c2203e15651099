"""Backups: a consistent copy of database, uploads and keys, encrypted, verified before it overwrites anything."""
