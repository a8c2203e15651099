"""Who wins: every case of the table is run, and the documents show the table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.explain.worlds import graded
from zhike_engine.explain import explain
from zhike_engine.precedence import PRECEDENCE, STEPS, cases_table, steps_table
from zhike_engine.run import Run

DOCS = Path(__file__).resolve().parents[2] / "docs" / "algorithms"
ASKED = ("rule", "fallback", "newcomer", "quota", "floor", "ceiling", "veto", "pending")
GRADES = "ABCD"


def column(name: str) -> str:
    return f"{{title: {name}, column: customers.{name}}}"


def bounds(kind: str) -> str:
    lines = "".join(f'\n      - {{title: {kind} {g}, grade: {g}, if: {kind} = "{g}"}}' for g in GRADES)
    return f"    {'vetoes' if kind == 'veto' else kind + 's'}:{lines}\n"


POLICY = f"""
metrics:
  size: {{title: size, column: customers.size, type: number}}
{"".join(f"  {name}: {column(name)}" + chr(10) for name in ASKED)}
ratings:
  value:
    title: value
    grades:
{"".join(f'      {g}: {{title: {g}, all: ["rule = {chr(39)}{g}{chr(39)}"]}}' + chr(10) for g in GRADES)}
    fallback: {{mark: mixed, lines: [{", ".join(f'{{if: "fallback = {chr(39)}{g}{chr(39)}", grade: {g}}}' for g in GRADES)}]}}
    newcomers: {{if: "newcomer = 'C'", grade: C}}
    quotas: [{{grade: A, top: 20, by: size}}]
    movement: {{up: 1, down: 1}}
    protection: {{months: 12, grades: [B]}}
    pending: [{{reason: wait, if: "pending = 'yes'"}}]
    manual: {{allowed: [override, floor, ceiling, designation, protection]}}
{bounds("floor")}{bounds("ceiling")}{bounds("veto")}"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    people = ["customer,name,since,size," + ",".join(ASKED)]
    before, manual = (
        ["customer,rating,grade,since"],
        ["customer,rating,kind,grade,reason,approver,from_on,until_on"],
    )
    for i, case in enumerate(PRECEDENCE):
        beyond = "quota" in case.wants
        cells = ",".join("" if name == "quota" else case.wants.get(name, "") for name in ASKED)
        people.append(f"k{i},k{i},2020-01-01,{1 if beyond else 100},{cells}")
        if case.previous:
            before.append(f"k{i},value,{case.previous},2025-10-01")
        manual += [
            f"k{i},value,{kind},{g},agreed,board,2025-01-01,2026-12-31" for kind, g in case.manual.items()
        ]
    people += [f"f{i},f{i},2020-01-01,50,A,,,,,,," for i in range(20)]
    tables = {"customers": people, "previous_grades": before, "overrides": manual}
    texts = {name: "\n".join(lines) + "\n" for name, lines in tables.items()}
    made = graded(tmp_path_factory.mktemp("precedence"), POLICY, **texts)
    yield made
    made.backend.close()


@pytest.mark.parametrize("number", range(len(PRECEDENCE)), ids=lambda i: PRECEDENCE[i].because.en)
def test_the_engine_does_what_the_table_says(run: Run, number: int) -> None:
    [found] = explain(run, f"k{number}")
    assert found.grade == PRECEDENCE[number].grade
    assert found.path[-1].grade == found.grade if found.path else found.grade is None
    assert (found.state == "pending") == (found.grade is None)


def test_every_step_is_in_a_case(run: Run) -> None:
    seen = {step.kind for i in range(len(PRECEDENCE)) for step in explain(run, f"k{i}")[0].path}
    assert seen == set(STEPS) - {"scope", "hysteresis"}


@pytest.mark.parametrize(("lang", "name"), [("en", "precedence.md"), ("zh", "precedence.zh.md")])
def test_the_document_shows_both_tables(lang, name):
    text = (DOCS / name).read_text("utf-8")
    assert steps_table(lang) in text
    assert cases_table(lang) in text
