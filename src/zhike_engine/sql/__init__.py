"""From the plan to SQL: typed values, a dialect of a few primitives, one compiler."""
