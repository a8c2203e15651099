"""The policy document: reading, validation, parameters, difference of two versions."""
