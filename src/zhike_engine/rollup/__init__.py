"""Prepared months: the facts of a policy added up by customer and month, kept in one file, brought up to date by customer.

    prepare_rollup(policy, backend, as_of, file)     read the facts once
    with Rollup(file) as rollup:
        run = rollup.grade(policy, as_of)            grade from the months; equal to grading from the facts
        rollup.update(folder)                        the facts of customers that changed
        run = rollup.grade(policy, as_of)            only their metrics are computed again, then everybody is graded

The file is a DuckDB database: `monthly0…` (see sql/rolled.py), `s_<table>` with the small fact tables, `base` with the
metrics of every customer that need no other customer, `touched` with customers whose `base` is out of date,
`touched_monthly0…` with the months of these customers once more, and `about` with what it was made from. How it works
is told in docs/algorithms/performance.md.
"""

from zhike_engine.rollup.grading import Rollup
from zhike_engine.rollup.preparing import prepare_rollup

__all__ = ["Rollup", "prepare_rollup"]
