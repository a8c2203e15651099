"""What every noun stands on: exact amounts, refusals, the journal. Nouns only; a closed list."""
