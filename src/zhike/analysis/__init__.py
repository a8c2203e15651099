"""Analyses across customers, read-only: development, value, concentration and fit (ANA-01, ANA-02, ANA-07)."""
