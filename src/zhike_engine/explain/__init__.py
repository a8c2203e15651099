"""Why a customer has its grade: every condition with value and limit, the deciding path, the nearest miss.

`explain(run, customer)` answers from a finished run; the engine itself is asked for every number that is shown.
"""

from zhike_engine.explain.explaining import explain, explain_many
from zhike_engine.explain.model import (
    Checked,
    Explanation,
    Gap,
    GradeChecked,
    Group,
    Judged,
    Looked,
    Mark,
    Metric,
    Miss,
    Part,
    Provenance,
    Score,
    Seen,
    Step,
)

__all__ = [
    "explain",
    "explain_many",
    "Explanation",
    "Step",
    "GradeChecked",
    "Group",
    "Checked",
    "Seen",
    "Miss",
    "Gap",
    "Metric",
    "Judged",
    "Looked",
    "Score",
    "Part",
    "Mark",
    "Provenance",
]
