"""Where SQL engines differ: a class of a few primitives, one subclass per engine.

Everything else the compiler prints is plain SQL that DuckDB, PostgreSQL, SQLite and Spark read alike and
answer with the same bits. The traps behind each primitive are listed in docs/algorithms/engines.md.
"""

from __future__ import annotations

from datetime import date

NUMBER = "[-+]?[0-9]{1,14}([.][0-9]+)?"
"""How a number is written in a text attribute."""
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
"""How a date is written in a text attribute."""


class Dialect:
    """The primitives, as DuckDB writes them."""

    name = "duckdb"
    double_type = "double"
    integer_type = "bigint"
    text_type = "varchar"
    exact_decimals = True
    """Whether converted amounts stay decimals, which the engine multiplies as fast as integers."""

    typed = True
    """Whether results keep the types of their columns: dates, yes and no."""
    deepest: int | None = None
    """How many nested SELECTs the engine should be given at once; None: any number."""
    fence = ""
    """What ends a nested SELECT so that the planner does not write its expressions out again and again."""

    def quote(self, name: str) -> str:
        """A name as an identifier."""
        return '"' + name.replace('"', '""') + '"'

    def text(self, value: str) -> str:
        """A text literal."""
        return "'" + value.replace("'", "''") + "'"

    def day(self, value: date) -> str:
        """A date literal."""
        return f"date '{value.isoformat()}'"

    def month_index(self, column: str) -> str:
        """Months since year 0 of a date: year * 12 + month - 1."""
        return f"(year({column}) * 12 + month({column}) - 1)"

    def days_between(self, later: str, earlier: str) -> str:
        """Whole days from `earlier` to `later`, as an integer."""
        return f"date_diff('day', {earlier}, {later})"

    def year_month_day(self, column: str) -> str:
        """A date as the integer yyyymmdd."""
        return f"(year({column}) * 10000 + month({column}) * 100 + day({column}))"

    def divide_whole(self, number: str, divisor: str) -> str:
        """Integer division of operands that are not negative."""
        return f"(({number}) // ({divisor}))"

    def total(self, expression: str) -> str:
        """Sum of integers, as a 64-bit integer."""
        return f"cast(sum({expression}) as {self.integer_type})"

    def money_total(self, expression: str) -> str:
        """Sum of a money column, as an integer of 10^-4. Wide decimals are slow: only the largest sums stay wide."""
        total = f"sum({expression})"
        narrow = f"cast(cast({total} as decimal(18, 4)) * 10000 as bigint)"
        wide = f"cast({total} * 10000 as bigint)"
        return f"(case when {total} between -9000000000 and 9000000000 then {narrow} else {wide} end)"

    def money(self, expression: str) -> str:
        """A money column as an integer of 10^-4. Wide decimals are slow: only the largest amounts take them."""
        wide = f"cast(cast({expression} as decimal(38, 4)) * 10000 as bigint)"
        narrow = f"cast({expression} * 10000 as bigint)"
        return f"(case when {expression} between -9000000000 and 9000000000 then {narrow} else {wide} end)"

    def exchanged(self, amount: str, careful: str | None) -> str:
        """A money column times its rate `r`, half up; `careful` is the same as an integer, for the largest amounts."""
        fast = f"cast({amount} * r.exact as decimal(18, 4))"
        if careful is None:
            return fast
        slow = f"cast({careful} as decimal(18, 0)) * 0.0001"
        return f"(case when {amount} between -r.most and r.most then {fast} else {slow} end)"

    def daily_rates(self, digits: int) -> str:
        """The relation of daily rates; `exact` has so many digits, `most` is the largest amount it can multiply."""
        if not self.exact_decimals:
            return "rates_daily"
        stored = f"cast(rate as hugeint) * {10**digits} // rate_scale"
        unit = f"{10.0**-digits:.{digits}f}" if digits else "1"
        return (
            f"(select *, try_cast({stored} as decimal(18, 0)) * {unit} as exact,"
            f" cast({10**18 - 1} // ({stored}) as decimal(18, 0)) * 0.0001 as most from rates_daily)"
        )

    def decimal(self, expression: str) -> str:
        """A number of any type as a money column, rounded half up to four decimals."""
        return f"cast({expression} as decimal(18, 4))"

    def decimal_of(self, text: str) -> str:
        """Text as a money column; NULL when it is not written like `-12.5`."""
        return f"(case when regexp_full_match(trim({text}), '{NUMBER}') then try_cast(trim({text}) as decimal(18, 4)) end)"

    def date_of(self, text: str) -> str:
        """Text as a date; NULL when it is not written like `2026-01-31`, or does not exist."""
        return f"(case when regexp_full_match({text}, '{DATE}') then try_cast({text} as date) end)"

    def double(self, expression: str) -> str:
        """An integer as a double."""
        return f"cast({expression} as {self.double_type})"

    def integer(self, expression: str) -> str:
        """A whole number as a 64-bit integer."""
        return f"cast({expression} as {self.integer_type})"

    def as_text(self, expression: str) -> str:
        """A value as text."""
        return f"cast({expression} as {self.text_type})"

    def double_literal(self, value: float) -> str:
        """A double literal with all its bits."""
        return f"{value:.17e}"

    def flag(self, value: bool) -> str:
        """A boolean literal."""
        return "true" if value else "false"

    def flag_column(self, column: str) -> str:
        """A boolean column as a condition."""
        return column

    def ordered_text(self, expression: str) -> str:
        """Text for ORDER BY, compared byte by byte."""
        return expression

    def distinct_months(self, index: str, first: int, count: int, condition: str) -> str:
        """Number of different month indexes in [first, first + count) among rows that meet `condition`."""
        shifted = f"cast(1 as bigint) << cast({index} - {first} as integer)"
        return f"coalesce(bit_count(bit_or(case when {condition} then {shifted} end)), 0)"

    def floor(self, expression: str) -> str:
        """Largest whole double not above a double."""
        return f"floor({expression})"

    def create(self, name: str, select: str) -> str:
        """Statement that keeps the result of a SELECT as a temporary table."""
        return f"create or replace temp table {name} as {select}"


class Plain(Dialect):
    """What the other engines share."""

    exact_decimals = False

    def money_total(self, expression: str) -> str:
        return f"cast(sum({expression}) * 10000 as {self.integer_type})"

    def money(self, expression: str) -> str:
        return f"cast({expression} * 10000 as {self.integer_type})"


class PostgreSQL(Plain):
    """PostgreSQL 14 or newer."""

    name = "postgresql"
    fence = " offset 0"
    double_type = "double precision"
    text_type = 'text collate "C"'

    def month_index(self, column: str) -> str:
        return f"cast(extract(year from {column}) * 12 + extract(month from {column}) - 1 as bigint)"

    def days_between(self, later: str, earlier: str) -> str:
        return f"cast(({later}) - ({earlier}) as bigint)"

    def year_month_day(self, column: str) -> str:
        parts = f"extract(year from {column}) * 10000 + extract(month from {column}) * 100 + extract(day from {column})"
        return f"cast({parts} as bigint)"

    def divide_whole(self, number: str, divisor: str) -> str:
        return f"(({number}) / ({divisor}))"

    def decimal_of(self, text: str) -> str:
        return f"(case when btrim({text}) ~ '^{NUMBER}$' then cast(btrim({text}) as numeric(18, 4)) end)"

    def date_of(self, text: str) -> str:
        part = "cast(substr({0}, {1}, {2}) as integer)".format
        first = f"make_date({part(text, 1, 4)}, {part(text, 6, 2)}, 1)"
        last = f"extract(day from {first} + interval '1 month' - interval '1 day')"
        return (
            f"(case when {text} ~ '^(?!0000){DATE}$' then (case when {part(text, 6, 2)} between 1 and 12 then"
            f" (case when {part(text, 9, 2)} between 1 and {last} then cast({text} as date) end) end) end)"
        )

    def double_literal(self, value: float) -> str:
        return f"cast({value:.17e} as double precision)"

    def as_text(self, expression: str) -> str:
        return f'(cast({expression} as text) collate "C")'

    def ordered_text(self, expression: str) -> str:
        return f'{expression} collate "C"'

    def distinct_months(self, index: str, first: int, count: int, condition: str) -> str:
        shifted = f"cast(1 as bigint) << cast({index} - {first} as integer)"
        found = f"bit_or(case when {condition} then {shifted} end)"
        return f"coalesce(bit_count(cast({found} as bit(64))), 0)"

    def create(self, name: str, select: str) -> str:
        return f"create temp table {name} as {select}"


class SQLite(Dialect):
    """SQLite 3.40 or newer; dates are ISO text, money is an integer of 10^-4."""

    name = "sqlite"
    typed = False
    deepest = 4
    exact_decimals = False
    double_type = "real"
    integer_type = "integer"
    text_type = "text"

    def day(self, value: date) -> str:
        return f"'{value.isoformat()}'"

    def month_index(self, column: str) -> str:
        return f"(cast(substr({column}, 1, 4) as integer) * 12 + cast(substr({column}, 6, 2) as integer) - 1)"

    def days_between(self, later: str, earlier: str) -> str:
        return f"cast(julianday({later}) - julianday({earlier}) as integer)"

    def year_month_day(self, column: str) -> str:
        return f"cast(substr({column}, 1, 4) || substr({column}, 6, 2) || substr({column}, 9, 2) as integer)"

    def divide_whole(self, number: str, divisor: str) -> str:
        return f"(({number}) / ({divisor}))"

    def money_total(self, expression: str) -> str:
        return self.total(expression)

    def money(self, expression: str) -> str:
        return f"({expression})"

    def decimal(self, expression: str) -> str:
        plain = f"when 'integer' then {expression} * 10000 when 'real' then cast(round({expression} * 10000) as integer)"
        return f"(case typeof({expression}) {plain} else zhike_decimal({expression}) end)"

    def decimal_of(self, text: str) -> str:
        return f"zhike_decimal({text})"

    def date_of(self, text: str) -> str:
        shaped = "-".join("[0-9]" * digits for digits in (4, 2, 2))
        real = f"date({text}, '+0 days')"
        return f"(case when {text} glob '{shaped}' and {real} = {text} then {text} end)"

    def flag(self, value: bool) -> str:
        return "1" if value else "0"

    def distinct_months(self, index: str, first: int, count: int, condition: str) -> str:
        one = [
            f"max(case when ({condition}) and {index} = {first + i} then 1 else 0 end)" for i in range(count)
        ]
        return "coalesce(" + " + ".join(one) + ", 0)"

    def create(self, name: str, select: str) -> str:
        return f"create temp table {name} as {select}"


class Spark(Plain):
    """Apache Spark 4 in ANSI mode, session time zone UTC."""

    name = "spark"
    deepest = 9
    text_type = "string"

    def quote(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def text(self, value: str) -> str:
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def days_between(self, later: str, earlier: str) -> str:
        return f"cast(datediff({later}, {earlier}) as bigint)"

    def divide_whole(self, number: str, divisor: str) -> str:
        return f"(({number}) div ({divisor}))"

    def decimal_of(self, text: str) -> str:
        return (
            f"(case when trim({text}) rlike '^{NUMBER}$' then try_cast(trim({text}) as decimal(18, 4)) end)"
        )

    def date_of(self, text: str) -> str:
        return f"(case when {text} rlike '^{DATE}$' then try_cast({text} as date) end)"

    def double_literal(self, value: float) -> str:
        return f"{value:.17e}D"

    def distinct_months(self, index: str, first: int, count: int, condition: str) -> str:
        shifted = f"shiftleft(cast(1 as bigint), cast({index} - {first} as int))"
        return f"coalesce(bit_count(bit_or(case when {condition} then {shifted} end)), 0)"

    def create(self, name: str, select: str) -> str:
        return f"create or replace temporary view {name} as {select}"


DIALECTS: dict[str, Dialect] = {d.name: d for d in (Dialect(), PostgreSQL(), SQLite(), Spark())}
"""Engine name -> dialect."""
