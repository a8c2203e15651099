"""Measures Zhike against hand-written SQL, Polars, pandas and a loop through an ORM, and writes RESULTS.md.

    make bench                         sizes S and M, a few minutes
    python benchmarks/run.py --large   also L: 1,000,000 customers and 50,000,000 orders, about half an hour

Every contender computes the same policy (`policy.yaml`) on the same files and writes the same columns; a run in which
two of them differ ends with an error. Nothing here is a test: machines differ, ratios inside one run are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "contenders"))

from agree import differences
from changes import make
from generate import generate
from goals import (
    CUSTOMERS,
    HAND,
    IMPORTS,
    ORDERS,
    PRODUCT,
    Pages,
    all_goals,
    import_goals,
    page_goals,
    product_goals,
)
from measure import Contender, Measures, run_once, run_rounds
from page import write_page

HERE = Path(__file__).parent
ROUNDS = {"S": 5, "M": 5, "L": 3}


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)


def prepare(data: Path, size: str) -> Path:
    """The folder of facts of a size, made once."""
    folder = data / size
    if not (folder / "facts.json").is_file():
        say(f"{size}: drawing {CUSTOMERS[size]:,} customers and {ORDERS[size]:,} orders")
        generate(folder, CUSTOMERS[size], ORDERS[size])
    if not (data / f"{size}-changes").is_dir():
        make(folder, data / f"{size}-changes", data / f"{size}-changed" if size == "S" else None)
    return folder


def contenders(data: Path, size: str) -> list[Contender]:
    """Who takes part at a size."""
    facts, out = str(data / size), data / "out"

    def one(name: str, script: str, *more: str, rounds: int = 99) -> Contender:
        file = out / f"{size}-{'-'.join(Path(word).stem for word in (script, *more))}.parquet"
        return Contender(name, (script, facts, str(file), *more), file, rounds)

    slow = 1 if size == "L" else 3
    found = [
        one("zhike", "by_engine.py"),
        one(HAND[0], "by_hand.py", "hand.sql"),
        one(HAND[1], "by_hand.py", "hand_onepass.sql"),
        one("Polars", "in_polars.py", rounds=slow),
        one("pandas", "in_pandas.py", rounds=slow),
    ]
    if size == "S":
        database = data / "S.sqlite"
        if not database.is_file():
            run_once(Contender("loading the database", ("in_orm.py", facts, str(database), "prepare")))
        found.append(one("ORM loop", "in_orm.py", str(database), rounds=1))
    file = out / f"{size}-months.parquet"
    changes = str(data / f"{size}-changes")
    return [*found, Contender("zhike, prepared months", ("prepared.py", facts, str(file), changes), file)]


def refuse_differences(data: Path, size: str, taking_part: list[Contender]) -> None:
    """End the run when two contenders wrote different cells."""
    pairs = [(one.name, taking_part[0].out, one.out) for one in taking_part[1:]]
    if size == "S":
        fresh = data / "out" / "S-changed.parquet"
        run_once(Contender("zhike, changed facts", ("by_engine.py", str(data / "S-changed"), str(fresh))))
        pairs.append(("after changes", fresh, (data / "out" / "S-months.after.parquet")))
    for name, reference, other in pairs:
        assert reference is not None
        assert other is not None
        found = differences(reference, other)
        if found:
            raise SystemExit(f"{size}: {name} differs from zhike: {found}")
    say(f"{size}: all contenders wrote the same cells")


def measure(data: Path, size: str, rounds: int) -> dict[str, Measures]:
    """The rounds of one size."""
    prepare(data, size)
    taking_part = contenders(data, size)
    found = run_rounds(taking_part, rounds, lambda text: say(f"{size}: {text}"))
    refuse_differences(data, size, taking_part)
    return found


def measure_imports(data: Path, rounds: int) -> dict[str, Measures]:
    """The import of the Online Retail files and DuckDB's reading of them; nothing when they are not at hand."""
    home = Path(os.environ.get("ZHIKE_DATA") or HERE.parent.parent / "shared" / "data") / "online_retail"
    if not home.is_dir():
        say(f"import: skipped, there is no `{home}`; set ZHIKE_DATA to the folder that holds `online_retail`")
        return {}
    taking_part = [
        Contender(name, ("importing.py", str(home), str(data / "out" / f"import-{way}"), way))
        for name, way in zip(IMPORTS, ("zhike", "duckdb"), strict=True)
    ]
    return run_rounds(taking_part, rounds, lambda text: say(f"import: {text}"))


def measure_product(data: Path, rounds: int) -> dict[str, Measures]:
    """A run from the product's own database, and the engine on the facts that it froze."""
    home = data / "product"
    if not (home / "last").is_file():
        say("product: filling its database")
        run_once(Contender("filling", ("in_product.py", "prepare", str(prepare(data, "S")), str(home))))
    taking_part = [
        Contender(name, ("in_product.py", way, str(home)))
        for name, way in zip(PRODUCT, ("run", "engine"), strict=True)
    ]
    run_once(taking_part[0])  # the engine grades what a run froze
    return run_rounds(taking_part, rounds, lambda text: say(f"product: {text}"))


def measure_pages(data: Path, sizes: Sequence[int]) -> Pages:
    """The pages of the product at some sizes, on SQLite and on the PostgreSQL server that ZHIKE_TEST_POSTGRESQL names."""
    server = os.environ.get("ZHIKE_TEST_POSTGRESQL", "")
    if not server:
        say("pages: not on PostgreSQL; set ZHIKE_TEST_POSTGRESQL to the URL of a scratch database")
    found: dict[str, dict[int, dict[str, tuple[float, float, int]]]] = {}
    for database in ("SQLite", "PostgreSQL") if server else ("SQLite",):
        for size in sizes:
            say(f"pages: {database}, {size:,} customers")
            url = own_database(server, f"pages_{size}") if database == "PostgreSQL" else ""
            out = data / "out" / f"pages-{database}-{size}.json"
            words = ["--customers", str(size), "--url", url, "--out", str(out)]
            words += ["--data", str(data / f"pages-{database}-{size}")]
            program = [sys.executable, str(HERE / "pages.py"), *words]
            subprocess.run(program, stdout=subprocess.DEVNULL, check=True)
            found.setdefault(database, {})[size] = json.loads(out.read_text("utf-8"))[str(size)]
    return found


def own_database(server: str, name: str) -> str:
    """The URL of a database of its own beside a scratch database, made when it is not there."""
    import psycopg
    from psycopg import sql

    front, _, scratch = server.rpartition("/")
    mine = f"{scratch.partition('?')[0]}_{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [mine]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(mine)))
    return f"{front}/{mine}"


def main() -> None:
    """Read the options, measure, write the page."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--sizes", default="S,M", help="sizes, such as S,M")
    options.add_argument("--large", action="store_true", help="also L")
    options.add_argument("--rounds", type=int, help="rounds for every size; 5, 5 and 3 when absent")
    options.add_argument("--data", type=Path, help="folder for the facts, kept; absent: a temporary one")
    options.add_argument("--out", type=Path, default=HERE / "RESULTS.md", help="page to write")
    options.add_argument("--date", type=date.fromisoformat, default=date.today(), help="date on the page")  # noqa: DTZ011
    given = options.parse_args()
    data = given.data or Path(tempfile.mkdtemp(prefix="zhike-bench-"))
    (data / "out").mkdir(parents=True, exist_ok=True)
    before = os.getloadavg()[0]
    try:
        sizes = [*given.sizes.split(","), *(["L"] if given.large else [])]
        planning = run_once(Contender("planning", ("planning.py",)))
        imports = measure_imports(data, given.rounds or 5)
        product = measure_product(data, given.rounds or 5)
        pages = measure_pages(data, (10_000, 1_000_000 if given.large else 100_000))
        found = {size: measure(data, size, given.rounds or ROUNDS[size]) for size in sizes}
        goals = [
            *all_goals(found, planning),
            *import_goals(imports),
            *product_goals(product),
            *page_goals(pages),
        ]
        load = (before, os.getloadavg()[0])
        write_page(given.out, found, goals, planning, imports, product, pages, given.date, load)
    finally:
        if given.data is None:
            shutil.rmtree(data)
    for goal in goals:
        say(f"{'met    ' if goal.met else 'NOT MET'}  {goal.form.format(goal.measured):>8}  {goal.words}")


if __name__ == "__main__":
    main()
