"""The folder appears whole or not at all, says what it is made of, and is the same bytes every time."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from tests.facts.conftest import HEAD
from zhike.facts.folder import fresh_folder
from zhike.facts.importer import import_facts
from zhike_engine.errors import OutputFailed
from zhike_engine.facts.folder import FolderReader

ORDERS = "id,customer,day,amount\n1,C1,2024-03-05,12.5\n2,C2,bad,1\n"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_holds_tables_report_and_manifest_and_nothing_else(desk):
    done = desk.orders(ORDERS)
    assert names(done.done.out) == [
        "customers.parquet", "facts.json", "orders.parquet", "quality.csv", "quality.json", "quality.parquet",
    ]  # fmt: skip
    assert names(desk.folder) == ["customers.csv", "facts", "mapping.yaml", "orders.csv"]


def test_the_manifest_states_every_file_as_it_is(desk):
    out = desk.orders(ORDERS).done.out
    manifest = json.loads((out / "facts.json").read_text("utf-8"))
    assert manifest["checked"] is True
    for told, folder in (
        *((each, out) for each in manifest["tables"].values()),
        *((each, desk.folder) for each in manifest["sources"]),
    ):
        raw = (folder / told["file"]).read_bytes()
        assert (told["size"], told["sha256"]) == (len(raw), hashlib.sha256(raw).hexdigest())
    assert [each["rows"] for each in manifest["sources"]] == [2, 2]
    assert manifest["tables"]["orders"]["rows"] == 1


def test_the_engine_opens_it_sealed_and_typed(desk):
    out = desk.orders(ORDERS).done.out
    with duckdb.connect() as db:
        facts = FolderReader(out, db).open(frozenset({"orders"}), date(2024, 12, 31))
        assert facts.sealed
        types = dict(db.execute("SELECT column_name, column_type FROM (DESCRIBE f_orders)").fetchall())
    assert types["amount"] == "DECIMAL(18,4)"
    assert types["ordered_on"] == "DATE"


def test_the_same_files_give_the_same_bytes(desk):
    first = {path.name: path.read_bytes() for path in desk.orders(ORDERS).done.out.iterdir()}
    again = {path.name: path.read_bytes() for path in desk.orders(ORDERS).done.out.iterdir()}
    assert first == again


def test_the_report_for_excel_begins_with_a_byte_order_mark(desk):
    zh, en = (
        "ordered_on 不是存在的日期，或不是所述格式",
        "ordered_on is no date that exists in a stated format",
    )
    text = (desk.orders(ORDERS).done.out / "quality.csv").read_text("utf-8")
    assert text.splitlines() == [
        "\ufefftable,source,file,row,action,reason,column,value,zh,en",
        f"orders,orders,orders.csv,3,dropped,date_unreadable,ordered_on,bad,{zh},{en}",
    ]


def test_a_failed_import_leaves_the_earlier_facts_as_they_were(desk):
    before = {path.name: path.read_bytes() for path in desk.orders(ORDERS).done.out.iterdir()}
    with pytest.raises(Exception, match="has no column"):
        desk.orders("id\n1\n")
    assert {path.name: path.read_bytes() for path in (desk.folder / "facts").iterdir()} == before
    assert [name for name in names(desk.folder) if name.startswith(".")] == []


def test_a_folder_with_something_else_is_replaced_only_by_force(desk):
    desk.put("facts/letter.txt", "dear customer")
    with pytest.raises(OutputFailed, match="is not empty and holds no facts"):
        desk.orders(ORDERS)
    assert names(desk.folder / "facts") == ["letter.txt"]
    mapping = (desk.folder / "mapping.yaml").read_text("utf-8").removeprefix(HEAD)
    assert "letter.txt" not in names(desk.run(mapping, force=True).done.out)


def test_the_folder_that_is_read_is_never_replaced(desk):
    desk.orders(ORDERS)
    with pytest.raises(OutputFailed, match=r"holds `mapping\.yaml`, which is being read"):
        import_facts(desk.folder / "mapping.yaml", desk.folder, force=True)
    assert (desk.folder / "orders.csv").is_file()


def test_a_file_in_the_way_is_refused(desk):
    desk.put("facts", "I am a file")
    with pytest.raises(OutputFailed, match="is a file"):
        desk.orders(ORDERS)


def build(out, problem):
    with fresh_folder(out, force=False, keep=[]) as folder:
        (folder / "half").write_text("x")
        raise problem


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), OutputFailed),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_full_disk_or_an_interrupt_leaves_nothing_behind(tmp_path, problem, told):
    with pytest.raises(told):
        build(tmp_path / "out", problem)
    assert names(tmp_path) == []


def test_ctrl_c_within_a_query_is_an_interrupt(desk):
    def stop(step, done, steps):
        raise RuntimeError("Query interrupted")

    desk.orders(ORDERS)
    with pytest.raises(KeyboardInterrupt):
        import_facts(desk.folder / "mapping.yaml", desk.folder / "again", progress=stop)
    assert not [name for name in names(desk.folder) if "again" in name]


@pytest.mark.skipif(os.name != "posix", reason="limits of file sizes are POSIX")
@pytest.mark.parametrize("limit", [100, 700, 20_000])
def test_a_disk_that_fills_while_tables_are_written_is_one_clear_message(desk, limit):
    code = (
        "import pathlib, resource\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "from zhike.facts.importer import import_facts\n"
        "from zhike_engine.errors import OutputFailed\n"
        f"here = pathlib.Path({str(desk.folder)!r})\n"
        "try:\n"
        "    import_facts(here / 'mapping.yaml', here / 'again')\n"
        "except OutputFailed as problem:\n"
        "    print(problem.message)\n"
    )
    lines = "".join(f"{n},C1,2024-03-05,{n}.{n % 97}\n" for n in range(9000))
    desk.orders("id,customer,day,amount\n" + lines)
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "cannot be written" in ended.stdout
    assert not [name for name in names(desk.folder) if "again" in name]


@pytest.mark.skipif(os.name != "posix", reason="folders are locked by POSIX locks")
def test_what_a_killed_run_left_is_swept_by_the_next_one(tmp_path):
    code = (
        "import os, pathlib, signal\n"
        "from zhike.facts.folder import fresh_folder\n"
        f"with fresh_folder(pathlib.Path({str(tmp_path / 'out')!r}), force=False, keep=[]) as folder:\n"
        "    (folder / 'half').write_text('x')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [name.startswith(".out-") for name in names(tmp_path)] == [True]
    with fresh_folder(tmp_path / "out", force=False, keep=[]) as folder:
        (folder / "whole").write_text("x")
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["whole"]


def test_the_folder_of_a_run_that_goes_on_is_left_alone(tmp_path):
    with fresh_folder(tmp_path / "out", force=False, keep=[]) as mine:
        with fresh_folder(tmp_path / "out", force=False, keep=[]):
            pass
        assert mine.is_dir()
        shutil.rmtree(tmp_path / "out")
    assert (tmp_path / "out").is_dir()
