"""Generating: the same bytes again, a true summary, and refusals that leave nothing behind."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from zhike.demo.company import generate, least
from zhike_engine.errors import OutputFailed, ParameterInvalid
from zhike_engine.words import LANGS


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(folder, summary, tmp_path):
    assert generate(tmp_path) == summary
    assert contents(tmp_path) == contents(folder)


def test_another_seed_gives_other_orders_but_the_same_cast(summary, tmp_path):
    again = generate(tmp_path / "a", seed=1, customers=least())
    other = generate(tmp_path / "b", seed=2, customers=least())
    assert (tmp_path / "a" / "orders.parquet").read_bytes() != (
        tmp_path / "b" / "orders.parquet"
    ).read_bytes()
    assert (
        [m.customer for m in again.cast]
        == [m.customer for m in other.cast]
        == [m.customer for m in summary.cast]
    )


def test_it_writes_the_tables_and_last_years_grades_and_nothing_else(folder, summary):
    previous = {
        f"previous/{policy}.csv"
        for policy in ("key-account", "foreign-trade", "direct-supply", "weighing-equipment")
    }
    assert set(contents(folder)) == {f"{table}.parquet" for table in summary.rows} | previous


def test_the_summary_counts_what_is_in_the_files(folder, summary):
    for table, rows in summary.rows.items():
        assert duckdb.connect().sql(f"select count(*) from '{folder / table}.parquet'").fetchall() == [
            (rows,)
        ]
    assert (
        sum(summary.departments.values())
        == sum(summary.behaviours.values())
        == summary.rows["customers"]
        == 600
    )
    assert summary.behaviours["scripted"] == len(summary.cast)


@pytest.mark.parametrize("lang", LANGS)
def test_the_summary_speaks_both_languages(summary, lang):
    assert all(member.shows.pick(lang) for member in summary.cast)
    assert all(label.pick(lang) for label, _ in summary.counts())
    assert {"zh": "600 个客户", "en": "600 customers"}[lang] in summary.headline().pick(lang)


def test_generating_again_replaces_the_files(tmp_path):
    generate(tmp_path, seed=1, customers=least())
    generate(tmp_path, seed=2, customers=least())
    generate(tmp_path / "fresh", seed=2, customers=least())
    again = {name: text for name, text in contents(tmp_path).items() if not name.startswith("fresh")}
    assert again == contents(tmp_path / "fresh")


def test_too_few_customers_are_refused(tmp_path):
    with pytest.raises(ParameterInvalid, match=f"at least `{least()}` customers, not `5`"):
        generate(tmp_path / "out", customers=5)
    assert not (tmp_path / "out").exists()


def test_a_negative_seed_is_refused(tmp_path):
    with pytest.raises(ParameterInvalid, match="not `-1`"):
        generate(tmp_path / "out", seed=-1)
    assert not (tmp_path / "out").exists()


def test_a_date_before_there_are_dates_is_refused(tmp_path):
    with pytest.raises(ParameterInvalid, match="`1900-01-01`"):
        generate(tmp_path / "out", as_of=date(1900, 1, 1))
    assert not (tmp_path / "out").exists()


def test_a_file_in_the_way_is_told_and_left_alone(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputFailed, match="cannot be written"):
        generate(tmp_path / "out", customers=least())
    assert contents(tmp_path) == {"out": b"mine"}


def test_a_full_disk_leaves_no_half_written_table(tmp_path, monkeypatch):
    def full(table, frame, path):
        path.write_bytes(b"half")
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr("zhike.demo.company.write", full)
    with pytest.raises(OutputFailed, match="No space left on device"):
        generate(tmp_path, customers=least())
    assert contents(tmp_path) == {}
