"""The examples of the pages: pieces of a policy, completed, checked and run on the example facts."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from zhike.docs.words import Page, markdown_table
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.plan.windows import Windows
from zhike_engine.policy.check import check, refuse
from zhike_engine.policy.load import Policy, load_policy
from zhike_engine.policy.yaml import parse_document
from zhike_engine.run import Run, run
from zhike_engine.words import Text

HOME = Path(__file__).resolve().parents[3] / "docs" / "reference" / "example"
AS_OF = date(2026, 6, 30)
"""Last day that counts in every example."""
NOTHING = "—"
"""How a value that is not computable is shown."""
_ON = Text(zh="基准日 {}", en="as of {}")
_FENCE = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TOP = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)
_TRIVIAL = """ratings:
  value: {title: grade, grades: {A: {title: A}}, fallback: {mark: all, lines: [{grade: A}]}}
"""


def fences(text: str) -> list[str]:
    """The YAML examples of a page, in order."""
    return _FENCE.findall(text)


def completed(piece: str) -> str:
    """A whole policy with the top-level keys of `piece`, and those of the example policy for the rest.

    A piece with metrics but without ratings gets a rating that needs none of them.
    """
    own = parse_document(piece).data
    assert isinstance(own, dict)
    whole = {
        part.partition(":")[0]: part for part in _TOP.split((HOME / "policy.yaml").read_text("utf-8")) if part
    }
    if "metrics" in own:
        whole["ratings"] = _TRIVIAL
    rest = [part for key, part in whole.items() if key not in own and not key.startswith("#")]
    return piece.rstrip("\n") + "\n" + "".join(rest)


def policy_of(piece: str) -> Policy:
    """The completed policy of an example; raises PolicyInvalid when it has an error."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "policy.yaml"
        file.write_text(completed(piece), "utf-8")
        policy = load_policy(file)
    refuse(policy, check(policy))
    return policy


@cache
def table_of(piece: str) -> tuple[Policy, list[dict[str, Any]]]:
    """The completed policy of an example and the row of every customer: metrics, scores, ratings."""
    policy = policy_of(piece)
    backend = DuckDB(HOME / "facts", threads=1)
    try:
        done = run(policy, backend, AS_OF)
        return policy, [_row(done, row) for row in done.table().to_pylist()]
    finally:
        backend.close()


def _row(done: Run, row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"customer": row["customer"], "name": row["name"]}
    for name, value in done.compiled.values.items():
        raw = row[value.sql]
        exact = raw is not None and value.storage == "exact"
        found[name] = Decimal(raw) / value.denominator if exact else raw
    for rating in done.plan.ratings:
        found[rating.name] = row[f"{rating.prefix}_grade"]
        found[f"{rating.name}.state"] = row[f"{rating.prefix}_state"]
    return found


def shown(value: Any) -> str:
    """A value in a table: exact numbers in full, doubles with at most six decimals."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".")
    if isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    return str(value)


def metrics(page: Page, _: tuple[str, ...]) -> str:
    """Block `metrics`: the metrics and scores of the example above, for every customer."""
    piece = fences(page.before)[-1]
    data = parse_document(piece).data
    assert isinstance(data, dict)
    return _columns(page, piece, [*data.get("metrics", {}), *data.get("scorecards", {})])


def columns(page: Page, names: tuple[str, ...]) -> str:
    """Block `columns NAME…`: these metrics, scores, points (`score.item`) and ratings of the example above."""
    return _columns(page, fences(page.before)[-1], list(names))


def grades(page: Page, names: tuple[str, ...]) -> str:
    """Block `grades NAME…`: these columns, then the grade and state of every rating of the example above."""
    piece = fences(page.before)[-1]
    policy, _ = table_of(piece)
    ratings = [column for name in policy.document.ratings for column in (name, f"{name}.state")]
    return _columns(page, piece, [*names, *ratings])


def windows(page: Page, days: tuple[str, ...]) -> str:
    """Block `windows DAY…`: first and last day of every window of the example above, on these as-of dates."""
    document = policy_of(fences(page.before)[-1]).document
    head = [page.say(Text(zh="窗口", en="window")), *(page.say(_ON).format(day) for day in days)]
    rows = []
    for name, words in document.windows.items():
        cells = []
        for day in days:
            found = Windows(date.fromisoformat(day), document.calendar.year_starts, document.windows).read(
                name
            )
            cells.append(f"{found.start or '…'} – {found.last_day}")
        rows.append([f"`{words}`", *cells])
    return markdown_table(head, rows)


def _columns(page: Page, piece: str, names: list[str]) -> str:
    policy, rows = table_of(piece)
    heads = {name: _head(page, name, policy) for name in names}
    head = [page.say(Text(zh="客户", en="customer")), *heads.values()]
    return markdown_table(head, [[row["customer"], *(shown(row[name]) for name in names)] for row in rows])


def _head(page: Page, name: str, policy: Policy) -> str:
    rating, _, state = name.rpartition(".")
    if state == "state" and rating in policy.document.ratings:
        return page.say(Text(zh="状态", en="state"))
    return f"`{name}`"
