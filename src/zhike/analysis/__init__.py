"""Read-only pages across nouns: development, value, concentration and fit of resources."""
