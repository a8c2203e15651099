"""Cases go to whom the matrix names, else to the fallback; gaps are listed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from zhike.kernel.refusals import Conflict, Forbidden, Invalid
from zhike.people.actions import withdraw_role
from zhike.people.delegations import end_delegation, may_act_for, name_delegate
from zhike.people.models import Department, Grant
from zhike.people.responsibilities import (
    STEPS,
    Responsibility,
    gaps,
    holders,
    remove_responsibility,
    set_responsibility,
    ship_matrix,
)

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = date(2026, 11, 22)
CREDIT = "admission.credit"


@pytest.mark.clause("ORG-01")
def test_a_step_without_a_holder_goes_to_the_fallback_until_somebody_is_assigned(cast):
    Department.objects.filter(code="sales").update(head=cast.people.boss)
    customer = cast.customers.A
    before = holders(CREDIT, "responsible", DAY, customer)
    assert (before.people, before.fallback) == ((cast.people.boss,), True)
    assert CREDIT in [gap.step for gap in gaps(DAY)]
    set_responsibility(step=CREDIT, kind="responsible", role=cast.roles.finance, by=cast.people.root, at=AT)
    after = holders(CREDIT, "responsible", DAY, customer)
    assert (after.people, after.fallback) == ((cast.people.fang,), False)
    assert CREDIT not in [gap.step for gap in gaps(DAY)]
    withdraw_role(grant=Grant.objects.get(person=cast.people.fang), by=cast.people.root, at=AT)
    assert holders(CREDIT, "responsible", DAY, customer).fallback
    assert CREDIT in [gap.step for gap in gaps(DAY)]


def test_without_any_head_the_fallback_is_the_administrators(cast):
    assert holders(CREDIT, "responsible", DAY).people == (cast.people.root,)


def test_a_role_is_narrowed_to_the_department_of_the_customer_where_it_has_holders(cast):
    ship_matrix()
    assert holders("archive.open", "responsible", DAY, cast.customers.B).people == (cast.people.gao,)
    everywhere = holders("archive.open", "responsible", DAY).people
    assert set(everywhere) == {cast.people.ming, cast.people.gao, cast.people.nina}


def test_a_delegate_stands_in_for_the_days_of_the_absence(cast):
    given = {
        "person": cast.people.fang,
        "from_on": DAY,
        "until_on": date(2026, 11, 25),
        "reason": "leave",
        "at": AT,
    }
    set_responsibility(step=CREDIT, kind="responsible", person=cast.people.fang, by=cast.people.root, at=AT)
    named = name_delegate(delegate=cast.people.gao, by=cast.people.fang, **given)
    assert holders(CREDIT, "responsible", DAY).people == (cast.people.gao,)
    assert holders(CREDIT, "responsible", date(2026, 11, 26)).people == (cast.people.fang,)
    assert may_act_for(cast.people.gao, cast.people.fang, DAY)
    assert not may_act_for(cast.people.ming, cast.people.fang, DAY)
    with pytest.raises(Conflict):
        name_delegate(delegate=cast.people.ming, by=cast.people.root, **given)
    with pytest.raises(Forbidden):
        end_delegation(delegation=named, by=cast.people.ming, at=AT)
    end_delegation(delegation=named, by=cast.people.fang, at=AT)
    assert holders(CREDIT, "responsible", DAY).people == (cast.people.fang,)


def test_nobody_delegates_to_themselves_to_who_left_or_without_a_reason(cast):
    given = {"person": cast.people.fang, "from_on": DAY, "at": AT, "by": cast.people.fang}
    with pytest.raises(Invalid) as refusal:
        name_delegate(delegate=cast.people.fang, until_on=date(2026, 11, 1), reason=" ", **given)
    assert set(refusal.value.fields) == {"delegate", "until_on", "reason"}
    with pytest.raises(Invalid):
        name_delegate(delegate=cast.people.old, until_on=DAY, reason="leave", **given)
    with pytest.raises(Forbidden):
        name_delegate(
            person=cast.people.fang, delegate=cast.people.gao, from_on=DAY, until_on=DAY, reason="x", by=cast.people.ming, at=AT
        )  # fmt: skip


def test_the_matrix_is_the_administrators_and_holds_each_entry_once(cast):
    entry = {"step": CREDIT, "kind": "approves", "role": cast.roles.management, "at": AT}
    with pytest.raises(Forbidden):
        set_responsibility(by=cast.people.boss, **entry)
    made = set_responsibility(by=cast.people.root, **entry)
    with pytest.raises(Conflict):
        set_responsibility(by=cast.people.root, **entry)
    with pytest.raises(Invalid):
        set_responsibility(by=cast.people.root, person=cast.people.boss, **entry)
    remove_responsibility(responsibility=made, by=cast.people.root, at=AT)
    assert not Responsibility.objects.exists()


def test_the_shipped_matrix_names_a_role_for_every_step_and_comes_once(cast):
    assert ship_matrix() > 0
    assert ship_matrix() == 0
    assert set(Responsibility.objects.filter(kind="responsible").values_list("step", flat=True)) == set(STEPS)
