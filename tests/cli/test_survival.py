"""What is left behind when a run is stopped, killed, or runs out of room: the earlier output, or nothing."""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from zhike.demo.company import generate

TRIES = 5
"""A run on a busy machine may be done before it is killed: then another is begun."""
FILES = ["grades.csv", "grades.parquet", "grades.xlsx", "reasons.parquet", "report.html", "run.json"]
COMMAND = [
    sys.executable,
    "-c",
    "from zhike.cli.main import main; main()",
    "grade",
    "foreign-trade",
    "--values",
    "example",
]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "facts"
    generate(folder)
    return folder


def start(facts: Path, out: Path, **how: object) -> subprocess.Popen[str]:
    words = [*COMMAND, "--facts", str(facts), "--as-of", "2026-06-30", "--out", str(out)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how)  # type: ignore[call-overload]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("after", [0.2, 0.6, 0.9, 1.2, 1.5, 1.9])
def test_a_killed_run_leaves_all_or_nothing(facts: Path, tmp_path: Path, after: float) -> None:
    run = start(facts, tmp_path / "out")
    time.sleep(after)
    run.kill()
    run.communicate()
    assert names(tmp_path / "out") in ([], FILES)


def test_what_a_killed_run_left_is_gone_after_the_next_one(facts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _ in range(TRIES):
        run = start(facts, out)
        while not any(path.is_file() for path in tmp_path.rglob("*")) and run.poll() is None:
            time.sleep(0.005)
        run.kill()
        run.communicate()
        shutil.rmtree(out, ignore_errors=True)
        if names(tmp_path):
            break
    [left] = names(tmp_path)
    assert left.startswith(".out-")
    start(facts, out).communicate()
    assert (names(tmp_path), names(out)) == (["out"], FILES)


def test_two_runs_side_by_side_leave_each_other_alone(facts: Path, tmp_path: Path) -> None:
    runs = [start(facts, tmp_path / "out") for _ in range(2)]
    told = [run.communicate()[1] for run in runs]
    assert [(run.returncode, said) for run, said in zip(runs, told, strict=True)] == [(0, ""), (0, "")]
    assert (names(tmp_path), names(tmp_path / "out")) == (["out"], FILES)


def test_a_stopped_run_says_so_and_leaves_nothing(facts: Path, tmp_path: Path) -> None:
    def listens() -> None:  # what is started in the background of a script is deaf to Ctrl-C
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    for _ in range(TRIES):
        run = start(facts, tmp_path / "out", preexec_fn=listens)
        while not names(tmp_path) and run.poll() is None:
            time.sleep(0.005)
        in_time = run.poll() is None and "out" not in names(tmp_path)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate()
        if in_time:
            break
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
    assert (run.returncode, said.strip()) == (130, "stopped; nothing was written")
    assert names(tmp_path) == []


def little_room() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_full_disk_is_one_message_and_keeps_the_earlier_output(facts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    start(facts, out).communicate()
    before = (out / "run.json").read_bytes()

    run = start(facts, out, preexec_fn=little_room)
    _, said = run.communicate()
    assert run.returncode == 1
    assert said.startswith(f"error: `{out}` cannot be written")
    assert "hint: nothing was changed" in said
    assert "Traceback" not in said
    assert (names(out), (out / "run.json").read_bytes()) == (FILES, before)
    assert names(tmp_path) == ["out"]


def test_a_full_disk_leaves_no_part_of_a_demo(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "zhike", "demo", "--files", "d", "--customers", "60", "--lang", "en"]
    run = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, check=False, preexec_fn=little_room
    )
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert names(tmp_path) == []
