"""The customers of a page by columns: nothing is lost, and a large page stays small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zhike import presets
from zhike.demo.company import AS_OF, generate
from zhike.report import write_report
from zhike.report.packed import packed
from zhike_engine.backends.duckdb import DuckDB
from zhike_engine.policy.load import load_policy, read_values
from zhike_engine.run import run

RATINGS = [{"grades": [["A", 1], ["B", 2]]}]


def customer(number: int, **result: Any) -> dict[str, Any]:
    plain = {
        "g": "A",
        "b": None,
        "s": "graded",
        "v": "first",
        "h": 5,
        "k": [],
        "w": [[1, 2, "A"]],
        "c": [1, 0],
        "x": [],
        "z": [],
    }
    return {
        "i": f"c{number}",
        "n": f"N{number}",
        "a": [1.5, 7],
        "p": [None, 8],
        "m": [3, [4, 5, None]],
        "r": [plain | result],
    }


def test_grades_stand_as_places_and_unknown_codes_as_they_are() -> None:
    found = packed(
        [customer(1), customer(2, g="B", b="old"), customer(3, g=None, b="A", s="pending", v="none")], RATINGS
    )
    [result] = found["r"]
    assert (result["g"], result["b"]) == ([0, 1, None], [None, "old", 0])
    assert (result["s"], result["v"]) == ([0, 0, 2], [1, 1, 0])
    assert (found["i"], found["a"], found["p"]) == (
        ["c1", "c2", "c3"],
        [[1.5] * 3, [7] * 3],
        [[None] * 3, [8] * 3],
    )


def test_what_is_equal_is_kept_once() -> None:
    found = packed([customer(1), customer(2), customer(3, c=[1, 1])], RATINGS)
    [result] = found["r"]
    assert result["c"][0] == result["c"][1] != result["c"][2]
    assert [found["pool"][place] for place in result["c"]] == [[1, 0], [1, 0], [1, 1]]
    assert len(found["pool"]) == len({str(one) for one in found["pool"]})


def test_nobody_is_packed_too() -> None:
    assert packed([], RATINGS)["r"] == [{key: [] for key in "gbsvhkwcxz"}]


@pytest.mark.slow
def test_five_ratings_of_seven_hundred_customers_fit_two_megabytes(tmp_path: Path) -> None:
    generate(tmp_path / "facts", customers=4500)
    policy, backend = load_policy(presets.policy_path("direct-supply")), DuckDB(tmp_path / "facts")
    done = run(policy, backend, AS_OF, read_values(presets.example_values(policy), policy))
    write_report(done, tmp_path / "report.html")
    [count] = done.backend.rows("select count(*) from result")
    backend.close()
    assert len(policy.document.ratings) == 5
    assert count[0] > 700
    assert (tmp_path / "report.html").stat().st_size <= 2_000_000
