"""Forecasts on disk: orders out of a facts folder, and the fact table `forecasts` as a file of its own."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zhike.messages import say, system_says
from zhike_engine.backends.base import Backend, Facts
from zhike_engine.errors import FactsInvalid, NotFound, OutputFailed, ParameterInvalid
from zhike_engine.facts import rates
from zhike_engine.facts.tables import TABLES
from zhike_engine.forecast import (
    Actuals,
    ForecastRow,
    History,
    actuals_from_arrays,
    ends_on,
    history_from_arrays,
)
from zhike_engine.issues import did_you_mean
from zhike_engine.sql.facts import Reading, Shape
from zhike_engine.words import listed

TABLE = TABLES["forecasts"]
ENDINGS = (".parquet", ".csv")
_LARGEST = Decimal(10) ** 10


@dataclass(frozen=True, eq=False)
class Orders:
    """The orders of a facts folder in one currency: int64[k] columns as `history_from_arrays` takes them.

    `industries` maps customers to their industry; None where the customers table has no such column.
    """

    customers: tuple[str, ...]
    customer: np.ndarray[Any, np.dtype[np.int64]]
    day: np.ndarray[Any, np.dtype[np.int64]]
    amount: np.ndarray[Any, np.dtype[np.int64]]
    orders: np.ndarray[Any, np.dtype[np.int64]]
    industries: Mapping[str, str] | None
    currency: str
    as_of: date
    facts: Facts

    def history(self) -> History:
        """The monthly history up to the as-of date."""
        columns = self.customer, self.day, self.amount
        return history_from_arrays(self.customers, *columns, as_of=self.as_of, orders=self.orders)

    def actuals(self, rows: Iterable[ForecastRow]) -> list[Actuals]:
        """What happened in every period that the rows speak of and that is over on the as-of date."""
        periods = sorted({(row.made_on, row.horizon_months) for row in rows})
        columns = self.customer, self.day, self.amount
        return [
            actuals_from_arrays(
                self.customers, *columns, made_on=made, months=months, as_of=self.as_of, orders=self.orders
            )
            for made, months in periods
            if ends_on(made, months) <= self.as_of
        ]


def read_orders(backend: Backend, as_of: date, currency: str | None = None) -> Orders:
    """Read the orders that count on `as_of`, in `currency` (absent: the only one, or the one without rates).

    Orders in other currencies are converted as in a grading run. Raises FactsInvalid or ParameterInvalid.
    """
    facts = backend.open_facts(frozenset({"customers", "orders", "exchange_rates"}), as_of)
    if "orders" not in facts.columns:
        raise FactsInvalid(
            say("the facts folder has no table `orders`"),
            place=facts.place,
            hint=say("add `orders.csv` or `orders.parquet`; see `docs/reference/facts.md`"),
        )
    base = _currency(backend, facts, as_of, currency)
    foreign = rates.prepare(backend, facts, as_of, base)
    reading = Reading("orders", Shape(facts.columns, foreign), as_of, base, backend.dialect)
    d = backend.dialect
    backend.keep(
        "forecast_customers",
        f"select customer, row_number() over (order by {d.as_text('customer')}) - 1 as place from f_customers",
    )
    counted = " and ".join([*reading.standing(), f"t.ordered_on <= {d.day(as_of)}"])
    found = backend.arrow(
        f"select c.place, t.ordered_on as day, {reading.row('amount').sql} as amount,"
        f" case when {reading.countable()[0]} then 1 else 0 end as orders"
        f" from {reading.relation()} join forecast_customers c on c.customer = t.customer where {counted}"
    )
    names, industries = _customers(backend, facts)
    return Orders(
        customers=names,
        customer=_whole(found, "place"),
        day=_whole(found, "day"),
        amount=_whole(found, "amount"),
        orders=_whole(found, "orders"),
        industries=industries,
        currency=base,
        as_of=as_of,
        facts=facts,
    )


def _currency(backend: Backend, facts: Facts, as_of: date, wanted: str | None) -> str:
    found = sorted({span.currency for span in rates.spans(backend, facts, as_of)})
    if wanted:
        return wanted
    if len(found) <= 1:
        return found[0] if found else "CNY"
    rated = set()
    if "exchange_rates" in facts.columns:
        rated = {str(row[0]) for row in backend.rows("select distinct currency from f_exchange_rates")}
    without = [currency for currency in found if currency not in rated]
    if len(without) != 1:
        raise ParameterInvalid(
            say(
                "the orders are in {names}, and it is not clear which of them to forecast in",
                names=listed(found),
            ),
            hint=say("name it, such as `--currency {currency}`", currency=found[0]),
        )
    return without[0]


def _customers(backend: Backend, facts: Facts) -> tuple[tuple[str, ...], Mapping[str, str] | None]:
    text = backend.dialect.as_text
    has_industry = "industry" in facts.columns["customers"]
    industry = "f.industry" if has_industry else "null"
    rows = backend.rows(
        f"select {text('f.customer')}, {industry} from f_customers f"
        " join forecast_customers c on c.customer = f.customer order by c.place"
    )
    industries = {str(name): str(word) for name, word in rows if word is not None}
    return tuple(str(name) for name, _ in rows), industries if has_industry else None


def _whole(table: pa.Table, column: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    values = table.column(column)
    if pa.types.is_date(values.type):
        values = values.cast(pa.date32()).cast(pa.int32())
    return np.asarray(values.cast(pa.int64()).to_numpy(), dtype=np.int64)


def write_forecasts(rows: Sequence[ForecastRow], path: Path) -> None:
    """Write the fact table `forecasts` as CSV or Parquet, by the ending of `path`; whole or not at all."""
    check_ending(path)
    for row in rows:
        if max(row.value, row.high or row.value) >= _LARGEST:
            raise OutputFailed(
                say(
                    "the forecast of customer `{customer}` is too large for the table `forecasts`",
                    customer=row.customer,
                ),
                hint=say("check the amounts, or forecast in a larger unit"),
            )
    part = path.with_name(f"{path.name}.part")
    try:
        if path.suffix == ".csv":
            _write_csv(rows, part)
        else:
            _write_parquet(rows, part)
        os.replace(part, path)  # noqa: PTH105
    except OSError as problem:
        raise OutputFailed(
            say(
                "`{path}` cannot be written: {reason}",
                path=path,
                reason=system_says(problem),
            ),
            hint=say("choose a folder that exists, may be written to and has room"),
        ) from None
    finally:
        part.unlink(missing_ok=True)


def check_ending(path: Path) -> None:
    """Refuse a file that is neither CSV nor Parquet; raises ParameterInvalid."""
    if path.suffix not in ENDINGS:
        raise ParameterInvalid(
            say("`{name}` ends in neither `.parquet` nor `.csv`", name=path.name),
            hint=say("give one of them"),
        )


def _write_csv(rows: Sequence[ForecastRow], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(TABLE.names)
        writer.writerows(["" if value is None else str(value) for value in row] for row in rows)


def _write_parquet(rows: Sequence[ForecastRow], path: Path) -> None:
    number = pa.decimal128(18, 8)
    kinds = [pa.string(), pa.string(), number, number, number, pa.int64(), pa.date32(), pa.string()]
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    pq.write_table(pa.table(arrays, names=list(TABLE.names)), path)


def read_forecasts(path: Path) -> list[ForecastRow]:
    """Read a file that `write_forecasts` wrote, or any CSV or Parquet file of the table `forecasts`."""
    check_ending(path)
    if not path.is_file():
        raise NotFound(
            say("there is no file `{path}`", path=path),
            hint=say("give the file that `zhike forecast --out` wrote"),
        )
    rows = list(_csv_rows(path)) if path.suffix == ".csv" else _parquet_rows(path)
    return [_row(values, f"{path}:{line}") for line, values in enumerate(rows, start=2)]


def _csv_rows(path: Path) -> Iterable[Mapping[str, object]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            _columns_there(reader.fieldnames or (), path)
            yield from reader
    except (UnicodeDecodeError, csv.Error):
        raise FactsInvalid(
            say("the file is not CSV in UTF-8"), place=str(path), hint=say("save it as UTF-8")
        ) from None


def _parquet_rows(path: Path) -> list[Mapping[str, object]]:
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError):
        raise FactsInvalid(
            say("the file is not Parquet"), place=str(path), hint=say("write it again")
        ) from None
    _columns_there(table.column_names, path)
    return list(table.to_pylist())


def _columns_there(names: Sequence[str], path: Path) -> None:
    for name in TABLE.required_names:
        if name not in names:
            raise FactsInvalid(
                say("table `forecasts` lacks the column `{column}`", column=name),
                place=str(path),
                hint=did_you_mean(name, names),
            )


def _row(values: Mapping[str, object], place: str) -> ForecastRow:
    def number(name: str) -> Decimal | None:
        text = str(values.get(name) if values.get(name) is not None else "").strip()
        return Decimal(text) if text else None

    try:
        value, made = number("value"), values["made_on"]
        if value is None or not value.is_finite():
            raise ValueError("value")
        return ForecastRow(
            customer=str(values["customer"]),
            forecast=str(values["forecast"]),
            value=value,
            low=number("low"),
            high=number("high"),
            horizon_months=int(str(values["horizon_months"])),
            made_on=made if isinstance(made, date) else date.fromisoformat(str(made)),
            model=str(values["model"]),
        )
    except (InvalidOperation, ValueError):
        raise FactsInvalid(
            say("a value of this row is no number or no date"),
            place=place,
            hint=say("write 1234.5 and 2026-01-31"),
        ) from None
