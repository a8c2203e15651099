"""The rows of one fact table, from all its sources: typed, judged row by row, dropped ones with their reason.

`make_rows` leaves a DuckDB table `rows_<table>` behind with the columns of the fact table and

    _ord    a number that orders all rows: position of the source, then the row's place in it
    _part   the number of the file, counted over all sources of the import
    _n      the row number as a spreadsheet shows it
    _drop   the number of the reason for which the row is dropped, else NULL
    _value  what the report shows for a dropped row
    _noted  whether something about the row is to be listed although it stays
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhike.facts import formula
from zhike.facts.columns import Planned, Problem, attribute, inputs_of, parsed, plan_column
from zhike.facts.formats import literal, quote
from zhike.facts.loading import Loaded
from zhike.facts.mapping import Collective, Target
from zhike.facts.pieces import Connection
from zhike.facts.quality import Action, Ledger
from zhike.facts.scope import Formats, LookupTable, Scope
from zhike.facts.sources import Sheet
from zhike_engine.errors import MappingInvalid
from zhike_engine.facts.tables import TABLES
from zhike_engine.words import Text

SHIFT = 1 << 40
"""Row orders of one source lie below this; a table's sources follow each other."""


@dataclass
class Work:
    """What an import has at hand while it builds its tables."""

    db: Connection
    loaded: Loaded
    ledger: Ledger
    sheets: Mapping[str, Sheet]
    lookups: dict[formula.Lookup, LookupTable]
    first_part: Mapping[str, int]
    part_names: list[str]
    plans: dict[str, list[RowPlan]] = field(default_factory=dict)

    def formats(self, source: str) -> Formats:
        """The formats that hold for a source."""
        mapping = self.loaded.mapping
        empty = tuple(mapping.sources[source].empty or mapping.empty)
        return Formats(mapping.numbers_of(source), tuple(mapping.dates_of(source)), empty)

    def target(self, table: str) -> Target:
        """How a table is filled."""
        return self.loaded.mapping.tables[table]


def rows_of(table: str) -> str:
    """The DuckDB table with the rows of a fact table."""
    return f"rows_{table}"


def make_rows(work: Work, name: str) -> None:
    """Build `rows_<name>` and keep its plans in `work`; raises MappingInvalid where a formula cannot be meant."""
    plans = [RowPlan(work, name, at) for at in range(len(work.target(name).sources))]
    work.plans[name] = plans
    for plan in plans:
        plan.prepare()
    selects = " UNION ALL ".join(plan.select() for plan in plans)
    work.db.execute(f"CREATE TABLE {rows_of(name)} AS {selects}")


def rows_sql(alike: bool) -> str:
    """The SQL of how many rows of the source a group of rows stands for."""
    return "sum(len(_members))" if alike else "count(*)"


class RowPlan:
    """One table from one of its sources: columns, problems, and the SELECT that gives the rows."""

    def __init__(self, work: Work, name: str, at: int) -> None:
        self.work, self.table, self.at = work, TABLES[name], at
        self.target = work.target(name)
        self.source = self.target.sources[at]
        self.formats = work.formats(self.source)
        self.scope = Scope(work.sheets[self.source], self.formats, work.lookups)
        order = self.target.columns.get("order")
        if order is not None and order.origin is not None:
            self.scope.order = self.scope.text(parsed(order.origin))
        self.planned = [self.plan(column) for column in self.target.values()]
        self.by_name = {each.column.name: each for each in self.planned}
        self.words: dict[str, Text] = {}
        self.problems = self.gathered()
        self.alike = self.may_be_alike()

    def may_be_alike(self) -> bool:
        """Whether rows with the same cells give the same row, so that they may be taken together beforehand."""
        values = [value.origin or "" for value in self.target.values().values()]
        nodes = [part for value in values for part in formula.walk(parsed(value))]
        numbered = any(isinstance(part, formula.Call) and part.name == "row" for part in nodes)
        summed = any(each.column.kind == "money" for each in self.planned)
        return self.target.group_by is not None and not (self.target.compares_rows or numbered or summed)

    def plan(self, name: str) -> Planned:
        mapping, value = self.work.loaded.mapping, self.target.values()[name]
        dates = tuple(mapping.dates_of(self.source, value))
        formats = Formats(mapping.numbers_of(self.source, value), dates, self.formats.empty)
        column = self.table.column(name) if name in self.table.names else attribute(name)
        try:
            summed = self.target.group_by is not None and column.kind == "money"
            return plan_column(column, value, self.scope, formats, summed=summed)
        except MappingInvalid as problem:
            part = "columns" if name in self.target.columns else "attributes"
            place = self.work.loaded.place("tables", self.table.name, part, name)
            raise MappingInvalid(problem.message, hint=problem.hint, place=place) from None

    # --- what can be wrong, in the order in which a row is dropped ------------------------------------

    def gathered(self) -> list[Problem]:
        return [
            *self.blank(),
            *self.conditions(),
            *self.ruled(),
            *self.without_customer(),
            *(problem for each in self.planned for problem in each.problems),
            *self.amounts(),
        ]

    def blank(self) -> list[Problem]:
        texts = self.scope.texts
        used = [
            f"{texts[name]} IS NULL" if name in texts else f"coalesce(trim({raw}), '') = ''"
            for name, raw in self.scope.cells.items()
        ]
        return [Problem("row_blank", " AND ".join(used), "NULL", "dropped")] if used else []

    def conditions(self) -> list[Problem]:
        """Read the conditions for rows: `inside` holds for rows that are taken and for those that cannot be told."""
        problems = []
        inside = ["true"]
        for text in (self.work.loaded.mapping.sources[self.source].only, self.target.only):
            if text is not None:
                node = formula.parse_condition(text)
                truth, readings = self.scope.traced(lambda node=node: self.scope.truth(node))  # type: ignore[misc]
                doubts = [reading.unreadable for reading in readings]
                inside.append(" OR ".join(f"({each})" for each in (truth, *doubts)))
                value = inputs_of(node, self.scope)
                problems += [Problem("condition_unreadable", doubt, value, "dropped") for doubt in doubts]
        self.inside = " AND ".join(f"({each})" for each in inside)
        return problems

    def ruled(self) -> list[Problem]:
        problems = []
        actions: tuple[Action, Action] = ("dropped", "suspicious")
        for action, rules in zip(actions, (self.target.drop, self.target.flag), strict=True):
            for index, rule in enumerate(rules, start=1):
                node = formula.parse_condition(rule.when)
                code = f"rule_{index}"
                self.words[f"{action} {code}"] = Text(zh=rule.reason.zh, en=rule.reason.en)
                problems.append(Problem(code, self.scope.truth(node), inputs_of(node, self.scope), action))
        return problems

    def without_customer(self) -> list[Problem]:
        customer = self.by_name.get("customer")
        if customer is None or self.table.name == "customers" or not customer.column.required:
            return []
        missing = f"{customer.wide_name} IS NULL"
        if isinstance(self.target.no_customer, Collective):
            given = literal(self.target.no_customer.customer)
            return [Problem("collective", missing, given, "repaired", "customer")]
        return [Problem("no_customer", missing, "NULL", "dropped", "customer")]

    def amounts(self) -> list[Problem]:
        """What must hold for single orders; grouped ones are judged when they are added up."""
        if self.table.name != "orders" or self.target.group_by is not None:
            return []
        amount, value = (
            self.by_name["amount"].wide_name,
            f"CAST({self.by_name['amount'].wide_name} AS VARCHAR)",
        )
        status = self.by_name["status"].final_name
        action: Action = "repaired" if self.target.positive_returns == "negate" else "dropped"
        positive, low = f"{status} = 'returned' AND {amount} > 0", f"{status} = 'completed' AND {amount} <= 0"
        return [
            Problem("positive_return", positive, value, action, "amount"),
            Problem("not_positive", low, value, "suspicious", "amount"),
        ]

    def reason(self, problem: Problem) -> int:
        """The number under which a problem stands in the report."""
        text = self.words.get(f"{problem.action} {problem.code}")
        return self.work.ledger.reason(self.table.name, problem.action, problem.code, problem.column, text)

    # --- the statements -----------------------------------------------------------------------------

    @property
    def rows(self) -> str:
        """Where the rows come from: `prepare` must have run when like rows are taken together."""
        return f"SELECT * FROM alike_{self.table.name}_{self.at}" if self.alike else self.scope.rows()

    def prepare(self) -> None:
        """Take like rows together where the table asks for nothing else: 5,000 customers on a million lines."""
        if self.alike:
            self.work.db.execute(
                f"CREATE TEMP TABLE alike_{self.table.name}_{self.at} AS {self.scope.alike_rows()}"
            )

    def values(self, where: str = "") -> str:
        """Stages with `v_…` and `f_…` columns."""
        wide = "".join(f", {each.wide} AS {each.wide_name}" for each in self.planned)
        final = "".join(f", {self.final(each)} AS {each.final_name}" for each in self.planned)
        stages = self.scope.stages(f"{self.rows} {where}")
        return f"SELECT *{final} FROM (SELECT *{wide} FROM ({stages}) WHERE {self.inside})"

    def final(self, planned: Planned) -> str:
        given = self.target.no_customer
        if (
            planned.column.name == "customer"
            and isinstance(given, Collective)
            and self.table.name != "customers"
        ):
            return f"coalesce({planned.wide_name}, {literal(given.customer)})"
        return planned.final

    def select(self) -> str:
        """The rows of this source as `rows_<table>` holds them."""
        drops = [problem for problem in self.problems if problem.action == "dropped"]
        notes = [problem for problem in self.problems if problem.action != "dropped"]
        chain = " ".join(f"WHEN {problem.when} THEN {number}" for number, problem in enumerate(drops))
        judged = f"SELECT *, {f'CASE {chain} END' if chain else 'NULL::INTEGER'} AS _p FROM ({self.values()})"
        reasons = " ".join(
            f"WHEN {number} THEN {self.reason(problem)}" for number, problem in enumerate(drops)
        )
        shown = " ".join(f"WHEN {number} THEN {problem.value}" for number, problem in enumerate(drops))
        noted = " OR ".join(f"({problem.when})" for problem in notes) or "false"
        columns = "".join(f", {self.stored(each)} AS {quote(each.column.name)}" for each in self.planned)
        return f"""
            SELECT _id + {self.at * SHIFT} AS _ord, (_file + {self.work.first_part[self.source]})::INTEGER AS _part, _n,
                CASE WHEN _p IS NOT NULL THEN CASE _p {reasons or "WHEN 0 THEN 0"} END END AS _drop,
                CASE WHEN _p IS NOT NULL THEN CASE _p {shown or "WHEN 0 THEN ''"} END END AS _value,
                _p IS NULL AND coalesce({noted}, false) AS _noted{self.members}{columns}
            FROM ({judged})"""

    @property
    def members(self) -> str:
        return f", _last + {self.at * SHIFT} AS _last, _members" if self.alike else ""

    def stored(self, planned: Planned) -> str:
        """Money of order lines is stored unrounded for totals; a single return's sign is turned where asked."""
        if planned.column.kind != "money":
            return planned.final_name
        if self.table.name == "order_lines":
            return planned.wide_name
        single = self.table.name == "orders" and self.target.group_by is None
        if single and self.target.positive_returns == "negate":
            amount, status, sql = (
                self.by_name["amount"].final_name,
                self.by_name["status"].final_name,
                planned.final_name,
            )
            return f"CASE WHEN {status} = 'returned' AND {amount} > 0 THEN -{sql} ELSE {sql} END"
        return planned.final_name

    def outside(self) -> dict[int, int]:
        """How many rows of each file, by its number, the conditions for rows leave out; counted on their own."""
        if self.inside == "(true)":
            return {}
        found = self.work.db.execute(
            f"SELECT _file, {rows_sql(self.alike)} FROM ({self.scope.stages(self.rows)}) "
            f"WHERE NOT ({self.inside}) GROUP BY _file"
        ).fetchall()
        return {int(file) + self.work.first_part[self.source]: int(rows) for file, rows in found}

    def list_noted(self) -> None:
        """Put what was noted about the rows that stay into the report."""
        notes = [problem for problem in self.problems if problem.action != "dropped"]
        rows = (
            f"SELECT _ord - {self.at * SHIFT} FROM {rows_of(self.table.name)} WHERE _noted AND _drop IS NULL"
        )
        own = "_id" if self.alike else "rowid"
        here = f"{rows} AND _ord >= {self.at * SHIFT} AND _ord < {(self.at + 1) * SHIFT}"
        found = self.work.db.execute(f"SELECT count(*) FROM ({here})").fetchone()
        if not notes or found is None or not found[0]:
            return
        tests = ", ".join(
            f"CASE WHEN {problem.when} THEN {number} END" for number, problem in enumerate(notes)
        )
        reasons = " ".join(
            f"WHEN {number} THEN {self.reason(problem)}" for number, problem in enumerate(notes)
        )
        shown = " ".join(f"WHEN {number} THEN {problem.value}" for number, problem in enumerate(notes))
        number = "unnest(_members)" if self.alike else "_n"
        self.work.ledger.add(f"""
            SELECT CASE _p {reasons} END, _file + {self.work.first_part[self.source]}, {number}, CASE _p {shown} END
            FROM (SELECT *, unnest([{tests}]) AS _p FROM ({self.values(f"WHERE {own} IN ({here})")}))
            WHERE _p IS NOT NULL""")
