"""What the fact tables hold about one customer: who judged, who approved, since when, how many rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from zhike_engine.explain.model import Judged
from zhike_engine.language.parse import parse
from zhike_engine.plan.anchors import Anchor
from zhike_engine.plan.windows import Window
from zhike_engine.policy import metrics as kinds
from zhike_engine.run import Run
from zhike_engine.sql.expressions import condition_sql
from zhike_engine.sql.facts import Reading
from zhike_engine.sql.scans import anchor_conditions, joined_event, window_conditions


@dataclass(frozen=True, slots=True)
class Override:
    """A manual record in force."""

    grade: str
    reason: str
    approver: str
    from_on: date
    until_on: date


@dataclass(frozen=True)
class Shared:
    """What several customers' records have in common: each question is asked once for all of them."""

    run: Run
    customers: tuple[Any, ...]
    known: dict[tuple[Any, ...], Mapping[Any, Any]] = field(default_factory=dict)

    def among(self) -> str:
        """Condition on `t` that a row is of one of the customers."""
        d = self.run.backend.dialect
        listed = (str(one) if isinstance(one, int) else d.text(str(one)) for one in self.customers)
        return f"t.customer in ({', '.join(listed)})"

    def answer(self, key: tuple[Any, ...], select: Callable[[], str]) -> Mapping[Any, Any]:
        """Customer -> first row of a SELECT that starts with the customer, without the customer."""
        if key not in self.known:
            found: dict[Any, Any] = {}
            for customer, *row in self.run.backend.rows(select()):
                found.setdefault(customer, tuple(row))
            self.known[key] = found
        return self.known[key]


@dataclass(frozen=True)
class Records:
    """Reads the facts of a run about one customer; `customer` is the id as the facts hold it."""

    run: Run
    customer: Any
    shared: Shared

    def has(self, table: str) -> bool:
        """Whether the facts have a table."""
        return table in self.run.facts.columns

    def has_column(self, table: str, column: str) -> bool:
        """Whether the facts have a column."""
        return column in self.run.facts.columns.get(table, frozenset())

    def _first(self, key: tuple[Any, ...], select: Callable[[], str]) -> Any:
        """The customer's row among the shared answers; None when there is none."""
        return self.shared.answer(key, select).get(self.customer)

    def rows(self, place: str, window: Window, where: str | None = None, by: str | None = None) -> int:
        """Rows of a table in a window that count as events; returned and cancelled orders do not."""
        reading, d = self.run.compiled.context.reading(place.partition(".")[0]), self.run.backend.dialect

        def select() -> str:
            day = f"t.{d.quote(by or reading.day)}"
            tests = [self.shared.among(), *reading.standing(), *reading.countable()]
            tests += [*window_conditions(day, window, None, d), *self._filter(reading, where)]
            tests += anchor_conditions(day, window, d)
            event = self.run.compiled.context.event(window.anchor)
            rows = reading.relation() + (joined_event(event) if event else "")
            return f"select t.customer, count(*) from {rows} where {' and '.join(tests)} group by t.customer"

        found = self._first(("rows", reading.table, window, where, by), select)
        return int(found[0]) if found else 0

    def _filter(self, reading: Reading, where: str | None) -> list[str]:
        if where is None:
            return []
        return [
            condition_sql(
                parse(where), self.run.compiled.context.row_names(reading), self.run.backend.dialect
            )
        ]

    def event(self, anchor: Anchor) -> date | None:
        """The day of the event that an anchored window starts at."""
        if not self.has("customers"):
            return None
        event = self.run.compiled.context.event(anchor)
        found = self._first(
            ("event", anchor.on),
            lambda: f"select t.customer, t.day from ({event}) t where {self.shared.among()}",
        )
        return _day(found[0]) if found else None

    def first_order(self) -> date | None:
        """The day of the first order that counts, up to the as-of date."""
        if not self.has("orders"):
            return None
        reading, d = self.run.compiled.context.reading("orders"), self.run.backend.dialect

        def select() -> str:
            end = Window(None, self.run.plan.windows.end)
            tests = [self.shared.among(), *reading.standing(), *reading.countable()]
            tests += window_conditions("t.ordered_on", end, None, d)
            return (
                f"select t.customer, min(t.ordered_on) from {reading.relation()}"
                f" where {' and '.join(tests)} group by t.customer"
            )

        found = self._first(("first_order",), select)
        return _day(found[0]) if found else None

    def since(self) -> date | None:
        """The stated first day of cooperation, when it is not after the as-of date."""
        if not self.has_column("customers", "since"):
            return None
        found = self._first(
            ("since",), lambda: f"select t.customer, t.since from f_customers t where {self.shared.among()}"
        )
        since = _day(found[0]) if found else None
        return since if since is not None and since <= self.run.plan.as_of else None

    def beginning(self, starts: str) -> date | None:
        """The first day of cooperation: stated (`since`), of the first order, or the `earlier` of the two."""
        days = [self.since()] if starts in ("since", "earlier") else []
        days += [self.first_order()] if starts in ("first_order", "earlier") else []
        return min((one for one in days if one is not None), default=None)

    def lived(self, spec: kinds.Growth) -> Decimal:
        """The part of the base period that an annualised growth is scaled up from; 1 where it is not."""
        over = getattr(self.run.plan.document.metrics.get(spec.against), "over", None)
        first = self.beginning("earlier")
        if spec.younger != "annualised" or over is None or first is None:
            return Decimal(1)
        base = self.run.plan.windows.read(over)
        if base.start is None or not base.start < first < base.end:
            return Decimal(1)
        return Decimal((base.end - first).days) / (base.end - base.start).days

    def judgement(self, name: str) -> Judged | None:
        """The latest judgement of this name by the as-of date, whether still in date or not."""
        if not self.has("judgements"):
            return None
        d, columns = self.run.backend.dialect, self.run.facts.columns["judgements"]

        def select() -> str:
            extra = ", ".join(f"t.{c}" if c in columns else "null" for c in ("reviewer", "valid_until"))
            reading = self.run.compiled.context.reading("judgements")
            tests = [self.shared.among(), *reading.standing(), f"t.judgement = {d.text(name)}"]
            tests.append(f"t.judged_on <= {d.day(self.run.plan.as_of)}")
            order = f"t.judged_on desc, {d.ordered_text(d.as_text('t.value'))} desc"
            return (
                f"select t.customer, t.judged_by, t.judged_on, t.ground, {extra} from f_judgements t"
                f" where {' and '.join(tests)} order by {order}"
            )

        found = self._first(("judgement", name), select)
        if not found:
            return None
        by, on, ground, reviewer, until = found
        day = _day(on)
        assert day is not None
        return Judged(str(by), day, str(ground), str(reviewer or ""), _day(until))

    def override(self, rating: str, kind: str) -> Override | None:
        """The manual record of a kind that is in force, by the rule the engine uses."""
        if not self.has("overrides"):
            return None
        d, day = self.run.backend.dialect, self.run.backend.dialect.day(self.run.plan.as_of)

        def select() -> str:
            reading = self.run.compiled.context.reading("overrides")
            tests = [self.shared.among(), *reading.standing(), f"t.rating = {d.text(rating)}"]
            tests += [f"t.kind = {d.text(kind)}", f"t.from_on <= {day}", f"t.until_on >= {day}"]
            return (
                "select t.customer, t.grade, t.reason, t.approver, t.from_on, t.until_on from f_overrides t"
                f" where {' and '.join(tests)} order by t.from_on desc, t.grade"
            )

        found = self._first(("override", rating, kind), select)
        if not found:
            return None
        grade, reason, approver, first, last = found
        starts, ends = _day(first), _day(last)
        assert starts is not None
        assert ends is not None
        return Override(str(grade), str(reason), str(approver), starts, ends)

    def total(self, column: str) -> int | None:
        """The sum of a column of the result over every customer in scope."""
        total = self.run.backend.dialect.total(f"r.{column}")
        [found] = self.shared.answer(("total", column), lambda: f"select 1, {total} from result r").values()
        return None if found[0] is None else int(found[0])


def _day(raw: Any) -> date | None:
    if raw is None or isinstance(raw, date):
        return raw
    return date.fromisoformat(str(raw)[:10])
