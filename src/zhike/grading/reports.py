"""Reports on grades: movement over a period, as it was recorded then or net as of now; who has no grade; who qualifies."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Customer
from zhike.grading.causes import cause_text
from zhike.grading.importance import reasons_for
from zhike.grading.models import Adjustment, Grade, GradingResult, GradingRun
from zhike.grading.schemes import Scheme, Schemes, said, scheme_of, schemes_of
from zhike.grading.standing import counts
from zhike.people.models import Person
from zhike.policies.models import PolicyVersion

UP, DOWN, NEW = Q(moved__gt=0), Q(moved__lt=0), Q(before="")
DIRECTIONS: dict[str, tuple[Any, Q]] = {
    "up": (_("upgrades"), UP), "down": (_("downgrades"), DOWN), "new": (_("newly graded"), NEW),
}  # fmt: skip
"""Direction -> its name and its condition."""


@dataclass(frozen=True)
class Line:
    """One line of the movement report."""

    code: str
    name: str
    up: int
    down: int
    new: int

    @property
    def net(self) -> int:
        """Upgrades less downgrades."""
        return self.up - self.down


@dataclass
class Movement:
    """The movement of a period."""

    first: date
    last: date
    mode: str
    up: int = 0
    down: int = 0
    new: int = 0
    by_cause: list[Line] = field(default_factory=list)
    by_policy: list[Line] = field(default_factory=list)
    by_department: list[Line] = field(default_factory=list)
    by_month: list[Line] = field(default_factory=list)


def moves(by: Person, first: date, last: date) -> QuerySet[Grade]:
    """The grades that began in a period, of customers that a person sees; what was taken over from before is no movement."""
    rows = Grade.objects.held().visible_to(by).filter(from_on__range=(first, last))
    return rows.exclude(cause="import").filter(UP | DOWN | NEW)


def movement(by: Person, first: date, last: date, mode: str = "then") -> Movement:
    """Upgrades and downgrades. `then`: every change as it was recorded; `now`: the grade at the beginning against today's."""
    found = Movement(first, last, mode)
    if mode == "now":
        return _net(found, by)
    rows = moves(by, first, last).order_by()
    counts: Any = {name: Count("pk", filter=condition) for name, (_name, condition) in DIRECTIONS.items()}
    total = rows.aggregate(**counts)
    found.up, found.down, found.new = total["up"], total["down"], total["new"]
    found.by_cause = _lines(rows.values("cause").annotate(**counts), "cause", cause_text)
    found.by_policy = _lines(rows.values("rating").annotate(**counts), "rating", rating_title)
    found.by_department = _lines(
        rows.values("customer__department__name_zh").annotate(**counts), "customer__department__name_zh", str
    )
    months = rows.annotate(month=TruncMonth("from_on")).values("month").annotate(**counts).order_by("month")
    found.by_month = _lines(months, "month", lambda month: f"{month:%Y-%m}", keep=True)
    return found


def _lines(rows: Any, name: str, said: Any, *, keep: bool = False) -> list[Line]:
    lines = [
        Line(str(row[name] or ""), said(row[name]) if row[name] else "—", row["up"], row["down"], row["new"])
        for row in rows
    ]
    return lines if keep else sorted(lines, key=lambda one: -(one.up + one.down + one.new))


def rating_title(key: str) -> str:
    """A rating with its policy, in the reader's language."""
    scheme = Schemes().of(None, key)
    return f"{said(scheme.document.title)} · {scheme.name}" if scheme else key


def _net(found: Movement, by: Person) -> Movement:
    """Who stands elsewhere at the end than on the eve of the first day, whatever lay between: what began on that day counts."""
    seen = Grade.objects.visible_to(by)
    eve = max(found.first, date.min + timedelta(days=1)) - timedelta(days=1)
    before = {
        (one.customer_id, one.rating): one
        for one in seen.on(eve).only("customer", "rating", "grade", "version")
    }
    now = seen.on(found.last).only("customer", "rating", "grade", "version", "cause", "customer__department")
    schemes, causes, policies, places = Schemes(), Counter[Any](), Counter[Any](), Counter[Any]()
    total: Counter[str] = Counter()
    for one in now.select_related("customer__department"):
        old = before.get((one.customer_id, one.rating))
        scheme = schemes.of(one.version_id, one.rating)
        moved = scheme.moved(old.grade, one.grade) if old and scheme else 0
        way = (
            "new"
            if old is None and one.cause != "import"
            else "up"
            if moved > 0
            else "down"
            if moved < 0
            else ""
        )
        if way:
            total[way] += 1
            causes[one.cause, way] += 1
            policies[one.rating, way] += 1
            places[one.customer.department.name_zh if one.customer.department else "", way] += 1
    found.up, found.down, found.new = total["up"], total["down"], total["new"]
    found.by_cause, found.by_policy = _counted(causes, cause_text), _counted(policies, rating_title)
    found.by_department = _counted(places, lambda name: name or "—")
    return found


def _counted(rows: Counter[Any], said: Any) -> list[Line]:
    codes = sorted({code for code, _way in rows})
    lines = [
        Line(code, said(code), rows[code, "up"], rows[code, "down"], rows[code, "new"]) for code in codes
    ]
    return sorted(lines, key=lambda one: -(one.up + one.down + one.new))


# who has no grade


def ungraded(by: Person) -> QuerySet[Customer]:
    """Customers that a person sees, still with us or lapsed, without a grade."""
    held = Grade.objects.filter(customer=OuterRef("pk"), until_on__isnull=True, main=True)
    rows = Customer.objects.visible_to(by).living().filter(grade="", life__in=["current", "lapsed"])
    return rows.filter(~Exists(held))


def last_results(customers: list[int]) -> dict[int, GradingResult]:
    """Customer -> the last result of any run, for saying why there is no grade yet."""
    found: dict[int, GradingResult] = {}
    rows = (
        GradingResult.objects.filter(customer__in=customers).exclude(state="not_rated").order_by("run", "pk")
    )
    for row in rows.select_related("run__version__policy").defer("run__board", "run__manifest"):
        found[row.customer_id] = row
    return found


# who qualifies (GRD-01)

ENTRIES = ("programme", "qualification")
"""Ratings that say who belongs to the managed programme; their best grade is to belong."""


@dataclass(frozen=True)
class Programme:
    """A policy with criteria of entry."""

    version: PolicyVersion
    scheme: Scheme
    main: Scheme
    run: GradingRun | None

    @property
    def inside(self) -> str:
        """The grade of those who qualify."""
        return self.scheme.grades[0].code


@dataclass(frozen=True)
class Entrant:
    """One customer: whether it qualifies, whether it is in, and why."""

    result: GradingResult
    qualifies: bool | None
    grade: Grade | None
    why: str

    @property
    def state(self) -> str:
        """`in`, `unqualified` (in without qualifying), `candidate` (qualifies, not in), `out`, or `open`."""
        if self.qualifies is None:
            return "open"
        if self.grade is not None:
            return "in" if self.qualifies else "unqualified"
        return "candidate" if self.qualifies else "out"


def programmes(day: date) -> list[Programme]:
    """The policies in force with criteria of entry, with their last run."""
    found = []
    for version in PolicyVersion.objects.in_force(day).select_related("policy"):
        schemes = schemes_of(version)
        for scheme in schemes:
            if scheme.key.partition(".")[2] in ENTRIES:
                runs = GradingRun.objects.filter(version__policy=version.policy_id, only=[])
                run = runs.filter(state__in=["ready", "submitted", "closed"]).order_by("-pk").first()
                found.append(Programme(version, scheme, schemes[0], run))
    return found


def entrants(programme: Programme, by: Person, results: list[GradingResult], day: date) -> list[Entrant]:
    """Some results of a programme with who is in: by an approved entry, or because its grade is managed under the policy."""
    keys = [one.customer_id for one in results]
    held = Grade.objects.filter(customer__in=keys, until_on__isnull=True).select_related("approved_by")
    inside = {one.customer_id: one for one in held.filter(rating=programme.main.key)}
    entered = {one.customer_id: one for one in held.filter(rating=programme.scheme.key)}
    judged = reasons_for(keys)
    found = []
    for one in results:
        decided = entered.get(one.customer_id)
        grade = (
            decided
            if decided and decided.grade == programme.inside
            else None
            if decided
            else inside.get(one.customer_id)
        )
        told = None if not one.grade else one.grade == programme.inside
        records = records_in(one, programme, day)
        found.append(Entrant(one, told, grade, reason_in(one, records, decided, judged.get(one.customer_id))))
    return found


def records_in(result: GradingResult, programme: Programme, day: date) -> list[Adjustment]:
    """The manual records about a programme that count on a day."""
    keys = (programme.scheme.key, programme.main.key)
    return [one for one in result.customer.adjustments.all() if one.rating in keys and counts(one, day)]


def reason_in(
    result: GradingResult, records: list[Adjustment], decided: Grade | None, judged: Any = None
) -> str:
    """The reason on record: of the manual record, the decision or the class of importance; else the mark of the run."""
    if records:
        return str(records[0].ground)
    if decided and decided.ground:
        return str(decided.ground)
    return str(judged.ground) if judged is not None else marks_of(result)


def marks_of(result: GradingResult) -> str:
    """What a run marked a result with, in the reader's language."""
    if not result.mark:
        return ""
    version = result.run.version
    scheme = scheme_of(version, f"{version.policy.code}.{result.rating}")
    return "、".join(scheme.marks(result.mark)) if scheme else ""
