"""The clause catalogue, the marks on tests, the recorded results, and `zhike clauses`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hatchling.builders.wheel import WheelBuilder

from tests.clause_plugin import merge
from tests.conftest import ROOT, absent
from zhike.clause_marks import find_marks
from zhike.clauses import Proof, load_catalogue, prove, read_results
from zhike.cli.clauses import command
from zhike_engine.errors import DocumentInvalid, NotFound
from zhike_engine.words import LANGS, Lang, Text

CATALOGUE = load_catalogue(ROOT)
BY_ID = {clause.id: clause for clause in CATALOGUE.clauses}
INI = """
[pytest]
addopts = --strict-markers -p tests.clause_plugin -p no:randomly -p no:django
markers = clause: names a clause
"""


def numbers(text: str) -> set[int]:
    """The numbers in a text; class 1 is 一类 in Chinese, and one thing may be written as a word."""
    digits = re.sub(r"[一二](?=[类级])", lambda found: str("一二".index(found[0]) + 1), text)
    return {int(number) for number in re.findall(r"\d+", re.sub(r"X\d", "", digits))} - {1}


def texts() -> list[tuple[str, Text]]:
    areas = [(f"area {area}", title) for area, title in CATALOGUE.areas.items()]
    clauses = [
        (clause.id, text)
        for clause in CATALOGUE.clauses
        for text in (clause.title, clause.requires, *clause.figures)
    ]
    return areas + clauses


# --- the catalogue -------------------------------------------------------------------------------------


def test_there_are_231_clauses_in_20_areas():
    assert len(CATALOGUE.clauses) == len(BY_ID) == 231
    assert len(CATALOGUE.areas) == 20


def test_the_ids_are_those_of_the_shared_catalogue_in_its_order():
    shared = ROOT.parent / "shared" / "requirements" / "clauses.yaml"
    if not shared.is_file():
        absent("the shared catalogue is not here", "lay shared/ beside the checkout")
    assert list(BY_ID) == [clause["id"] for clause in yaml.safe_load(shared.read_text(encoding="utf-8"))]


def test_every_clause_lies_in_its_area_and_areas_are_in_order():
    assert [clause.id[:3] for clause in CATALOGUE.clauses] == [clause.area for clause in CATALOGUE.clauses]
    assert list(dict.fromkeys(clause.area for clause in CATALOGUE.clauses)) == list(CATALOGUE.areas)


@pytest.mark.parametrize("lang", LANGS)
def test_every_text_is_there_in_both_languages(lang: Lang):
    assert [where for where, text in texts() if not text.pick(lang).strip()] == []


def test_chinese_is_chinese_and_english_has_no_chinese_punctuation():
    assert [where for where, text in texts() if not re.search(r"[\u4e00-\u9fff]", text.zh)] == []
    assert [where for where, text in texts() if re.search(r"[，。；：]", text.en)] == []


def test_titles_fit_a_line_and_requirements_are_two_sentences_at_most():
    assert [clause.id for clause in CATALOGUE.clauses if len(clause.title.zh) > 40] == []
    assert [clause.id for clause in CATALOGUE.clauses if len(clause.title.en) > 60] == []
    assert [clause.id for clause in CATALOGUE.clauses if not 1 <= clause.requires.zh.count("。") <= 2] == []
    assert [
        clause.id for clause in CATALOGUE.clauses if len(re.findall(r"\.(?: |$)", clause.requires.en)) > 2
    ] == []


def test_both_languages_carry_the_same_numbers():
    assert [(where, text) for where, text in texts() if numbers(text.zh) != numbers(text.en)] == []


@pytest.mark.parametrize(
    ("clause", "figures"),
    [("SLA-01", {24, 48, 72}), ("SAT-03", {90}), ("KPI-01", {90, 80, 15}), ("CAD-03", {2}), ("GRD-25", {6})],
)
def test_the_figures_of_the_policies_are_kept(clause: str, figures: set[int]):
    assert figures <= numbers(BY_ID[clause].requires.en)


# --- the marks on tests --------------------------------------------------------------------------------


def checkout_with(folder: Path, source: str, file: str = "tests/test_it.py") -> Path:
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(source, encoding="utf-8")
    return folder


def test_marks_are_found_on_tests_classes_and_modules(tmp_path: Path):
    source = """
import pytest
from pytest import mark
pytestmark = [pytest.mark.slow, pytest.mark.clause("GOV-01")]

@pytest.mark.clause("GRD-01", "GRD-02")
def test_a(): ...

@mark.clause("GRD-03")
class TestB:
    pytestmark = mark.clause("GRD-04")
    @pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.clause("GRD-05")), 2])
    async def test_c(self, n): ...

@pytest.mark.clause("GRD-06")
def helper(): ...
"""
    marks = find_marks(checkout_with(tmp_path, source))
    assert {(mark.test, mark.clause) for mark in marks} == {
        ("tests/test_it.py::test_a", "GOV-01"),
        ("tests/test_it.py::test_a", "GRD-01"),
        ("tests/test_it.py::test_a", "GRD-02"),
        ("tests/test_it.py::TestB::test_c", "GOV-01"),
        ("tests/test_it.py::TestB::test_c", "GRD-03"),
        ("tests/test_it.py::TestB::test_c", "GRD-04"),
        ("tests/test_it.py::TestB::test_c", "GRD-05"),
    }


def test_marks_are_found_beside_the_code_and_not_in_broken_files(tmp_path: Path):
    marked = "import pytest\n@pytest.mark.clause('ANA-01')\ndef test_it(): ...\n"
    checkout_with(tmp_path, marked, "src/zhike/metrics/test_metric.py")
    checkout_with(tmp_path, marked + "def (", "tests/test_broken.py")
    [mark] = find_marks(tmp_path)
    assert mark.test == "src/zhike/metrics/test_metric.py::test_it"
    assert str(mark.place) == "src/zhike/metrics/test_metric.py:2:2"


# --- proven or not -------------------------------------------------------------------------------------


def proof(tmp_path: Path, results: dict[str, dict[str, str]]) -> Proof:
    source = """
import pytest
@pytest.mark.clause("GRD-15")
def test_a(): ...
@pytest.mark.clause("GRD-15")
def test_b(n): ...
"""
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "clause-results.json").write_text(json.dumps(results), encoding="utf-8")
    proofs = prove(CATALOGUE, find_marks(checkout_with(tmp_path, source)), read_results(tmp_path))
    return proofs[list(BY_ID).index("GRD-15")]


A, B1, B2 = "tests/test_it.py::test_a", "tests/test_it.py::test_b[1]", "tests/test_it.py::test_b[2]"


@pytest.mark.parametrize(
    ("nodes", "outcome"),
    [
        ({A: "passed", B1: "passed", B2: "passed"}, "passed"),
        ({A: "passed", B1: "passed", B2: "failed"}, "failed"),
        ({A: "passed", B1: "skipped", B2: "passed"}, "skipped"),
        ({A: "passed"}, "not run"),
        ({}, "not run"),
    ],
)
def test_a_clause_is_proven_when_every_marked_test_passed(tmp_path: Path, nodes, outcome):
    found = proof(tmp_path, {"GRD-15": nodes, "GRD-16": {B2: "failed"}})
    assert found.outcome == outcome
    assert found.proven is (outcome == "passed")


def test_a_clause_without_a_test_is_not_proven():
    [first, *_] = prove(CATALOGUE, (), {"GOV-01": {A: "passed"}})
    assert (first.proven, first.outcome, first.witnesses) == (False, None, ())


@pytest.mark.parametrize("damage", ["{", "[]", '{"GRD-15": "passed"}'])
def test_damaged_results_are_told_with_a_way_out(tmp_path: Path, damage: str):
    file = checkout_with(tmp_path, damage, "build/clause-results.json") / "build" / "clause-results.json"
    with pytest.raises(DocumentInvalid) as refused:
        read_results(tmp_path)
    assert (refused.value.place, bool(refused.value.hint)) == (str(file), True)


def test_a_catalogue_with_an_unknown_field_is_refused_with_its_place(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "clauses.yaml").write_text(
        "areas: {GOV: {zh: 制度, en: Policy}}\nclauses: []\nextra: 1\n", encoding="utf-8"
    )
    with pytest.raises(DocumentInvalid) as refused:
        load_catalogue(tmp_path)
    assert refused.value.place.endswith("clauses.yaml:3:1")


# --- the plugin ----------------------------------------------------------------------------------------


def test_a_later_session_replaces_what_ran_keeps_the_rest_and_drops_what_is_gone():
    before = {"GRD-01": {"t::a": "failed", "t::b[1]": "failed", "t::b[2]": "passed", "t::gone": "failed"}}
    marked = {("GRD-01", "t::a"), ("GRD-01", "t::b"), ("GRD-02", "t::b")}
    ran, clauses = {"t::b[1]": "passed"}, {"t::b[1]": {"GRD-01", "GRD-02"}}
    part = merge(before, ran, clauses, marked=marked, whole=False)
    assert part == {
        "GRD-01": {"t::a": "failed", "t::b[1]": "passed", "t::b[2]": "passed"},
        "GRD-02": {"t::b[1]": "passed"},
    }
    whole = merge(before, ran, clauses, marked=marked, whole=True)
    assert whole["GRD-01"] == {"t::a": "failed", "t::b[1]": "passed"}


OUTCOMES = """
import pytest

@pytest.mark.clause("GRD-01")
@pytest.mark.parametrize("n", [1, 2])
def test_cases(n):
    assert n == 1

@pytest.mark.clause("GRD-01", "GRD-02")
def test_passes(): ...

@pytest.mark.clause("GRD-02")
@pytest.mark.skip(reason="not here")
def test_skips(): ...

@pytest.fixture
def broken():
    yield
    raise OSError

@pytest.mark.clause("GRD-03")
def test_cannot_clean_up(broken): ...

def test_unmarked(): ...
"""
EXPECTED = {
    "GRD-01": {
        "tests/test_it.py::test_cases[1]": "passed",
        "tests/test_it.py::test_cases[2]": "failed",
        "tests/test_it.py::test_passes": "passed",
    },
    "GRD-02": {"tests/test_it.py::test_passes": "passed", "tests/test_it.py::test_skips": "skipped"},
    "GRD-03": {"tests/test_it.py::test_cannot_clean_up": "failed"},
}


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A small checkout with tests of every outcome."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makefile(".ini", pytest=INI)
    checkout_with(pytester.path, OUTCOMES)
    return pytester


def test_the_plugin_records_every_outcome_and_a_part_forgets_nothing(suite: pytest.Pytester):
    suite.runpytest_inprocess()
    assert read_results(suite.path) == EXPECTED

    checkout_with(suite.path, OUTCOMES.replace("assert n == 1", "assert n").replace('"GRD-03"', '"GRD-04"'))
    suite.runpytest_inprocess("-k", "cases")
    fixed = {**EXPECTED["GRD-01"], "tests/test_it.py::test_cases[2]": "passed"}
    assert read_results(suite.path) == {"GRD-01": fixed, "GRD-02": EXPECTED["GRD-02"]}


@pytest.mark.slow
def test_the_plugin_records_the_same_from_several_processes(suite: pytest.Pytester):
    suite.runpytest_subprocess("-n1", "--dist=loadgroup", "-p", "xdist")
    assert read_results(suite.path) == EXPECTED
    assert [path.name for path in (suite.path / "build").iterdir()] == ["clause-results.json"]


@pytest.mark.parametrize(("argument", "hint"), [('"GRD-99"', "did you mean `GRD-"), ("NAMES[0]", "known: ")])
def test_a_mark_that_names_no_clause_stops_the_session(suite: pytest.Pytester, argument: str, hint: str):
    checkout_with(suite.path, f"import pytest\n@pytest.mark.clause({argument})\ndef test_it(): ...\n")
    result = suite.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    name = argument.strip('"')
    result.stderr.fnmatch_lines(
        [f"*tests/test_it.py:2:2  error  unknown clause `{name}`; {hint}*".replace("[", "[[]")]
    )
    assert not (suite.path / "build").exists()


# --- the command ---------------------------------------------------------------------------------------


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "120", "NO_COLOR": "1"}).invoke(
        command, arguments, catch_exceptions=False
    )


@pytest.fixture
def recorded(tmp_path: Path) -> str:
    """The folder of a small checkout in which GRD-02 is proven and GRD-01 is not."""
    source = """
import pytest
@pytest.mark.clause("GRD-01", "GRD-02")
def test_a(): ...
@pytest.mark.clause("GRD-01")
def test_b(): ...
"""
    checkout_with(tmp_path, source)
    results = {"GRD-01": {A: "passed", "tests/test_it.py::test_b": "failed"}, "GRD-02": {A: "passed"}}
    checkout_with(tmp_path, json.dumps(results), "build/clause-results.json")
    return str(tmp_path)


def test_json_is_a_list_of_id_proven_and_tests(recorded: str):
    result = run("--json", "--checkout", recorded)
    told = json.loads(result.stdout)
    assert [clause["id"] for clause in told] == list(BY_ID)
    assert {tuple(clause) for clause in told} == {("id", "proven", "tests")}
    by_id = {clause["id"]: clause for clause in told}
    assert by_id["GRD-02"] == {"id": "GRD-02", "proven": True, "tests": [{"test": A, "outcome": "passed"}]}
    assert by_id["GRD-01"]["proven"] is False
    assert [test["outcome"] for test in by_id["GRD-01"]["tests"]] == ["passed", "failed"]
    assert result.stderr == ""


def test_area_and_unproven_narrow_the_list(recorded: str):
    told = json.loads(
        run("--json", "--area", "grd", "--area", "SLA", "--unproven", "--checkout", recorded).stdout
    )
    wanted = [clause for clause in BY_ID if clause[:3] in ("GRD", "SLA") and clause != "GRD-02"]
    assert [clause["id"] for clause in told] == wanted


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Clause", "GRD-02", "✓", "failed", "clauses 26: proven 1, not proven 25; tests 2"]),
        ("zh", ["条款", "GRD-02", "✓", "失败", "条款 26：已证明 1，未证明 25；测试 2"]),
    ],
)
def test_the_table_reads_in_both_languages(recorded: str, lang: Lang, words: list[str]):
    shown = run("--area", "GRD", "--lang", lang, "--checkout", recorded).stdout
    assert [word for word in (*words, BY_ID["GRD-26"].title.pick(lang)) if word not in shown] == []


def test_without_tests_it_says_so_and_proves_nothing(tmp_path: Path):
    result = run("--json", "--checkout", str(tmp_path))
    assert "there are no tests here" in result.stderr
    assert [clause for clause in json.loads(result.stdout) if clause["proven"] or clause["tests"]] == []
    assert "此处没有测试" in run("--lang", "zh", "--checkout", str(tmp_path)).stderr


def test_without_results_it_says_so(tmp_path: Path):
    checkout_with(tmp_path, "import pytest\n@pytest.mark.clause('GRD-99')\ndef test_it(): ...\n")
    stderr = run("--json", "--checkout", str(tmp_path)).stderr
    assert "no test results are recorded yet" in stderr
    assert "unknown clause `GRD-99`" in stderr


def test_an_unknown_area_is_refused_with_the_nearest():
    with pytest.raises(NotFound) as refused:
        run("--area", "GDR")
    assert (refused.value.message, refused.value.hint) == ("there is no area `GDR`", "did you mean `GRD`?")


def test_an_installed_copy_brings_its_own_catalogue_and_no_tests(tmp_path: Path):
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    script = "from zhike.cli.clauses import command; command()"
    result = subprocess.run(
        [sys.executable, "-c", script, "--json"],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert [clause["id"] for clause in json.loads(result.stdout)] == list(BY_ID)
    assert result.stderr.startswith("there are no tests here: this is an installed copy")
