"""Where plans run. A backend keeps the result of a SELECT as a table, and fetches a table as Arrow; nothing else."""
