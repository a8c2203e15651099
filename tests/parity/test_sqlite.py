"""The oracle and SQLite agree, in place and read through into DuckDB."""

from __future__ import annotations

import sqlite3
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.parity.compare import KINDS_POLICY, STEPS_POLICY, told
from tests.parity.databases import as_sqlite
from tests.parity.worlds import EXAMPLES, make, worlds, write
from zhike_engine.backends.open import open_backend
from zhike_engine.backends.sqlite import zhike_decimal
from zhike_engine.errors import EngineUnavailable, FactsInvalid

BOTH = pytest.mark.parametrize("policy", [KINDS_POLICY, STEPS_POLICY], ids=lambda policy: policy.name)


@BOTH
@settings(max_examples=3 * EXAMPLES)
@given(worlds())
def test_sqlite_in_place(policy, world):
    with tempfile.TemporaryDirectory() as folder:
        url = as_sqlite(world, Path(folder) / "facts.db")
        assert told(policy, world, open_backend(url, url)) == []


@BOTH
def test_sqlite_read_through(policy, tmp_path):
    world = make(21, 12, 5, date(2024, 2, 29))
    assert told(policy, world, open_backend(None, as_sqlite(world, tmp_path / "facts.db"))) == []


@BOTH
def test_a_folder_carried_into_sqlite(policy, tmp_path):
    world = make(22, 12, 5, date(2025, 3, 31))
    sqlite3.connect(tmp_path / "empty.db").close()
    engine = f"sqlite:///{tmp_path / 'empty.db'}"
    (tmp_path / "facts").mkdir()
    assert told(policy, world, open_backend(engine, write(world, tmp_path / "facts"))) == []


def test_the_file_is_never_written(tmp_path):
    world = make(23, 3, 2, date(2025, 3, 31))
    url = as_sqlite(world, tmp_path / "facts.db")
    before = (tmp_path / "facts.db").read_bytes()
    assert told(STEPS_POLICY, world, open_backend(url, url)) == []
    assert (tmp_path / "facts.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["facts.db"]


@pytest.mark.parametrize("engine", [None, "the database"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "update orders set amount = 'much' where \"order\" = 'o0'",
            "`much` in column `amount` of table `orders`",
        ),
        (
            "update orders set ordered_on = '2025-02-30' where \"order\" = 'o0'",
            "`2025-02-30` in column `ordered_on`",
        ),
        (
            "update orders set \"order\" = 'o1' where \"order\" = 'o0'",
            "`o1` stands 2 times in table `orders`",
        ),
        ("update orders set status = 'lost' where \"order\" = 'o0'", "`lost` in column `status`"),
        (
            "update orders set customer = '' where \"order\" = 'o0'",
            "column `customer` of table `orders` is empty",
        ),
        ("alter table orders drop column amount", "table `orders` lacks the column `amount`"),
        ("drop table customers", "the database has no table `customers`"),
    ],
)
def test_broken_tables_are_refused_with_place(tmp_path, engine, change, message):
    world = make(24, 4, 3, date(2025, 3, 31))
    url = as_sqlite(world, tmp_path / "facts.db")
    with sqlite3.connect(tmp_path / "facts.db") as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(FactsInvalid) as caught:
        told(STEPS_POLICY, world, open_backend(url if engine else None, url))
    assert message in caught.value.message
    assert str(tmp_path / "facts.db") in caught.value.place
    assert caught.value.hint


def test_amounts_too_large_for_its_integers_are_refused(tmp_path):
    world = make(25, 4, 3, date(2025, 3, 31))
    world.tables["orders"][0]["amount"] = Decimal(90_000_000_001)
    url = as_sqlite(world, tmp_path / "facts.db")
    with pytest.raises(FactsInvalid, match="too large for SQLite"):
        told(STEPS_POLICY, world, open_backend(url, url))
    assert told(STEPS_POLICY, world, open_backend(None, url)) == []


@pytest.mark.parametrize(
    ("engine", "facts", "message"),
    [
        ("sqlite:///nowhere.db", "sqlite:///nowhere.db", "there is no database file `nowhere.db`"),
        ("sqlite://", "sqlite://", "`sqlite://` names no database file"),
        (None, "sqlite:///nowhere.db", "there is no database file `nowhere.db`"),
        (
            "sqlite:///a.db",
            "sqlite:///b.db",
            "the engine `sqlite:///a.db` cannot read the facts of `sqlite:///b.db`",
        ),
        ("oracle://x", "facts", "there is no engine `oracle://x`"),
        ("local-spark", "sqlite:///a.db", "Spark reads the facts from a folder"),
    ],
)
def test_an_engine_that_is_not_there_says_so(engine, facts, message):
    with pytest.raises(EngineUnavailable) as caught:
        open_backend(engine, facts)
    assert caught.value.message == message
    assert caught.value.hint


def test_a_file_that_is_no_database_says_so(tmp_path):
    (tmp_path / "facts.db").write_text("no database, whatever its name", encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'facts.db'}"
    with pytest.raises(EngineUnavailable, match="file is not a database"):
        open_backend(url, url)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("12", 120_000), (" -3.5 ", -35_000), ("0.00005", 1), ("-0.00005", -1), ("0.000049", 0), (7, 70_000),
        (0.1, 1_000), (1234567890.1234, 12_345_678_901_234), ("1e3", None), (".5", None), ("3.", None),
        ("１２", None), ("", None), (None, None), (float("inf"), None),
    ],
)  # fmt: skip
def test_decimals_in_sqlite_are_exact(value, stored):
    assert zhike_decimal(value) == stored
