"""`make bench`: every contender in turn, each in a process of its own, on the same facts; ratios, never bare times.

    python benchmarks/run.py [--sizes S,M] [--rounds 3] [--data FOLDER] [--write]

Sizes: S 10,000 customers and 1 M orders; M 100,000 and 10 M; L 1,000,000 and 50 M (`--sizes L`, some 25 minutes).
CPU seconds and peak memory are the process's own, from wait4. Results are compared cell by cell with the engine's.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
SIZES = {"S": (10_000, 1_000_000), "M": (100_000, 10_000_000), "L": (1_000_000, 50_000_000)}
CONTENDERS = {
    "engine": ["by_engine.py"],
    "hand-written SQL, via months": ["by_hand.py", "hand.sql"],
    "hand-written SQL, one pass": ["by_hand.py", "hand_onepass.sql"],
    "polars": ["in_polars.py"],
    "pandas": ["in_pandas.py"],
    "ORM loop": ["in_orm.py"],
}
ONLY = {"ORM loop": {"S"}}
"""Contenders that are too slow for the larger sizes."""


@dataclass(frozen=True)
class Measure:
    """One run of one contender: CPU and wall seconds, peak memory in MB."""

    cpu: float
    wall: float
    memory: float


def once(words: list[str]) -> Measure:
    """Run a command to its end and measure it; a failure stops the benchmark."""
    started = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} ended with status {process.returncode}")
    wall = time.perf_counter() - started
    return Measure(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def prepared(size: str, data: Path) -> Path:
    """The facts of a size, made when they are not there."""
    folder = data / size
    if not (folder / "facts.json").is_file():
        customers, orders = SIZES[size]
        made = [sys.executable, str(HERE / "generate.py"), str(folder), str(customers), str(orders)]
        subprocess.run(made, check=True)
    return folder


def database(facts: Path) -> Path:
    """The facts as the database that the ORM reads, made when it is not there."""
    file = facts.with_suffix(".sqlite")
    if not file.is_file():
        made = [sys.executable, str(HERE / "contenders" / "in_orm.py"), str(facts), str(file), "prepare"]
        subprocess.run(made, check=True)
    return file


def rounds(size: str, data: Path, count: int) -> dict[str, list[Measure]]:
    """Every contender `count` times, in turn."""
    facts, found = (
        prepared(size, data),
        {name: [] for name in CONTENDERS if size in ONLY.get(name, set(SIZES))},
    )
    for number in range(count):
        for name in found:
            script, *more = CONTENDERS[name]
            out = data / f"{size}-{script.removesuffix('.py')}-{'-'.join(more)}.parquet"
            words = [sys.executable, str(HERE / "contenders" / script), str(facts), str(out), *more]
            if name == "ORM loop":
                words.append(str(database(facts)))
            found[name].append(once(words))
            print(f"{size} round {number + 1} {name}: {found[name][-1]}", flush=True)
    return found


def agreement(size: str, data: Path) -> list[str]:
    """Columns in which a contender differs from the engine."""
    sys.path.insert(0, str(HERE / "contenders"))
    from agree import differences

    reference = data / f"{size}-by_engine-.parquet"
    others = sorted(path for path in data.glob(f"{size}-*.parquet") if path != reference)
    return [f"{path.stem}: {found}" for path in others if (found := differences(reference, path))]


def table(size: str, found: dict[str, list[Measure]]) -> list[str]:
    """Lines of a Markdown table: medians of the ratios, round by round, against the faster hand-written SQL."""
    hands = [name for name in found if name.startswith("hand")]
    best = min(hands, key=lambda name: median(one.cpu for one in found[name]))
    lines = [f"## {size}: {SIZES[size][0]:,} customers, {SIZES[size][1]:,} orders", "",
             f"| contender | CPU / {best} | wall / {best} | peak MB |", "| --- | --- | --- | --- |"]  # fmt: skip
    for name, runs in found.items():
        pairs = list(zip(runs, found[best], strict=True))
        cpu, wall = (
            median(getattr(a, what) / getattr(b, what) for a, b in pairs) for what in ("cpu", "wall")
        )
        lines.append(f"| {name} | {cpu:.2f} | {wall:.2f} | {median(one.memory for one in runs):.0f} |")
    return [*lines, ""]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="S,M")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "zhike-bench")
    given = parser.parse_args()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    day = time.strftime("%Y-%m-%d")
    said = f"{day}, {machine}; medians of ratios inside one run of `make bench`."
    lines = ["# Measured", "", said, ""]
    for size in given.sizes.split(","):
        found = rounds(size, given.data, given.rounds)
        lines += table(size, found)
        different = agreement(size, given.data)
        lines += [
            "Every shared column is equal, cell by cell."
            if not different
            else "Differences: " + "; ".join(different),
            "",
        ]
    (HERE / "RESULTS.md").write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
