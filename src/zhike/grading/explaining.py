"""Why a customer has its grade, from the frozen folder of the run: the same answer today and in ten years (GRD-16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pyarrow.parquet as pq

from zhike.customers.life import ACTIVITIES, SEVERITIES
from zhike.customers.models import Activity, Customer
from zhike.grading.frozen import folder_of, using
from zhike.grading.models import Grade, GradingResult, GradingRun
from zhike.kernel.refusals import NotThere
from zhike_engine.errors import NotFound, ZhikeError
from zhike_engine.explain import Explanation, explain, explain_many


def explanation(of: GradingResult | Grade) -> Explanation | None:
    """The explanation of a result, or of the run behind a grade; None for a grade that no run has found."""
    run: GradingRun | None = of.run
    if run is None or not folder_of(run).facts.is_dir():
        return None
    found = explanations(run, of.customer_id, of.rating.rpartition(".")[2])
    return found[0] if found else None


def explanations_of(grades: Iterable[Grade]) -> dict[int, Explanation]:
    """The explanations of many grades by their keys, in one question for each run; those that cannot be given are not there."""
    alike: dict[tuple[int, str], list[Grade]] = {}
    for one in grades:
        if one.run is not None and folder_of(one.run).facts.is_dir():
            alike.setdefault((one.run.pk, one.rating.rpartition(".")[2]), []).append(one)
    found: dict[int, Explanation] = {}
    for (_run, rating), some in alike.items():
        assert some[0].run is not None
        with using(some[0].run) as opened:
            try:
                told = list(explain_many(opened, [str(one.customer_id) for one in some], rating))
            except ZhikeError:  # each is asked for alone then
                continue
        found |= {one.pk: each[0] for one, each in zip(some, told, strict=True)}
    return found


def explanations(run: GradingRun, customer: int, rating: str | None = None) -> list[Explanation]:
    """The explanations of a customer in a run, one per rating. Raises NotThere for a customer that it does not know."""
    with using(run) as opened:
        try:
            return explain(opened, str(customer), rating)
        except NotFound as problem:
            raise NotThere(problem.message) from None


@dataclass(frozen=True)
class Grievance:
    """A complaint or dispute that a run counted: the proof behind its number (GRD-10)."""

    activity: Activity | None
    kind: str
    severity: str
    opened_on: date
    closed_on: date | None


def grievances_of(run: GradingRun, customer: Customer) -> list[Grievance]:
    """The complaints and disputes in the frozen facts of a run, the newest first, with the entry of the archive."""
    file = folder_of(run).facts / "complaints.parquet"
    if not file.is_file():
        return []
    rows = pq.read_table(file, filters=[("customer", "=", customer.pk)]).to_pylist()
    rows = sorted(
        (row for row in rows if row["opened_on"] <= run.as_of), key=lambda row: row["opened_on"], reverse=True
    )
    entries = Activity.objects.in_bulk([row["complaint"] for row in rows])
    return [
        Grievance(
            entries.get(row["complaint"]), str(ACTIVITIES["dispute" if row["kind"] == "dispute" else "complaint"]),
            str(SEVERITIES[row["severity"]]), row["opened_on"], row["closed_on"] if (row["closed_on"] or date.max) <= run.as_of else None,
        )
        for row in rows
    ]  # fmt: skip
