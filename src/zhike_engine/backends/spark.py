"""Apache Spark, on this machine or on a cluster, over a facts folder that every worker can read.

Every stage is written to Parquet and read back: Spark plans each small step well, and all of them at once badly.
ANSI mode makes overflow and bad casts errors, as on every other engine.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from zhike_engine.backends.address import is_database
from zhike_engine.backends.base import Backend, Facts
from zhike_engine.errors import EngineUnavailable, FactsInvalid, OutputFailed
from zhike_engine.facts import stored
from zhike_engine.facts.folder import FactFile, FolderReader
from zhike_engine.facts.stored import Stored
from zhike_engine.facts.tables import TABLES
from zhike_engine.messages import say
from zhike_engine.sql.dialect import DIALECTS, Dialect

SETTINGS = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.parquet.int96RebaseModeInRead": "CORRECTED",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
LOCAL = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
}
STORED: dict[str, Stored] = {
    "tinyint": "integer",
    "smallint": "integer",
    "int": "integer",
    "bigint": "integer",
    "float": "double",
    "double": "double",
    "date": "date",
    "timestamp": "moment",
    "timestamp_ntz": "moment",
    "boolean": "flag",
}
"""Type names of Spark -> how the column is stored; `decimal(…)` is decimal, anything else is text."""


def start(engine: str, where: str) -> Backend:
    """A session on this machine (`local-spark`) or on the cluster `spark://host:port`. Raises EngineUnavailable."""
    if is_database(where):
        raise EngineUnavailable(
            say("Spark reads the facts from a folder"),
            hint=say("bring the database into a folder with `zhike facts`"),
        )
    return Spark(session(engine), Path(where), ours=True)


def session(engine: str) -> Any:
    """A Spark session with the settings that every run needs. Raises EngineUnavailable."""
    if find_spec("pyspark") is None:
        raise EngineUnavailable(
            say("Apache Spark is not installed"), hint=say("install it with `pip install 'zhike[spark]'`")
        )
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    local = engine == "local-spark"
    builder = SparkSession.builder.master("local[*]" if local else engine).appName("zhike")
    for key, value in {**SETTINGS, **(LOCAL if local else {})}.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, Py4JError, OSError) as problem:
        raise EngineUnavailable(
            say("Apache Spark does not start: {reason}", reason=_first_line(problem)),
            hint=say("it wants Java 17 or newer (JAVA_HOME), and a master that can be reached"),
        ) from None


class Spark:
    """A session; stages lie as Parquet in a temporary folder, which a cluster must share."""

    name = "spark"
    dialect: Dialect = DIALECTS["spark"]

    def __init__(self, session: Any, folder: Path, *, ours: bool, stages: Path | None = None) -> None:
        self.session = session
        self.folder = folder
        self.ours = ours
        self.version = str(session.version)
        self.stages = Path(tempfile.mkdtemp(prefix="zhike-", dir=stages))
        self.written = 0

    def open_facts(self, tables: frozenset[str], as_of: date) -> Facts:
        """Views `f_<table>` over the folder: Parquet as it lies there, CSV by way of typed Parquet.

        The driver hashes the files, and checks them unless the folder is sealed, as DuckDB does.
        """
        connection = duckdb.connect()
        try:
            reader = FolderReader(self.folder, connection)
            facts = reader.open(tables, as_of)
            files = reader.files()
            for name in sorted(facts.columns):
                if files[name].is_csv:
                    self.load(f"f_{name}", connection.sql(f"select * from f_{name}").to_arrow_table())
                else:
                    self._open(files[name], facts)
        finally:
            connection.close()
        return facts

    def _open(self, file: FactFile, facts: Facts) -> None:
        name, path = file.table.name, str(file.path.absolute())
        with self._translated():
            self.session.read.parquet(path).createOrReplaceTempView(f"raw_{name}")
            kinds = self._stored(f"raw_{name}")
            select = stored.select(file.table, kinds, f"raw_{name}", self.dialect)
            self.session.sql(select).createOrReplaceTempView(f"f_{name}")
        if name == "customers":
            facts.attribute_kinds.update(stored.attribute_kinds(TABLES[name], kinds, self.dialect))

    def _stored(self, view: str) -> Mapping[str, Stored]:
        fields = self.session.table(view).dtypes
        return {
            str(name): "decimal" if kind.startswith("decimal") else STORED.get(str(kind), "text")
            for name, kind in fields
        }

    def keep(self, name: str, select: str) -> None:
        """Write a SELECT to Parquet and read it back under the name."""
        path = self._next(name)
        with self._translated():
            self.session.sql(select).write.parquet(str(path))
            self.session.read.parquet(str(path)).createOrReplaceTempView(name)

    def drop(self, name: str) -> None:
        """Forget a stage and delete its files."""
        self.session.catalog.dropTempView(name)
        for path in self.stages.glob(f"{name}-*"):
            shutil.rmtree(path, ignore_errors=True)

    def load(self, name: str, table: pa.Table) -> None:
        """Keep an Arrow table under a name, by way of Parquet: Spark's own bridge loses NULLs."""
        path = self._next(name)
        path.mkdir()
        pq.write_table(table, path / "part-0.parquet")
        with self._translated():
            self.session.read.parquet(str(path)).createOrReplaceTempView(name)

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        """Rows of a small result."""
        with self._translated():
            return [tuple(row) for row in self.session.sql(select).collect()]

    def arrow(self, select: str) -> pa.Table:
        """A result as an Arrow table, by way of Parquet."""
        path = self._next("answer")
        with self._translated():
            self.session.sql(select).write.parquet(str(path))
        found = pa.concat_tables([pq.read_table(part) for part in sorted(path.glob("part-*.parquet"))])
        shutil.rmtree(path, ignore_errors=True)
        return found

    def close(self) -> None:
        """Delete the stages, and stop the session when it was started for this run."""
        if self.ours:
            self.session.stop()
        shutil.rmtree(self.stages, ignore_errors=True)

    def _next(self, name: str) -> Path:
        self.written += 1
        return self.stages / f"{name}-{self.written}"

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Spark's errors as ours."""
        from py4j.protocol import Py4JJavaError
        from pyspark.errors import ArithmeticException, DateTimeException, NumberFormatException

        try:
            yield
        except (ArithmeticException, DateTimeException, NumberFormatException) as problem:
            raise FactsInvalid(
                say("a value of the facts cannot be used: {reason}", reason=_first_line(problem)),
                place=str(self.folder),
            ) from None
        except Py4JJavaError as problem:
            shown = str(problem.java_exception)
            if "No space left" in shown or "OutOfMemory" in shown:
                raise OutputFailed(
                    say("the engine ran out of room"), hint=say("free disk space, or give Spark more memory")
                ) from None
            raise


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or ["no reason given"])[0].rstrip(".")
