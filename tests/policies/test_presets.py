"""The shipped policies as a set: complete, checked, tested, unset, copyable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.policies.conftest import Grade, copied, example, judged, order, preset
from zhike import presets
from zhike_engine.errors import NotFound
from zhike_engine.language import titles
from zhike_engine.policy.cases import cases_file, load_cases
from zhike_engine.policy.check import check
from zhike_engine.policy.load import load_policy
from zhike_engine.policy.testing import run_tests
from zhike_engine.policy.yaml import load_document
from zhike_engine.words import Lang

NAMES = ["direct-supply", "foreign-trade", "key-account", "weighing-equipment"]
AT_LEAST = {"foreign-trade": 40}
METALS = {"A": "gold", "B": "silver", "C": "bronze"}


def metals(data: dict[str, Any], rating: str) -> None:
    """Rename A, B, C of a rating to gold, silver, bronze wherever its grades are named."""
    spec = data["ratings"][rating]
    spec["grades"] = {METALS[code]: grade for code, grade in spec["grades"].items()}
    for duty in data["obligations"].values():
        if duty.get("rating") == rating:
            duty["grades"] = [METALS[code] for code in duty["grades"]]
    for clock in data["clocks"].values():
        clock["hours"] = {METALS[code]: hours for code, hours in clock["hours"].items()}


def test_four_policies_ship() -> None:
    assert presets.names() == NAMES


def test_a_policy_that_does_not_ship_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(NotFound, match="there is no shipped policy `foreign-tade`") as problem:
        presets.policy_path("foreign-tade")
    assert problem.value.hint == "did you mean `foreign-trade`?"


def test_a_policy_without_example_values_says_so(tmp_path: Path) -> None:
    copy = tmp_path / "policy.yaml"
    copy.write_text((presets.policy_path("foreign-trade") / "policy.yaml").read_text("utf-8"), "utf-8")
    with pytest.raises(NotFound, match="has no example values"):
        presets.example_values(load_policy(copy))


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_policy_has_no_faults(name: str) -> None:
    policy = preset(name)
    left = [str(issue) for issue in check(policy, example(policy)) if issue.level != "note"]
    assert left == []
    bare = {issue.message.split("`")[0] for issue in check(policy) if issue.level == "warning"}
    assert bare == {"parameter "}


@pytest.mark.parametrize("name", NAMES)
def test_company_set_values_ship_unset_and_examples_are_marked(name: str) -> None:
    policy = preset(name)
    assert {one.value for one in policy.document.parameters.values()} == {None}
    marked = load_document(presets.example_values(policy)).data
    assert marked["policy"] == name
    assert ("示例值" in marked["note"]["zh"], "example values" in marked["note"]["en"]) == (True, True)
    needed = {key for key, one in policy.document.parameters.items() if not one.optional}
    assert needed <= marked["values"].keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_policy_passes_its_own_tests(name: str) -> None:
    report = run_tests(preset(name))
    assert [str(failure.place) for case in report.cases for failure in case.failures] == []
    assert len(report.cases) >= AT_LEAST.get(name, 20)


@pytest.mark.parametrize("name", NAMES)
def test_every_grade_of_every_rating_has_a_case(name: str) -> None:
    policy = preset(name)
    cases = load_cases(cases_file(policy), policy).file
    first = next(iter(policy.document.ratings))
    named = set()
    for case in cases.cases:
        for wanted in (case, *case.expect.values()):
            named |= {(case.rating or cases.rating or first, wanted.grade), *wanted.grades.items()}
    grades = {(rating, code) for rating, spec in policy.document.ratings.items() for code in spec.grades}
    assert grades - named == set()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("file", "lang"), [("README.md", "en"), ("README.zh.md", "zh")])
def test_a_shipped_policy_is_told_in_both_languages(name: str, file: str, lang: Lang) -> None:
    said = (presets.policy_path(name) / file).read_text("utf-8")
    titles = {one.title.pick(lang) for one in preset(name).document.ratings.values()}
    assert {title for title in titles if title not in said} == set()
    assert f"zhike test {name}" in said


@pytest.mark.clause("GOV-02")
def test_every_scheme_of_the_sources_ships() -> None:
    shipped = {tuple(spec.grades) for name in NAMES for spec in preset(name).document.ratings.values()}
    assert {
        ("A", "B", "C"), ("A", "B", "C", "D"), ("core", "important", "potential"), ("core", "important", "general"),
        ("large", "medium", "small"), ("gold", "silver", "bronze"),
    } <= shipped  # fmt: skip


@pytest.mark.clause("GOV-02")
def test_a_copy_with_other_names_is_followed_and_the_preset_stays(grade: Grade, tmp_path: Path) -> None:
    shipped = preset("weighing-equipment")
    copy = copied(shipped, tmp_path, lambda data: metals(data, "segment"))
    people = [{"customer": one, "segment": one} for one in ("expressway", "large_mine", "grain_store")]
    mine, theirs = grade(copy, customers=people), grade("weighing-equipment", customers=people)
    assert [mine.grade(one["customer"]) for one in people] == ["gold", "silver", "bronze"]
    assert [theirs.grade(one["customer"]) for one in people] == ["A", "B", "C"]
    assert [one for one in check(copy) if one.level == "error"] == []
    assert copy.document.obligations["a_follow_up"].grades == ["gold"]
    assert preset("weighing-equipment").hash == shipped.hash != copy.hash


@pytest.mark.clause("GRD-02")
def test_new_names_keep_the_order_of_ranks_everywhere(grade: Grade, tmp_path: Path) -> None:
    copy = copied(preset("key-account"), tmp_path, lambda data: metals(data, "value"))
    scores = {"甲": 100, "乙": 60, "丙": 10}
    facts = {
        "orders": [order(customer, "2026-05-01", 8 * points, points) for customer, points in scores.items()],
        "judgements": [judged(customer, name, points) for customer, points in scores.items()
                       for name in ("importance", "potential", "satisfaction")],
    }  # fmt: skip
    mine, theirs = grade(copy, **facts), grade("key-account", **facts)
    assert [theirs.grade(customer) for customer in scores] == ["A", "B", "C"]
    assert [mine.grade(customer) for customer in scores] == ["gold", "silver", "bronze"]
    assert [mine.cell(customer, "rank") for customer in scores] == [1, 2, 3]
    assert copy.document.clocks["response"].hours == {"gold": 24, "silver": 48, "bronze": 72}
    assert copy.document.obligations["own_team"].grades == ["gold"]
    assert [one.code for one in mine.why("甲").grades] == ["gold", "silver", "bronze"]


def codes(data: Any, metrics: dict[str, Any]) -> set[str]:
    """Codes that a policy names: answers, cells of tables, values of grades, texts in expressions."""
    found = {one for spec in metrics.values() if "judgement" in spec for one in spec.get("choices", [])}
    found |= {cell["value"] for table in data.get("tables", {}).values() for cell in table["cells"]}
    found |= {v for r in data["ratings"].values() for g in r["grades"].values() for v in g.get("values", [])}
    return found | {text for spec in metrics.values() for text in re.findall(r'"([a-z_]+)"', str(spec))}


@pytest.mark.parametrize("name", NAMES)
def test_every_code_of_a_shipped_policy_has_its_word(name: str) -> None:
    policy = preset(name)
    data = policy.source.data
    named = {
        one
        for one in codes(data, data["metrics"])
        if isinstance(one, str) and re.fullmatch(r"[a-z][a-z_0-9]*", one)
    }
    known = {*data["words"], *data.get("parameters", {}), *titles.WORDS}
    assert named - known == set()
