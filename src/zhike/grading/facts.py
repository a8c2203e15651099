"""The frozen cut: the product's facts of one moment as the engine's tables, Parquet in the folder of a run.

Everything is read in one snapshot, so that orders, receivables and owners belong together whatever is written meanwhile.
Customers go by the key of their archive, which never changes; their code stands beside it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhike.grading.lines import Snapshot, snapshot
from zhike_engine.facts.seal import seal
from zhike_engine.policy.load import Policy
from zhike_engine.policy.metrics import Column as ColumnMetric

FOREVER = "9999-12-31"
GROUP = 120_000
"""Rows that are written at once."""
MONEY, RATE, WHOLE, DAY, TEXT, FLAG = (
    pa.decimal128(18, 4), pa.decimal128(18, 8), pa.int64(), pa.date32(), pa.string(), pa.bool_(),
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One fact table: its columns as SQL and Arrow types, FROM and WHERE, and the whole number it is ordered by.

    Exact numbers come as the whole numbers that the product stores.
    """

    columns: Mapping[str, tuple[str, pa.DataType]]
    rest: str
    key: str


TRADE: dict[str, Source] = {
    "orders": Source(
        {
            "order": ("t.number", TEXT), "customer": ("t.customer_id", WHOLE), "ordered_on": ("t.ordered_on", DAY),
            "amount": ("t.amount", MONEY), "currency": ("t.currency", TEXT), "profit": ("t.profit", MONEY),
            "status": ("t.status", TEXT), "product": ("t.product", TEXT), "known_on": ("t.known_on", DAY),
        },
        "zhike_order t where 1 = 1", "t.id",
    ),
    "receivables": Source(
        {
            "receivable": ("t.number", TEXT), "customer": ("t.customer_id", WHOLE), "order": ("o.number", TEXT),
            "issued_on": ("t.issued_on", DAY), "due_on": ("t.due_on", DAY), "amount": ("t.amount", MONEY),
            "currency": ("t.currency", TEXT), "paid_on": ("t.paid_on", DAY), "known_on": ("t.known_on", DAY),
        },
        "zhike_receivable t left join zhike_order o on o.id = t.order_id where 1 = 1", "t.id",
    ),
    "exchange_rates": Source(
        {"currency": ("t.currency", TEXT), "rate_on": ("t.rate_on", DAY), "rate": ("t.rate", RATE)},
        "zhike_rate t where 1 = 1", "t.id",
    ),
    "activities": Source(
        {
            "activity": ("t.id", WHOLE), "customer": ("t.customer_id", WHOLE), "done_on": ("t.done_on", DAY),
            "kind": ("t.channel", TEXT), "hours": ("(coalesce(t.minutes, 0) * 100 + 30) / 60 * 100", MONEY),
        },
        "zhike_activity t where 1 = 1", "t.id",
    ),
    "complaints": Source(
        {
            "complaint": ("t.id", WHOLE), "customer": ("t.customer_id", WHOLE), "opened_on": ("t.done_on", DAY),
            "closed_on": ("t.settled_on", DAY), "kind": ("(case t.kind when 'dispute' then 'dispute' else 'other' end)", TEXT),
            "severity": ("(case t.severity when 'major' then 'major' else 'minor' end)", TEXT),
        },
        "zhike_activity t where t.kind in ('complaint', 'dispute')", "t.id",
    ),
    "order_lines": Source(
        {
            "order": ("t.number", TEXT), "line": ("1", WHOLE), "customer": ("t.customer_id", WHOLE), "ordered_on": ("t.ordered_on", DAY),
            "product": ("t.product", TEXT), "quantity": ("10000", MONEY), "price": ("t.amount", MONEY), "amount": ("t.amount", MONEY),
            "currency": ("t.currency", TEXT), "profit": ("t.profit", MONEY), "known_on": ("t.known_on", DAY),
        },
        "zhike_order t where t.product <> ''", "t.id",
    ),
    "judgements": Source(
        {
            "customer": ("t.customer_id", WHOLE), "judgement": ("t.name", TEXT), "value": ("t.value", TEXT),
            "judged_by": ("p.display_name", TEXT), "judged_on": ("t.judged_on", DAY), "ground": ("t.ground", TEXT),
            "reviewer": ("r.display_name", TEXT), "valid_until": ("t.valid_until", DAY),
        },
        "zhike_judgement t join zhike_person p on p.id = t.judged_by_id left join zhike_person r on r.id = t.reviewer_id"
        " where t.replaced_at is null", "t.id",
    ),
}  # fmt: skip
"""Fact table -> where it comes from. An order that names its product has it as its one line.
Hours are the minutes that people state, to two decimals."""

ARCHIVE: dict[str, tuple[str, pa.DataType]] = {
    "customer": ("t.id", WHOLE), "name": ("t.name", TEXT), "code": ("t.code", TEXT), "group": ("t.\"group\"", TEXT),
    "industry": ("t.industry", TEXT), "need": ("t.need_type", TEXT), "region": ("g.code", TEXT), "country": ("t.country", TEXT),
    "department": ("d.code", TEXT), "channel": ("t.source", TEXT), "since": ("t.since", DAY), "scale": ("t.scale", TEXT),
    "importance": ("t.importance", TEXT), "segment": ("t.segment", TEXT), "life": ("t.life", TEXT), "manager": ("t.manager_id", WHOLE),
}  # fmt: skip
"""Column of the table of customers -> field of the archive."""
ASKED = {"complaints", "order_lines"}
"""Fact tables that are frozen only for policies that read them."""
EMPTY = {
    "overrides",
    "previous_grades",
    "judgements",
    "receivables",
    "exchange_rates",
    "activities",
    "complaints",
    "order_lines",
}
"""Fact tables that are left out where they have no rows."""
NAMED = re.compile(r"\bcustomers\.([a-z_][a-z0-9_]*)")


@dataclass(frozen=True)
class Cut:
    """What is to be frozen: for which policy, on which day, and under which keys its ratings are kept."""

    policy: Policy
    as_of: date
    keys: Mapping[str, str] = field(default_factory=dict)
    """Rating -> its key in the product."""


def classes_of(policy: Policy) -> dict[str, pa.DataType]:
    """Columns of customers that the policy reads and the archive has no field for: they come from judgements."""
    types: dict[str, pa.DataType] = {"direct": FLAG}
    kinds = {"flag": FLAG, "number": MONEY, "integer": WHOLE, "money": MONEY, "date": DAY}
    for spec in policy.document.metrics.values():
        if isinstance(spec, ColumnMetric) and spec.column.startswith("customers."):
            types[spec.column.partition(".")[2]] = kinds.get(spec.type, TEXT)
    named = sorted(set(NAMED.findall(policy.source.text)))
    return {name: types.get(name, TEXT) for name in named if name not in ARCHIVE}


def customers(cut: Cut) -> Source:
    """The living archives, with the classes that judgements put them into."""
    columns = dict(ARCHIVE)
    for name, kind in classes_of(cut.policy).items():
        value = (
            f"(select j.value from zhike_judgement j where j.customer_id = t.id and j.name = '{name}' and j.replaced_at is null"
            f" and j.judged_on <= '{cut.as_of}' and (j.valid_until is null or j.valid_until >= '{cut.as_of}')"
            " order by j.judged_on desc, j.id desc limit 1)"
        )
        columns[name] = (value, kind)
    rest = (
        "zhike_customer t left join zhike_region g on g.id = t.region_id left join zhike_department d on d.id = t.department_id"
        " where t.merged_into_id is null"
    )
    return Source(columns, rest, "t.id")


def _rating(cut: Cut, column: str) -> str:
    cases = " ".join(f"when {_text(key)} then {_text(name)}" for name, key in cut.keys.items())
    return f"(case {column} {cases} else {column} end)"


def _in(cut: Cut) -> str:
    return ", ".join(_text(word) for pair in cut.keys.items() for word in pair) or "''"


def previous_grades(cut: Cut) -> Source:
    """The grades that hold on the day."""
    columns = {
        "customer": ("t.customer_id", WHOLE), "rating": (_rating(cut, "t.rating"), TEXT), "grade": ("t.grade", TEXT),
        "since": ("t.from_on", DAY),
    }  # fmt: skip
    rest = (
        f"zhike_grade t where t.rating in ({_in(cut)}) and t.from_on <= '{cut.as_of}'"
        f" and (t.until_on is null or t.until_on > '{cut.as_of}')"
    )
    return Source(columns, rest, "t.id")


def overrides(cut: Cut) -> Source:
    """Approved manual records that have not been ended."""
    columns = {
        "customer": ("t.customer_id", WHOLE), "rating": (_rating(cut, "t.rating"), TEXT), "kind": ("t.kind", TEXT),
        "grade": ("t.grade", TEXT), "reason": ("t.ground", TEXT), "approver": ("p.display_name", TEXT),
        "from_on": ("t.from_on", DAY), "until_on": (f"coalesce(cast(t.until_on as text), '{FOREVER}')", DAY),
    }  # fmt: skip
    rest = (
        "zhike_grade_adjustment t join zhike_person p on p.id = t.approved_by_id"
        f" where t.rating in ({_in(cut)}) and t.approved_at is not null and t.ended_at is null"
    )
    return Source(columns, rest, "t.id")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def freeze(
    folder: Path, work: Path, cut: Cut, tell: Callable[[str, int], None] = lambda table, rows: None
) -> dict[str, int]:
    """Write the fact tables of this moment, sealed, and put them in place as `folder` when they are whole; table -> rows."""
    part = work / "facts.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    sources = {
        "customers": customers(cut),
        **{
            name: source
            for name, source in TRADE.items()
            if name not in ASKED or name in cut.policy.document.facts
        },
        "previous_grades": previous_grades(cut),
        "overrides": overrides(cut),
    }
    counts: dict[str, int] = {}
    with snapshot() as shot:
        for name, source in sources.items():
            tell(name, sum(counts.values()))
            counts[name] = _write(shot, source, part / f"{name}.parquet")
    for name in EMPTY & counts.keys():
        if not counts[name]:
            (part / f"{name}.parquet").unlink()
    seal(part)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part.replace(folder)
    return counts


def _write(shot: Snapshot, source: Source, file: Path) -> int:
    cells = [sql for sql, _ in source.columns.values()]
    schema = pa.schema([(name, kind) for name, (_, kind) in source.columns.items()])
    few = [name for name, (_, kind) in source.columns.items() if not pa.types.is_decimal(kind)][1:]
    number, waiting = 0, list[pa.Table]()
    how: dict[str, Any] = {"compression": "zstd", "use_dictionary": few, "store_decimal_as_integer": True}
    with pq.ParquetWriter(file, schema, **how) as out:
        for table in shot.tables(cells, source.rest, source.key, schema):
            waiting.append(table)
            number += table.num_rows
            if sum(one.num_rows for one in waiting) >= GROUP:
                out.write_table(pa.concat_tables(waiting))
                waiting.clear()
        if waiting:
            out.write_table(pa.concat_tables(waiting))
    return number
