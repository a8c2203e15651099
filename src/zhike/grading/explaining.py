"""Why a customer has its grade, from the frozen folder of the run: the same answer today and in ten years (GRD-16)."""

from __future__ import annotations

from zhike.grading.frozen import folder_of, using
from zhike.grading.models import Grade, GradingResult, GradingRun
from zhike.kernel.refusals import NotThere
from zhike_engine.errors import NotFound
from zhike_engine.explain import Explanation, explain


def explanation(of: GradingResult | Grade) -> Explanation | None:
    """The explanation of a result, or of the run behind a grade; None for a grade that no run has found."""
    run: GradingRun | None = of.run
    if run is None or not folder_of(run).facts.is_dir():
        return None
    found = explanations(run, of.customer_id, of.rating.rpartition(".")[2])
    return found[0] if found else None


def explanations(run: GradingRun, customer: int, rating: str | None = None) -> list[Explanation]:
    """The explanations of a customer in a run, one per rating. Raises NotThere for a customer that it does not know."""
    with using(run) as opened:
        try:
            return explain(opened, str(customer), rating)
        except NotFound as problem:
            raise NotThere(problem.message) from None
