"""Writes RESULTS.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from goals import CUSTOMERS, IMPORTS, ORDERS, PRODUCT, Found, Goal, Pages, best_hand
from measure import Measures

LIBRARIES = ("duckdb", "pyarrow", "polars", "pandas", "sqlalchemy")


def processor() -> str:
    """The name of the processor, as Linux tells it."""
    info = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip()
        for line in (info.read_text("utf-8").splitlines() if info.is_file() else ())
        if line.startswith("model name")
    ]
    return names[0] if names else platform.processor() or platform.machine()


def machine() -> str:
    """Processor, cores, memory, system, versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python"
        f" {platform.python_version()}, {libraries}"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; every column but the first is aligned to the right."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' + ' ---: |' * (len(head) - 1)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]


def goals_table(goals: Sequence[Goal]) -> list[str]:
    """Promise, measured, limit, kept or not."""
    rows = [
        (goal.words, goal.form.format(goal.measured),
         f"{'≥' if goal.at_least else '≤'} {goal.form.format(goal.limit)}", "yes" if goal.met else "**no**")
        for goal in goals
    ]  # fmt: skip
    return table(("Goal", "measured", "wanted", "met"), rows)


def size_table(measures: Mapping[str, Measures]) -> list[str]:
    """Ratios to the best hand-written SQL, and peak memory, of every contender of a size."""
    wall, cpu = best_hand(measures, "wall"), best_hand(measures, "cpu")
    rows = [
        (name, f"{one.median('job', 'wall') / wall:.2f}", f"{one.median('job', 'cpu') / cpu:.2f}",
         f"{one.peak:.0f}", str(len(one.steps)))
        for name, one in measures.items() if "job" in one.steps[0]
    ]  # fmt: skip
    return table(("Contender", "time", "CPU", "peak MiB", "rounds"), rows)


def months_table(measures: Mapping[str, Measures]) -> list[str]:
    """The steps of work on prepared months, as parts of grading from Parquet."""
    months, raw = measures["zhike, prepared months"], measures["zhike"]
    steps = [step for step in months.steps[0] if "wall" in months.steps[0][step]]
    rows = [
        (step, *(f"{months.median(step, what) / raw.median('job', what):.4f}" for what in ("wall", "cpu")))
        for step in steps
    ]
    return table(("Step", "time", "CPU"), rows)


def import_lines(measures: Mapping[str, Measures]) -> list[str]:
    """The import beside DuckDB's CSV reader."""
    if not measures:
        return [
            "Not measured: the files are not at hand; set ZHIKE_DATA to the folder with `online_retail`.",
            "",
        ]
    theirs = measures[IMPORTS[1]]
    rows = [
        (name, *(f"{one.median('job', what) / theirs.median('job', what):.2f}" for what in ("wall", "cpu")),
         f"{one.peak:.0f}")
        for name, one in measures.items()
    ]  # fmt: skip
    return table(("Both to Parquet; 1 is the reader", "time", "CPU", "peak MiB"), rows)


COMPARED = (
    "The product: the pre-flight check and the start, freezing its SQLite database as Parquet, the engine, a row of results for"
    " every customer, result.parquet, the engine's tables, from which it explains any customer, and the board. The engine: the frozen"
    " files, opened and graded, grades.parquet and grades.csv, reasons.parquet, run.json, and all results as a whole, by the functions"
    " of `zhike grade`; not the workbook and the page, which takes longer than all the rest. The development over the years is only in"
    " the engine's time, for no board shows it. The forecast that follows when a run is ready is in neither."
)
"""What a run of the product and the engine's time hold."""


def product_lines(measures: Mapping[str, Measures]) -> list[str]:
    """A run of the product beside the engine, with the steps of both."""
    whole, rows = measures[PRODUCT[1]], []
    for name, one in measures.items():
        for step in ("job", *(step for step in one.steps[0] if step not in ("job", "peak"))):
            parts = (one.median(step, what) / whole.median("job", what) for what in ("wall", "cpu"))
            mine = step == "job"
            rows.append(
                (
                    name if mine else f"· {step}",
                    *(f"{part:.2f}" for part in parts),
                    f"{one.peak:.0f}" if mine else "",
                )
            )
    return [COMPARED, "", *table(("1 is the engine", "time", "CPU", "peak MiB"), rows)]


def page_lines(pages: Pages) -> list[str]:
    """Every page that was measured, at every size on every database."""
    columns = [(database, number) for database, sizes in pages.items() for number in sizes]
    rows = []
    for name in pages[columns[0][0]][columns[0][1]]:
        cells = []
        for database, number in columns:
            one = pages[database][number]
            cells.append(f"{one[name][1] / one['first page'][1]:.2f} ({one[name][2]})")
        rows.append((name, *cells))
    head = [f"{database}, {number:,}" for database, number in columns]
    return table(("Time; 1 is the first page of customers. In brackets: queries", *head), rows)


def write_page(
    path: Path, found: Found, goals: Sequence[Goal], planning: Mapping[str, Mapping[str, float]],
    imports: Mapping[str, Measures], product: Mapping[str, Measures], pages: Pages, day: date, load: tuple[float, float],
) -> None:  # fmt: skip
    """Write the results, the goals first."""
    method = (
        f"Load average {load[0]:.1f} at the start and {load[1]:.1f} at the end: the contenders themselves make about one."
        " Numbers are ratios inside this one run; every contender ran in turn in a process of its own, and the medians"
        " over the rounds are compared. Time and CPU are those of the work, without the start of Python and its imports;"
        " memory is the peak of the process. All contenders wrote the same cells for every customer: metrics, score,"
        " conditions and grades were compared bit by bit."
    )
    lines = [
        "# How fast", "",
        f"Measured on {day.isoformat()} by `make bench`. {machine()}.", "", method, "", *goals_table(goals),
    ]  # fmt: skip
    for size, measures in found.items():
        lines += [
            f"## {size}: {CUSTOMERS[size]:,} customers, {ORDERS[size]:,} orders", "",
            "Grading from Parquet; 1 is the best hand-written DuckDB SQL.", "", *size_table(measures),
        ]  # fmt: skip
        if "zhike, prepared months" in measures:
            lines += ["Prepared months; 1 is grading from Parquet.", "", *months_table(measures)]
    lines += ["## Import of Online Retail: 1,067,370 lines in two files", "", *import_lines(imports)]
    lines += ["## A run from the product's own database", "", *product_lines(product)]
    lines += ["## Pages", "", *page_lines(pages)]
    lines += ["## Planning", ""]
    rows = [(name, f"{one['first']:.1f}", f"{one['median']:.1f}") for name, one in planning.items()]
    lines += table(("Milliseconds", "first time", "again"), rows)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
