"""Reading and writing policies: places of a text, scopes as queries, the version in force on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from zhike import presets
from zhike.customers.models import Customer
from zhike.policies.editing import remove_at, set_at
from zhike.policies.models import PolicyVersion
from zhike.policies.reading import (
    grades_of,
    in_force_for,
    rating_key,
    read_text,
    scope_customers,
    versions_for,
)
from zhike.policies.scopes import ScopeUnfit, scope_query
from zhike.policies.shipping import ship_policies
from zhike_engine.language.parse import parse
from zhike_engine.policy.yaml import parse_document

TEXT = (presets.policy_path("foreign-trade") / "policy.yaml").read_text("utf-8")


def test_one_place_of_a_text_changes_and_everything_else_stays() -> None:
    changed = set_at(TEXT, ("ratings", "value", "grades", "A", "title"), {"zh": "金级", "en": "Gold: best"})
    changed = set_at(changed, ("parameters", "a_amount", "value"), 500)
    assert read_text(changed).document.ratings["value"].grades["A"].title.en == "Gold: best"
    assert read_text(changed).document.parameters["a_amount"].value == 500
    old, new = TEXT.splitlines(), changed.splitlines()
    assert len(set(new) - set(old)) == 2
    assert [line for line in old if line.startswith("#")] == [line for line in new if line.startswith("#")]
    back = remove_at(changed, ("parameters", "a_amount", "value"))
    assert read_text(back).document.parameters == read_text(TEXT).document.parameters


def test_every_text_can_be_set_to_itself() -> None:
    """A sample of every shipped policy survives being written back in its place."""
    for name in ("foreign-trade", "weighing-equipment"):
        text = (presets.policy_path(name) / "policy.yaml").read_text("utf-8")
        data = parse_document(text).data
        for path, value in list(leaves((), data))[7::900]:
            assert parse_document(set_at(text, path, value)).data == data, path


def leaves(path, data):  # type: ignore[no-untyped-def]
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves((*path, key), value)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from leaves((*path, index), value)
    else:
        yield path, data


@pytest.fixture
def shipped(cast, clock):  # type: ignore[no-untyped-def]
    at = clock("2026-01-10 09:00")
    trade = cast.departments.trade
    trade.code = "foreign_trade"
    trade.save()
    return ship_policies(at)


def test_scopes_are_exact_and_the_version_in_force_follows_the_day(cast, shipped) -> None:  # type: ignore[no-untyped-def]
    version, day = shipped["foreign-trade"], date(2026, 1, 10)
    assert set(scope_customers(version).values_list("code", flat=True)) == {"B", "C"}
    assert in_force_for(cast.customers.B, day) == version
    assert in_force_for(cast.customers.A, day) is None
    assert in_force_for(cast.customers.B, day - timedelta(days=1)) is None
    assert rating_key(version, "value") == "foreign-trade.value"
    assert [(one.code, one.rank) for one in grades_of(version, "foreign-trade.value")] == [
        ("A", 1), ("B", 2), ("C", 3), ("D", 4)
    ]  # fmt: skip
    PolicyVersion.objects.filter(pk=version.pk).update(state="withdrawn", withdrawn_on=date(2026, 3, 1))
    assert in_force_for(cast.customers.B, date(2026, 2, 28)) == version
    assert versions_for(cast.customers.B, date(2026, 3, 1)) == []


CASES = {
    'customers.department = "trade"': "BC",
    'customers.department is not computable or customers.department = "trade"': "BCX",
    'not (customers.department = "trade")': "A",
    'customers.department != "trade"': "A",
    'customers.department in ["key", "trade"] and customers.country = "CN"': "ABC",
    "customers.industry is computable": "ABC",
    "not (customers.industry is computable)": "X",
    'customers.since < "2020-01-01"': "",
    "customers.since is not computable": "ABCX",
    "customers.region = customers.department": "",
    "not (customers.region = customers.department)": "ABC",
}


def test_a_scope_reads_the_archive_with_three_values(cast) -> None:  # type: ignore[no-untyped-def]
    Customer.objects.create(code="X", name="X", added_at="2026-01-01T00:00Z", changed_at="2026-01-01T00:00Z")
    for scope, found in CASES.items():
        rows = Customer.objects.filter(scope_query(parse(scope), {})).order_by("code")
        assert "".join(rows.values_list("code", flat=True)) == found, scope


def test_a_scope_that_no_archive_can_answer_is_refused(db: None) -> None:
    with pytest.raises(ScopeUnfit, match="annual_order_amount"):
        scope_query(parse("annual_order_amount > 5"), {})
