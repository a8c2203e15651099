"""What if a parameter had another value: who moves, and what it costs in duties per person, over the frozen facts of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from zhike.customers.models import Customer
from zhike.grading.frozen import using
from zhike.grading.models import GradingRun
from zhike.people.models import Person
from zhike.people.rules import can
from zhike.policies.words import unit_word
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.plan.rules import PlannedRating
from zhike_engine.policy.check import GRADING, used_parameters
from zhike_engine.policy.load import Policy
from zhike_engine.run import Run
from zhike_engine.whatif import Movement, what_if

MOVERS = 20_000
SHOWN = 50
SEEN = "seen_by_reader"
"""The table of the engine that holds the customers of whoever asks."""
TIMES = {"week": 52, "month": 12, "quarter": 4, "half_year": 2, "year": 1}
"""How often in a year a duty of a period comes back."""


@dataclass(frozen=True)
class Knob:
    """A parameter that can be turned: its value in the run, the value asked for, and the range of its slider."""

    name: str
    title: Any
    unit: Any
    article: str
    value: Decimal
    asked: Decimal
    low: Decimal
    high: Decimal
    step: Decimal

    @property
    def changed(self) -> bool:
        """Whether another value is asked for."""
        return self.asked != self.value


def knobs(run: Run, asked: Mapping[str, Decimal], without: Collection[str] = ()) -> list[Knob]:
    """The numbers that grading reads, in the policy's order; not those in `without`."""
    used = used_parameters(run.policy, GRADING)
    found = []
    for name, one in run.plan.parameters.items():
        value = _number(one.written)
        if name not in used or name in without or value is None or one.local:
            continue
        step, spec, wanted = _step(value), one.spec, asked.get(name, value)
        high = max(value * 2, step * 10)
        high = max(min(high, spec.at_most) if spec.at_most is not None else high, wanted)
        unit = "%" if spec.type == "percent" else unit_word(spec.unit)
        found.append(
            Knob(
                name,
                spec.title.text,
                unit,
                spec.article,
                value,
                wanted,
                spec.at_least or Decimal(0),
                high,
                step,
            )
        )
    return found


def _number(written: Any) -> Decimal | None:
    if isinstance(written, bool) or written is None:
        return None
    try:
        found = Decimal(str(written))
    except ArithmeticError:
        return None
    return found if found.is_finite() and found >= 0 else None


def _step(value: Decimal) -> Decimal:
    """A hundredth of the value, as a round number: 1, 0.1, 10 …"""
    return Decimal(1).scaleb(value.adjusted() - 1) if value else Decimal("0.1")


@dataclass
class Duties:
    """Duties in a year before and after, of one person or of all."""

    name: str
    before: int = 0
    after: int = 0

    @property
    def more(self) -> int:
        """How many are added."""
        return self.after - self.before


@dataclass(frozen=True)
class Turned:
    """What a change of parameters does: one movement per rating, and the duties."""

    movements: Mapping[str, Movement]
    total: Duties
    people: list[Duties] = field(default_factory=list)
    counted: int | None = None
    """Over how many customers it counts, where whoever asks does not see all of them."""

    def plain(self, run: Run) -> dict[str, Any]:
        """Plain data for a scenario."""
        ratings = {}
        for name, one in self.movements.items():
            ratings[name] = {
                "codes": list(one.codes), "moved": one.moved,
                "before": {code: one.before(code) for code in one.codes},
                "after": {code: one.after(code) for code in one.codes},
                "up": steps(run.plan.rating(name), one, up=True), "down": steps(run.plan.rating(name), one, up=False),
            }  # fmt: skip
        people = [[one.name, one.before, one.after] for one in self.people[:SHOWN]]
        return {"ratings": ratings, "duties": [self.total.before, self.total.after], "people": people}


def steps(rating: PlannedRating, one: Movement, *, up: bool) -> int:
    """How many customers get a better, or a worse, grade."""
    ranks = {grade.code: grade.rank for grade in rating.grades}
    return sum(
        count
        for (old, new), count in one.cells.items()
        if old in ranks and new in ranks and (ranks[new] < ranks[old] if up else ranks[new] > ranks[old])
    )


def seen_of(person: Person) -> list[int] | None:
    """The customers over which a person may count; None for all of them.

    The counts of a run's board are the company's, for whoever sees gradings. A what-if answers any question, so that it
    counts only customers that the person sees, unless they hold the verb to run gradings, which is about everybody.
    """
    if "all" in person.access.scopes or can(person, "run_grading"):
        return None
    return list(Customer.objects.visible_to(person).order_by("pk").values_list("pk", flat=True))


def turn(owner: GradingRun, changes: Mapping[str, Decimal], seen: Sequence[int] | None = None) -> Turned:
    """The effect of other values; without changes, how things stand. Raises ZhikeError where the engine refuses them.

    With `seen` only those customers are counted.
    """
    with using(owner) as run:
        if seen is not None:
            keys = f"[{', '.join(str(int(key)) for key in seen)}]::bigint[]"
            assert isinstance(run.backend, DuckDB)
            run.backend.execute(f"create or replace temp table {SEEN} as select unnest({keys}) as customer")
        among = SEEN if seen is not None else ""
        found = what_if(
            run, {name: str(value) for name, value in changes.items()}, movers=MOVERS, among=among
        )
        duties = _duties(run, found, among)
        first = next(iter(found.values()))
        return Turned(found, *duties, sum(first.cells.values()) if among else None)


def duties_of(policy: Policy) -> dict[str, dict[str, int]]:
    """Rating -> grade -> duties in a year that one customer of the grade brings."""
    known = policy.document.obligations
    weight = {name: (one.times or 1) * TIMES.get(one.per or "", 1) for name, one in known.items()}
    return {
        name: {code: sum(weight.get(duty, 1) for duty in grade.owes) for code, grade in rating.grades.items()}
        for name, rating in policy.document.ratings.items()
    }


def _duties(run: Run, found: Mapping[str, Movement], among: str) -> tuple[Duties, list[Duties]]:
    per = duties_of(run.policy)
    total = Duties("")
    change: Counter[int | None] = Counter()
    standing: Counter[int | None] = Counter()
    managers = _managers(run, {mover.customer for one in found.values() for mover in one.movers})
    for name, one in found.items():
        weight = per[name]
        total.before += sum(weight.get(old or "", 0) * n for (old, _), n in one.cells.items())
        total.after += sum(weight.get(new or "", 0) * n for (_, new), n in one.cells.items())
        for mover in one.movers:
            who = managers.get(mover.customer)
            change[who] += weight.get(mover.after or "", 0) - weight.get(mover.before or "", 0)
    for who, name, code, count in _counted(run, among):
        standing[who] += per[name].get(code, 0) * count
    names = dict(
        Person.objects.filter(pk__in=[key for key in standing if key]).values_list("pk", "display_name")
    )
    people = [
        Duties(names.get(who, "—") if who else "—", number, number + change[who])
        for who, number in standing.items()
    ]
    return total, sorted(people, key=lambda one: (-abs(one.more), -one.before, one.name))


def _managers(run: Run, customers: set[str]) -> dict[str, int | None]:
    if not customers:
        return {}
    keys = ", ".join(sorted(customers))
    rows = run.backend.rows(f"select c.customer, c.manager from f_customers c where c.customer in ({keys})")
    return {str(customer): manager for customer, manager in rows}


def _counted(run: Run, among: str) -> list[tuple[int | None, str, str, int]]:
    """Customers by manager and grade, in every rating."""
    found, seen = [], f" and c.customer in (select s.customer from {among} s)" if among else ""
    for rating in run.plan.ratings:
        grade = f"r.{rating.prefix}_grade"
        rows = run.backend.rows(
            f"select c.manager, {grade}, count(*) from result r join f_customers c on c.customer = r.customer"
            f" where {grade} is not null{seen} group by c.manager, {grade}"
        )
        found += [(manager, rating.name, str(code), int(count)) for manager, code, count in rows]
    return found
